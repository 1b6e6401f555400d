"""How projects are searched and filtered, on the page and in the API alike."""

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q
from django.db.models.lookups import GreaterThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.actors import Actor
from accounts.models import Organisation
from approvals.models import Proposal
from programme.filters import YES_OR_NO, Choice, Option
from programme.models import Agreement, Area, Programme, Provision
from projects.models import Lead, Milestone, Participation, Project, Update
from records.fields import LastDay
from records.models import Visibility
from records.search import search_texts

OVER = (Project.State.COMPLETED, Project.State.CANCELLED)
AWAITING = (
    ("own", _("our side's")),
    ("other", _("the other side's")),
    ("any", pgettext_lazy("either side's answer", "either side's")),
)


def yes_or_no(**kwargs: Any) -> Any:
    return django_filters.BooleanFilter(widget=forms.Select(choices=YES_OR_NO), **kwargs)


def day(**kwargs: Any) -> Any:
    return django_filters.DateFilter(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs
    )


def with_health(health: str, actor: Actor) -> Q:
    """Projects of which a side says this in the last update that it handed in and the actor sees."""
    handed_in = Update.objects.visible_to(actor).live().exclude(state=Update.State.DRAFT)
    latest = handed_in.order_by("project_id", "city_id", "-submitted_at", "-created_at", "-pk")
    last = latest.distinct("project_id", "city_id").values("pk")
    return Q(pk__in=Update.objects.filter(pk__in=last, health=health).values("project"))


def with_late_milestones(on: date) -> Q:
    """Projects that go on, in a programme that has not ended, with a milestone due before `on`."""
    overdue = Milestone.objects.live().filter(project=OuterRef("pk"), due_on__lt=on, achieved_on=None)
    running = Project.objects.filter(
        GreaterThanOrEqual(LastDay("programme__period"), on), pk=OuterRef("pk")
    )
    return Q(Exists(overdue)) & Q(Exists(running)) & ~Q(state__in=OVER)


def awaiting_answer(whose: str, actor: Actor) -> Q:
    """Projects with a proposal, which the actor sees, that awaits an answer of this or that side."""
    pending = Proposal.objects.visible_to(actor).filter(
        subject_kind="project", subject_id=OuterRef("pk"), state=Proposal.State.OPEN
    )
    if whose != "any":
        own = Q(city=actor.city_id) if actor.city_id else Q(pk=None)
        pending = pending.filter(own) if whose == "other" else pending.exclude(own)
        if actor.city_id is None:
            pending = pending.none()
    return Q(Exists(pending))


def of_person(actor: Actor) -> Q:
    """Projects that name a person as contact, or their organisation as lead or as a participant."""
    if actor.user is None:
        return Q(pk__in=[])
    leads = Q(contact=actor.user_id)
    mine = Q()
    if actor.user.organisation_id:
        leads |= Q(organisation=actor.user.organisation_id)
        part = Participation.objects.live().filter(
            project=OuterRef("pk"), organisation=actor.user.organisation_id
        )
        mine = Q(Exists(part))
    return Q(Exists(Lead.objects.filter(leads, project=OuterRef("pk")))) | mine


class ProjectFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(label=_("Code, title or summary"), method="filter_search")
    programme = Choice(Programme, label=_("Programme"))
    area = Choice(Area, field_name="areas", label=_("Area"))
    state = Option(choices=Project.State.choices, label=_("State"))
    lead = Choice(Organisation, label=_("Lead organisation"), method="filter_lead")
    health = Option(
        choices=Update.Health.choices, label=_("Health, as a side reports it"), method="filter_health"
    )
    late = yes_or_no(label=_("Late milestones"), method="filter_late")
    awaiting = Option(choices=AWAITING, label=_("Awaiting an answer"), method="filter_awaiting")
    work_from = day(label=_("Work going on from"), method="filter_from")
    work_until = day(label=_("Work going on until"), method="filter_until")
    mine = yes_or_no(label=_("My projects"), method="filter_mine")
    provision = Choice(Provision, field_name="provisions", label=_("Provision"))
    agreement = Choice(Agreement, field_name="agreements", label=_("Agreement"))
    visibility = Option(choices=Visibility.choices, label=_("Visibility"))

    class Meta:
        model = Project
        fields: list[str] = []

    @property
    def actor(self) -> Actor:
        return self.request.actor if self.request else Actor.anonymous()

    def filter_search(self, queryset: Any, name: str, value: str) -> Any:
        return search_texts(queryset, value, texts=("title", "summary"), plain=("code",))

    def filter_lead(self, queryset: Any, name: str, value: Organisation) -> Any:
        return queryset.filter(Exists(Lead.objects.filter(project=OuterRef("pk"), organisation=value)))

    def filter_health(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(with_health(value, self.actor))

    def filter_late(self, queryset: Any, name: str, value: bool) -> Any:
        late = with_late_milestones(timezone.localdate())
        return queryset.filter(late if value else ~late)

    def filter_awaiting(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(awaiting_answer(value, self.actor))

    def filter_mine(self, queryset: Any, name: str, value: bool) -> Any:
        mine = of_person(self.actor)
        return queryset.filter(mine if value else ~mine)

    def filter_from(self, queryset: Any, name: str, value: date) -> Any:
        """What has not ended before that day; a project without an end goes on."""
        return queryset.filter(Q(ends_on__gte=value) | Q(ends_on=None, starts_on__isnull=False))

    def filter_until(self, queryset: Any, name: str, value: date) -> Any:
        """What has begun by that day; a project without a start had begun before its end."""
        return queryset.filter(Q(starts_on__lte=value) | Q(starts_on=None, ends_on__isnull=False))
