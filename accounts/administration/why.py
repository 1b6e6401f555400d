"""Why a person can see a record, or can't, in sentences.

Nothing here decides: what is seen is asked of `records.models.grounds`, the rule that
every list is filtered by, and what may be edited of `accounts.access.edit_refusal`.
This module only puts their answers into words.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Value
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from accounts.access import edit_refusal, is_masked, unmasked
from accounts.actors import Actor
from accounts.models import User
from records.models import Visibility, grounds, seen_through
from records.registry import RecordType, registry
from records.waiting import in_columns


@dataclass(frozen=True)
class Answer:
    """What the page says: about which record, whether it is seen and why, whether it may be edited."""

    name: str
    visible: bool
    sentences: list[str]
    editable: bool
    editing: list[str]


def find(asked: str, kind: str, by: Actor) -> tuple[RecordType, Any] | None:
    """The record of an address, an id, or a code; a code finds only what the administrator may read."""
    text = asked.strip()
    types = [registry[kind]] if kind in registry else list(registry)
    pk = pasted(text) or as_uuid(text)
    places = []
    for record_type in types:
        records: Any = record_type.model._default_manager.order_by()
        if pk:
            places.append((record_type.kind, records.filter(pk=pk)))
        elif any(field.name == "code" for field in record_type.model._meta.concrete_fields):
            places.append((record_type.kind, unmasked(records.filter(code=text.upper()), by)))
    if not places:
        return None
    # One query over all kinds; the kind that is registered first goes first.
    rows = [
        in_columns(found.annotate(place=Value(place), kind_found=Value(kind)), "place", "pk", "kind_found")
        for place, (kind, found) in enumerate(places)
    ]
    first = rows[0].union(*rows[1:], all=True).order_by("place", "pk").first()
    if first is None:
        return None
    record_type = registry[first[2]]
    return record_type, record_type.model._default_manager.get(pk=first[1])


def pasted(text: str) -> UUID | None:
    """The record's id in an address of the product."""
    path = text.split("?")[0].split("#")[0]
    if "://" in path:
        path = "/" + path.split("://", 1)[1].partition("/")[2]
    try:
        given = resolve(path).kwargs if path.startswith("/") else {}
    except Resolver404:
        return None
    return as_uuid(str(given.get("pk") or given.get("object_id") or ""))


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def holding(record: Any, viewer: Actor) -> set[str]:
    """Which grounds of the rule hold for this record and viewer, asked of the database at once."""
    model = type(record)
    found = grounds(model, viewer, seen_through(model)[0])
    if not found:
        return set()
    marks = {f"ground_{name}": ExpressionWrapper(rule, BooleanField()) for name, rule in found.items()}
    row: Any = model._default_manager.filter(pk=record.pk).annotate(**marks).values(*marks).get()
    return {name for name in found if row[f"ground_{name}"]}


def explain(person: User, record_type: RecordType, record: Any, by: Actor) -> Answer:
    """Why this person sees this record, or not. The administrator who asks may not see it themselves."""
    viewer = Actor(user=person)
    visible = record_type.visible_to(viewer).filter(pk=record.pk).exists()
    sentences = why_seen(viewer, record) if visible else why_not_seen(viewer, record)
    if visible and record.archived_at:
        sentences.append(_("It is archived: it is out of the lists, and its address still shows it."))
    if not person.is_active:
        sentences.append(
            _("The account is closed: its person can't sign in, and sees what everybody sees.")
        )
    editing = [_("Nobody edits what they can't see.")]
    refusal = None
    if visible and not hasattr(record, "programme_id"):
        editing = [_("Reference data is corrected here, in the administration, by an administrator.")]
    elif visible:
        refusal = edit_refusal(viewer, record)
        editing = (
            [
                _("They would be told: “%(reason)s”")
                % {"reason": f"{refusal.reason} {refusal.remedy}".strip()}
            ]
            if refusal
            else [_("Their role is an editor's, in a city that is a side of the programme.")]
        )
    named = _("One side's own record") if is_masked(by, record) else record_type.title(record)
    return Answer(
        name=f"{record_type.label}: {named}",
        visible=visible,
        sentences=sentences,
        editable=visible and hasattr(record, "programme_id") and refusal is None,
        editing=editing,
    )


def why_seen(viewer: Actor, record: Any) -> list[str]:
    held = holding(record, viewer)
    words = {
        Visibility.PUBLIC.value: _("The record is public: everybody sees it, signed in or not."),
        Visibility.SHARED.value: _(
            "The record is shared by the sides of its programme, and %(city)s, for which this person acts,"
            " is one of them."
        )
        % {"city": viewer.city},
        Visibility.OWN.value: _("The record is the own of %(city)s, for which this person acts.")
        % {"city": viewer.city},
    }
    return [words[name] for name in sorted(held)] or [
        _("Records of this kind are reference data, which everybody sees.")
    ]


def why_not_seen(viewer: Actor, record: Any) -> list[str]:
    """Each visibility has its one ground, and here that one does not hold."""
    words = {
        Visibility.SHARED.value: _("The record is shared by the sides of its programme."),
        Visibility.OWN.value: _("The record is the own of %(city)s, and only that city sees it.")
        % {"city": getattr(record, "owner_city", None)},
    }
    return [words[record.visibility], standing(viewer)]


def standing(viewer: Actor) -> str:
    """For whom a person acts, which is what every ground but the public one asks."""
    if viewer.user is not None and viewer.user.city and not viewer.roles:
        return _("This person belongs to %(city)s, but has no role, and so acts for no city.") % {
            "city": viewer.user.city
        }
    if viewer.city is None:
        return _("This person belongs to no city.")
    return _("This person acts for %(city)s.") % {"city": viewer.city}
