"""From pasted text to a plan that a person looks at, and from that to the records, all or nothing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from accounts.actors import Actor
from approvals.models import Proposal
from approvals.services import CHANGE, proposal_raise
from projects.access import is_agreed_path, part_refusal, require_part
from projects.models import Project
from projects.paste.kinds import KINDS, Column, Kind
from projects.services import part_amend, part_create
from records import services
from records.cells import MOST_ROWS, Unreadable, folded, read_table, refused
from records.errors import Invalid, NotAllowed, Refused
from records.registry import registry
from records.rows import ADD, CHANGED, SAME, WRONG, Row, problems
from records.values import path_label, read_values, write_columns

SALT = "projects.paste"


@dataclass
class Plan:
    """All rows of one paste into one kind of part."""

    kind: Kind
    project: Project
    parent: Any
    rows: list[Row]
    by: Actor

    def of(self, act: str) -> list[Row]:
        return [row for row in self.rows if row.act == act]

    @property
    def may_apply(self) -> bool:
        return not self.of(WRONG) and bool(self.of(ADD) or self.of(CHANGED))

    @property
    def counts(self) -> dict[str, int]:
        return {act: len(self.of(act)) for act in (ADD, CHANGED, SAME, WRONG)}

    @property
    def proposes(self) -> bool:
        """Whether something in it takes the other side's word, and so becomes a proposal."""
        return any(self.joint(row) for row in self.rows)

    def joint(self, row: Row) -> dict[str, Any]:
        """The paths of a row that change by a proposal only, with what they are to become."""
        if row.act == ADD and self.project.is_agreed and getattr(row.record, "is_term", False):
            return {path: to for path, (_from, to) in row.changes.items()}
        if row.act != CHANGED:
            return {}
        return {
            path: to
            for path, (was, to) in row.changes.items()
            if is_agreed_path(row.record, self.project, path, was)
        }

    def token(self) -> str:
        """What the preview has shown, signed, for `paste_apply` to hold against what stands then."""
        return signing.dumps([row.print() for row in self.rows], salt=SALT, compress=True)


def paste_plan(
    *,
    project: Project,
    kind: str,
    text: str,
    parent: Any = None,
    language: str,
    decimal: str = "",
    by: Actor,
) -> Plan:
    """What pasted rows would add, change and leave, and what is wrong with them. Nothing is written.

    `language` is that of texts in columns that name none; `decimal` the decimal mark where
    it is known. Raises `NotAllowed`, and `Invalid` for a table that can't be read at all.
    """
    chosen = KINDS[kind]
    require_part(by, chosen.new(project, parent, by), project)
    table = read_table(text)
    header = chosen.header(table[0][1], language)
    body = table[1:] if header else table
    if len(body) > MOST_ROWS:
        raise refused(_("Paste at most %(most)d rows at once.") % {"most": MOST_ROWS})
    if not body:
        raise refused(_("There is a header, but no row below it."))
    head = header or chosen.in_order(language)
    if not any(each.field == chosen.key for path, each in head if path):
        label = path_label(registry.of(chosen.model), chosen.key)
        raise refused(_("The column that tells the rows apart is missing: %(name)s.") % {"name": label})
    known: dict[str, list[Any]] = defaultdict(list)
    for record in chosen.existing(project, parent, by):
        for key in chosen.keys_of(record):
            known[key].append(record)
    plan = Plan(chosen, project, parent, [], by)
    seen: set[Any] = set()
    for number, cells in body:
        plan.rows.append(read_row(plan, Row(number), cells, head, known, seen, decimal))
    return plan


def read_row(
    plan: Plan,
    row: Row,
    cells: Sequence[str],
    head: Sequence[tuple[str, Column]],
    known: Mapping[str, list[Any]],
    seen: set[Any],
    decimal: str,
) -> Row:
    kind, record_type = plan.kind, registry.of(plan.kind.model)
    if len(cells) > len(head) and any(cells[len(head) :]):
        row.errors.append(("", _("This row has more cells than there are columns.")))
    values: dict[str, Any] = {}
    written: set[str] = set()
    for cell, (path, each) in zip(cells, head, strict=False):
        if not cell or not path:  # an empty cell leaves what is there
            continue
        written.add(each.field)
        try:
            values[path] = each.read(cell, decimal)
        except Unreadable as error:
            row.errors.append((path_label(record_type, path), str(error)))
    keys = {folded(str(values[path])) for path, each in head if path in values and each.field == kind.key}
    row.name = next(
        (str(values[path]) for path, each in head if path in values and each.field == kind.key), ""
    )
    found = {record.pk: record for key in keys for record in known.get(key, ())}
    if len(found) > 1:
        row.errors.append(("", _("Several records are called so: change them one by one.")))
    if keys & seen:
        row.errors.append(("", _("A row above is about the same.")))
    seen |= keys
    record = next(iter(found.values()), None)
    row.record = record or kind.new(plan.project, plan.parent, plan.by)
    current = read_values(row.record, record_type, plan.by)
    row.changes = {path: (current[path], to) for path, to in values.items() if to != current[path]}
    if record is None:
        missing = [each.field for each in kind.columns if each.needed and each.field not in written]
        row.errors += [(path_label(record_type, name), _("This is missing.")) for name in missing]
    if not row.errors:
        check_row(plan, row, record is not None)
    row.act = WRONG if row.errors else SAME if not row.changes else CHANGED if record else ADD
    return row


def check_row(plan: Plan, row: Row, there: bool) -> None:
    """What the record itself and its access rules say of the new values, by column."""
    if not_allowed := part_refusal(plan.by, row.record, plan.project):
        row.errors.append(("", f"{not_allowed.reason} {not_allowed.remedy}".strip()))
        return
    row.errors += problems(row.record, {path: to for path, (_from, to) in row.changes.items()})


@dataclass(frozen=True)
class Applied:
    """What was saved, and what now awaits the other side's word."""

    added: int
    changed: int
    proposal: Proposal | None


class PasteMoved(Refused):
    """What the preview showed is no longer what would happen; `plan` marks the rows. Nothing was saved."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(_("Something changed since the preview."))
        self.plan = plan


def paste_apply(
    *,
    project: Project,
    kind: str,
    text: str,
    token: str,
    parent: Any = None,
    language: str,
    decimal: str = "",
    message: str = "",
    by: Actor,
) -> Applied:
    """Do what the preview has shown, in one transaction; what both sides agree on is proposed at once.

    Raises `NotAllowed`, `PasteMoved` when something has changed since the preview, and
    `Invalid`; nothing is saved then.
    """
    with services.locked(project, by=by) as fresh:
        plan = paste_plan(
            project=fresh, kind=kind, text=text, parent=parent, language=language, decimal=decimal, by=by
        )
        require_as_shown(plan, token)
        if not plan.may_apply:
            raise Invalid({"": [_("Nothing was saved: some rows are wrong, or nothing would change.")]})
        wanted: dict[str, Any] = {}
        for row in plan.rows:
            wanted |= write_row(plan, row)
        proposal = None
        if wanted:
            proposal = proposal_raise(
                subject=fresh, act=CHANGE, changes=wanted, message=message, language=language, by=by
            )
        return Applied(plan.counts[ADD], plan.counts[CHANGED], proposal)


def require_as_shown(plan: Plan, token: str) -> None:
    """Raises `PasteMoved`, with the rows marked that would do something else now."""
    try:
        shown = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise refused(_("Look at the preview first, then save.")) from None
    now = [row.print() for row in plan.rows]
    if now != shown:
        for row, before in zip(plan.rows, [*shown, *[None] * len(now)], strict=False):
            row.moved = row.print() != before
        raise PasteMoved(plan)


def write_row(plan: Plan, row: Row) -> dict[str, Any]:
    """Write what one side may write alone; returns what has to be proposed, by the project's paths."""
    joint = plan.joint(row)
    own = {path: to for path, (_from, to) in row.changes.items() if path not in joint}
    plural = f"{row.record._meta.model_name}s"
    try:
        if row.act == ADD and joint:
            return {f"{plural}/+{row.number}": joint}
        if row.act == ADD:
            write_columns(row.record, own)
            part_create(part=row.record, by=plan.by)
        elif row.act == CHANGED and own:
            part_amend(part=row.record, changes=own, base_version=row.record.version, by=plan.by)
    except (Invalid, NotAllowed) as refusal:
        raise Invalid({"": [_("Row %(row)d: %(said)s") % {"row": row.number, "said": refusal}]}) from None
    return (
        {f"{plural}/{row.record.pk}/{path}": to for path, to in joint.items()} if row.act == CHANGED else {}
    )
