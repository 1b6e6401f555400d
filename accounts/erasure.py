"""Where words about a person may stand beside an official's account: sessions, the administration's log."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from records.erasure import Person, Reach, saying


def sessions_of(person: Person) -> list[tuple[Session, dict[str, Any]]]:
    """The sessions with words of the person, and what of each holds none."""
    found = []
    for session in Session.objects.all().iterator(chunk_size=500):
        data = session.get_decoded()
        kept = {name: value for name, value in data.items() if not person.is_in(f"{value!r}")}
        if kept != data:
            found.append((session, kept))
    return found


def sessions_erase(person: Person) -> int:
    """Nobody is signed out: only what holds the words is dropped."""
    found = sessions_of(person)
    for session, kept in found:
        sealed = Session.get_session_store_class()().encode(kept)
        Session.objects.filter(pk=session.pk).update(session_data=sealed)
    return len(found)


def entries_of(person: Person) -> Any:
    named = saying(LogEntry.objects.all(), person.words, "object_repr", "change_message")
    return named | LogEntry.objects.filter(Q(object_id__in=person.all_ids) & ~Q(object_repr=""))


def entries_erase(person: Person) -> int:
    """Who did something in the administration, and when, stays."""
    found = LogEntry.objects.filter(pk__in=[entry.pk for entry in entries_of(person)])
    return found.update(object_repr="", change_message="")


REACHES = (
    Reach(name="sessions", label=_("sessions"), rows=lambda person: [sessions_of(person)],
          erase=sessions_erase, is_copy=True),
    Reach(name="administration", label=_("log of the administration"),
          rows=lambda person: [entries_of(person)], erase=entries_erase),
)  # fmt: skip
