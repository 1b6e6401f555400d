"""What sources say of a person. The source itself is a record of its own, and stays."""

from django.utils.translation import gettext_lazy as _

from programme.models import Citation
from records.erasure import hanging

REACHES = (
    hanging(
        model=Citation,
        name="citations",
        label=_("citations"),
        texts=("locator", "claim", "note", "how", "doubt"),
    ),
)
