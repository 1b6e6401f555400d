"""The erasures of people in the administration: to look at only. They say nothing of the people."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.administration.jobs import LookOnlyAdmin, told
from experts.access import erasures_seen
from experts.models import Erasure


@admin.register(Erasure)
class ErasureAdmin(LookOnlyAdmin):
    """Those of the administrator's own city."""

    list_display = ("id", told("at", _("when")), told("ground", _("ground")), told("user", _("by")))
    list_filter = ("ground",)
    list_select_related = ("user", "city")
    ordering = ("-at", "-pk")
    fields = (
        *list_display,
        told("city", _("city")),
        told("client", _("partner system")),
        told("expert_id", _("record of the expert")),
        told("counts", _("how much there was")),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return erasures_seen(request.actor)  # type: ignore[attr-defined]
