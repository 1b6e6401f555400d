"""A file of experts brought, confirmed, applied and forgotten."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actors import Actor
from experts.access import require_edit
from experts.duplicates.services import duplicates_ask
from experts.importing.plan import ExpertRow, Plan, new_publications, plan_make
from experts.importing.reading import file_read, plan_of
from experts.models import Expert, ExpertImport, Work
from experts.search import index
from experts.services.experts import contact_write, expert_amend, expert_create, work_create
from programme.models import Programme
from records import services
from records.errors import EditConflict, Invalid, NotAllowed, NotVisible, Refused
from records.jobs import Hopeless, job_create
from records.jobs import Work as Task
from records.models import Visibility
from records.pages.display import listed
from records.rows import ADD, CHANGED
from records.values import write_columns

JOB = "experts.import"
KEPT_FOR = timedelta(days=7)
SAY_EVERY = 25  # rows
LOCK = 0x65787069  # "expi": files are applied one after the other
MOST_NAMED = 20  # rows in a sentence
ROWS_STEP = gettext_noop("Saving the experts")
State = ExpertImport.State


class PlanMoved(Refused):
    """What the preview showed is no longer what would happen. Nothing was saved."""


def new_expert(programme: Programme, by: Actor) -> Expert:
    """An unsaved profile of the actor's city, as access rules are asked about it."""
    return Expert(programme=programme, owner_city=by.city, visibility=Visibility.OWN)


def import_to_see(*, pk: UUID, by: Actor) -> ExpertImport:
    """What this actor has brought, as long as they act for the same city. Raises `NotVisible`."""
    mine = ExpertImport.objects.select_related("programme", "city", "job")
    found = mine.filter(pk=pk, user=by.user_id, city=by.city_id, user__isnull=False).first()
    if found is None:
        raise NotVisible
    return found


def same_file(brought: ExpertImport) -> ExpertImport | None:
    """The same file, saved before by this city."""
    same = ExpertImport.objects.filter(
        city=brought.city_id, programme=brought.programme_id, sha256=brought.sha256, state=State.APPLIED
    )
    return same.select_related("user").exclude(pk=brought.pk).order_by("-applied_at").first()


def import_bring(*, upload: Any, programme: Programme, language: str, by: Actor) -> ExpertImport:
    """Keep a file to be looked at; of the experts nothing is saved.

    `upload` is a Django `File`. Raises `NotAllowed`, and `Invalid` for a file or a table
    that can't be read, with one sentence.
    """
    require_edit(by, new_expert(programme, by))
    if by.user_id is None or by.city_id is None:
        raise NotAllowed(_("Only people of a city bring a file of its experts."))
    name, kind, sha256, sheet = file_read(upload)
    plan = plan_make(sheet, programme=programme, language=language, by=by)
    brought = ExpertImport(
        programme=programme, city_id=by.city_id, user_id=by.user_id, name=name, format=kind,
        language=language, sha256=sha256, size=upload.size, encoding=sheet.encoding,
        delimiter=sheet.delimiter, counts=plan.counts,
    )  # fmt: skip
    upload.seek(0)
    brought.stored.name = default_storage.save(
        f"imports/{brought.pk}{PurePath(name).suffix.lower()}", upload
    )
    try:
        with services.writing(by=by):
            brought.save(force_insert=True)
    except BaseException:
        default_storage.delete(brought.stored.name)
        raise
    return brought


def import_confirm(*, brought: ExpertImport, token: str, by: Actor) -> ExpertImport:
    """Have a job save what the preview has shown (`token`), all of it or nothing.

    Raises `NotVisible`, `NotAllowed`, `Invalid`, and `PlanMoved` where the preview is not up to date.
    """
    with services.writing(by=by):
        fresh = locked(brought.pk)
        require_edit(by, new_expert(fresh.programme, by))
        if not fresh.may_be_confirmed:
            raise NotAllowed(
                _("This file has been dealt with."), _("Bring it again to see what it would do.")
            )
        plan = plan_of(fresh, by=by)
        if plan.token != token:
            raise PlanMoved(_("Something changed since the preview. Look through it once more."))
        if not plan.may_apply:
            raise Invalid({"": [_("Nothing was saved: some rows are wrong, or nothing would change.")]})
        fresh.state, fresh.shown, fresh.counts, fresh.conflicts = (
            State.CONFIRMED,
            plan.prints,
            plan.counts,
            [],
        )
        fresh.job = job_create(
            kind=JOB, arguments={"import": str(fresh.pk)}, by=by, key=f"{JOB}:{fresh.pk}"
        )
        fresh.save(update_fields=["state", "shown", "counts", "conflicts", "job"])
        return fresh


def import_drop(*, brought: ExpertImport, by: Actor) -> None:
    """Forget a file that is not to be saved. Raises `NotVisible` and `NotAllowed`."""
    with services.writing(by=by):
        fresh = locked(brought.pk)
        if not fresh.may_be_confirmed:
            raise NotAllowed(_("This file has been dealt with."))
        end(fresh, State.DROPPED)


def import_apply(*, pk: UUID, work: Task, by: Actor) -> None:
    """Do what the confirmed preview showed, in one transaction. Safe to run twice.

    Raises `Hopeless` where a row would do something else by now, and `Cancelled`.
    """
    try:
        with services.writing(by=by), connection.cursor() as cursor:
            brought = locked(pk)
            if brought.state != State.CONFIRMED:
                return
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            plan = plan_of(brought, by=by, lock=True)
            require_as_shown(plan, brought.shown)
            with index.at_once():
                write_rows(plan, work, original=brought.language, by=by)
            brought.counts, brought.applied_at = plan.counts, timezone.now()
            end(brought, State.APPLIED)
            duplicates_ask(city_id=brought.city_id, by=by)
    except (Moved, Invalid, NotAllowed, NotVisible, EditConflict) as refusal:
        rows = refusal.rows if isinstance(refusal, Moved) else []
        ExpertImport.objects.filter(pk=pk, state=State.CONFIRMED).update(
            state=State.REFUSED, conflicts=rows, shown=[]
        )
        raise Hopeless(str(refusal)) from refusal


class Moved(Refused):
    """Rows that would do something else than their preview showed."""

    def __init__(self, rows: list[int]) -> None:
        named = listed(rows[:MOST_NAMED]) + (" …" if len(rows) > MOST_NAMED else "")
        super().__init__(
            _("Nothing was saved: what these rows are about changed since the preview: %(rows)s.")
            % {"rows": named}
        )
        self.rows = rows


def require_as_shown(plan: Plan, shown: list[Any]) -> None:
    """Raises `Moved` with the rows that would do something else now."""
    now = plan.prints
    if now != shown:
        before = {each[0]: each for each in shown}
        raise Moved([each[0] for each in now if before.get(each[0]) != each] or [each[0] for each in shown])


def write_rows(plan: Plan, work: Task, *, original: str, by: Actor) -> None:
    """Raises `Cancelled`, and a refusal that names its row."""
    rows = [row for row in plan.rows if row.act in {ADD, CHANGED}]
    for place, row in enumerate(rows):
        if place % SAY_EVERY == 0:
            work.step(_(ROWS_STEP), 95 * place // len(rows))
        try:
            write_row(row, original=original, by=by)
        except (Invalid, NotAllowed) as refusal:
            said = _("Nothing was saved. Row %(row)d: %(said)s") % {"row": row.number, "said": refusal}
            raise Invalid({"": [said]}) from None


def write_row(row: ExpertRow, *, original: str, by: Actor) -> None:
    if row.act == ADD:
        write_columns(row.record, row.own)
        expert = expert_create(expert=row.record, parts=row.parts, original=original, by=by)
    else:
        expert = row.record
        if changes := row.own | row.parts:
            expert = expert_amend(expert=expert, changes=changes, base_version=expert.version, by=by)
    for each in new_publications(row):
        publication = Work(expert=expert)
        write_columns(publication, each)
        work_create(work=publication, by=by)
    if contact := row.of("email", "phone"):
        version = row.contact.version if row.contact else 0
        contact_write(expert=expert, changes=contact, base_version=version, by=by)


def locked(pk: UUID) -> ExpertImport:
    try:
        return (
            ExpertImport.objects.select_for_update(of=("self",))
            .select_related("programme", "job")
            .get(pk=pk)
        )
    except ExpertImport.DoesNotExist:
        raise NotVisible from None


def end(brought: ExpertImport, state: str) -> None:
    """The end of a file: it is deleted once the transaction stands, or by `imports_forget`."""
    brought.state, brought.shown = state, []
    brought.save(update_fields=["state", "shown", "counts", "applied_at"])
    transaction.on_commit(lambda: forget([brought]), robust=True)


def forget(files: Iterable[ExpertImport]) -> int:
    """Delete the files themselves; what was noted of them stays."""
    count = 0
    for each in files:
        if each.stored:
            default_storage.delete(str(each.stored.name))
            ExpertImport.objects.filter(pk=each.pk).update(stored="")
            count += 1
    return count


def imports_forget() -> int:
    """Delete the files that were dealt with, and those of seven days ago; returns how many."""
    over = Q(state__in=[State.APPLIED, State.DROPPED]) | Q(created_at__lte=timezone.now() - KEPT_FOR)
    return forget(list(ExpertImport.objects.filter(over).exclude(stored="")[:500]))
