"""What waits in the expert database: profiles that their city has not confirmed for a year."""

from datetime import date
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from experts.models import Expert
from experts.refresh import to_confirm
from records.pages.display import moment
from records.waiting import Place, Source, waiting

NAMES = ("native_name", "latin_name", "russian_name", "chinese_name")


def profiles_to_confirm(actor: Actor, on: date) -> Any:
    """Their keeper can do it first; without one any editor of the city can."""
    found = to_confirm(on).visible_to(actor)
    found = found.filter(owner_city=actor.city_id) if actor.city_id else found.none()
    mine = Q(keeper=actor.user_id) | Q(keeper=None)
    return waiting(
        found,
        since="confirmed_on",
        mine=mine if actor.may_write else None,
        confirmed_on=F("confirmed_on"),
        city=F("owner_city"),
        **{name: F(name) for name in NAMES},
    )


def profile_item(data: dict[str, Any]) -> dict[str, Any]:
    expert = Expert(pk=data["pk"], **{name: data[name] for name in NAMES})
    confirmed = moment(date.fromisoformat(data["confirmed_on"]))
    return {
        "what": str(expert),
        "url": expert.get_absolute_url(),
        "asks": _("Is the profile still right? Last confirmed on %(day)s") % {"day": confirmed},
        "side": data["city"],
        "kind": "expert",
    }


SOURCES = (
    Source(
        name="profiles-to-confirm",
        place=Place.OURS,
        label=gettext_lazy("Profiles of experts to confirm"),
        rows=profiles_to_confirm,
        item=profile_item,
    ),
)
