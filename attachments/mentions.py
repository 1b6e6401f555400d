"""People whom a remark names with an @: only those who may see it."""

import re
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from attachments.models import Remark, RemarkMention
from records.errors import Invalid
from records.models import Visibility

MOST_COMPLETED = 8
LETTER = r"[A-Za-z0-9_.\u0400-\u04ff-]"
FIRST_HAN = 0x2E80


def people_of_programme(programme_id: UUID) -> QuerySet[User]:
    """Everybody who has a role in one of the programme's sides."""
    return User.objects.filter(
        is_active=True, city__programmes=programme_id, memberships__isnull=False
    ).distinct()


def people_who_see(programme_id: UUID, visibility: str, owner_city_id: UUID | None) -> QuerySet[User]:
    """Those of them who see what has this visibility, by name."""
    people = people_of_programme(programme_id)
    if visibility == Visibility.OWN:
        people = people.filter(city=owner_city_id)
    return people.order_by("name", "pk")


def completions(programme_id: UUID, visibility: str, owner_city_id: UUID | None, begun: str) -> list[User]:
    """People whose name, or a word of it, begins as somebody has begun to write it."""
    people = people_who_see(programme_id, visibility, owner_city_id).select_related("city")
    if begun:
        people = people.filter(name__iregex=rf"(^|\s){re.escape(begun)}")
    return list(people[:MOST_COMPLETED])


def mentions_write(remark: Remark) -> None:
    """Bring the rows of a remark in step with its text. Call it inside its write.

    Raises `Invalid` when it names somebody of the programme who may not see it.
    """
    named = named_in(remark.text, remark) if "@" in remark.text else []
    ids = {user.pk for user in named}
    remark.mentions.exclude(user__in=ids).delete()
    RemarkMention.objects.bulk_create(
        [RemarkMention(remark=remark, user_id=pk) for pk in sorted(ids)], ignore_conflicts=True
    )


def named_in(text: str, remark: Remark) -> list[User]:
    """The people whom a text names; longer names first, so that no name is found within another."""
    by_name: dict[str, list[User]] = {}
    for user in people_of_programme(remark.programme_id).select_related("city"):
        by_name.setdefault(user.name, []).append(user)
    found: list[User] = []
    for name in sorted(by_name, key=len, reverse=True):
        text, times = pattern(name).subn(" ", text)
        if not times:
            continue
        able = [user for user in by_name[name] if may_see(user, remark)]
        if not able:
            raise Invalid(
                {"text": [_("%(name)s may not see this remark, so it can't name them.") % {"name": name}]}
            )
        found += able
    return found


def pattern(name: str) -> Any:
    """`@Name`, not within a longer word or an address; Chinese puts no space before or after a name."""
    end = r"(?!\w)" if name[-1].isalnum() and ord(name[-1]) < FIRST_HAN else ""
    return re.compile(rf"(?<!{LETTER})@{re.escape(name)}{end}", re.IGNORECASE)


def may_see(user: User, remark: Remark) -> bool:
    return remark.visibility != Visibility.OWN or user.city_id == remark.owner_city_id
