"""Experts and fields of expertise in the administration."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actors import Actor
from accounts.admin import ReferenceAdmin
from accounts.administration.base import sentence
from accounts.administration.exchange import RecordResource
from accounts.administration.jobs import LookOnlyAdmin, told
from accounts.administration.records import RecordAdmin
from experts.access import erasures_seen
from experts.models import Erasure, Expert, ExpertAccess, ExpertiseField, Level
from experts.parts import LanguagesPart
from experts.services.experts import expert_amend, expert_archive, expert_restore
from experts.services.fields import (
    field_amend,
    field_archive,
    field_create,
    field_restore,
    fields_merge,
)
from records.errors import Refused


def field_add(field: ExpertiseField, original: str, by: Actor) -> ExpertiseField:
    return field_create(field=field, by=by)


def record_amend(*, record: ExpertiseField, **kwargs: Any) -> ExpertiseField:
    """What an import calls: it names every kind a record."""
    return field_amend(field=record, **kwargs)


class FieldResource(RecordResource):
    create, amend = staticmethod(field_add), staticmethod(record_amend)

    class Meta(RecordResource.Meta):
        model = ExpertiseField


@admin.register(ExpertiseField)
class ExpertiseFieldAdmin(ReferenceAdmin):
    """The tree of fields. Two of them can be made one: their experts move, the words become synonyms."""

    import_resource = FieldResource
    amend = staticmethod(field_amend)
    archive = staticmethod(field_archive)
    restore = staticmethod(field_restore)
    record_argument = "field"
    actions = (*ReferenceAdmin.actions, "merge_chosen")

    @admin.action(description=gettext_lazy("Merge the chosen fields into one"))
    def merge_chosen(self, request: HttpRequest, chosen: QuerySet) -> Any:
        fields = list(chosen.order_by("code"))
        if len(fields) < 2:
            messages.warning(request, _("Choose at least two fields."))
            return None
        kept = next((field for field in fields if str(field.pk) == request.POST.get("kept")), None)
        reason = request.POST.get("reason", "").strip()[:500]
        if kept is None or not reason:
            return self.ask_which(request, fields)
        by = self.actor(request)
        try:
            for gone in fields:
                if gone != kept:
                    fields_merge(kept=kept, gone=gone, by=by, reason=reason)
        except Refused as refusal:
            messages.warning(request, sentence(refusal))
        else:
            said = ngettext(
                "%(count)d field merged into “%(kept)s”.",
                "%(count)d fields merged into “%(kept)s”.",
                len(fields) - 1,
            )
            messages.success(request, said % {"count": len(fields) - 1, "kept": kept})
        return None

    def ask_which(self, request: HttpRequest, fields: list[ExpertiseField]) -> TemplateResponse:
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "chosen": fields,
            "title": _("Merge fields of expertise"),
        }
        return TemplateResponse(request, "admin/merge_fields.html", context)


class LanguagesField(forms.CharField):
    """The languages that an expert works in, one a line: `zh: C1`."""

    widget = forms.Textarea(attrs={"rows": 3})

    def __init__(self, **kwargs: Any) -> None:
        known = ", ".join(Level.values)
        super().__init__(
            required=False,
            max_length=1_000,
            help_text=_("One a line, such as “zh: C1”. Levels: %(levels)s.") % {"levels": known},
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return "\n".join(f"{code}: {level}" for code, level in value.items())
        return value

    def to_python(self, value: Any) -> Any:
        found = {}
        for line in (super().to_python(self.prepare_value(value)) or "").splitlines():
            code, colon, level = (part.strip() for part in line.partition(":"))
            if line.strip():
                if not colon or level not in Level.values:
                    raise ValidationError(_("“%(line)s” is no language with a level.") % {"line": line})
                found[code] = level
        return found

    def run_validators(self, value: Any) -> None:
        """What languages and levels there are, the service says."""


def language_fields(part: LanguagesPart, record: Expert, actor: Actor) -> dict[str, forms.Field]:
    return {part.name: LanguagesField()}


@admin.register(Expert)
class ExpertAdmin(RecordAdmin):
    """Profiles of the administrator's own city; of another city's, only that they are there."""

    amend = staticmethod(expert_amend)
    archive = staticmethod(expert_archive)
    restore = staticmethod(expert_restore)
    record_argument = "expert"
    part_fields = staticmethod(language_fields)


@admin.register(ExpertAccess)
class ExpertAccessAdmin(LookOnlyAdmin):
    """Who looked at which profile: for the city whose expert it is."""

    list_display = (
        told("at", gettext_lazy("when")), told("act", gettext_lazy("what")),
        told("user", gettext_lazy("person")),
        told("client", gettext_lazy("partner system")), told("city", gettext_lazy("city")),
        told("expert_id", gettext_lazy("expert")),
    )  # fmt: skip
    list_filter = ("act",)
    list_select_related = ("user", "city")
    ordering = ("-at", "pk")
    fields = list_display

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        found = super().get_queryset(request)
        city = self.actor(request).city_id
        return found.filter(expert__owner_city=city) if city else found


@admin.register(Erasure)
class ErasureAdmin(LookOnlyAdmin):
    """Those of the administrator's own city."""

    list_display = (
        "id",
        told("at", gettext_lazy("when")),
        told("ground", gettext_lazy("ground")),
        told("user", gettext_lazy("by")),
    )
    list_filter = ("ground",)
    list_select_related = ("user", "city")
    ordering = ("-at", "-pk")
    fields = (
        *list_display,
        told("city", gettext_lazy("city")),
        told("client", gettext_lazy("partner system")),
        told("expert_id", gettext_lazy("record of the expert")),
        told("counts", gettext_lazy("how much there was")),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return erasures_seen(request.actor)  # type: ignore[attr-defined]
