"""What officials of both cities write to an invitation; the expert's own acts are in `answers`."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from experts.asking import (
    invite_refusal,
    is_shown,
    link_refusal,
    not_shown,
    release_refusal,
    remove_refusal,
    reply_refusal,
    shortlist_refusal,
    withdraw_refusal,
)
from experts.link import address_of
from experts.models import (
    Expert,
    ExpertAccess,
    ExpertContact,
    ExpertiseRequest,
    Invitation,
    InvitationMessage,
)
from experts.services.experts import access_log
from experts.services.letters import letter_ask
from experts.services.requests import require, taken_back
from experts.states import target
from records import services
from records.errors import Invalid
from records.models import Verb, Visibility
from records.registry import registry

State = Invitation.State


def invitation_shortlist(
    *, request: ExpertiseRequest, expert: Expert, note: str = "", by: Actor
) -> Invitation:
    """Put an expert of another city on the shortlist, which is the asking city's own.

    Raises `NotVisible`, `NotAllowed` and `Invalid`.
    """
    with services.locked(request, by=by) as fresh:
        require(shortlist_refusal(by, fresh))
        if expert.owner_city_id == fresh.city_id:
            raise Invalid({"expert": [_("Choose an expert of another city.")]})
        if expert.programme_id != fresh.programme_id or not is_shown(expert, fresh.city):
            raise not_shown()
        made = Invitation(
            request=fresh,
            expert=expert,
            note=note,
            programme=fresh.programme,
            visibility=Visibility.OWN,
            owner_city_id=fresh.city_id,
        )
        return services.create(made, by=by)


def invitation_note(*, invitation: Invitation, note: str, base_version: int, by: Actor) -> Invitation:
    """Say why this expert. Raises `NotVisible`, `NotAllowed`, `EditConflict` and `Invalid`."""
    with services.locked(invitation, by=by) as fresh:
        require(shortlist_refusal(by, fresh.request))
        return services.amend(fresh, changes={"note": note}, base_version=base_version, by=by)


def invitation_remove(*, invitation: Invitation, base_version: int, by: Actor) -> Invitation:
    """Take an expert off the list, who may then be put on it anew.

    Only before the invitation, or after it came to nothing. Raises `NotVisible`, `NotAllowed` and
    `EditConflict`.
    """
    with services.locked(invitation, by=by) as fresh:
        require(remove_refusal(by, fresh))
        return services.archive(fresh, base_version=base_version, by=by)


def invitation_invite(
    *, invitation: Invitation, message: str, note: str | None = None, base_version: int, by: Actor
) -> Invitation:
    """Ask the expert's city to release the expert; from now on both cities see the invitation.

    Raises `NotVisible`, `NotAllowed`, `EditConflict` and `Invalid`.
    """
    with services.locked(invitation.request, by=by), services.locked(invitation, by=by) as fresh:
        require(invite_refusal(by, fresh))
        if not message.strip():
            raise Invalid({"message": [_("Write to the expert what you ask.")]})
        return services.put(
            fresh,
            base_version=base_version,
            by=by,
            state=target(fresh, "invite"),
            message=message,
            note=fresh.note if note is None else note,
            invited_at=timezone.now(),
            visibility=Visibility.SHARED,
            owner_city=None,
        )


def invitation_withdraw(*, invitation: Invitation, base_version: int, by: Actor) -> Invitation:
    """Ask the expert no longer. Raises `NotVisible`, `NotAllowed` and `EditConflict`."""
    with services.locked(invitation, by=by) as fresh:
        require(withdraw_refusal(by, fresh))
        services.require_version(fresh, base_version)
        return taken_back(fresh, by=by)


def invitation_release(
    *, invitation: Invitation, base_version: int, by: Actor
) -> tuple[Invitation, str | None]:
    """The expert's city lets the expert answer, who gets a signed link by e-mail.

    Where no address is known, the link itself comes back, once, for the official to hand over.
    Raises `NotVisible`, `NotAllowed` and `EditConflict`.
    """
    with services.locked(invitation, by=by) as fresh:
        require(release_refusal(by, fresh))
        made = services.put(
            fresh,
            base_version=base_version,
            by=by,
            state=target(fresh, "release"),
            released_at=timezone.now(),
            released_by=by.user,
            link_serial=fresh.link_serial + 1,
            link_sent_at=timezone.now(),
        )
        return made, link_passed_on(made, by)


def invitation_refuse(*, invitation: Invitation, reason: str, base_version: int, by: Actor) -> Invitation:
    """The expert's city does not release the expert, and says why.

    Raises `NotVisible`, `NotAllowed`, `EditConflict` and `Invalid`.
    """
    with services.locked(invitation, by=by) as fresh:
        require(release_refusal(by, fresh, "refuse"))
        if not reason.strip():
            raise Invalid({"reason": [_("Say why the expert is not released.")]})
        return services.put(
            fresh, base_version=base_version, by=by, state=target(fresh, "refuse"), reason=reason
        )


def invitation_link_renew(
    *, invitation: Invitation, base_version: int, by: Actor
) -> tuple[Invitation, str | None]:
    """A fresh link in the place of the one before: by e-mail, or to hand over as with the release.

    Raises `NotVisible`, `NotAllowed` and `EditConflict`.
    """
    with services.locked(invitation, by=by) as fresh:
        require(link_refusal(by, fresh))
        made = link_raised(fresh, base_version, by)
        return made, link_passed_on(made, by)


def link_raised(invitation: Invitation, base_version: int, by: Actor) -> Invitation:
    """The next link of a locked invitation; every earlier one opens nothing from now on."""
    return services.put(
        invitation,
        base_version=base_version,
        by=by,
        link_serial=invitation.link_serial + 1,
        link_sent_at=timezone.now(),
    )


def link_passed_on(invitation: Invitation, by: Actor) -> str | None:
    """Mail the link, or give it back for somebody to hand over, which is logged."""
    if has_address(invitation.expert):
        letter_ask(invitation=invitation, kind="link", number=invitation.link_serial, by=by)
        return None
    access_log(expert=invitation.expert, act=ExpertAccess.Act.RELEASED, by=by)
    return address_of(invitation)


def has_address(expert: Expert) -> bool:
    return ExpertContact.objects.live().filter(expert=expert).exclude(email="").exists()


def invitation_reply(
    *,
    invitation: Invitation,
    text: str,
    starts_on: date | None = None,
    ends_on: date | None = None,
    base_version: int,
    by: Actor,
) -> InvitationMessage:
    """Answer the expert; dates that come with it are what the asking city agrees to.

    The expert is mailed, with the link. Raises `NotVisible`, `NotAllowed`, `EditConflict` and `Invalid`.
    """
    with services.locked(invitation, by=by) as fresh:
        require(reply_refusal(by, fresh))
        services.require_version(fresh, base_version)
        kinds = InvitationMessage.Kind
        said = InvitationMessage(
            kind=kinds.DATES if starts_on else kinds.ANSWER, text=text, starts_on=starts_on, ends_on=ends_on
        )
        made = message_add(fresh, said, by=by)
        letter_ask(invitation=fresh, kind="answer", number=made.pk, by=by)
        return made


def message_add(invitation: Invitation, message: InvitationMessage, *, by: Actor) -> InvitationMessage:
    """Add a word to the thread of a locked invitation. Raises `Invalid`."""
    if not message.text.strip() and message.starts_on is None:
        raise Invalid({"text": [_("Write something.")]})
    if len(message.text) > 5_000:
        raise Invalid({"text": [_("Write at most 5,000 characters.")]})
    if message.ends_on and (message.starts_on is None or message.ends_on < message.starts_on):
        raise Invalid({"ends_on": [_("The end must not lie before the start.")]})
    message.invitation, message.user_id, message.by_expert = invitation, by.user_id, by.user_id is None
    message.save(force_insert=True)
    services.touch(invitation, [], by=by)
    services.note(invitation, registry.of(invitation), Verb.EDITED, by=by, fields=["messages"])
    return message
