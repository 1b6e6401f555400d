"""What changed in one record last, as its own page tells it."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from records.models import Change, Viewer, Visibility
from records.pages.display import listed
from records.registry import registry
from records.values import path_label


def recent_changes(record: Any, most: int = 10, *, viewer: Viewer | None = None) -> list[dict[str, Any]]:
    """Who changed what last: the names of the fields, never their content.

    For a `viewer`, without what happened while the record was another city's own.
    """
    record_type = registry.of(record)
    found = Change.objects.filter(kind=record_type.kind, record_id=record.pk).select_related("user", "city")
    if viewer is not None:
        own = Q(visibility=Visibility.OWN) & (~Q(owner_city=viewer.city_id) | Q(owner_city=None))
        found = found.exclude(own)
    return [
        {
            "who": change.user or _("The system"),
            "side": change.city,
            "verb": change.label,
            "when": change.at,
            "note": listed(dict.fromkeys(path_label(record_type, path) for path in change.fields)),
        }
        for change in found.order_by("-version", "-id")[:most]
    ]
