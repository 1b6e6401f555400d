"""The citations of a snapshot as numbered notes. The numbers are the same in every language."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

IDENTITY = ("source", "locator", "claim", "note", "how", "doubt", "derived", "disagrees")
WORDING = ("", "title", "name", "text")


class Notes:
    """What each field of each record rests on. Equal citations of several records are one note."""

    def __init__(self, snapshot: dict[str, Any]) -> None:
        self.listed: list[dict[str, Any]] = []
        self.by_record: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        self.citations: dict[tuple[str, str, str], list[tuple[int, dict[str, Any]]]] = defaultdict(list)
        numbers: dict[str, int] = {}
        for citation in snapshot["citations"]:
            identity = repr([citation[name] for name in IDENTITY])
            if identity not in numbers:
                self.listed.append(citation)
                numbers[identity] = len(self.listed)
            number = numbers[identity]
            found = self.by_record[citation["subject"]][citation["field"]]
            if number not in found:
                found.append(number)
            key = (citation["kind"], citation["subject"], citation["field"])
            self.citations[key].append((number, citation))

    def of(self, pk: str, *fields: str) -> list[int]:
        """The notes of some fields of a record."""
        return sorted({number for field in fields for number in self.by_record[pk].get(field, ())})

    def rest(self, pk: str, shown: Collection[str]) -> list[int]:
        """The notes of a record's wording, and of whatever its row shows no cell of its own for."""
        return self.of(pk, *(set(self.by_record[pk]) - set(shown)), *WORDING)

    def of_all(self) -> list[int]:
        return list(range(1, len(self.listed) + 1))

    def differing(self) -> list[tuple[tuple[str, str, str], list[tuple[int, dict[str, Any]]]]]:
        """The fields that sources tell differently or that are in doubt, with each source's word."""
        return [
            (key, found)
            for key, found in self.citations.items()
            if any(citation["disagrees"] or len(citation["doubt"]) > 2 for _number, citation in found)
        ]
