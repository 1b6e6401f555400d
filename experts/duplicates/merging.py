"""Two profiles of one person made one: what stands for each value, and what moves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from attachments.moving import attached_move
from experts.duplicates.services import decided, duplicates_ask, forget_pairs_of, pair_locked
from experts.models import DuplicatePair, Engagement, Expert, ExpertContact, Invitation, Work
from experts.search import index
from programme.models import Citation
from records import services
from records.cells import folded
from records.errors import EditConflict, Invalid
from records.models import Tracked, Verb
from records.registry import registry
from records.values import edited_columns, plain

FIRST, SECOND = "first", "second"
CONSENT = (
    "consent_purpose", "consent_countries", "consent_covers", "consent_given_on", "consent_expires_on",
)  # fmt: skip
# What of an invitation counts for less than another one on the same request.
AT_REST = {Invitation.State.SHORTLISTED, Invitation.State.REFUSED, Invitation.State.DECLINED,
           Invitation.State.WITHDRAWN}  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """A value that the two profiles do not share; `settled` where only one of them has it."""

    path: str
    first: Any
    second: Any

    @property
    def settled(self) -> str:
        return SECOND if not self.first else FIRST if not self.second else ""


def choices_of(pair: DuplicatePair) -> list[Choice]:
    """Each value in which two profiles differ: columns, levels of a language, contact details, consent."""
    one, other = pair.first, pair.second
    found = []
    for path in edited_columns(registry.of(Expert)):
        values = [column_value(expert, path) or "" for expert in (one, other)]
        found.append(Choice(path, *values))
    levels = [{each.language: each.level for each in expert.languages.all()} for expert in (one, other)]
    for code in sorted(levels[0].keys() & levels[1].keys()):
        found.append(Choice(f"languages/{code}", levels[0][code], levels[1][code]))
    contacts = contacts_of(pair)
    found.append(
        Choice(
            "contact",
            *(
                (contact.pk if contact else "")
                for contact in (contacts.get(one.pk), contacts.get(other.pk))
            ),
        )
    )
    consents = [
        [plain(getattr(expert, name)) for name in CONSENT] if expert.consent_given_on else ""
        for expert in (one, other)
    ]
    found.append(Choice("consent", *consents))
    return [choice for choice in found if choice.first != choice.second]


def contacts_of(pair: DuplicatePair) -> dict[Any, ExpertContact]:
    rows = ExpertContact.objects.filter(expert__in=[pair.first_id, pair.second_id], archived_at=None)
    return {contact.expert_id: contact for contact in rows}


def pair_merge(
    *,
    pair: DuplicatePair,
    kept: str,
    choices: Mapping[str, str],
    versions: Mapping[str, int],
    by: Actor,
) -> Expert:
    """Make one profile of two, in one transaction; both stay locked, in the order of their ids.

    `kept` says which profile goes on (`first`, `second`), `choices` whose value stands where
    both have one (by default the kept one's), `versions` from which versions the reader
    chose. Fields, languages and works are united; invitations, engagements, documents,
    remarks and links move. The other profile is archived and leads to the kept one.

    Raises `NotVisible`, `NotAllowed` (also for whoever is no person), `EditConflict`, `Invalid`.
    """
    with services.writing(by=by):
        fresh = pair_locked(pair, by=by)
        sides = {FIRST: fresh.first, SECOND: fresh.second}
        if kept not in sides or not set(choices.values()) <= set(sides):
            raise Invalid({"": [_("Choose one of the two profiles.")]})
        for side, expert in sides.items():
            if versions.get(side) != expert.version:
                raise EditConflict(expert.version, [])
        stays, goes = sides[kept], sides[SECOND if kept == FIRST else FIRST]
        differing = choices_of(fresh)
        known = {choice.path for choice in differing}
        if unknown := sorted(set(choices) - known):
            raise Invalid({"": [_("The profiles do not differ in “%(name)s”.") % {"name": unknown[0]}]})
        taken = {
            choice.path
            for choice in differing
            if sides[choice.settled or choices.get(choice.path, kept)] is goes
        }
        values = values_taken(goes, taken)
        stays, goes = leave(stays, goes, by=by, gives_number="reference" in values)
        unite(stays, goes, values, taken, by=by)
        move_works(stays, goes, by=by)
        move_invitations(stays, goes, by=by)
        move(Engagement.objects.filter(expert=goes), by=by, expert=stays)
        attached_move(source=goes, target=stays, by=by)
        kind = registry.of(Expert).kind
        move(Citation.objects.filter(subject_kind=kind, subject_id=goes.pk), by=by, subject_id=stays.pk)
        move_contact(stays, goes, by=by, takes="contact" in taken)
        decided(fresh, DuplicatePair.State.MERGED, by=by)
        forget_pairs_of(goes, but=fresh)
        index.refresh_many([stays.pk, goes.pk])
        duplicates_ask(city_id=fresh.city_id, by=by)
        return stays


def column_value(expert: Expert, path: str) -> Any:
    column: Any = expert._meta.get_field(path)
    return plain(column.value_from_object(expert))


def values_taken(goes: Expert, taken: set[str]) -> dict[str, Any]:
    """The columns that the kept profile takes from the other one."""
    return {path: column_value(goes, path) for path in edited_columns(registry.of(Expert)) if path in taken}


def leave(stays: Expert, goes: Expert, *, by: Actor, gives_number: bool) -> tuple[Expert, Expert]:
    """Archive the profile that goes, so that its ORCID and its number are free for the other."""
    goes.archived_at, goes.merged_into = timezone.now(), stays
    if gives_number:
        goes.reference = ""
    services.touch(goes, ["archived_at", "merged_into", "reference"], by=by)
    services.note(goes, registry.of(goes), Verb.ARCHIVED, by=by, fields=["merged_into"])
    return stays, goes


def unite(stays: Expert, goes: Expert, values: dict[str, Any], taken: set[str], *, by: Actor) -> None:
    fields = {str(pk) for expert in (stays, goes) for pk in expert.fields.values_list("pk", flat=True)}
    theirs = dict(goes.languages.values_list("language", "level"))
    mine = dict(stays.languages.values_list("language", "level"))
    levels = theirs | mine | {code: theirs[code] for code in theirs if f"languages/{code}" in taken}
    changes = {**values, "fields": sorted(fields), "languages": dict(sorted(levels.items()))}
    services.amend(stays, changes=changes, base_version=stays.version, by=by)
    if "consent" in taken:
        for name in CONSENT:
            setattr(stays, name, getattr(goes, name))
        services.validate(stays)
        services.touch(stays, CONSENT, by=by)
        services.note(stays, registry.of(stays), Verb.EDITED, by=by, fields=CONSENT)


def move(records: Iterable[Tracked], *, by: Actor, **values: Any) -> None:
    """Set these columns of records, as the next version of each."""
    for record in records:
        for name, value in values.items():
            setattr(record, name, value)
        services.touch(record, list(values), by=by)
        services.note(record, registry.of(record), Verb.EDITED, by=by, fields=list(values))


def archive(record: Tracked, *, by: Actor) -> None:
    services.set_archived(record, timezone.now(), Verb.ARCHIVED, by=by)


def move_works(stays: Expert, goes: Expert, *, by: Actor) -> None:
    known = {(work.kind, folded(work.title)) for work in Work.objects.live().filter(expert=stays)}
    for work in Work.objects.filter(expert=goes).order_by("pk"):
        if work.archived_at is not None or (work.kind, folded(work.title)) not in known:
            move([work], by=by, expert=stays)


def move_invitations(stays: Expert, goes: Expert, *, by: Actor) -> None:
    """Of two on one request the one that has come further stays.

    Raises `Invalid` where both are under way.
    """
    invitations = (
        Invitation.objects.select_related("request").select_for_update(of=("self",)).order_by("pk")
    )
    mine = {each.request_id: each for each in invitations.filter(expert=stays, archived_at=None)}
    for each in invitations.filter(expert=goes):
        held = mine.get(each.request_id)
        if each.archived_at is None and held is not None:
            if each.state in AT_REST:
                archive(each, by=by)
            elif held.state in AT_REST:
                archive(held, by=by)
            else:
                sentence = _(
                    "Both are invited for the request “%(request)s”: withdraw one invitation first."
                )
                raise Invalid({"": [sentence % {"request": each.request}]})
        move([each], by=by, expert=stays)


def move_contact(stays: Expert, goes: Expert, *, by: Actor, takes: bool) -> None:
    """Where the other's contact details were chosen they go along; what stays behind is emptied."""
    contacts = {each.expert_id: each for each in ExpertContact.objects.filter(expert__in=[stays, goes])}
    mine, theirs = contacts.get(stays.pk), contacts.get(goes.pk)
    if theirs is None:
        return
    if mine is None:
        move([theirs], by=by, expert=stays)
        return
    names = ("email", "phone", "address", "language")
    if takes:
        given = {name: getattr(theirs, name) for name in names}
        services.amend(mine, changes=given, base_version=mine.version, by=by)
    empty = {"email": "", "phone": "", "address": ""}
    services.amend(theirs, changes=empty, base_version=theirs.version, by=by)
    archive(theirs, by=by)
