"""How each kind of record is made from its facts. Apps above add their own kinds in `<app>/loading.py`."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from accounts.actors import Actor
from accounts.models import City
from accounts.services import city_create, organisation_create
from programme.parts import SIDE_TEXTS
from programme.services import programme_create, record_amend, record_create
from records.texts import LANGUAGES, column

Content = Mapping[str, Any]
Values = dict[str, Any]


class Ids(Protocol):
    """The ids of records that have been loaded, by kind and key."""

    def __call__(self, kind: str, key: str) -> str: ...


class Create(Protocol):
    """The service that saves a new record of a kind."""

    def __call__(self, record: Any, parts: Values, *, original: str, by: Actor) -> Any: ...


class Amend(Protocol):
    """The service that edits a record of a kind."""

    def __call__(self, record: Any, *, changes: Values, base_version: int, by: Actor) -> Any: ...


def record_made(record: Any, parts: Values, *, original: str, by: Actor) -> Any:
    return record_create(record=record, parts=parts, original=original, by=by)


def record_amended(record: Any, *, changes: Values, base_version: int, by: Actor) -> Any:
    return record_amend(record=record, changes=changes, base_version=base_version, by=by)


@dataclass(frozen=True, kw_only=True)
class LoadedKind:
    """One kind of record that a file of facts holds.

    `values` gives every path of the record that the file decides on, with its plain
    value (see `records.values`). `names` maps the file's name of a field to the
    record's, where the two differ. `after` is the field that names a record of the
    same kind which has to be there first. `shared` records serve every programme.
    `known` finds a record that was there before any file named it.
    """

    kind: str
    section: str
    values: Callable[[Content, int, Ids], Values]
    create: Create = record_made
    amend: Amend = record_amended
    names: Mapping[str, str] = field(default_factory=dict)
    after: str = ""
    shared: bool = False
    known: Callable[[Content], Any] = lambda content: None

    def name_of(self, fact_field: str) -> str:
        return self.names.get(fact_field, fact_field)


KINDS: list[LoadedKind] = []


def load_as(kind: LoadedKind) -> None:
    """Add a kind; it is loaded after those added before it."""
    if any(known.kind == kind.kind for known in KINDS):
        raise ValueError(f"The kind {kind.kind!r} is loaded twice.")
    KINDS.append(kind)


def texts(content: Content, *fields: str) -> Values:
    """Each language's column of translated fields; a text that the file leaves out is empty."""
    return {
        column(name, language): content.get(name, {}).get(language, "")
        for name in fields
        for language in LANGUAGES
    }


def many(ids: Ids, kind: str, keys: Collection[str]) -> list[str]:
    return [ids(kind, key) for key in keys]


def one(ids: Ids, kind: str, key: str | None) -> str | None:
    return ids(kind, key) if key else None


def city(content: Content, position: int, ids: Ids) -> Values:
    plain = ("code", "timezone", "country", "language", "colour", "colour_dark", "external")
    return {**texts(content, "name", "letter"), **{name: content[name] for name in plain}}


def organisation(content: Content, position: int, ids: Ids) -> Values:
    return {
        **texts(content, "name", "other_names"),
        "city": ids("city", content["city"]),
        "kind": content["kind"],
    }


def programme(content: Content, position: int, ids: Ids) -> Values:
    sides = {f"sides/{side['city']}": texts(side, "signatory", "office") for side in content["sides"]}
    return {
        **texts(content, "title", "modes", "signed_how"),
        "period": content["period"],
        "signed_on": content["signed"],
        "authentic": content["authentic"],
        **sides,
    }


def programme_made(record: Any, parts: Values, *, original: str, by: Actor) -> Any:
    sides: dict[City, Mapping[str, str]] = {
        City.objects.get(code=path.removeprefix("sides/")): {name: value[name] for name in SIDE_TEXTS}
        for path, value in parts.items()
    }
    return programme_create(programme=record, sides=sides, original=original, by=by)


def source(content: Content, position: int, ids: Ids) -> Values:
    return {
        **texts(content, "note"),
        "kind": content["kind"],
        "title": content["title"],
        "publisher": content["publisher"],
        "language": content["language"],
        "published_on": content["published"],
        "sha256": content.get("sha256", ""),
    }


def area(content: Content, position: int, ids: Ids) -> Values:
    return {**texts(content, "name"), "code": content["code"], "position": position}


def provision(content: Content, position: int, ids: Ids) -> Values:
    return {
        **texts(content, "title"),
        "code": content["code"],
        "areas": many(ids, "area", content["areas"]),
    }


def statement(content: Content, position: int, ids: Ids) -> Values:
    return {
        **texts(content, "text", "said_by"),
        "kind": content["kind"],
        "outside_areas": content.get("outside_areas", False),
        "areas": many(ids, "area", content.get("areas", ())),
    }


def agreement(content: Content, position: int, ids: Ids) -> Values:
    return {
        **texts(content, "title", "signed_how", "note"),
        "kind": content["kind"],
        "is_signed": content["state"] == "signed",
        "signed_on": content["signed"],
        "term_years": content.get("term_years"),
        "expires_on": content.get("expires", ""),
        "basis": one(ids, "agreement", content.get("basis")),
        "part_of": one(ids, "statement", content.get("part_of")),
        "cities": many(ids, "city", content["cities"]),
        "organisations": many(ids, "organisation", content["organisations"]),
    }


def event(content: Content, position: int, ids: Ids) -> Values:
    roles: dict[str, list[str]] = {}
    for participant in content["participants"]:
        roles.setdefault(participant["role"], []).append(ids("organisation", participant["organisation"]))
    return {
        **texts(content, "title", "occasion"),
        "kind": content["kind"],
        "mode": content["mode"],
        "held": content["held"],
        "city": one(ids, "city", content.get("city")),
        "within": one(ids, "event", content.get("within")),
        "participants": {role: sorted(pks) for role, pks in roles.items()},
    }


def citation(content: Content, position: int, ids: Ids) -> Values:
    """A citation without its subject, which the loader adds."""
    return {
        **texts(content, "claim", "note", "how", "doubt"),
        "source": ids("source", content["source"]),
        "locator": content.get("locator", ""),
        "derived": content.get("derived", False),
        "disagrees": content.get("disagrees", False),
    }


load_as(
    LoadedKind(
        kind="city",
        section="cities",
        values=city,
        create=lambda record, parts, **how: city_create(city=record, **how),
        shared=True,
        known=lambda content: City.objects.filter(code=content["code"]).first(),
    )
)
load_as(
    LoadedKind(
        kind="organisation",
        section="organisations",
        values=organisation,
        create=lambda record, parts, **how: organisation_create(organisation=record, **how),
        shared=True,
    )
)
load_as(
    LoadedKind(
        kind="programme",
        section="programme",
        values=programme,
        create=programme_made,
        names={"signed": "signed_on"},
        shared=True,
    )
)
load_as(LoadedKind(kind="source", section="sources", values=source, names={"published": "published_on"}))
load_as(LoadedKind(kind="area", section="areas", values=area))
load_as(LoadedKind(kind="provision", section="provisions", values=provision))
load_as(LoadedKind(kind="statement", section="statements", values=statement))
load_as(
    LoadedKind(
        kind="agreement",
        section="agreements",
        values=agreement,
        after="basis",
        names={"signed": "signed_on", "expires": "expires_on", "state": "is_signed"},
    )
)
load_as(LoadedKind(kind="event", section="events", values=event, after="within"))

CITATION = LoadedKind(kind="citation", section="cite", values=citation)
