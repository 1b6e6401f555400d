"""What a line of a thing that waits needs to say."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from records.templatetags.kit import side_mark

register = template.Library()


@register.simple_tag
def city_mark(cities: Mapping[str, Any], pk: Any) -> Any:
    """The mark of the side that a thing is about, where it is about one."""
    city = cities.get(str(pk))
    return side_mark(city) if city else ""


@register.simple_tag
def waited(since: datetime) -> str:
    """For how many days a thing has waited, in the reader's calendar."""
    days = (timezone.localdate() - timezone.localtime(since).date()).days
    if days < 1:
        return _("since today")
    return ngettext("waits for %(n)s day", "waits for %(n)s days", days) % {"n": days}
