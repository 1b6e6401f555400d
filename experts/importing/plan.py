"""From a table to a plan that a person looks at: what each row would add, change or leave alone."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Prefetch, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.actors import Actor
from experts.importing.columns import CITY_NAMES, CONTACT, NAMES, Column, header
from experts.importing.words import Words
from experts.models import Expert, ExpertContact, Work
from programme.models import Programme
from records.cells import Unreadable, folded, head_of, refused
from records.registry import registry
from records.rows import ADD, CHANGED, SAME, WRONG, Row, problems
from records.sheet_reading import Sheet
from records.texts import LANGUAGES, text_in
from records.values import path_label, plain

PARTS = ("fields", "languages")
BESIDE = ("publications", *CONTACT)  # what a row says of records that belong to the expert
WORK_FIELDS = ("title", "where", "when", "link")


@dataclass
class ExpertRow(Row):
    """A row about one expert, and the cells that it stands in."""

    cells: Sequence[str] = ()
    values: dict[str, Any] = field(default_factory=dict)
    contact: ExpertContact | None = None

    def print(self) -> list[Any]:
        return [*super().print(), self.contact.version if self.contact else 0]

    def of(self, *paths: str) -> dict[str, Any]:
        """What these paths are to become, as far as the row changes them."""
        return {path: to for path, (_was, to) in self.changes.items() if path in paths}

    @property
    def own(self) -> dict[str, Any]:
        """What changes of the profile's own columns."""
        return {path: to for path, (_was, to) in self.changes.items() if path not in (*PARTS, *BESIDE)}

    @property
    def parts(self) -> dict[str, Any]:
        return self.of(*PARTS)


@dataclass
class Plan:
    """All rows of a table, in its order."""

    head: Sequence[Column | None]
    names: Sequence[str]
    rows: list[ExpertRow]
    words: Words

    def of(self, act: str) -> list[ExpertRow]:
        return [row for row in self.rows if row.act == act]

    @property
    def counts(self) -> dict[str, int]:
        return {act: len(self.of(act)) for act in (ADD, CHANGED, SAME, WRONG)}

    @property
    def may_apply(self) -> bool:
        return not self.of(WRONG) and bool(self.of(ADD) or self.of(CHANGED))

    @property
    def prints(self) -> list[list[Any]]:
        return [row.print() for row in self.rows]

    @property
    def token(self) -> str:
        """What this preview shows, as one hash; another one means that something has changed."""
        return hashlib.sha256(json.dumps(self.prints).encode()).hexdigest()


def plan_make(sheet: Sheet, *, programme: Programme, language: str, by: Actor, lock: bool = False) -> Plan:
    """What the rows would do to the experts of the actor's city. Nothing is written.

    With `lock` every expert that a row is about stays locked until the transaction ends,
    in the order of their ids. Texts whose column names no language are in `language`.
    Raises `Invalid` for a table that can't be read at all.
    """
    (_number, names), body = sheet.rows[0], sheet.rows[1:]
    head = header(names, language)
    if not body:
        raise refused(_("There is a header, but no row below it."))
    words = Words()
    city_at = next((place for place, name in enumerate(names) if head_of(name) in CITY_NAMES), None)
    rows = [read_row(number, cells, head, city_at, words, by) for number, cells in body]
    known = Known(rows, programme=programme, by=by, lock=lock)
    for row in rows:
        known.settle(row)
    return Plan(head, names, rows, words)


def read_row(
    number: int,
    cells: Sequence[str],
    head: Sequence[Column | None],
    city_at: int | None,
    words: Words,
    by: Actor,
) -> ExpertRow:
    """The cells of a row as plain values. An empty cell says nothing: what is there stays."""
    row = ExpertRow(number, cells=cells)
    if any(cells[len(head) :]):
        row.errors.append(("", _("This row has more cells than there are columns: delete the last ones.")))
    for cell, each in zip(cells, head, strict=False):
        if not cell or each is None:
            continue
        try:
            row.values[each.path] = each.read(cell, words)
        except Unreadable as error:
            row.errors.append((label(each.path), str(error)))
    if city_at is not None and city_at < len(cells) and (city := cells[city_at]) and by.city:
        own = {folded(text_in(by.city, "name", each)) for each in LANGUAGES} | {folded(by.city.code)}
        if folded(city) not in own:
            sentence = _("“%(city)s” vouches for this expert: delete the row.")
            row.errors.append(("", sentence % {"city": city[:40]}))
    row.name = next((row.values[name] for name in NAMES if row.values.get(name)), "")
    return row


class Known:
    """The experts of the actor's city that the rows may be about, by all that tells them apart."""

    def __init__(self, rows: Iterable[ExpertRow], *, programme: Programme, by: Actor, lock: bool) -> None:
        self.programme, self.by = programme, by
        self.seen: dict[Any, int] = {}  # what tells a row's expert apart → the row
        self.by_reference: dict[str, Expert] = {}
        self.by_orcid: dict[str, Expert] = {}
        self.by_name: dict[tuple[str, str], dict[Any, Expert]] = defaultdict(dict)
        for expert in self.found(list(rows), lock=lock):
            if expert.reference:
                self.by_reference[expert.reference] = expert
            if expert.archived_at is not None:
                continue
            if expert.orcid:
                self.by_orcid[expert.orcid] = expert
            current = {name: getattr(expert, name) for name in NAMES}
            for key in name_keys(current, affiliations(expert)):
                self.by_name[key][expert.pk] = expert

    def found(self, rows: list[ExpertRow], *, lock: bool) -> Iterable[Expert]:
        """In a constant number of queries."""
        told = [(path, row.values[path]) for row in rows for path in (*NAMES, "reference", "orcid")
                if row.values.get(path)]  # fmt: skip
        given = [value for path, value in told if path in NAMES]
        names = {form for value in given for form in (value.lower(), folded(value))}
        lowered = {f"{name}_lower": Lower(name) for name in NAMES}
        rule = Q(reference__in={value for path, value in told if path == "reference"})
        rule |= Q(orcid__in={value for path, value in told if path == "orcid"})
        for name in lowered:
            rule |= Q(**{f"{name}__in": names})
        mine = Expert.objects.filter(programme=self.programme, owner_city=self.by.city_id).exclude(
            state=Expert.State.ERASED
        )
        if lock:
            pks = mine.alias(**lowered).filter(rule).values("pk")
            list(Expert.objects.filter(pk__in=pks).order_by("pk").select_for_update().values_list("pk"))
        works = Work.objects.live().filter(kind=Work.Kind.PUBLICATION).order_by("created_at", "pk")
        found: Any = (
            mine.alias(**lowered)
            .filter(rule)
            .select_related("merged_into", "contact")
            .prefetch_related("languages", "fields", Prefetch("works", queryset=works))
        )
        return found

    def settle(self, row: ExpertRow) -> None:
        """Say whom a row is about and what it would do."""
        expert = self.expert_of(row)
        for key in self.keys(row, expert):
            before = self.seen.setdefault(key, row.number)
            if before != row.number:
                row.errors.append(("", _("Row %(row)d is about the same expert.") % {"row": before}))
                break
        row.record = expert or Expert(
            programme=self.programme, owner_city=self.by.city, visibility="own", latin_name=""
        )
        row.contact = getattr(expert, "contact", None) if expert else None
        row.name = row.name or (str(expert) if expert else "")
        compare(row, expert)
        if expert is None and not any(row.values.get(name) for name in NAMES):
            row.errors.append(("", _("Write the name in at least one script.")))
        row.errors += problems(row.record, row.own)
        row.errors += beside_problems(row)
        row.act = WRONG if row.errors else CHANGED if expert and row.changes else SAME if expert else ADD

    def expert_of(self, row: ExpertRow) -> Expert | None:
        """By the city's own number, else the ORCID, else names and affiliation.

        Notes in the row what speaks against it.
        """
        reference, orcid = row.values.get("reference", ""), row.values.get("orcid", "")
        named, holder = self.by_reference.get(reference), self.by_orcid.get(orcid)
        if named is not None and named.archived_at is not None:
            row.errors.append((label("reference"), archived_sentence(named)))
            return None
        if holder is not None and holder != named and (named or (reference and holder.reference)):
            sentence = _("Another expert of your city has this ORCID: %(name)s, number %(number)s.")
            told_of = {"name": holder, "number": holder.reference or "—"}
            row.errors.append((label("orcid"), sentence % told_of))
            return named
        if named or holder:
            return named or holder
        told = {affiliation for path, affiliation in row.values.items() if path.startswith("affiliation_")}
        candidates: dict[Any, Expert] = {}
        for key in name_keys(row.values, told or {""}):
            candidates |= self.by_name.get(key, {})
        fit = [
            expert
            for expert in candidates.values()
            if not (reference and expert.reference) and not (orcid and expert.orcid)
        ]
        if len(fit) > 1:
            row.errors.append(
                ("", _("Several experts of your city are called so: give the number or the ORCID."))
            )
            return None
        return fit[0] if fit else None

    def keys(self, row: ExpertRow, expert: Expert | None) -> list[Any]:
        if expert is not None:
            return [expert.pk]
        told = [(path, row.values[path]) for path in ("reference", "orcid") if row.values.get(path)]
        if told:
            return told
        found = {text for path, text in row.values.items() if path.startswith("affiliation_")}
        return list(name_keys(row.values, found or {""}))


def name_keys(values: Mapping[str, Any], affiliations: Iterable[str]) -> set[tuple[str, str]]:
    places = {folded(text) for text in affiliations}
    names = {folded(values[name]) for name in NAMES if values.get(name)}
    return {(name, place) for name in names for place in places}


def affiliations(expert: Expert) -> set[str]:
    found = {text_in(expert, "affiliation", language) for language in LANGUAGES}
    return {text for text in found if text} or {""}


def archived_sentence(expert: Expert) -> str:
    if expert.merged_into is not None:
        return _("This expert was merged into %(name)s: take that one's number.") % {
            "name": expert.merged_into
        }
    return _("The profile with this number is archived: restore it first.")


def compare(row: ExpertRow, expert: Expert | None) -> None:
    """Note from what to what each value would change."""
    for path, to in row.values.items():
        was = current(row, expert, path)
        if path == "publications":
            to = with_publications(was, to)
        same = (was.strip() if isinstance(was, str) else was) == to
        if not same:
            row.changes[path] = (was, to)


def current(row: ExpertRow, expert: Expert | None, path: str) -> Any:
    """What stands there now, as a plain value."""
    if expert is None:
        return {"fields": [], "languages": {}, "publications": []}.get(path, "")
    if path == "fields":
        return sorted(str(field.pk) for field in expert.fields.all())
    if path == "languages":
        return dict(sorted((each.language, each.level) for each in expert.languages.all()))
    if path == "publications":
        return [
            {name: plain(getattr(work, name)) or "" for name in WORK_FIELDS} for work in expert.works.all()
        ]
    if path in CONTACT:
        return getattr(row.contact, path) if row.contact else ""
    value = plain(getattr(expert, path))
    return "" if value is None else value


def with_publications(known: Sequence[Mapping[str, str]], told: Sequence[Mapping[str, str]]) -> list[Any]:
    """The known ones and those that are new: a table adds publications, and takes none away."""
    titles = {folded(work["title"]) for work in known}
    new = {folded(work["title"]): work for work in told if folded(work["title"]) not in titles}
    return [*known, *new.values()]


def new_publications(row: ExpertRow) -> list[dict[str, str]]:
    was, to = row.changes.get("publications", ((), ()))
    return list(to[len(was) :])


def beside_problems(row: ExpertRow) -> list[tuple[str, str]]:
    """What is wrong with new publications and the contact details."""
    found = []
    for work in new_publications(row):
        trial = Work(**work)
        try:
            trial.clean_fields(exclude=["expert", "created_by", "updated_by"])
        except ValidationError as error:
            found += [(label("publications"), sentence) for sentence in error.messages]
    if email := row.values.get("email"):
        try:
            validate_email(email)
        except ValidationError as error:
            found += [(label("email"), sentence) for sentence in error.messages]
    if len(row.values.get("phone", "")) > 60:
        found.append((label("phone"), _("This is too long for a telephone number.")))
    return found


def label(path: str) -> str:
    """A column in a reader's words."""
    if path == "publications":
        return _("publications")
    kind = "expert-contact" if path in CONTACT else "expert"
    return path_label(registry[kind], path) if path != "fields" else _("fields of expertise")
