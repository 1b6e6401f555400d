"""An expert asked to help with a request: from the shortlist to the answer."""

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from experts.models.expert import Expert
from experts.models.request import ExpertiseRequest
from records.models import Record
from records.named import named


class Invitation(Record):
    """An expert on a request's shortlist, and the invitation that may come of it.

    A shortlist is the asking city's own. Invited, it is shared: the expert's city releases the
    expert, or refuses; then the expert answers by a signed link. `link_serial` rises with each
    new link, so that an older one opens nothing.
    """

    class State(models.TextChoices):
        SHORTLISTED = "shortlisted", _("on the shortlist")
        INVITED = "invited", _("invited")
        RELEASED = "released", _("released by their city")
        REFUSED = "refused", _("not released")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("an invitation", "withdrawn")

    parent_name: ClassVar[str] = "request"
    seen_through: ClassVar[tuple[str, ...]] = ("", "request__")

    request = models.ForeignKey(
        ExpertiseRequest, models.PROTECT, editable=False, related_name="invitations"
    )
    expert = models.ForeignKey(Expert, models.PROTECT, editable=False, related_name="invitations")
    state = models.CharField(
        _("state"), max_length=11, choices=State, default=State.SHORTLISTED, editable=False
    )
    note = models.CharField(_("why this expert"), max_length=500, blank=True)
    message = models.TextField(_("message to the expert"), max_length=5_000, blank=True)
    reason = models.CharField(_("reason of the refusal"), max_length=1_000, blank=True, editable=False)
    invited_at = models.DateTimeField(_("invited"), null=True, editable=False)
    released_at = models.DateTimeField(_("released"), null=True, editable=False)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("released by"),
    )
    answered_at = models.DateTimeField(_("answered"), null=True, editable=False)
    link_serial = models.PositiveIntegerField(_("link"), default=0, editable=False)
    link_sent_at = models.DateTimeField(_("link asked for"), null=True, editable=False)

    class Meta(Record.Meta):
        verbose_name, verbose_name_plural = _("invitation"), _("invitations")
        constraints: ClassVar = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="experts_invitation_state_known",
                condition=Q(
                    state__in=[
                        "shortlisted", "invited", "released", "refused",
                        "accepted", "declined", "withdrawn",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="experts_invitation_shortlist_is_own",
                condition=~Q(state="shortlisted") | Q(visibility="own"),
            ),
            models.CheckConstraint(
                name="experts_invitation_refusal_has_reason", condition=~Q(state="refused") | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="experts_invitation_accepted_was_released",
                condition=~Q(state="accepted") | Q(released_at__isnull=False, answered_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["request", "expert"],
                name="experts_invitation_once",
                condition=Q(archived_at=None),
                violation_error_message=_("This expert is on the request's shortlist already."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return titled(self, _("invitation"))

    def get_absolute_url(self) -> str:
        return reverse("experts:invitation-detail", args=[self.pk])


def titled(record: Any, kind: Any) -> str:
    """An invitation or engagement by its request and never by the person, whom not every reader is shown.

    The request comes with the record, or as JSON beside it where lines name records (`along`).
    """
    request = record._state.fields_cache.get("request")
    row = getattr(record, "request_json", None)
    title = str(request) if request else named("expertise-request", row).title if row else ""
    return f"{kind} · {title}" if title else str(kind)


class InvitationMessage(models.Model):
    """A word between the expert and the asking city: a question, an answer, another date. Kept as it is."""

    class Kind(models.TextChoices):
        QUESTION = "question", _("question")
        ANSWER = "answer", _("answer")
        DATES = "dates", _("another date")
        FEEDBACK = "feedback", _("feedback")

    id: Any = models.BigAutoField(primary_key=True)
    invitation = models.ForeignKey(Invitation, models.PROTECT, related_name="messages")
    kind = models.CharField(max_length=8, choices=Kind)
    by_expert = models.BooleanField(default=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    text = models.TextField(_("text"), max_length=5_000, blank=True)
    starts_on = models.DateField(pgettext_lazy("day", "from"), null=True, blank=True)
    ends_on = models.DateField(pgettext_lazy("day", "until"), null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("message"), _("messages")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="experts_invitationmessage_kind_known",
                condition=Q(kind__in=["question", "answer", "dates", "feedback"]),
            ),
            models.CheckConstraint(
                name="experts_invitationmessage_says_something",
                condition=~Q(text="") | Q(starts_on__isnull=False),
            ),
            models.CheckConstraint(
                name="experts_invitationmessage_has_author",
                condition=Q(by_expert=True, user=None) | Q(by_expert=False, user__isnull=False),
            ),
        ]
        triggers: ClassVar = [pgtrigger.Protect(name="kept", operation=pgtrigger.Update | pgtrigger.Delete)]
        indexes: ClassVar = [models.Index(fields=["invitation", "at"], name="experts_message_invitation")]

    def __str__(self) -> str:
        return self.get_kind_display()


class Letter(models.Model):
    """An e-mail to an expert, sent at most once. It holds no address and no text: both are asked when sent.

    `number` says which one of its kind it is: the serial of the link, the message that it tells of,
    the working days after which it reminds.
    """

    class Kind(models.TextChoices):
        LINK = "link", _("invitation")
        ANSWER = "answer", _("answer")
        REMINDER = "reminder", _("reminder")
        WITHDRAWN = "withdrawn", _("the invitation was withdrawn")
        CLOSED = "closed", _("the engagement was closed")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        DROPPED = "dropped", _("not sent")

    id: Any = models.BigAutoField(primary_key=True)
    invitation = models.ForeignKey(Invitation, models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=9, choices=Kind)
    number = models.BigIntegerField(default=0)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    due_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("letter to an expert"), _("letters to experts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["invitation", "kind", "number"], name="experts_letter_once"),
            models.CheckConstraint(
                name="experts_letter_kind_known",
                condition=Q(kind__in=["link", "answer", "reminder", "withdrawn", "closed"]),
            ),
            models.CheckConstraint(
                name="experts_letter_state_known",
                condition=Q(state__in=["waiting", "sending", "sent", "dropped"]),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="experts_letter_due", condition=Q(state="waiting"))
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
