"""A snapshot told in one language: lines, cells and tables that know neither Typst nor Excel."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from projects.models import Project
from records.period import Period
from reports.notes import Notes
from reports.words import Words

Json = dict[str, Any]


class Telling:
    """A snapshot with the words and notes that it is told in."""

    def __init__(self, snapshot: Json, words: Words, notes: Notes) -> None:
        self.snapshot, self.words, self.notes = snapshot, words, notes
        self.period = Period.parse(snapshot["period"])
        language = words.language
        # A file names the city of its own language first; English ones go by the alphabet.
        self.cities = sorted(
            snapshot["cities"], key=lambda city: (city["language"] != language, words.text(city["name"]))
        )
        self.place = {city["code"]: number for number, city in enumerate(self.cities)}
        self.areas = {area["id"]: area for area in snapshot["areas"]}
        self.records = {
            item["id"]: item
            for name in ("areas", "provisions", "projects", "agreements", "events", "statements")
            for item in snapshot[name]
        } | {snapshot["programme"]["id"]: snapshot["programme"]}

    def side_shown(self, city: Json) -> Json:
        text = self.words.text
        return {
            "name": text(city["name"]),
            "letter": text(city["letter"]),
            "colour": city["colour"],
            "by": self.words.signed_by(text(city["signatory"]), text(city["office"])),
        }

    def states(self) -> list[tuple[str, int]]:
        """How many projects are in each state, in the order of a project's life."""
        counts = Counter(project["state"] for project in self.snapshot["projects"])
        return [(state, counts[state]) for state in Project.State.values if state in counts]

    # Lines and cells

    def line(self, texts: Json, notes: Iterable[int] = (), **more: Any) -> Json:
        """A text in the report's language, with what a reader must know of it."""
        more.setdefault("remark", self.words.remark(texts))
        return line(self.words.text(texts), notes, **more)

    def plain(self, text: str, notes: Iterable[int] = ()) -> list[Json]:
        """One line; where nothing is stated it says so."""
        return [line(text, notes) if text else line(self.words("not_stated"), notes, quiet=True)]

    def parties(self, organisations: Iterable[Json], notes: Iterable[int] = ()) -> list[Json]:
        """Organisations, each with its side's mark, the first side's first."""
        ordered = self.in_order(organisations, lambda item: item["city"])
        lines = [self.line(item["name"], side=self.side_of(item["city"])) for item in ordered]
        return with_notes(lines, notes) or self.plain("", notes)

    def in_order(self, items: Iterable[Any], city: Callable[[Any], str] = str) -> list[Any]:
        """What belongs to cities, the first side's first."""
        return sorted(items, key=lambda item: self.place.get(city(item), len(self.place)))

    def side_of(self, code: str) -> Json | None:
        return next((self.side_shown(city) for city in self.cities if city["code"] == code), None)

    def area_names(self, pks: Iterable[str], notes: Iterable[int] = ()) -> list[Json]:
        chosen = set(pks)
        lines = [self.line(area["name"]) for pk, area in self.areas.items() if pk in chosen]
        return with_notes(lines, notes) or self.plain("", notes)

    def day(self, day: Any) -> str:
        return self.words.when(day.isoformat())


def line(text: str, notes: Iterable[int] = (), **more: Any) -> Json:
    return {"text": text, "notes": list(notes), **{name: value for name, value in more.items() if value}}


def with_notes(lines: list[Json], notes: Iterable[int]) -> list[Json]:
    """The lines, the last of them with the notes of all."""
    if lines:
        lines[-1]["notes"] = [*lines[-1]["notes"], *notes]
    return lines


def section(
    telling: Telling,
    key: str,
    columns: list[tuple[str, float]],
    rows: list[Any],
    *days: str,
    empty: str = "",
) -> Json:
    """A titled table. `columns` are word and relative width; one that starts with "#" holds numbers."""
    words = telling.words
    intro = f"i_{key}"
    return {
        "key": key,
        "title": words(f"s_{key}"),
        "intro": words(intro, *days) if key not in {"notes", "sources"} else "",
        "columns": [
            {"label": words(name.lstrip("#")), "width": width, "is_number": name.startswith("#")}
            for name, width in columns
        ],
        "rows": rows,
        "empty": "" if rows else words(empty or "none_here"),
    }
