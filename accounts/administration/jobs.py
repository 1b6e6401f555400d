"""Background work and the feed of changes, to look at; a job can be tried again or stopped."""

import re
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.administration.base import ServiceAdmin
from records.errors import NotAllowed
from records.jobs import job_cancel, job_retry
from records.models import Change, Job, Visibility

ERROR_CLASS = re.compile(r"^[A-Za-z_.]+(?=: )")


def told(name: str, words: Any) -> Any:
    """A column of a table that is only looked at, under a heading in the reader's language."""

    @admin.display(description=words, ordering=name, empty_value="—")
    def value(thing: Any) -> Any:
        shown = getattr(thing, f"get_{name}_display", None)
        return shown() if shown else getattr(thing, name)

    value.__name__ = name  # type: ignore[attr-defined]
    return value


KIND, CITY, USER = (
    told("kind", gettext_lazy("kind")),
    told("city", gettext_lazy("city")),
    told("user", gettext_lazy("person")),
)


class LookOnlyAdmin(ServiceAdmin):
    """Nothing here is edited."""

    change_form_template = "admin/look.html"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Only the list's own filters: any other would answer questions about what is not shown."""
        return lookup in {f"{name}__exact" for name in self.list_filter}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    def get_urls(self) -> list[Any]:
        kept = ("_changelist", "_change")
        return [url for url in super().get_urls() if str(url.name).endswith(kept)]


class JobAdmin(LookOnlyAdmin):
    """Failures may quote what a job worked on: of the other city's jobs only the kind of error is shown."""

    list_display = (
        KIND, told("state", gettext_lazy("state")), told("attempts", gettext_lazy("attempts")),
        told("progress", gettext_lazy("progress, %")), "step_shown", "error_shown", USER,
        told("created_at", gettext_lazy("created")),
    )  # fmt: skip
    list_filter = ("state", "kind")
    list_select_related = ("user", "city")
    ordering = ("-created_at", "pk")
    actions = ("retry_chosen", "cancel_chosen")
    fields = (
        "id", *list_display[:6], "log_shown", USER, CITY,
        told("cancel_asked", gettext_lazy("was asked to stop")), list_display[-1],
        told("started_at", gettext_lazy("started")), told("finished_at", gettext_lazy("ended")),
        told("run_after", gettext_lazy("not before")),
        told("lease_until", gettext_lazy("worker seen until")),
    )  # fmt: skip

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return JobChangeList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        job = super().get_object(request, object_id, from_field)
        return job and without_quotes(job, self.actor(request))

    @admin.display(description=gettext_lazy("step"))
    def step_shown(self, job: Job) -> str:
        return job.step

    @admin.display(description=gettext_lazy("error"))
    def error_shown(self, job: Job) -> str:
        return job.error

    @admin.display(description=gettext_lazy("log"))
    def log_shown(self, job: Job) -> str:
        lines = ((entry.get("at", ""), entry.get("step", ""), entry.get("trace", "")) for entry in job.log)
        return format_html_join("", "<p><time>{}</time> {}</p><pre>{}</pre>", lines) if job.log else "—"

    @admin.action(description=gettext_lazy("Try the chosen failed jobs again"))
    def retry_chosen(self, request: HttpRequest, chosen: QuerySet) -> None:
        self.one_by_one(request, chosen, retry, _("%(count)d jobs wait to be tried again."))

    @admin.action(description=gettext_lazy("Stop the chosen jobs"))
    def cancel_chosen(self, request: HttpRequest, chosen: QuerySet) -> None:
        self.one_by_one(request, chosen, cancel, _("%(count)d jobs were asked to stop."))


def retry(job: Job) -> None:
    if job.state != Job.State.PARKED:
        raise NotAllowed(_("Only a job that has failed is tried again."))
    job_retry(job=job)


def cancel(job: Job) -> None:
    if job.is_over:
        raise NotAllowed(_("This job is over."))
    job_cancel(job=job)


def without_quotes(job: Job, actor: Actor) -> Job:
    """A job of another city, without the words in which it may quote that city's own records."""
    if job.city_id is None or job.city_id == actor.city_id:
        return job
    told = ERROR_CLASS.match(job.error)
    if job.error:
        job.error = told.group() if told else _("What it says is for the city that asked for it.")
    job.step = ""
    job.log = [{"at": entry.get("at", "")} for entry in job.log]
    return job


class JobChangeList(ChangeList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = [without_quotes(job, request.actor) for job in self.result_list]  # type: ignore[attr-defined]


class ChangeAdmin(LookOnlyAdmin):
    """The feed names fields, never content."""

    list_display = (
        told("at", gettext_lazy("when")), KIND, told("record_id", gettext_lazy("id of the record")),
        told("version", gettext_lazy("version")), told("verb", gettext_lazy("what was done")),
        "fields_shown", CITY, USER,
    )  # fmt: skip
    list_filter = ("verb", "kind")
    list_select_related = ("user", "city")
    list_display_links = None
    ordering = ("-at", "-id")
    fields = list_display

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """An administrator of a city learns nothing of what was the other city's own."""
        changes, city_id = super().get_queryset(request), self.actor(request).city_id
        if city_id is None:
            return changes
        return changes.filter(~Q(visibility=Visibility.OWN) | Q(owner_city=city_id))

    @admin.display(description=gettext_lazy("fields"))
    def fields_shown(self, change: Change) -> str:
        return ", ".join(change.fields)
