"""Entries follow the tree: its words decide which fields a text speaks of.

Nothing has to be remembered where the tree is edited: the time of its last change, and of the last job
that went over all entries, say whether they are in step.
"""

from datetime import timedelta

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from experts.models import Expert, ExpertiseField, SearchEntry
from experts.search import index
from records.jobs import Work, job_create
from records.models import Job

KIND = "experts.search"
QUIET = timedelta(minutes=1)  # since the last change of the tree: who edits one field often edits others


def entries_due(*, by: Actor) -> Job | None:
    """Ask for all entries to be made anew, where the tree has changed since or there are none yet."""
    if not Expert.objects.live().exclude(state=Expert.State.ERASED).exists():
        return None
    changed = ExpertiseField.objects.aggregate(newest=Max("updated_at"))["newest"]
    last = Job.objects.filter(kind=KIND).aggregate(newest=Max("created_at"))["newest"]
    late = changed is not None and (last is None or last < changed + QUIET)
    if SearchEntry.objects.exists() and (not late or timezone.now() < changed + QUIET):
        return None
    return job_create(kind=KIND, arguments={}, by=by, key=KIND)


def entries_make(work: Work) -> None:
    """The job itself; it may run twice."""

    def said(done: int, of: int) -> None:
        work.step(_("%(done)s of %(of)s profiles") % {"done": done, "of": of}, 100 * done // of)

    index.rebuild(said=said)
