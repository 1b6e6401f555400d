"""Where files are kept: once for each hash, under the default storage, complete or not at all."""

import os
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection, transaction
from django.utils.functional import LazyObject
from django.utils.translation import gettext_lazy

from attachments.content import Examined
from attachments.models import Blob
from records.copies import Nobody
from records.jobs import Work, job_create, job_kind, run

ERASE = "blobs-erase"


def bytes_keep(*, file: Any, found: Examined) -> None:
    """Store these bytes, unless they are there already, complete.

    Call it before anything is locked. Two uploads of the same bytes at once write the
    same content to the same place; where no record comes of it, the bytes stay at
    their address for whoever brings them next.
    """
    blob = new_blob(found)
    if not is_complete(blob):
        put(blob.path, file)


def blob_of(found: Examined, file: Any) -> Blob:
    """The one row of these bytes, which are stored already. Call it inside a transaction.

    Where an erasure has just deleted these very bytes, they are stored once more.
    """
    hold(found.sha256)
    insert_once(new_blob(found))
    blob = Blob.objects.get(sha256=found.sha256)
    if not is_complete(blob):
        put(blob.path, file)
    return blob


def hold(sha256: str) -> None:
    """Whoever adds or deletes these bytes waits here until the other's transaction is over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('attachments.blob'), hashtext(%s))", [sha256])


def blobs_erase(blobs: Any) -> None:
    """Delete files that no document has: the rows now, the bytes once that stands.

    Call it inside a transaction. The bytes go by a job: a crash in between leaves none behind.
    """
    hashes = sorted(blobs.values_list("sha256", flat=True))
    if not hashes:
        return
    for sha256 in hashes:
        hold(sha256)
    blobs.delete()
    job = job_create(kind=ERASE, arguments={"sha256": hashes}, by=Nobody())
    transaction.on_commit(partial(run, job.pk), robust=True)


@job_kind(ERASE, gettext_lazy("deleting files"))
def erase(work: Work) -> None:
    """Delete the bytes of these hashes, unless somebody has brought the same ones since."""
    for sha256 in work.arguments.get("sha256", []):
        with transaction.atomic():
            hold(sha256)
            if not Blob.objects.filter(sha256=sha256).exists():
                default_storage.delete(Blob(sha256=sha256).path)


def new_blob(found: Examined) -> Blob:
    return Blob(sha256=found.sha256, size=found.size, media_type=found.media_type)


def insert_once(blob: Blob) -> None:
    """One row for each hash: a second one waits for the first and then adds none."""
    Blob.objects.bulk_create([blob], ignore_conflicts=True)


def is_complete(blob: Blob) -> bool:
    return default_storage.exists(blob.path) and default_storage.size(blob.path) == blob.size


def put(path: str, file: Any) -> None:
    """Write under a temporary name, and move it when it is complete and on the disk.

    An object store shows an object only when all of it is there, and needs no such move.
    """
    storage: Any = default_storage
    if isinstance(storage, LazyObject):
        storage.exists("")  # makes it
        storage = storage._wrapped  # type: ignore[attr-defined]
    file.seek(0)
    if not isinstance(storage, FileSystemStorage):
        storage.save(path, file)
        return
    final, incoming = Path(storage.path(path)), Path(storage.path("incoming"))
    final.parent.mkdir(parents=True, exist_ok=True)
    incoming.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=incoming)
    try:
        with os.fdopen(handle, "wb") as target:
            for chunk in file.chunks():
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        os.replace(temporary, final)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
