"""When reports are made, in the administration. The schedules make themselves; nobody deletes one."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from accounts.administration.base import RefusedForm, ServiceAdmin
from accounts.administration.jobs import told
from reports.models import ReportFile, ReportSchedule
from reports.services import SCHEDULE_FIELDS, schedule_amend


class ScheduleForm(RefusedForm):
    """Each field posts also what it began with, so that nobody else's edit is overwritten."""

    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"),
        choices=settings.LANGUAGES,
        widget=forms.CheckboxSelectMultiple,
        show_hidden_initial=True,
    )
    formats = forms.MultipleChoiceField(
        label=gettext_lazy("Formats"),
        choices=ReportFile.Format.choices,
        widget=forms.CheckboxSelectMultiple,
        show_hidden_initial=True,
    )

    class Meta:
        model = ReportSchedule
        fields = SCHEDULE_FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def seen(self) -> dict[str, Any]:
        """What the page showed when it was opened."""
        found = {}
        for name, field in self.fields.items():
            hidden = field.hidden_widget()
            given = hidden.value_from_datadict(self.data, self.files, self[name].html_initial_name)
            found[name] = field.clean(given)
        return found


@admin.register(ReportSchedule)
class ReportScheduleAdmin(ServiceAdmin):
    form = ScheduleForm
    change_form_template = "admin/look.html"
    list_display = (
        "programme", told("kind", gettext_lazy("kind")), told("cadence", gettext_lazy("how often")),
        told("at", gettext_lazy("time of day")), "city",
        told("next_due", gettext_lazy("next due")), "active",
    )  # fmt: skip
    list_display_links = ("programme",)
    list_filter = ("active", "cadence")
    list_select_related = ("programme", "city")
    ordering = ("programme", "cadence", "pk")
    fields = ("programme", "kind", "cadence", *SCHEDULE_FIELDS, "next_due")
    readonly_fields = ("programme", "kind", "cadence", "next_due")

    def get_urls(self) -> list[Any]:
        return [url for url in super().get_urls() if not str(url.name).endswith("_history")]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        changes = {name: form.cleaned_data[name] for name in SCHEDULE_FIELDS}
        schedule_amend(schedule=obj, base=form.seen(), changes=changes, by=self.actor(request))

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list:
        return []
