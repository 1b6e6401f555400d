"""The page that compares a record with what it was."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import visible
from accounts.actors import Actor
from attachments.subjects import subject_type, subject_url
from records.asof import end_of, moment_of
from records.errors import NotVisible
from records.fields import PeriodFormField
from records.pages.compare import compare
from records.pages.display import moment
from records.period import Period
from records.registry import registry


class CompareForm(forms.Form):
    """What to compare with: the end of a day or period, or a version."""

    to = PeriodFormField(
        label=gettext_lazy("Compare with the end of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    version = forms.IntegerField(label=gettext_lazy("version"), required=False, min_value=1)

    def __init__(self, *args: Any, record: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.record = record
        self.at: datetime | None = None

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        to, version = found.get("to"), found.get("version")
        if to and version:
            self.add_error("version", _("Choose a day or a version, not both."))
        if to and to.last >= timezone.localdate():
            self.add_error("to", _("Choose a day that is over."))
        if version:
            self.at = moment_of(self.record, version)
            if self.at is None:
                self.add_error("version", _("This record never had that version."))
        return found


def asked_moment(form: CompareForm) -> tuple[datetime, int | None]:
    """Before which moment, and for a version which one, a valid form compares with."""
    to, version = form.cleaned_data["to"], form.cleaned_data["version"]
    if version:
        return after(form.at), version
    return end_of((to or last_quarter(timezone.localdate())).last), None


def record_to_compare(*, kind: str, pk: UUID, actor: Actor) -> Any:
    """A record that has a page, and whose past the actor sees. Raises `NotVisible`."""
    record_type = subject_type(kind)
    if record_type is None:
        raise NotVisible
    model: Any = record_type.model
    return visible(model.objects.past_visible_to(actor), pk=pk, actor=actor)


def compare_page(request: HttpRequest, record: Any, actor: Actor) -> dict[str, Any]:
    """The comparison that was asked for; with the end of the last quarter where nothing was."""
    today = timezone.localdate()
    asked = request.GET.dict() if {"to", "version"} & set(request.GET) else {"to": str(last_quarter(today))}
    form = CompareForm(asked, record=record)
    context: dict[str, Any] = {
        "record": record,
        "record_label": registry.of(record).label,
        "record_url": subject_url(record),
        "form": form,
        "shortcuts": list(shortcuts(record, today)),
        "zone": timezone.get_current_timezone_name(),
    }
    if not form.is_valid():
        return context
    to, version = form.cleaned_data["to"], form.cleaned_data["version"]
    if to:
        form.data = {"to": to.last.isoformat()}  # a browser's date field shows no quarter
    before, of_version = asked_moment(form)
    found = compare(record, viewer=actor, before=before, version=of_version)
    then = _("Version %(n)s") % {"n": version} if version else moment((to or last_quarter(today)).last)
    return context | {"comparison": found, "then": then, "version": version, "at": form.at}


def after(at: Any) -> Any:
    """The first moment that is later: the database counts in microseconds."""
    return at + timedelta(microseconds=1)


def last_quarter(today: date) -> Period:
    last = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1) - timedelta(days=1)
    return Period.parse(f"{last.year:04}-Q{(last.month + 2) // 3}")


def shortcuts(record: Any, today: date) -> Iterator[tuple[str, str]]:
    """What people compare with most: the last month, quarter and year, and the version before."""
    month = Period.parse(f"{today.replace(day=1) - timedelta(days=1):%Y-%m}")
    quarter, year = last_quarter(today), Period.parse(f"{today.year - 1:04}")
    for period in (month, quarter, year):
        yield _("the end of %(period)s") % {"period": period.show()}, f"?to={period}"
    if record.version > 1:
        yield _("before its last change"), f"?version={record.version - 1}"
