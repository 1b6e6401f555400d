"""Opinions that were asked about a person."""

from django.utils.translation import gettext_lazy as _

from approvals.models import Assignment
from records.erasure import hanging

REACHES = (
    hanging(
        model=Assignment, name="assignments", label=_("opinions asked and given"), texts=("task", "opinion")
    ),
)
