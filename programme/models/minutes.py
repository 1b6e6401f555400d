"""What the sides resolve when they meet, and what each of them owes from it."""

from datetime import date, datetime, timedelta
from typing import ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Case, DateField, DateTimeField, F, Func, Q, Value, When
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import City, Organisation, User
from programme.models.agreed import Event
from records.fields import LastDay
from records.models import Record, RecordQuerySet, Visibility

SOON = timedelta(days=14)  # how long before its day an obligation is due soon
LONGEST_TITLE = 160  # characters

# A record within another one: of the same programme, and seen by nobody who does not see that one.
WITHIN = """
SELECT programme_id, visibility::text, owner_city_id INTO outer_programme, outer_visibility, outer_owner
  FROM {table} WHERE id = NEW.{column};
IF NEW.programme_id IS DISTINCT FROM outer_programme THEN
    RAISE EXCEPTION 'it belongs to the programme of what it is part of' USING ERRCODE = '23514';
END IF;
IF array_position(ARRAY['own', 'shared', 'public'], NEW.visibility::text)
   > array_position(ARRAY['own', 'shared', 'public'], outer_visibility)
   OR (outer_visibility = 'own' AND NEW.owner_city_id IS DISTINCT FROM outer_owner) THEN
    RAISE EXCEPTION 'it is seen no wider than what it is part of' USING ERRCODE = '23514';
END IF;
"""
OF_ITS_SIDE = """
IF NOT EXISTS (SELECT 1 FROM programme_side WHERE programme_id = NEW.programme_id AND city_id = NEW.city_id)
   OR (NEW.organisation_id IS NOT NULL AND NEW.city_id IS DISTINCT FROM
       (SELECT city_id FROM accounts_organisation WHERE id = NEW.organisation_id))
   OR (NEW.person_id IS NOT NULL AND NEW.city_id IS DISTINCT FROM
       (SELECT city_id FROM accounts_user WHERE id = NEW.person_id)) THEN
    RAISE EXCEPTION 'an obligation, its owner and its person are of one side' USING ERRCODE = '23514';
END IF;
"""
PLACE = ["programme_id", "visibility", "owner_city_id"]


def within(table: str, column: str) -> pgtrigger.Trigger:
    """Asked when a row is placed or moved, not when something else of it is edited."""
    return pgtrigger.Trigger(
        name="within",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf(column, *PLACE),
        declare=[("outer_programme", "uuid"), ("outer_visibility", "text"), ("outer_owner", "uuid")],
        func=WITHIN.format(table=table, column=column) + "RETURN NEW;",
    )


class ResolutionQuerySet(RecordQuerySet["Resolution"]):
    def live(self) -> Self:
        """Neither archived themselves nor with their meeting."""
        return super().live().filter(event__archived_at=None)


class Resolution(Record):
    """A numbered point of a meeting's minutes."""

    event = models.ForeignKey(
        Event, models.PROTECT, verbose_name=_("meeting"), related_name="resolutions", editable=False
    )
    number = models.PositiveSmallIntegerField(_("number"))
    text = models.TextField(_("text"))

    objects = ResolutionQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name, verbose_name_plural = _("resolution"), _("resolutions")
        ordering: ClassVar = ["event", "number"]
        constraints: ClassVar = [
            *Record.Meta.constraints,
            models.UniqueConstraint(fields=["event", "number"], name="programme_resolution_number_unique"),
            models.CheckConstraint(name="programme_resolution_number_counted", condition=Q(number__gte=1)),
        ]
        triggers: ClassVar = [
            *Record.Meta.triggers,  # type: ignore[attr-defined]  # inherited from `Tracked`
            within("programme_event", "event_id"),
        ]

    def __str__(self) -> str:
        return Truncator(" ".join(self.text_state("text").value.split())).chars(LONGEST_TITLE)

    def get_absolute_url(self) -> str:
        return reverse("programme:resolution-detail", args=[self.pk])


class State(models.TextChoices):
    """How an obligation stands. It is derived, so it never waits for anybody to change it."""

    OPEN = "open", pgettext_lazy("obligation", "open")
    DUE_SOON = "due_soon", pgettext_lazy("obligation", "due soon")
    OVERDUE = "overdue", pgettext_lazy("obligation", "overdue")
    DONE = "done", pgettext_lazy("obligation", "done")


class Today(Func):
    """The day that it is at a moment in the time zone of a column."""

    template = "(%(expressions)s)::date"
    function, arg_joiner = None, " AT TIME ZONE "
    output_field = DateField()

    def __init__(self, now: datetime, zone: str) -> None:
        super().__init__(Cast(Value(now), DateTimeField()), F(zone))


def obligation_state(now: datetime) -> Case:
    """The SQL of `Obligation.state` at a moment."""
    today = Today(now, "city__timezone")
    closed = Q(programme_ends__lt=today)
    return Case(
        When(done_on__isnull=False, then=Value(State.DONE)),
        When(closed, then=Value(State.OPEN)),
        When(due_on__lt=today, then=Value(State.OVERDUE)),
        When(due_on__lte=today + Value(SOON), then=Value(State.DUE_SOON)),
        default=Value(State.OPEN),
    )


class ObligationQuerySet(RecordQuerySet["Obligation"]):
    def live(self) -> Self:
        """Neither archived themselves nor with their resolution or its meeting."""
        return super().live().filter(resolution__archived_at=None, resolution__event__archived_at=None)

    def standing(self, now: datetime) -> Self:
        """With the state of each at a moment, as `state_now`."""
        return self.annotate(programme_ends=LastDay("programme__period")).annotate(
            state_now=obligation_state(now)
        )


class Obligation(Record):
    """What one side owes from a resolution, by a day. It belongs to that side: `city`."""

    resolution = models.ForeignKey(
        Resolution,
        models.PROTECT,
        verbose_name=_("resolution"),
        related_name="obligations",
        editable=False,
    )
    city = models.ForeignKey(
        City, models.PROTECT, verbose_name=_("side"), related_name="obligations", editable=False
    )
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("responsible organisation"),
        related_name="obligations",
    )
    person = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("responsible person"),
        related_name="obligations",
    )
    text = models.TextField(_("what is owed"))
    due_on = models.DateField(_("due"))
    done_on = models.DateField(_("done on"), null=True, blank=True)
    outcome = models.TextField(_("what came of it"), blank=True)

    objects = ObligationQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name, verbose_name_plural = _("obligation"), _("obligations")
        ordering: ClassVar = ["due_on", "created_at", "id"]
        constraints: ClassVar = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="programme_obligation_own_is_its_sides",
                condition=~Q(visibility=Visibility.OWN) | Q(owner_city=F("city")),
            ),
            models.CheckConstraint(
                name="programme_obligation_dates_of_this_age",
                condition=Q(due_on__gte=date(1990, 1, 1), due_on__lt=date(2100, 1, 1))
                & (Q(done_on=None) | Q(done_on__gte=date(1990, 1, 1), done_on__lt=date(2100, 1, 1))),
                violation_error_message=_("Write dates between 1990 and 2099."),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_on", "created_at", "id"],
                name="programme_obligation_due",
                condition=Q(archived_at=None),
            )
        ]
        triggers: ClassVar = [
            *Record.Meta.triggers,  # type: ignore[attr-defined]  # inherited from `Tracked`
            within("programme_resolution", "resolution_id"),
            pgtrigger.Trigger(
                name="of_its_side",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert
                | pgtrigger.UpdateOf("programme_id", "city_id", "organisation_id", "person_id"),
                func=OF_ITS_SIDE + "RETURN NEW;",
            ),
            # What was owed, and by when, stays as it was when it was done.
            pgtrigger.Trigger(
                name="due_kept",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("due_on"),
                condition=pgtrigger.Q(
                    old__done_on__isnull=False,
                    new__done_on__isnull=False,
                    old__due_on__df=pgtrigger.F("new__due_on"),
                ),
                func="RAISE EXCEPTION 'the due date of what is done stays' USING ERRCODE = '23514';",
            ),
        ]

    def __str__(self) -> str:
        return Truncator(" ".join(self.text_state("text").value.split())).chars(LONGEST_TITLE)

    def get_absolute_url(self) -> str:
        return reverse("programme:obligation-detail", args=[self.pk])

    def state(self, now: datetime) -> State:
        """By the day that it is in the city that owes it. In a closed programme nothing is overdue."""
        if self.done_on:
            return State.DONE
        today = self.city.today(now)
        if self.programme.is_closed(today):
            return State.OPEN
        if self.due_on < today:
            return State.OVERDUE
        return State.DUE_SOON if self.due_on <= today + SOON else State.OPEN

    def days_late(self, now: datetime) -> int:
        """Calendar days since it was due, in the city that owes it; 0 when it is not overdue."""
        return (self.city.today(now) - self.due_on).days if self.state(now) == State.OVERDUE else 0

    @property
    def state_label(self) -> str:
        """The word for the `state_now` that `standing` gave."""
        return str(State(self.state_now).label)  # type: ignore[attr-defined]  # an annotation
