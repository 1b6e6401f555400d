"""The record types of the product, each registered once by its app.

Whatever works on records of any kind (citations, changes, history, search, notices)
asks here and never switches on a kind by name.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from records.models import RecordQuerySet, Tracked, Viewer


class Part(Protocol):
    """Edited data of a record that lives in rows of other tables.

    A path names one value of it: the part's own name (`areas`), or that and a side
    (`leads/XXX`).
    """

    @property
    def name(self) -> str: ...

    def stored(self, model: Any, viewer: "Viewer") -> Any:
        """What is stored of it, as far as the viewer sees it: an expression on the record's row.

        So all parts of a record are read in one query.
        """

    def read(self, stored: Any) -> dict[str, Any]:
        """The current value of every path, as plain JSON values, from what `stored` found."""

    def write(self, record: Any, values: dict[str, Any], viewer: "Viewer") -> None:
        """Set the given paths; what the viewer does not see stays. Raises `Invalid`."""


@dataclass(frozen=True)
class Described:
    """One thing that would change, in a reader's words. `is_text`: people wrote both values."""

    path: str
    label: str
    before: str
    after: str
    is_text: bool = False


@dataclass(frozen=True)
class Act:
    """Something that takes both sides' word. `asks` is what a proposal of it says it wants.

    An act that `pins` stands for the whole record as it was when it was proposed: any
    change to what the sides agree on makes the proposal stale.
    """

    name: str
    label: Any
    asks: Any
    pins: bool = True


class Terms(Protocol):
    """What the sides agree on of a kind of record, and how their word takes effect on it.

    Whoever calls these holds the lock on the record. Values are plain, by path.
    """

    @property
    def acts(self) -> Mapping[str, Act]: ...

    def read(self, record: Any) -> dict[str, Any]:
        """Everything that the sides agree on, as it stands now."""

    def describe(self, record: Any, changes: Mapping[str, Mapping[str, Any]]) -> "list[Described]":
        """Changes (path → from and to) in a reader's words, in a constant number of queries."""

    def overview(self, record: Any, values: Mapping[str, Any]) -> "list[tuple[str, list[str]]]":
        """Everything agreed on (`read`) as a reader takes it in: a heading, and lines under it."""

    def propose_url(self, record: Any, act: str) -> str:
        """The page on which an act is proposed; that of the form of changes for `change`."""

    def check(self, record: Any, act: str, changes: Mapping[str, Any], by: Any) -> None:
        """Whether this may be proposed now. Raises `NotAllowed` and `Invalid`."""

    def decide_refusal(self, record: Any, by: Any) -> Any:
        """Why this actor may not speak for its city on this record (`NotAllowed`), or None."""

    def decidable(self, by: Any) -> Any:
        """The records on which this actor may speak for its city, as a queryset."""

    def decides_for(self, record: Any, by: Any) -> Any:
        """The absent colleague in whose remit this actor speaks; None where their own reaches."""

    def deciders(self, record: Any, city_id: Any) -> Any:
        """The people who speak for a city on this record, as a condition on people."""

    def proposed(self, record: Any, act: str, by: Any) -> None:
        """An answer is awaited from now on."""

    def dropped(self, record: Any, act: str, by: Any) -> None:
        """No answer is awaited any more, and nothing was agreed."""

    def apply(self, record: Any, act: str, changes: Mapping[str, Any], by: Any) -> None:
        """Both sides have agreed: make it so. `changes` is path → the value agreed on."""


@dataclass(frozen=True, kw_only=True)
class RecordType:
    """What the rest of the product needs to know of one kind of record.

    `edited` names the fields that people edit: a change to any of them raises the
    record's version. Translated fields go by their plain name. `mentions` gives the ids
    of the people whom a record names in its text, for kinds where people are named so.
    `terms` is there for kinds on which the sides agree. `follows` gives columns that are
    worked out when a record is written, from the record with its new values and the names
    of what was given; it may refuse with `Invalid`. `concerns` gives the people whom a
    change of a record concerns, each with the reason (`delivery.models.Reason`): they are
    told of it, if they may see it. `along` gives what a line that names a record needs
    beside its own columns, as expressions; they become attributes.
    """

    kind: str
    model: "type[Tracked]"
    label: Any
    plural: Any
    edited: tuple[str, ...]
    parts: tuple[Part, ...] = ()
    field_labels: dict[str, Any] = field(default_factory=dict)
    mentions: Callable[[Any], Iterable[int]] | None = None
    terms: Terms | None = None
    follows: Callable[[Any, Collection[str]], Mapping[str, Any]] | None = None
    concerns: Callable[[Any, Any], Iterable[tuple[int, str]]] | None = None
    along: Callable[["Viewer"], dict[str, Any]] | None = None

    def visible_to(self, viewer: "Viewer") -> "RecordQuerySet[Any]":
        return self.model.objects.visible_to(viewer)  # type: ignore[attr-defined]

    def title(self, record: Any) -> str:
        return str(record)

    def url(self, record: Any) -> str:
        return record.get_absolute_url()


class Registry:
    def __init__(self) -> None:
        self.types: dict[str, RecordType] = {}

    def register(self, record_type: RecordType) -> None:
        known = self.types.setdefault(record_type.kind, record_type)
        if known is not record_type:
            raise ValueError(f"The kind {record_type.kind!r} is registered twice.")

    def __getitem__(self, kind: str) -> RecordType:
        return self.types[kind]

    def __iter__(self) -> Iterator[RecordType]:
        return iter(self.types.values())

    def __contains__(self, kind: str) -> bool:
        return kind in self.types

    def of(self, record: Any) -> RecordType:
        """The type of a record or of its model."""
        model = record if isinstance(record, type) else type(record)
        for record_type in self:
            if record_type.model is model:
                return record_type
        raise LookupError(f"{model.__name__} is no registered record type.")


registry = Registry()
register: Callable[[RecordType], None] = registry.register
