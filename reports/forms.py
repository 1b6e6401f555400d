"""The form in which a report is asked for."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.actors import Actor
from records.period import Period
from reports import access, periods
from reports.models import Kind


class ReportForm(forms.Form):
    """Kind and period. The programme is asked for only where there are several."""

    programme: Any = forms.ModelChoiceField(access.Programme.objects.none(), label=_("Programme"))
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    period = forms.TypedChoiceField(label=pgettext_lazy("of a report", "Period"), coerce=Period.parse)

    def __init__(self, data: Any = None, *, actor: Actor, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        programmes = list(access.programmes_to_report_on(actor))
        self.fields["programme"].queryset = access.programmes_to_report_on(actor)  # type: ignore[attr-defined]
        if len(programmes) == 1:
            self.fields["programme"].widget = forms.HiddenInput()
            self.fields["programme"].initial = programmes[0].pk
        today = timezone.localdate()
        found = {
            str(period): period for item in programmes for period in periods.choices(item.period, today)
        }
        latest = sorted(found.values(), key=lambda period: (period.last, period.first), reverse=True)
        offered = [(str(period), period.show()) for period in latest]
        self.fields["period"].choices = offered  # type: ignore[attr-defined]
