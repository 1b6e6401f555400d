"""What can be chosen for a project, each kind read in one query.

What was chosen already stays among the choices when it has been archived since: a form
that does not offer it would take it away unseen.
"""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import City, Organisation, User
from projects.models import Project

Choice = tuple[str, str]


def many_field(label: Any, *, required: bool = False) -> forms.MultipleChoiceField:
    """Several records to choose, by their ids; `give` says which."""
    return forms.MultipleChoiceField(label=label, required=required, widget=forms.CheckboxSelectMultiple)


def one_field(label: Any) -> forms.ChoiceField:
    """One record to choose, by its id, or none; `give` says which."""
    return forms.ChoiceField(label=label, required=False)


def give(field: Any, offered: list[Choice]) -> None:
    many = isinstance(field, forms.MultipleChoiceField)
    field.choices = offered if many else [("", _("none yet")), *offered]


def belonging(model: Any, project: Project, actor: Actor, chosen: Collection[str]) -> list[Choice]:
    """The areas, say, of the project's programme that this actor sees."""
    seen = model.objects.visible_to(actor).filter(programme=project.programme_id)
    return as_choices(seen.filter(Q(archived_at=None) | Q(pk__in=chosen)))


def leading(cities: Iterable[City], chosen: Iterable[str]) -> dict[UUID, list[Choice]]:
    """The organisations that may lead for each side, by the id of its city."""
    named: Any = Organisation.objects.filter(city__in=cities)
    found = list(named.filter(Q(archived_at=None) | Q(pk__in=[pk for pk in chosen if pk])))
    return {
        city.pk: sorted(as_choices(each for each in found if each.city_id == city.pk), key=by_name)
        for city in cities
    }


def answering(city: City, chosen: str) -> list[Choice]:
    """The people of a city who may be its contact."""
    people = User.objects.filter(Q(is_active=True) | Q(pk=chosen or None), city=city)
    return as_choices(people.order_by("name"))


def as_choices(rows: Iterable[Any]) -> list[Choice]:
    return [(str(row.pk), str(row)) for row in rows]


def by_name(choice: Choice) -> str:
    return choice[1]
