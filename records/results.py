"""Files that jobs make for whoever asked for them: an export, say. They are kept for a day.

What is in such a file is what its owner could see when it was made. It is therefore
theirs alone (an administrator is told of the job, and not given the file), and no longer
theirs once their city, roles or programmes have changed.
"""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from records.errors import NotAllowed, NotVisible
from records.jobs import Work
from records.models import ResultFile

KEPT_FOR = timedelta(days=1)


def standing_of(actor: Any) -> str:
    """What an actor sees by: who they are, their city, roles and programmes, as one hash."""
    programmes = sorted(map(str, actor.programme_ids))
    told = repr((actor.user_id, str(actor.city_id), sorted(actor.roles), programmes))
    return hashlib.sha256(told.encode()).hexdigest()


def result_keep(
    *, work: Work, path: Path, name: str, content_type: str, until: datetime | None = None, by: Any
) -> ResultFile:
    """Keep the file at `path` as what this job has made, in place of what an earlier run of it kept.

    `until` ends its time before the usual one, where what it holds may be shown no longer.
    """
    over = timezone.now() + KEPT_FOR
    stored = f"results/{work.job.pk}/{path.name}"
    default_storage.delete(stored)
    with path.open("rb") as content:
        stored = default_storage.save(stored, File(content))
    with transaction.atomic():
        kept, _created = ResultFile.objects.update_or_create(
            job=work.job,
            defaults={
                "name": name,
                "content_type": content_type,
                "stored": stored,
                "size": path.stat().st_size,
                "standing": standing_of(by),
                "expires_at": min(over, until) if until else over,
            },
        )
    work.show_result(reverse("records:job-file", args=[work.job.pk]))
    return kept


def result_to_read(*, pk: UUID, actor: Any) -> ResultFile:
    """The file that a job made for this actor.

    Raises `NotVisible`, and `NotAllowed` where it is no longer theirs.
    """
    mine = ResultFile.objects.filter(job=pk, job__user=actor.user_id, job__user__isnull=False)
    found = mine.filter(expires_at__gt=timezone.now()).first()
    if found is None:
        raise NotVisible
    if found.standing != standing_of(actor):
        raise NotAllowed(
            _("What you may see has changed since this file was made."), _("Ask for a new one.")
        )
    return found


def results_forget() -> int:
    """Delete the files whose time is over; returns how many."""
    over = list(ResultFile.objects.filter(expires_at__lte=timezone.now())[:500])
    for each in over:
        each.stored.delete(save=False)
        each.delete()
    return len(over)
