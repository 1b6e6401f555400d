"""What one side asks of the other, what the other answers, and the chain that nobody can bend."""

import secrets
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import BigIntegerField, Func, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import City, User
from attachments.models import LANGUAGE_CODES, Attached, Document
from records.named import named
from records.registry import Act, RecordType, registry


def subject_named(attached: Any) -> Any:
    """What the record is called that something hangs on, where a list has read it along; else None."""
    row = getattr(attached, "subject_json", None)
    return named(attached.subject_kind, row) if row else None


class CurrentTransaction(Func):
    """The number of the database transaction that a row is written in."""

    template = "(pg_current_xact_id()::text)::bigint"
    output_field = BigIntegerField()


class Letter(models.Model):
    """The letter on paper that goes with a side's word, where there is one."""

    letter_number = models.CharField(_("number of the letter"), max_length=80, blank=True)
    letter_date = models.DateField(_("date of the letter"), null=True, blank=True)
    signatory = models.CharField(_("signed by"), max_length=200, blank=True)
    scan = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("scan")
    )

    class Meta:
        abstract = True


class Proposal(Attached, Letter):
    """A change of a record that takes both sides' word, as one side asks for it.

    What it asks never changes once it is raised; a better idea is a counter-proposal.
    `changes` is path → `{"from": …, "to": …}`, as plain values; `covered` is all that the
    sides agree on of the record, by path, as it stood then, and `pin` its SHA-256.
    """

    class State(models.TextChoices):
        UNCONFIRMED = "unconfirmed", _("to be confirmed by its own side")
        OPEN = "open", _("awaiting an answer")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", pgettext_lazy("a proposal", "refused")
        COUNTERED = "countered", _("answered by a counter-proposal")
        WITHDRAWN = "withdrawn", _("withdrawn")
        STALE = "stale", _("out of date")

    PENDING = (State.UNCONFIRMED, State.OPEN)

    act = models.CharField(max_length=20, editable=False)
    changes = models.JSONField(default=dict, editable=False)
    covered = models.JSONField(default=dict, editable=False)
    pin = models.CharField(max_length=64, editable=False)
    message = models.TextField(
        _("message"), max_length=5_000, blank=True, validators=[MaxLengthValidator(5_000)], editable=False
    )
    language = models.CharField(_("language"), max_length=7, choices=settings.LANGUAGES, editable=False)
    state = models.CharField(_("state"), max_length=11, choices=State, editable=False)
    answers = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="counters",
        verbose_name=_("answers"),
    )
    expires_on = models.DateField(_("answer asked by"), null=True, blank=True, editable=False)
    opened_at = models.DateTimeField(_("awaiting an answer since"), null=True, editable=False)
    client = models.CharField(
        max_length=255, blank=True, editable=False
    )  # the partner system that raised it

    is_subject = True

    class Meta(Attached.Meta):
        verbose_name, verbose_name_plural = _("proposal"), _("proposals")
        constraints: ClassVar = [
            *Attached.Meta.constraints,
            models.CheckConstraint(
                name="approvals_proposal_state_known",
                condition=Q(
                    state__in=[
                        "unconfirmed", "open", "accepted", "refused", "countered", "withdrawn", "stale",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="approvals_proposal_language_known", condition=Q(language__in=LANGUAGE_CODES)
            ),
            models.CheckConstraint(name="approvals_proposal_has_side", condition=Q(city__isnull=False)),
            models.CheckConstraint(
                name="approvals_proposal_pin_form", condition=Q(pin__regex=r"^[0-9a-f]{64}$")
            ),
            models.CheckConstraint(
                name="approvals_proposal_open_since",
                condition=Q(state="unconfirmed", opened_at=None)
                | Q(state__in=["withdrawn", "stale"])
                | Q(opened_at__isnull=False),
            ),
            models.UniqueConstraint(
                name="approvals_proposal_one_of_an_act",
                fields=["subject_kind", "subject_id", "act"],
                condition=Q(state__in=["unconfirmed", "open"]) & ~Q(act="change"),
            ),
            models.UniqueConstraint(
                name="approvals_proposal_one_counter",
                fields=["answers"],
                condition=Q(answers__isnull=False),
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            models.Index(fields=["subject_kind", "subject_id"], name="approvals_proposal_subject"),
            models.Index(fields=["created_at", "id"], name="approvals_proposal_created"),
            models.Index(
                fields=["programme", "city", "opened_at"],
                name="approvals_proposal_pending",
                condition=Q(state__in=["unconfirmed", "open"]),
            ),
        ]
        triggers: ClassVar = [
            *Attached.Meta.triggers,
            pgtrigger.Trigger(
                name="asks_the_same",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF (NEW.subject_kind, NEW.subject_id, NEW.act, NEW.changes, NEW.covered, NEW.pin,
                        NEW.city_id,
                        NEW.created_by_id, NEW.programme_id, NEW.answers_id)
                       IS DISTINCT FROM
                       (OLD.subject_kind, OLD.subject_id, OLD.act, OLD.changes, OLD.covered, OLD.pin,
                        OLD.city_id,
                        OLD.created_by_id, OLD.programme_id, OLD.answers_id) THEN
                        RAISE EXCEPTION 'what a proposal asks never changes' USING ERRCODE = '23514';
                    END IF;
                    IF OLD.state <> NEW.state AND OLD.state NOT IN ('unconfirmed', 'open') THEN
                        RAISE EXCEPTION 'a proposal that is over stays over' USING ERRCODE = '23514';
                    END IF;
                    IF NEW.state = 'accepted' AND OLD.state <> 'accepted' AND NOT EXISTS (
                        SELECT FROM approvals_decision
                        WHERE proposal_id = NEW.id AND verdict = 'accept' AND city_id <> NEW.city_id
                    ) THEN
                        RAISE EXCEPTION 'a proposal is accepted by the other side' USING ERRCODE = '23514';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        asks = str(self.asked.asks) if self.asked else self.act
        about = subject_named(self)
        return _("%(asks)s: %(subject)s") % {"asks": asks, "subject": about.title} if about else asks

    def get_absolute_url(self) -> str:
        return reverse("approvals:proposal-detail", args=[self.pk])

    @staticmethod
    def subject_types() -> list[RecordType]:
        return [record_type for record_type in registry if record_type.terms]

    @property
    def asked(self) -> Act | None:
        terms = registry[self.subject_kind].terms if self.subject_kind in registry else None
        return terms.acts.get(self.act) if terms else None

    @property
    def is_pending(self) -> bool:
        return self.state in self.PENDING


class Decision(Letter):
    """A side's word on a proposal. It is given once and never changes; only its comment may be erased."""

    class Verdict(models.TextChoices):
        CONFIRM = "confirm", _("confirmed inside its side")
        ACCEPT = "accept", pgettext_lazy("a proposal", "accepted")
        REFUSE = "refuse", pgettext_lazy("a proposal", "refused")
        COUNTER = "counter", _("answered by a counter-proposal")

    id = models.UUIDField(primary_key=True, editable=False)
    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="decisions")
    city = models.ForeignKey(City, models.PROTECT, related_name="+")
    verdict = models.CharField(_("verdict"), max_length=7, choices=Verdict)
    comment = models.TextField(_("comment"), max_length=5_000, blank=True)
    language = models.CharField(_("language"), max_length=7, choices=settings.LANGUAGES)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    client = models.CharField(max_length=255, blank=True)  # the partner system that handed it in
    # The absent colleague in whose remit it was given, where the decider's own does not reach.
    stands_for = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("in place of")
    )
    at = models.DateTimeField(default=timezone.now)
    transaction = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("decision"), _("decisions")
        ordering: ClassVar = ["at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["proposal", "city"], name="approvals_decision_once"),
            models.CheckConstraint(
                name="approvals_decision_verdict_known",
                condition=Q(verdict__in=["confirm", "accept", "refuse", "counter"]),
            ),
            models.CheckConstraint(
                name="approvals_decision_refusal_has_reason",
                condition=~Q(verdict="refuse") | ~Q(comment=""),
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="two_sides",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                declare=[("asked", "approvals_proposal%ROWTYPE"), ("asker", "uuid"), ("decider", "uuid")],
                func="""
                    SELECT * INTO asked FROM approvals_proposal WHERE id = NEW.proposal_id;
                    SELECT city_id INTO asker FROM accounts_user WHERE id = asked.created_by_id;
                    SELECT city_id INTO decider FROM accounts_user WHERE id = NEW.decided_by_id;
                    IF decider IS DISTINCT FROM NEW.city_id THEN
                        RAISE EXCEPTION 'nobody decides for another city' USING ERRCODE = '23514';
                    END IF;
                    IF (NEW.verdict = 'confirm') <> (NEW.city_id = asked.city_id)
                       OR (NEW.verdict <> 'confirm' AND NEW.city_id = asker) THEN
                        RAISE EXCEPTION 'a proposal is confirmed by its own side and answered by the other'
                            USING ERRCODE = '23514';
                    END IF;
                    IF NOT EXISTS (
                        SELECT FROM programme_side
                        WHERE programme_id = asked.programme_id AND city_id = NEW.city_id
                    ) THEN
                        RAISE EXCEPTION 'only a side of the programme decides' USING ERRCODE = '23514';
                    END IF;
                    IF asked.state <>
                       (CASE NEW.verdict WHEN 'confirm' THEN 'unconfirmed' ELSE 'open' END) THEN
                        RAISE EXCEPTION 'this proposal awaits no such word' USING ERRCODE = '23514';
                    END IF;
                    NEW.transaction := (pg_current_xact_id()::text)::bigint;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.city}: {self.get_verdict_display()}"


def new_salt() -> str:
    return secrets.token_hex(16)


class ChainEntry(models.Model):
    """One link of the chain: an act on a proposal, bound to all that were before it.

    `hash` is the SHA-256 of `body` as canonical JSON, and `body` names the hash before
    it. Words that people wrote are in it only as hashes with a salt, which is kept
    here beside it and can be erased with them: the chain stays whole.
    """

    position = models.BigIntegerField(primary_key=True)
    body = models.JSONField()
    salt = models.CharField(max_length=32, default=new_salt)
    hash = models.CharField(max_length=64, unique=True)
    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="chain")
    at = models.DateTimeField()

    class Meta:
        verbose_name, verbose_name_plural = _("entry of the chain"), _("entries of the chain")
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.CheckConstraint(name="approvals_chainentry_counted", condition=Q(position__gte=1)),
            models.CheckConstraint(
                name="approvals_chainentry_hash_form", condition=Q(hash__regex=r"^[0-9a-f]{64}$")
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="linked",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                declare=[("last", "approvals_chainentry%ROWTYPE")],
                func="""
                    SELECT * INTO last FROM approvals_chainentry ORDER BY position DESC LIMIT 1;
                    IF NEW.position <> coalesce(last.position, 0) + 1
                       OR NEW.body->>'previous' IS DISTINCT FROM coalesce(last.hash, repeat('0', 64)) THEN
                        RAISE EXCEPTION 'an entry of the chain follows the last one'
                            USING ERRCODE = '23514';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.hash[:12]}"


class Assignment(Attached):
    """Something that a side asks one of its people, or a unit, to look at by a day; and their opinion.

    It is always the side's own: the other side never learns of it.
    """

    assignee = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name=_("person"), related_name="assignments"
    )
    unit = models.ForeignKey(
        "accounts.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("unit"),
        related_name="assignments",
    )
    task = models.TextField(_("what to look at"), max_length=2_000, blank=True)
    due_on = models.DateField(_("opinion asked by"), null=True, blank=True)
    opinion = models.TextField(_("opinion"), max_length=5_000, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, editable=False)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, verbose_name=_("answered by"), related_name="+"
    )

    class Meta(Attached.Meta):
        verbose_name, verbose_name_plural = _("assignment"), _("assignments")
        constraints: ClassVar = [
            *Attached.Meta.constraints,
            models.CheckConstraint(name="approvals_assignment_own", condition=Q(visibility="own")),
            models.CheckConstraint(
                name="approvals_assignment_has_assignee",
                condition=Q(assignee__isnull=False) | Q(unit__isnull=False),
            ),
            models.CheckConstraint(
                name="approvals_assignment_answer_whole",
                condition=Q(answered_at=None, answered_by=None, opinion="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(opinion="")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["subject_kind", "subject_id"], name="approvals_assignment_subject"),
            models.Index(
                fields=["assignee", "due_on"],
                name="approvals_assignment_open",
                condition=Q(answered_at=None, archived_at=None),
            ),
        ]

    def __str__(self) -> str:
        about = subject_named(self)
        asked = _("Opinion asked: %(subject)s") if self.answered_at is None else _("Opinion: %(subject)s")
        known = registry[self.subject_kind].label if self.subject_kind in registry else self.subject_kind
        return str(asked) % {"subject": about.title if about else known}

    def get_absolute_url(self) -> str:
        return reverse("assignments:assignment-detail", args=[self.pk])

    @property
    def asked_of(self) -> str:
        """Who is asked: the person, with the unit where both are named."""
        return " · ".join(str(named) for named in (self.assignee, self.unit) if named)


class Reminder(models.Model):
    """A side was reminded of something that it owes: by the calendar, or by the other side.

    `step` is the number of its working days after which the calendar reminded it, each
    once; 0 where somebody did, at most once a day.
    """

    kind = models.CharField(max_length=40)
    record_id = models.UUIDField()
    city = models.ForeignKey(City, models.PROTECT, related_name="+")  # the side that owes it
    step = models.PositiveSmallIntegerField(default=0)
    day = models.DateField()
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("reminder"), _("reminders")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "record_id", "city", "step"],
                condition=Q(step__gt=0),
                name="approvals_reminder_once_a_step",
            ),
            models.UniqueConstraint(
                fields=["kind", "record_id", "city", "day"],
                condition=Q(step=0),
                name="approvals_reminder_once_a_day",
            ),
            models.CheckConstraint(
                name="approvals_reminder_by_somebody", condition=Q(step__gt=0) | Q(user__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}: {self.step}"
