"""What a schema can't say: keys that are unique and lead somewhere, periods that exist in the calendar."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from programme.loading.marked import Marked, Path, Problem
from records.period import Period

# Section → field → the section whose keys it holds.
REFERENCES: Final[Mapping[str, Mapping[str, str]]] = {
    "cities": {},
    "sources": {},
    "areas": {},
    "organisations": {"city": "cities"},
    "provisions": {"areas": "areas"},
    "agreements": {
        "cities": "cities",
        "organisations": "organisations",
        "basis": "agreements",
        "part_of": "statements",
    },
    "events": {"city": "cities", "within": "events"},
    "statements": {"areas": "areas"},
    "projects": {
        "areas": "areas",
        "provisions": "provisions",
        "agreements": "agreements",
        "events": "events",
    },
}
# Fields by which a record may not come to stand on itself.
CHAINS: Final = {"agreements": "basis", "events": "within"}
PERIODS: Final = frozenset({"period", "signed", "expires", "held", "published"})


@dataclass(frozen=True)
class Fact:
    """One record of the file and where it stands there."""

    section: str
    path: Path
    content: Mapping[str, Any]

    @property
    def key(self) -> str:
        return self.content["code" if self.section == "cities" else "key"]


def facts_of(data: Mapping[str, Any], section: str) -> list[Fact]:
    """The records of a section; `programme` is a section of one."""
    content = data[section]
    if isinstance(content, Mapping):
        return [Fact(section, (section,), content)]
    return [Fact(section, (section, index), item) for index, item in enumerate(content)]


def problems(found: Marked, schema: Mapping[str, Any]) -> Iterator[Problem]:
    """Everything wrong with a file that fits the schema."""
    return Check(found, schema).run()


class Check:
    def __init__(self, found: Marked, schema: Mapping[str, Any]) -> None:
        self.found, self.schema = found, schema
        self.facts = {section: facts_of(found.data, section) for section in [*REFERENCES, "programme"]}
        self.keys = {section: {fact.key for fact in facts} for section, facts in self.facts.items()}

    def run(self) -> Iterator[Problem]:
        yield from self.sides()
        for section, facts in self.facts.items():
            for name in ("key", "code"):
                yield from self.twice([(*fact.path, name) for fact in facts if name in fact.content])
            for fact in facts:
                yield from self.fields(fact)
                yield from self.citations(fact)
            if section in CHAINS:
                yield from self.circles(section, CHAINS[section])

    def problem(self, path: Path, sentence: str) -> Problem:
        return Problem(self.found.line(path), sentence)

    def value(self, path: Path) -> Any:
        value = self.found.data
        for step in path:
            value = value[step]
        return value

    def twice(self, paths: list[Path]) -> Iterator[Problem]:
        """The values at these paths may stand there only once."""
        seen: dict[Any, int] = {}
        for path in paths:
            value = self.value(path)
            if value in seen:
                yield self.problem(path, f"“{value}” is used twice: first in line {seen[value]}.")
            seen.setdefault(value, self.found.line(path))

    def known(self, path: Path, section: str) -> Iterator[Problem]:
        """Every key at this path is one of the section's."""
        value = self.value(path)
        many = isinstance(value, list)
        for place, key in [((*path, at), key) for at, key in enumerate(value)] if many else [(path, value)]:
            if key not in self.keys[section]:
                yield self.problem(place, f"“{key}” stands nowhere under “{section}”.")

    def sides(self) -> Iterator[Problem]:
        count = len(self.found.data["programme"]["sides"])
        paths: list[Path] = [("programme", "sides", index, "city") for index in range(count)]
        yield from self.twice(paths)
        for path in paths:
            yield from self.known(path, "cities")

    def fields(self, fact: Fact) -> Iterator[Problem]:
        for name, value in fact.content.items():
            path = (*fact.path, name)
            if section := REFERENCES.get(fact.section, {}).get(name):
                yield from self.known(path, section)
            if name in PERIODS and value:
                yield from self.period(path, value)
        for index, participant in enumerate(fact.content.get("participants", ())):
            path = (*fact.path, "participants", index)
            yield from self.known((*path, "organisation"), "organisations")
            if participant in fact.content["participants"][:index]:
                yield self.problem(path, "This participant stands here twice.")
        if fact.content.get("state") == "planned" and fact.content["signed"]:
            yield self.problem((*fact.path, "signed"), "A planned agreement has no date of signing.")

    def period(self, path: Path, text: str) -> Iterator[Problem]:
        try:
            Period.parse(text)
        except ValueError as error:
            yield self.problem(path, str(error))

    def citations(self, fact: Fact) -> Iterator[Problem]:
        definition = self.schema["$defs"].get(DEFINITIONS[fact.section], {})
        for index, citation in enumerate(fact.content.get("cite", ())):
            path = (*fact.path, "cite", index)
            yield from self.known((*path, "source"), "sources")
            field = citation.get("field")
            if field and field not in definition["properties"].keys() - {"key", "cite"}:
                yield self.problem((*path, "field"), f"“{field}” is no field of this record.")

    def circles(self, section: str, field: str) -> Iterator[Problem]:
        after = {fact.key: fact.content.get(field) for fact in self.facts[section]}
        for fact in self.facts[section]:
            key, seen = after[fact.key], {fact.key}
            while key in after and key not in seen:
                seen.add(key)
                key = after[key]
            if key == fact.key:
                yield self.problem((*fact.path, field), f"“{fact.key}” comes to stand on itself.")


DEFINITIONS: Final = {
    "cities": "city",
    "sources": "source",
    "areas": "area",
    "organisations": "organisation",
    "programme": "programme",
    "provisions": "provision",
    "agreements": "agreement",
    "events": "event",
    "statements": "statement",
    "projects": "project",
}
