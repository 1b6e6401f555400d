"""Copies of people's data that the ground floor makes, and how they go when a person is erased.

All of them go by themselves, the last one after a day; an erasure does not wait for that.
"""

import json
from functools import partial
from typing import Any

from cryptography.fernet import InvalidToken
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from records import jobs
from records.erasure import Person, Reach, saying
from records.held import seal
from records.models import HeldPost, IdempotentAnswer, Job, ResultFile

FILES = "files-erase"
OF_PEOPLE = "expert"  # what the names of the kinds of job begin with that read people's data
TEXTS = ("arguments", "log", "error", "step", "key")


def jobs_of(person: Person) -> Any:
    """The jobs that say something of the person, and those that were asked by a search among people."""
    over = [Job.State.DONE, Job.State.CANCELLED]
    asked = Job.objects.filter(kind__startswith=OF_PEOPLE, state__in=over).exclude(arguments={}, log=[])
    return saying(Job.objects.all(), person.words, *TEXTS) | asked


def jobs_erase(person: Person) -> int:
    """A job keeps its kind, state and times. One that was to do something about the person stops."""
    found = Job.objects.filter(pk__in=[job.pk for job in jobs_of(person)])
    for job in found.active():
        jobs.job_cancel(job=job)
    return found.update(arguments={}, log=[], error="", step="", key="")


def results_of(person: Person) -> Any:
    """The files with people in them: nobody knows which of them this person is in."""
    return ResultFile.objects.filter(job__kind__startswith=OF_PEOPLE)


def results_erase(person: Person) -> int:
    """They can be asked for again. What is being made at this moment is stopped."""
    for job in Job.objects.active().filter(kind__startswith=OF_PEOPLE):
        jobs.job_cancel(job=job)
    return results_delete(results_of(person))


def results_delete(found: Any) -> int:
    """Delete files that jobs have made, in the transaction of whoever asks for it."""
    files_erase([kept.stored.name for kept in found])
    return ResultFile.objects.filter(pk__in=[kept.pk for kept in found]).delete()[0]


def answers_of(person: Person) -> list[IdempotentAnswer]:
    return [
        answer
        for answer in IdempotentAnswer.objects.all().iterator(chunk_size=200)
        if person.is_in(bytes(answer.body).decode(errors="replace") + str(answer.headers))
    ]


def answers_erase(person: Person) -> int:
    """The key stays used, and a second call with it is told that there is nothing to repeat."""
    found = answers_of(person)
    IdempotentAnswer.objects.filter(pk__in=[answer.pk for answer in found]).update(
        status=410, body=b"", headers={}
    )
    return len(found)


def posts_of(person: Person) -> list[HeldPost]:
    return [post for post in HeldPost.objects.all() if person.is_in(f"{post.path}\n{opened(post)}")]


def opened(post: HeldPost) -> str:
    """What was typed into the form, each value on a line."""
    try:
        data = json.loads(seal().decrypt(bytes(post.sealed)))
    except InvalidToken:  # it can be read by nobody
        return ""
    return "\n".join(value for values in data.values() for value in values)


def posts_erase(person: Person) -> int:
    found = posts_of(person)
    HeldPost.objects.filter(pk__in=[post.pk for post in found]).delete()
    return len(found)


def cache_erase(person: Person) -> int:
    """Nobody depends on the cache, so all of it goes, once the erasure stands."""
    transaction.on_commit(cache.clear, robust=True)
    return 0


def files_erase(names: list[str]) -> None:
    """Delete these files once the transaction stands: now, or after a crash by the relay."""
    if names:
        job = jobs.job_create(kind=FILES, arguments={"names": names}, by=Nobody())
        transaction.on_commit(partial(jobs.run, job.pk), robust=True)


class Nobody:
    """The product itself, as the author of a job."""

    user_id = city_id = None


@jobs.job_kind(FILES, _("deleting files"))
def delete_files(work: jobs.Work) -> None:
    for name in work.arguments.get("names", []):
        default_storage.delete(name)


REACHES = (
    Reach(name="jobs", label=_("arguments and logs of jobs"), rows=lambda person: [jobs_of(person)],
          erase=jobs_erase, is_copy=True),
    Reach(name="exports", label=_("files made for download"), rows=lambda person: [results_of(person)],
          erase=results_erase, is_copy=True),
    Reach(name="answers", label=_("answers kept for repeated calls"),
          rows=lambda person: [answers_of(person)], erase=answers_erase, is_copy=True),
    Reach(name="posts", label=_("forms kept while signed out"), rows=lambda person: [posts_of(person)],
          erase=posts_erase, is_copy=True),
    Reach(name="cache", label=_("cache"), rows=lambda person: [], erase=cache_erase, is_copy=True),
)  # fmt: skip
