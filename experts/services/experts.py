"""Every write to an expert's profile, but for erasing and merging people."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require_edit
from accounts.actors import Actor
from experts.access import contact_refusal, publish_refusal, suspend_refusal
from experts.models import Expert, ExpertAccess, ExpertContact, Work
from experts.search import index
from records import services
from records.errors import Invalid, NotAllowed
from records.models import Visibility

CONFIRMED_FOR = 365  # days for which a confirmed profile is up to date


def expert_create(
    *, expert: Expert, parts: Mapping[str, Any] | None = None, original: str | None = None, by: Actor
) -> Expert:
    """Add a draft profile of an expert of the actor's city. Raises `NotAllowed` and `Invalid`."""
    with services.writing(by=by):
        expert.visibility = Visibility.OWN
        expert.owner_city = expert.owner_city or by.city
        require_edit(by, expert)
        expert.confirmed_on = timezone.localdate()
        if expert.keeper_id is None and by.city_id == expert.owner_city_id:
            expert.keeper_id = by.user_id
        require_own_people(expert)
        made = services.create(expert, parts=parts, by=by, original=original)
        index.refresh(made)
        return made


def expert_amend(
    *,
    expert: Expert,
    changes: Mapping[str, Any],
    base_version: int,
    by: Actor,
    base: Mapping[str, Any] | None = None,
    confirmed: Collection[str] = (),
    reason: str = "",
) -> Expert:
    """Edit a profile. Raises `NotVisible`, `NotAllowed`, `EditConflict` and `Invalid`."""
    with services.locked(expert, by=by, reason=reason) as fresh:
        require_edit(by, fresh, correcting=bool(reason))
        require_not_erased(fresh)
        made = services.amend(
            fresh, changes=changes, base_version=base_version, base=base, confirmed=confirmed, by=by
        )
        require_own_people(made)
        if made.state == Expert.State.PUBLISHED and not made.fields.exists():
            raise Invalid({"fields": [_("A published profile has at least one field of expertise.")]})
        index.refresh(made)
        return made


def expert_archive(*, expert: Expert, base_version: int, by: Actor, reason: str = "") -> Expert:
    """Take a profile out of the lists. Raises `NotVisible`, `NotAllowed` and `EditConflict`."""
    with services.locked(expert, by=by, reason=reason) as fresh:
        require_edit(by, fresh, correcting=bool(reason))
        require_not_erased(fresh)
        made = services.archive(fresh, base_version=base_version, by=by)
        index.refresh(made)
        return made


def expert_restore(*, expert: Expert, base_version: int, by: Actor, reason: str = "") -> Expert:
    """Bring an archived profile back. Raises `NotVisible`, `NotAllowed` and `EditConflict`."""
    with services.locked(expert, by=by, reason=reason) as fresh:
        require_edit(by, fresh, archived=True, correcting=bool(reason))
        require_not_erased(fresh)
        if fresh.merged_into_id:
            raise NotAllowed(_("This profile was merged into another one, which has taken its place."))
        made = services.restore(fresh, base_version=base_version, by=by)
        index.refresh(made)
        return made


def expert_publish(*, expert: Expert, base_version: int, by: Actor) -> Expert:
    """The city vouches for this expert, who can be found. Raises `NotAllowed` and `EditConflict`."""
    with services.locked(expert, by=by) as fresh:
        if refusal := publish_refusal(by, fresh):
            raise refusal
        return written(
            fresh, base_version, by, state=Expert.State.PUBLISHED, confirmed_on=timezone.localdate()
        )


def expert_suspend(*, expert: Expert, base_version: int, by: Actor) -> Expert:
    """The profile is found by nobody but its own city. Raises `NotAllowed` and `EditConflict`."""
    with services.locked(expert, by=by) as fresh:
        if refusal := suspend_refusal(by, fresh):
            raise refusal
        return written(fresh, base_version, by, state=Expert.State.SUSPENDED)


def expert_confirm(*, expert: Expert, base_version: int, by: Actor) -> Expert:
    """The profile is right as it stands today. Raises `NotAllowed` and `EditConflict`."""
    with services.locked(expert, by=by) as fresh:
        require_edit(by, fresh)
        require_not_erased(fresh)
        return written(fresh, base_version, by, confirmed_on=timezone.localdate(), refresh_asked_at=None)


def consent_give(
    *,
    expert: Expert,
    purpose: str,
    countries: Sequence[str],
    covers: Sequence[str],
    given_on: date,
    expires_on: date,
    base_version: int,
    by: Actor,
) -> Expert:
    """Record that the person agrees to be shown to officials of these countries until a day.

    In the place of an earlier consent. Raises `NotAllowed`, `EditConflict` and `Invalid`.
    """
    with services.locked(expert, by=by) as fresh:
        require_edit(by, fresh)
        require_not_erased(fresh)
        if given_on > timezone.localdate():
            raise Invalid({"given_on": [_("A consent that has not been given yet cannot be recorded.")]})
        return written(
            fresh,
            base_version,
            by,
            consent_purpose=purpose,
            consent_countries=sorted(set(countries)),
            consent_covers=sorted(set(covers)),
            consent_given_on=given_on,
            consent_expires_on=expires_on,
        )


def consent_withdraw(*, expert: Expert, base_version: int, by: Actor) -> Expert:
    """The person agrees no longer: the other side sees nothing of them from this moment.

    Raises `NotAllowed` and `EditConflict`.
    """
    with services.locked(expert, by=by) as fresh:
        require_edit(by, fresh)
        require_not_erased(fresh)
        return written(
            fresh,
            base_version,
            by,
            consent_purpose="",
            consent_countries=[],
            consent_covers=[],
            consent_given_on=None,
            consent_expires_on=None,
        )


def contact_write(
    *, expert: Expert, changes: Mapping[str, Any], base_version: int, by: Actor
) -> ExpertContact:
    """Set how an expert is reached; `base_version` is 0 where nothing is known yet.

    Raises `NotVisible`, `NotAllowed`, `EditConflict` and `Invalid`.
    """
    with services.locked(expert, by=by) as fresh:
        require_edit(by, fresh)
        require_not_erased(fresh)
        known = ExpertContact.objects.select_for_update().filter(expert=fresh).first()
        if known is None:
            made = ExpertContact(
                expert=fresh, programme_id=fresh.programme_id, visibility=Visibility.OWN,
                owner_city_id=fresh.owner_city_id, **changes,
            )  # fmt: skip
            return services.create(made, by=by)
        return services.amend(known, changes=changes, base_version=base_version, by=by)


def contact_show(*, expert: Expert, by: Actor) -> ExpertContact | None:
    """How an expert is reached, for this actor, which is logged. Raises `NotAllowed`."""
    with services.writing(by=by):
        if refusal := contact_refusal(by, expert):
            raise refusal
        found = ExpertContact.objects.filter(expert=expert).first()
        if found is not None:
            access_log(expert=expert, act=ExpertAccess.Act.CONTACT, by=by)
        return found


def work_create(*, work: Work, by: Actor) -> Work:
    """Add a publication or past engagement. Raises `NotVisible`, `NotAllowed` and `Invalid`."""
    with services.locked(work.expert, by=by) as expert:
        require_edit(by, expert)
        require_not_erased(expert)
        work.expert = expert
        made = services.create(work, by=by)
        index.refresh(expert)
        return made


def work_amend(
    *,
    work: Work,
    changes: Mapping[str, Any],
    base_version: int,
    by: Actor,
    base: Mapping[str, Any] | None = None,
) -> Work:
    """Edit a publication or past engagement.

    Raises `NotVisible`, `NotAllowed`, `EditConflict` and `Invalid`.
    """
    with services.locked(work.expert, by=by) as expert, services.locked(work, by=by) as fresh:
        require_edit(by, expert)
        require_not_erased(expert)
        made = services.amend(fresh, changes=changes, base_version=base_version, base=base, by=by)
        index.refresh(expert)
        return made


def work_archive(*, work: Work, base_version: int, by: Actor) -> Work:
    """Take a publication or past engagement out of the profile.

    Raises `NotVisible`, `NotAllowed` and `EditConflict`.
    """
    with services.locked(work.expert, by=by) as expert, services.locked(work, by=by) as fresh:
        require_edit(by, expert)
        made = services.archive(fresh, base_version=base_version, by=by)
        index.refresh(expert)
        return made


def access_log(*, expert: Expert, act: str, by: Actor) -> None:
    """Note who saw or was given what is not on the profile itself."""
    ExpertAccess.objects.create(
        expert=expert,
        act=act,
        user_id=by.user_id,
        city_id=by.city_id,
        client=by.client.name if by.client else "",
    )


def written(expert: Expert, base_version: int, by: Actor, **values: Any) -> Expert:
    """Set columns of a locked profile that no form edits, as its next version, which is found from now on.

    Raises `EditConflict` and `Invalid`.
    """
    made = services.put(expert, base_version=base_version, by=by, **values)
    if made.version != base_version:
        index.refresh(made)
    return made


def require_not_erased(expert: Expert) -> None:
    if expert.state == Expert.State.ERASED:
        raise NotAllowed(_("This expert has been erased."))


def require_own_people(expert: Expert) -> None:
    """Organisation and keeper are of the city that vouches for the expert. Raises `Invalid`."""
    for name in ("organisation", "keeper"):
        related = getattr(expert, name)
        if related is not None and related.city_id != expert.owner_city_id:
            raise Invalid({name: [_("Choose one of the expert's own city.")]})
