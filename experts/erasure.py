"""What is held of an expert in this app, place by place, and what remains when it is erased.

Of the person nothing remains; that a record was there, its id, its states and its dates do,
and so does the log of who looked at it, which says nothing of the person.
"""

from typing import Any
from uuid import UUID

import pgtrigger
from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from experts.models import (
    Engagement,
    Expert,
    ExpertContact,
    ExpertImport,
    ExpertLanguage,
    Invitation,
    InvitationMessage,
    Letter,
    NameWord,
    SearchEntry,
    Work,
)
from experts.states import ENGAGEMENT, INVITATION
from records.copies import files_erase
from records.erasure import SHORTEST_TEXT, Person, Reach, as_stored, blank_columns, sought
from records.history import forget

GONE = "—"  # stands where a text must be
NAMES = ("native_name", "latin_name", "russian_name", "chinese_name", "orcid", "reference")
CONSENT = (
    "consent_purpose", "consent_countries", "consent_covers", "consent_given_on", "consent_expires_on",
)  # fmt: skip
ABOUT = (
    *NAMES, "affiliation", "summary", "organisation", "availability", "available_from", "keeper",
    "confirmed_on", "refresh_asked_at", "texts", *CONSENT,
)  # fmt: skip


def person_of(expert: Expert) -> Person:
    """The person whom a profile is of, with all that is known to be theirs."""
    person = Person()
    person.add("expert", same_person(expert))
    for kind, model in (
        ("work", Work),
        ("expert-contact", ExpertContact),
        ("invitation", Invitation),
        ("engagement", Engagement),
    ):
        person.add(kind, of(person, model).values_list("pk", flat=True))
    return sought(person)


def same_person(expert: Expert) -> set[UUID]:
    """The profile with those that people have found to be the same person's and merged."""
    known, fresh = {expert.pk}, {expert.pk}
    while fresh:
        into = Expert.objects.filter(pk__in=fresh, merged_into__isnull=False)
        near = {*into.values_list("merged_into", flat=True)}
        near |= {*Expert.objects.filter(merged_into__in=fresh).values_list("pk", flat=True)}
        fresh = near - known
        known |= fresh
    return known


def of(person: Person, model: Any) -> Any:
    return model.objects.filter(expert__in=person.ids("expert"))


def past(name: str) -> Any:
    return apps.get_model("experts", f"{name}History").objects


def profile_rows(person: Person) -> list[Any]:
    ids = person.ids("expert")
    return [Expert.objects.filter(pk__in=ids), past("Expert").filter(pgh_obj__in=ids)]


def profile_seek(person: Person) -> None:
    for rows in profile_rows(person):
        person.learn(rows, *NAMES)
        person.learn(rows, *blank_columns(rows.model, "summary"), least=SHORTEST_TEXT)
    shared = Expert.objects.exclude(pk__in=person.ids("expert"))
    for name in blank_columns(Expert, "affiliation"):
        # Of others an affiliation may be told as well: it then says nothing of this one.
        same = as_stored(shared).filter(**{name: models.OuterRef(name)})
        rows = as_stored(profile_rows(person)[0]).exclude(models.Exists(same))
        person.learn(rows, name, least=SHORTEST_TEXT)


def profile_erase(person: Person) -> int:
    """The row stays, says that it was erased, and is out of all lists. Of its past nothing stays."""
    rows, states = profile_rows(person)
    values = blank_columns(Expert, *ABOUT)
    now = timezone.now()
    count = as_stored(rows).update(**values, state=Expert.State.ERASED, archived_at=now, updated_at=now)
    last = states.order_by("pgh_obj", "-pgh_id").distinct("pgh_obj").values("pgh_id")  # just written
    forget(states.exclude(pgh_id__in=list(last.values_list("pgh_id", flat=True))))
    return count


def languages_rows(person: Person) -> list[Any]:
    ids = person.ids("expert")
    return [of(person, ExpertLanguage), past("ExpertLanguage").filter(expert__in=ids)]


def fields_rows(person: Person) -> list[Any]:
    ids = person.ids("expert")
    links = Expert.fields.through.objects.filter(expert__in=ids)
    return [links, past("ExpertFields").filter(expert__in=ids)]


def works_rows(person: Person) -> list[Any]:
    ids = person.ids("work")
    return [of(person, Work), past("Work").filter(pgh_obj__in=ids)]


def works_seek(person: Person) -> None:
    for rows in works_rows(person):
        person.learn(rows, "title", "where", "link", least=SHORTEST_TEXT)


def contact_rows(person: Person) -> list[Any]:
    ids = person.ids("expert-contact")
    return [of(person, ExpertContact), past("ExpertContact").filter(pgh_obj__in=ids)]


def contact_seek(person: Person) -> None:
    person.learn(contact_rows(person)[0], "email", "phone", "address")


def remove(rows: Any) -> Any:
    """Erases rows and then their past, which has just noted that they were deleted."""

    def erase(person: Person) -> int:
        held, states = rows(person)
        count = held.count()
        held.delete()
        forget(states)
        return count

    return erase


def invitations_rows(person: Person) -> list[Any]:
    ids = person.ids("expert")
    return [of(person, Invitation), past("Invitation").filter(expert__in=ids)]


def invitations_seek(person: Person) -> None:
    for rows in invitations_rows(person):
        person.learn(rows, "note", "message", "reason", least=SHORTEST_TEXT)


def invitations_erase(person: Person) -> int:
    """What was asked and when stays. What waits is withdrawn, and no link opens anything any more."""
    rows, states = invitations_rows(person)
    texts = blank_columns(Invitation, "note", "message", "reason", "texts")
    waiting = rows.filter(state__in=INVITATION["withdraw"][0])
    waiting.update(state=INVITATION["withdraw"][1])
    count = rows.update(**texts | {"reason": with_reason()}, link_serial=models.F("link_serial") + 1)
    forget(states, **texts | {"reason": with_reason()})
    return count


def with_reason() -> Any:
    """A refusal keeps that there was a reason."""
    return models.Case(models.When(reason="", then=models.Value("")), default=models.Value(GONE))


def messages_rows(person: Person) -> list[Any]:
    said = InvitationMessage.objects.filter(invitation__in=person.ids("invitation"))
    return [said.exclude(text__in=["", GONE])]


def messages_seek(person: Person) -> None:
    person.learn(messages_rows(person)[0], "text", least=SHORTEST_TEXT)


def messages_erase(person: Person) -> int:
    """The thread keeps who wrote when, and the dates that were proposed."""
    with pgtrigger.ignore("experts.InvitationMessage:kept"):
        return messages_rows(person)[0].update(text=GONE)


def letters_rows(person: Person) -> list[Any]:
    waiting = Letter.objects.filter(
        invitation__in=person.ids("invitation"), state__in=[Letter.State.WAITING, Letter.State.SENDING]
    )
    return [waiting]


def letters_erase(person: Person) -> int:
    """A letter has no text until it is sent; those that wait are not sent."""
    return letters_rows(person)[0].update(state=Letter.State.DROPPED)


def engagements_rows(person: Person) -> list[Any]:
    ids = person.ids("expert")
    return [of(person, Engagement), past("Engagement").filter(expert__in=ids)]


def engagements_seek(person: Person) -> None:
    for rows in engagements_rows(person):
        person.learn(rows, *blank_columns(rows.model, "work", "outcome"), least=SHORTEST_TEXT)


def engagements_erase(person: Person) -> int:
    rows, states = engagements_rows(person)
    texts = blank_columns(Engagement, "work", "outcome", "texts")
    open_ones = rows.filter(state__in=ENGAGEMENT["cancel"][0])
    open_ones.update(state=ENGAGEMENT["cancel"][1], closed_at=timezone.now())
    count = as_stored(rows).update(**texts)
    forget(states, **texts)
    return count


def imports_rows(person: Person) -> list[Any]:
    """The files that its city has brought and not yet dealt with: nobody knows who is in them."""
    cities = Expert.objects.filter(pk__in=person.ids("expert")).values("owner_city")
    return [ExpertImport.objects.filter(city__in=cities).exclude(stored="")]


def imports_erase(person: Person) -> int:
    """They can be brought again, without this person. A file's name may be a person's as well."""
    for brought in ExpertImport.objects.exclude(name=GONE):
        if person.is_in(brought.name):
            ExpertImport.objects.filter(pk=brought.pk).update(name=GONE)
    rows = imports_rows(person)[0]
    files_erase([brought.stored.name for brought in rows])
    return rows.update(stored="", shown=[], conflicts=[], state=ExpertImport.State.DROPPED)


def search_rows(person: Person) -> list[Any]:
    ids = person.ids("expert")
    return [SearchEntry.objects.filter(pk__in=ids), NameWord.objects.filter(entry__in=ids)]


def search_erase(person: Person) -> int:
    entries, words = search_rows(person)
    return words.delete()[0] + entries.delete()[0]


REACHES = (
    Reach(name="profile", label=_("profile, with its history and consents"), rows=profile_rows,
          erase=profile_erase, seek=profile_seek),
    Reach(name="languages", label=_("languages"), rows=languages_rows, erase=remove(languages_rows)),
    Reach(name="fields", label=_("fields of expertise"), rows=fields_rows, erase=remove(fields_rows)),
    Reach(name="works", label=_("publications and past engagements"), rows=works_rows,
          erase=remove(works_rows), seek=works_seek),
    Reach(name="contact", label=_("contact details"), rows=contact_rows, erase=remove(contact_rows),
          seek=contact_seek),
    Reach(name="invitations", label=_("words of invitations"), rows=invitations_rows,
          erase=invitations_erase, seek=invitations_seek),
    Reach(name="messages", label=_("messages with the expert"), rows=messages_rows, erase=messages_erase,
          seek=messages_seek),
    Reach(name="letters", label=_("letters waiting to be sent"), rows=letters_rows, erase=letters_erase,
          is_copy=True),
    Reach(name="engagements", label=_("words of engagements"), rows=engagements_rows,
          erase=engagements_erase, seek=engagements_seek),
    Reach(name="imports", label=_("files brought to be imported"), rows=imports_rows, erase=imports_erase,
          is_copy=True),
    Reach(name="search", label=_("what search finds the person by"), rows=search_rows, erase=search_erase,
          is_copy=True),
)  # fmt: skip
