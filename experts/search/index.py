"""What an expert is found by: tokens, each with what it comes from.

`refresh` is called by every service that changes what is searched, in its transaction.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from experts.models import Expert, ExpertiseField, NameWord, SearchEntry, Work
from experts.search import names
from experts.search.concepts import Vocabulary, concepts, vocabulary
from experts.search.words import normal, plain, words
from records.texts import LANGUAGES, text_in

ALL = frozenset(Expert.Covers.values)
BATCH = 500
AT_ONCE = 200  # entries that are made within the change of a field
MOST_READ = 50_000
PARTS = (4, 16, 64, 256)  # one in so many; what very many have is looked for in a part first
SENTENCE = re.compile(r"[.!?;。！？；\n]+")


class Source(NamedTuple):
    """Where a token of an expert comes from, as far as an answer tells it."""

    kind: str  # "field", "word", "name", or "" for what is only filtered by
    text: str
    field_id: UUID | None = None


Tokens = dict[str, Source]
FILTERED = Source("", "")


# The experts whose entries are made at the end of `at_once`; None outside of it.
waiting: ContextVar[set[UUID] | None] = ContextVar("waiting", default=None)


def short(pk: UUID | None) -> str:
    """A field or a city within a token."""
    return pk.hex[-12:] if pk else "none"


def parts_of(pk: UUID) -> Iterator[str]:
    """In which small parts of all experts, drawn by lot once, this one is (`PARTS`)."""
    return (f"z{share}" for share in PARTS if pk.int % share == 0)


def tokens(expert: Expert, covers: Collection[str], known: Vocabulary) -> Tokens:
    """What this expert is found by for somebody who is shown these parts of the profile."""
    found: Tokens = {}
    for field_id in field_ids(expert):
        add_field(found, field_id, known)
    for row in expert.languages.all():
        found["l" + row.language] = Source("", row.language)
    found["c" + short(expert.owner_city_id)] = FILTERED
    found["v" + expert.availability] = Source("", expert.availability)
    for part in parts_of(expert.pk):
        found[part] = FILTERED
    for name in (expert.native_name, expert.latin_name, expert.russian_name, expert.chinese_name):
        for word in names.name_words(name):
            found.setdefault("n" + word, Source("name", name))
            found.setdefault("k" + names.key(word), Source("name", name))
    for text in texts(expert, covers):
        add_text(found, text, known)
    if "orcid" in covers and expert.orcid:
        found["x" + expert.orcid.replace("-", "").lower()] = Source("word", expert.orcid)
    return found


def add_field(found: Tokens, field_id: UUID, known: Vocabulary) -> None:
    each = known.fields.get(field_id)
    if each is None:
        return
    source = Source("field", "", field_id)
    found["f" + short(field_id)] = source
    for above in known.above[field_id]:
        found.setdefault("a" + short(above), source)
    for area in each.area_codes:
        found.setdefault("r" + area.lower(), Source("", area))


def add_text(found: Tokens, text: str, known: Vocabulary) -> None:
    """The words of a text, and the fields that it speaks of."""
    for sentence in SENTENCE.split(text):
        for token, source in reading(sentence, known):
            found.setdefault(token, source)


def reading(sentence: str, known: Vocabulary) -> tuple[tuple[str, Source], ...]:
    """The tokens of one sentence. Those read last are kept, for people write much alike."""
    if (made := known.read.get(sentence)) is None:
        said = [("w" + word.stem, Source("word", word.text)) for word in words(normal(sentence))]
        said += [
            ("m" + short(concept.field.pk), Source("field", concept.matched, concept.field.pk))
            for concept in concepts(sentence, known, forgiving=False)
        ]
        if len(known.read) >= MOST_READ:
            known.read.clear()
        made = known.read[sentence] = tuple(said)
    return made


def texts(expert: Expert, covers: Collection[str]) -> Iterator[str]:
    """The texts of a profile that are shown with these parts."""
    if "affiliation" in covers:
        yield from in_each(expert, "affiliation")
        if expert.organisation:
            yield from in_each(expert.organisation, "name")
    if "summary" in covers:
        yield from in_each(expert, "summary")
    kinds = {Work.Kind.PUBLICATION: "publications", Work.Kind.ENGAGEMENT: "engagements"}
    for work in expert.works.all():
        if work.archived_at is None and kinds[Work.Kind(work.kind)] in covers:
            yield f"{work.title}\n{work.where}"


def in_each(record: Any, name: str) -> Iterator[str]:
    for language in LANGUAGES:
        if text := text_in(record, name, language):
            yield text


def field_ids(expert: Expert) -> list[UUID]:
    return [field.pk for field in expert.fields.all()]


def is_shared(expert: Expert) -> bool:
    """Whether there is anything that other cities may find this expert by."""
    return expert.state == Expert.State.PUBLISHED and expert.consent_given_on is not None


def entry_of(expert: Expert, known: Vocabulary) -> SearchEntry:
    """The entry as the profile stands now, not saved."""
    return SearchEntry(
        expert=expert,
        own_document=clean(own_tokens(expert, known)),
        shared_document=clean(tokens(expert, expert.consent_covers, known)) if is_shared(expert) else None,
        field_ids=field_ids(expert),
        languages=[row.language for row in expert.languages.all()],
    )


def own_tokens(expert: Expert, known: Vocabulary) -> Tokens:
    found = tokens(expert, ALL, known)
    if expert.reference:
        found["x" + reference(expert.reference)] = Source("word", expert.reference)
    return found


def reference(text: str) -> str:
    return "".join(each for each in plain(normal(text)) if each.isalnum())


def clean(found: Iterable[str]) -> list[str]:
    """Tokens as `tsvector` reads them: letters and digits, of bounded length."""
    return [token for token in found if token.isalnum() and len(token) <= 60]


def name_keys(expert: Expert) -> set[str]:
    forms = (expert.native_name, expert.latin_name, expert.russian_name, expert.chinese_name)
    found = {names.key(word) for name in forms for word in names.name_words(name)}
    return {word for word in found if word.isalnum() and 1 < len(word) <= 40}


def name_rows(expert: Expert) -> Iterator[NameWord]:
    for word in sorted(name_keys(expert)):
        yield NameWord(entry_id=expert.pk, word=word)


def with_parts(experts: Any) -> Any:
    """Profiles with all that their tokens are made of, in a constant number of queries."""
    return experts.select_related("organisation").prefetch_related("fields", "languages", "works")


def keep_fields(expert: Expert, fields: list[ExpertiseField]) -> None:
    """Let a profile know its fields without asking the database for them."""
    rows = expert.fields.all()
    rows._result_cache, rows._prefetch_done = fields, True
    kept: Any = expert
    kept._prefetched_objects_cache = {**getattr(kept, "_prefetched_objects_cache", {}), "fields": rows}


@contextmanager
def at_once() -> Iterator[None]:
    """Within this block what `refresh` is asked for is put off, and done in few queries at its end."""
    token = waiting.set(set())
    try:
        yield
        refresh_many(waiting.get() or ())
    finally:
        waiting.reset(token)


def refresh(expert: Expert) -> None:
    """Bring what this expert is found by in step with the profile as it stands in the database."""
    pks = waiting.get()
    if pks is None:
        refresh_many([expert.pk])
    else:
        pks.add(expert.pk)


def refresh_many(pks: Collection[UUID]) -> None:
    """The same for several, in few queries. Erased and archived profiles are found by nobody."""
    known = vocabulary()
    live = Expert.objects.live().exclude(state=Expert.State.ERASED).filter(pk__in=pks)
    found = list(with_parts(live))
    with transaction.atomic():
        NameWord.objects.filter(entry__in=pks).delete()
        SearchEntry.objects.filter(pk__in=set(pks) - {expert.pk for expert in found}).delete()
        SearchEntry.objects.bulk_create(
            [entry_of(expert, known) for expert in found],
            update_conflicts=True,
            unique_fields=["expert"],
            update_fields=["own_document", "shared_document", "field_ids", "languages"],
        )
        NameWord.objects.bulk_create(row for expert in found for row in name_rows(expert))


def refresh_field(field: ExpertiseField) -> None:
    """Bring the entries of those who have this field, or one below it, in step with the tree.

    Where they are many, `search.upkeep` does it a little later, together with those whose texts
    speak of the field.
    """
    known = vocabulary()
    below = [pk for pk, above in known.above.items() if field.pk in above]
    having = Expert.objects.live().filter(fields__in=[field.pk, *below])
    pks = list(having.values_list("pk", flat=True).distinct()[: AT_ONCE + 1])
    if len(pks) <= AT_ONCE:
        refresh_many(pks)


def rebuild(*, missing: bool = False, said: Callable[[int, int], None] = lambda done, of: None) -> int:
    """Make all entries anew, or those that are missing; says how many. `said` is told how far it is."""
    experts = Expert.objects.live().exclude(state=Expert.State.ERASED)
    if missing:
        experts = experts.filter(search_entry=None)
    pks = list(experts.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), BATCH):
        refresh_many(pks[start : start + BATCH])
        said(min(start + BATCH, len(pks)), len(pks))
    return len(pks)


def fields_of(known: Vocabulary, pks: Iterable[UUID]) -> list[ExpertiseField]:
    return [known.fields[pk] for pk in pks if pk in known.fields]
