"""What people follow, and what they are told of it."""

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.core.signing import Signer
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from approvals.models import ChainEntry
from records.models import Change

SIGNER = Signer(sep=".", salt="delivery.calendar")
JOB = "job"  # the `kind` of a notice about a job, which is no record
CHAIN = "chain"  # and of one about an entry of the chain of decisions
CHAIN_ID = UUID(int=0)  # the one chain: its notices are one line, and name no proposal


class Reason(models.TextChoices):
    """Why somebody is told."""

    FOLLOWED = "followed", _("you follow it")
    MENTIONED = "mentioned", _("you are mentioned")
    ASKED = "asked", _("your side's word is awaited")
    ANSWERED = "answered", _("your side proposed it")
    REMINDED = "reminded", _("your side's word is awaited, and you are reminded of it")
    ASSIGNED = "assigned", _("your opinion is asked for")
    OPINION = "opinion", _("you asked for an opinion")
    RELEASE = "release", _("your side is asked to release an expert")
    INVITED = "invited", _("your side is a party to the invitation")
    WROTE = "wrote", _("an expert waits for your answer")
    CHAIN = "chain", _("you keep the heads of the chain of decisions, as a secretary")
    JOB_DONE = "job_done", _("what you asked for is ready")
    JOB_FAILED = "job_failed", _("what you asked for has failed")


ABOUT_JOBS = [Reason.JOB_DONE, Reason.JOB_FAILED]
ALWAYS_MAILED = [Reason.CHAIN]  # a head that nobody keeps proves nothing


class Follow(models.Model):
    """Somebody wants to be told of each change of a record."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    record_id = models.UUIDField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "kind", "record_id"], name="delivery_follow_unique")
        ]
        indexes: ClassVar = [models.Index(fields=["record_id"], name="delivery_follow_record")]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}"


class Notice(models.Model):
    """One person is told of one change, or of the end of one job.

    It holds no title and no content: what the reader may know is asked when it is
    read, and again when it is mailed. `mail` says what became of its e-mail; a mail
    that was handed over, or may have been, is never sent again.
    """

    class Mail(models.TextChoices):
        NONE = "none", _("not wanted")
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        DROPPED = "dropped", _("not sent")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=12, choices=Reason)
    kind = models.CharField(max_length=40)
    record_id = models.UUIDField()
    change = models.ForeignKey(Change, models.PROTECT, null=True, related_name="+")
    entry = models.ForeignKey(ChainEntry, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    mail = models.CharField(max_length=8, choices=Mail, default=Mail.NONE)
    mail_due_at = models.DateTimeField(default=timezone.now)
    mail_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "change"], name="delivery_notice_once_for_a_change"),
            models.UniqueConstraint(
                fields=["user", "record_id"],
                condition=Q(reason="mentioned"),
                name="delivery_notice_once_for_a_mention",
            ),
            models.UniqueConstraint(
                fields=["user", "record_id", "reason"],
                condition=Q(change__isnull=True, entry__isnull=True),
                name="delivery_notice_once_for_a_job",
            ),
            models.UniqueConstraint(fields=["user", "entry"], name="delivery_notice_once_for_an_entry"),
            models.CheckConstraint(
                name="delivery_notice_of_one_thing",
                condition=Q(
                    change__isnull=True, entry__isnull=True, kind=JOB, reason__in=["job_done", "job_failed"]
                )
                | Q(change__isnull=True, entry__isnull=False, kind=CHAIN, reason="chain")
                | Q(
                    change__isnull=False,
                    entry__isnull=True,
                    reason__in=[
                        "followed", "mentioned", "asked", "answered", "reminded", "assigned", "opinion",
                        "release", "invited", "wrote",
                    ],
                ),
            ),
            models.CheckConstraint(
                name="delivery_notice_mail_known",
                condition=Q(mail__in=["none", "waiting", "sending", "sent", "dropped"]),
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            models.Index(fields=["user", "kind", "record_id"], name="delivery_notice_record"),
            models.Index(
                fields=["user", "record_id"],
                condition=Q(read_at__isnull=True),
                name="delivery_notice_unread",
            ),
            models.Index(
                fields=["mail_due_at"], condition=Q(mail="waiting"), name="delivery_notice_mail_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason}: {self.kind} {self.record_id}"


class MailChoice(models.Model):
    """For which reasons a person is told by e-mail as well. Without a row they are."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=12, choices=Reason)
    by_mail = models.BooleanField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "reason"], name="delivery_mailchoice_unique"),
            models.CheckConstraint(
                name="delivery_mailchoice_reason_known", condition=Q(reason__in=Reason.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason}: {self.by_mail}"


class Place(models.Model):
    """Up to which position a reader within the product has read the feed; locked while it works."""

    reader = models.CharField(max_length=40, unique=True)
    position = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="delivery_place_position_counted", condition=Q(position__gte=0))
        ]

    def __str__(self) -> str:
        return f"{self.reader}: {self.position}"


class CalendarAddress(models.Model):
    """The address of a person's calendar: whoever knows it reads it. A new `secret` ends the old one."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    secret = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("address of a calendar"), _("addresses of calendars")

    def __str__(self) -> str:
        return f"{self.user}"

    @property
    def token(self) -> str:
        """The secret as the address has it: signed, so that the database alone gives none away."""
        return SIGNER.sign(self.secret)
