"""From a request to the experts of the other cities who fit it, each with a score whose parts are shown."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.actors import Actor
from experts.access import covered, is_own
from experts.models import Expert, ExpertiseRequest, Work
from experts.search import index
from experts.search.answers import Concept, Match
from experts.search.asking import MOST_GROUPS, Group, concept_groups, offer_concept, rarity
from experts.search.candidates import Candidate, Filters, candidates
from experts.search.concepts import Vocabulary, concepts, vocabulary
from experts.search.finding import reasons, shown
from experts.search.statistics import statistics
from experts.search.words import normal, words
from records.texts import LANGUAGES, text_in

FIELDS, WORDS, LANGUAGE, AVAILABILITY, PAST = 50, 20, 15, 10, 5
WEIGHED = 40  # candidates whose score is worked out in full
MOST_WORDS = 4
LEVELS = {"A1": 0.2, "A2": 0.3, "B1": 0.6, "B2": 0.8, "C1": 1.0, "C2": 1.0, "native": 1.0}
AVAILABLE = {
    Expert.Availability.AVAILABLE: 1.0,
    Expert.Availability.LIMITED: 0.5,
    Expert.Availability.AWAY: 0.0,
}


def suggest_fields(text: str, *, most: int = 8) -> list[Concept]:
    """The fields that a text, long or short, in any language, speaks of: the weightiest first."""
    return concepts(text, vocabulary(), most=most)


def matches(request: ExpertiseRequest, *, actor: Actor, most: int = 20) -> list[Match]:
    """The experts of other cities than the asking one, as far as this actor sees them."""
    known = vocabulary()
    fields, said = asked(request, known)
    groups = [*fields, *said]
    if not groups:
        return []
    filters = Filters(without=[request.city_id], shared_only=True)
    weighed = max(WEIGHED, most)
    rows = candidates(groups, filters, actor, most=3 * weighed)[:weighed]
    experts = shown(rows, actor, known)
    made = [
        match(experts[row.pk], request, fields, said, actor, known) for row in rows if row.pk in experts
    ]
    return sorted(made, key=lambda each: -each.score)[:most]


def asked(request: ExpertiseRequest, known: Vocabulary) -> tuple[list[Group], list[Group]]:
    """The fields of a request, chosen by people or else read from its text, and its telling words."""
    text = "\n".join(
        text_in(request, name, language) for name in ("title", "text") for language in LANGUAGES
    )
    chosen = [pk for pk in request.fields.values_list("pk", flat=True) if pk in known.fields]
    spoken = concepts(text, known, most=MOST_GROUPS)
    common = statistics()
    if chosen:
        groups = [chosen_group(pk, known) for pk in chosen[:MOST_GROUPS]]
    else:
        groups = concept_groups(spoken, known)[:MOST_GROUPS]
    for group in groups:
        group.weight *= rarity(group, common)
    said: list[Group] = []
    for word in words(normal(text)):
        group = Group(word.text, 0.5, taken=True)
        group.offer("w" + word.stem, 1.0)
        group.weight *= rarity(group, common)
        if group.tokens and all(group.tokens.keys() != other.tokens.keys() for other in said):
            said.append(group)
    title = {word.stem for word in words(normal(text.split("\n\n")[0][:300]))}
    said.sort(key=lambda group: (not any(token[1:] in title for token in group.tokens), -group.weight))
    return groups, said[:MOST_WORDS]


def chosen_group(pk: UUID, known: Vocabulary) -> Group:
    group = Group(str(known.fields[pk]), 2.0)
    offer_concept(group, pk, 1.0, known)
    return group


def match(
    expert: Expert,
    request: ExpertiseRequest,
    fields: Sequence[Group],
    said: Sequence[Group],
    actor: Actor,
    known: Vocabulary,
) -> Match:
    own = is_own(expert, actor)
    covers = covered(expert, actor)
    held = index.own_tokens(expert, known) if own else index.tokens(expert, covers, known)
    engaged = sum(
        work.kind == Work.Kind.ENGAGEMENT and work.archived_at is None for work in expert.works.all()
    )
    shares = [
        (_("fields of expertise"), reached(fields, held), FIELDS),
        (_("words"), reached(said, held), WORDS),
        (_("languages of work"), spoken(expert, request), LANGUAGE),
        (_("availability"), AVAILABLE[Expert.Availability(expert.availability)], AVAILABILITY),
        (_("past engagements"), min(engaged, 3) / 3 if "engagements" in covers else 0.0, PAST),
    ]
    parts = [(label, round(share * points), points) for label, share, points in shares]
    return Match(
        expert=expert,
        score=sum(points for _label, points, _most in parts),
        parts=parts,
        reasons=reasons(expert, [*fields, *said], actor, known),
    )


def reached(groups: Sequence[Group], held: index.Tokens) -> float:
    """The share of what the groups weigh that a profile has (0 to 1)."""
    whole = sum(group.weight for group in groups)
    if not whole:
        return 0.0
    got = sum(
        group.weight * max((counts for token, counts in group.tokens.items() if token in held), default=0)
        for group in groups
    )
    return min(1.0, got / whole)


def spoken(expert: Expert, request: ExpertiseRequest) -> float:
    """How well the expert speaks the best of the languages of work; nobody asked for any: fully."""
    if not request.languages:
        return 1.0
    levels = {row.language: row.level for row in expert.languages.all()}
    return max(LEVELS.get(levels.get(language, ""), 0.0) for language in request.languages)


__all__ = ["Candidate", "matches", "suggest_fields"]
