"""Possible duplicates: found by a job, dismissed or merged by a person."""

from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actors import Actor
from accounts.models import City
from experts.access import require_edit
from experts.duplicates.evidence import NAMES, Known, candidates, evidence, is_proposed
from experts.models import DuplicatePair, Engagement, Expert, ExpertContact
from experts.models import Work as ExpertWork
from records import services
from records.cells import folded
from records.errors import NotAllowed, NotVisible
from records.jobs import Work, job_create
from records.models import Job
from records.texts import LANGUAGES, column

JOB = "experts.duplicates"
NIGHT = 2  # the hour of a city's night from which the search is due
STEP = gettext_noop("Comparing the experts")
AT_ONCE = 500
State = DuplicatePair.State


def duplicates_ask(*, city_id: UUID, by: Actor) -> Job:
    """Have a job look for experts that a city has entered twice."""
    with services.writing(by=by):
        return job_create(kind=JOB, arguments={"city": str(city_id)}, by=by, key=f"{JOB}:{city_id}")


def duplicates_ask_nightly() -> int:
    """Ask for the search of each city whose night has come and that has had none in it; returns how many.

    It may run twice, and at once with itself: then one search waits or runs, or finds the same again.
    """
    asked = 0
    for city in City.objects.filter(pk__in=Expert.objects.live().values("owner_city")):
        now = timezone.now().astimezone(ZoneInfo(city.timezone))
        due = now.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
        due = due if due <= now else due - timedelta(days=1)
        had = Job.objects.filter(kind=JOB, arguments__city=str(city.pk), created_at__gte=due)
        if not had.exists():
            duplicates_ask(city_id=city.pk, by=Actor.system("duplicates"))
            asked += 1
    return asked


def duplicates_find(*, city_id: UUID, work: Work) -> None:
    """Propose pairs of a city's own profiles, and take back those that no longer look alike.

    What a person has decided stays decided.
    """
    found: dict[tuple[Any, Any], dict[str, int]] = {}
    work.step(_(STEP), 5)
    for profiles in known_by_programme(city_id).values():
        for count, (one, other) in enumerate(candidates(profiles)):
            if count % 2_000 == 0:
                work.step(_(STEP), 50)
            spoken_for = evidence(one, other)
            if is_proposed(spoken_for):
                found[one.pk, other.pk] = spoken_for
    work.step(_(STEP), 90)
    with services.writing(by=Actor.system("duplicates")):
        pairs_write(city_id, found)


def pairs_write(city_id: UUID, found: dict[tuple[Any, Any], dict[str, int]]) -> None:
    known = DuplicatePair.objects.filter(city=city_id).select_for_update().order_by("pk")
    there = {(pair.first_id, pair.second_id): pair for pair in known}
    gone = [pair.pk for ids, pair in there.items() if pair.state == State.OPEN and ids not in found]
    DuplicatePair.objects.filter(pk__in=gone, state=State.OPEN).delete()
    new, changed = [], []
    for (first, second), spoken_for in found.items():
        score = min(100, sum(spoken_for.values()))
        pair = there.get((first, second))
        if pair is None:
            new.append(
                DuplicatePair(
                    city_id=city_id, first_id=first, second_id=second, evidence=spoken_for, score=score
                )
            )
        elif pair.state == State.OPEN and pair.evidence != spoken_for:
            pair.evidence, pair.score = spoken_for, score
            changed.append(pair)
    DuplicatePair.objects.bulk_create(new, batch_size=AT_ONCE, ignore_conflicts=True)
    DuplicatePair.objects.bulk_update(changed, ["evidence", "score"], batch_size=AT_ONCE)


def known_by_programme(city_id: UUID) -> dict[UUID, list[Known]]:
    """What is compared of a city's live profiles, in three queries."""
    affiliations = [column("affiliation", language) for language in LANGUAGES]
    mine = Expert.objects.live().filter(owner_city=city_id).exclude(state=Expert.State.ERASED)
    emails = dict(
        ExpertContact.objects.filter(expert__in=mine).exclude(email="").values_list("expert", "email")
    )
    fields: dict[Any, set[Any]] = {}
    for expert, each in Expert.fields.through.objects.filter(expert__in=mine).values_list(
        "expert", "expertisefield"
    ):
        fields.setdefault(expert, set()).add(each)
    found: dict[UUID, list[Known]] = {}
    columns = ("pk", "programme", "orcid", "organisation", *NAMES, *affiliations)
    for row in mine.values(*columns).iterator(chunk_size=2_000):
        found.setdefault(row["programme"], []).append(
            Known(
                pk=row["pk"],
                names=tuple(dict.fromkeys(row[name] for name in NAMES if row[name])),
                orcid=row["orcid"],
                email=emails.get(row["pk"], "").strip().casefold(),
                organisation=row["organisation"],
                affiliations=tuple(folded(row[name]) for name in affiliations if row[name]),
                fields=frozenset(fields.get(row["pk"], ())),
            )
        )
    return found


def pairs_to_see(actor: Actor) -> Any:
    """The pairs of an actor's own city; nobody else knows of them. Raises `NotVisible`."""
    if actor.city_id is None:
        raise NotVisible
    return DuplicatePair.objects.filter(city=actor.city_id)


def pair_to_read(*, pk: UUID, actor: Actor) -> DuplicatePair:
    """The pair with both profiles, their fields, languages and counts of what hangs on them.

    Raises `NotVisible`.
    """
    found = pairs_to_see(actor).select_related("decided_by").filter(pk=pk).first()
    if found is None:
        raise NotVisible
    whole = Expert.objects.select_related("organisation", "keeper", "programme").prefetch_related(
        "fields", "languages"
    )
    experts = whole.annotate(
        works_count=counted(ExpertWork), engagements_count=counted(Engagement)
    ).in_bulk([found.first_id, found.second_id])
    found.first, found.second = experts[found.first_id], experts[found.second_id]
    return found


def counted(model: Any) -> Any:
    """How many live records of a kind an expert has."""
    live = model.objects.filter(expert=OuterRef("pk"), archived_at=None).order_by().values("expert")
    return Coalesce(Subquery(live.annotate(count=Count("pk")).values("count")), 0)


def decide_refusal(pair: DuplicatePair, by: Actor) -> NotAllowed | None:
    """Why this actor may not say whether these are one person; None when they may."""
    if by.is_system or by.client is not None or by.user_id is None:
        return NotAllowed(
            _("Whether two profiles are of one person is said by a person, never by a machine.")
        )
    try:
        for expert in (pair.first, pair.second):
            require_edit(by, expert, archived=pair.state != State.OPEN)
    except NotAllowed as refusal:
        return refusal
    if pair.state != State.OPEN:
        return NotAllowed(_("Somebody has decided on this already."))
    return None


def pair_locked(pair: DuplicatePair, *, by: Actor) -> DuplicatePair:
    """The pair with both profiles, locked in the order of their ids.

    Raises `NotVisible` and `NotAllowed`.
    """
    pks = [pair.first_id, pair.second_id]
    experts: dict[Any, Any] = {
        expert.pk: expert
        for expert in Expert.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
    }
    fresh = (
        DuplicatePair.objects.select_for_update(of=("self",)).filter(pk=pair.pk, city=by.city_id).first()
    )
    if not by.is_system and (fresh is None or len(experts) < 2):
        raise NotVisible
    fresh = fresh or pair
    fresh.first, fresh.second = experts[fresh.first_id], experts[fresh.second_id]
    if refusal := decide_refusal(fresh, by):
        raise refusal
    return fresh


def decided(pair: DuplicatePair, state: str, *, by: Actor) -> None:
    pair.state, pair.decided_by, pair.decided_at = state, by.user, timezone.now()
    pair.save(update_fields=["state", "decided_by", "decided_at"])


def pair_dismiss(*, pair: DuplicatePair, by: Actor) -> DuplicatePair:
    """Say that these are two people; they are not proposed again. Raises `NotVisible` and `NotAllowed`."""
    with services.writing(by=by):
        fresh = pair_locked(pair, by=by)
        decided(fresh, State.DISMISSED, by=by)
        return fresh


def forget_pairs_of(expert: Expert, *, but: DuplicatePair) -> None:
    """Open pairs of a profile that has gone are open no longer."""
    about = Q(first=expert) | Q(second=expert)
    DuplicatePair.objects.filter(about, state=State.OPEN).exclude(pk=but.pk).delete()
