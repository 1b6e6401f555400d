"""Proposals, decisions and the chain in the administration: to look at only."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from accounts.access import is_masked, unmasked
from accounts.administration.jobs import LookOnlyAdmin, told
from accounts.administration.records import MaskedChangeList, masked_copy
from approvals.models import ChainEntry, Decision, Proposal

ACT, STATE, CITY = told("act", _("act")), told("state", _("state")), told("city", _("city"))


@admin.register(Proposal)
class ProposalAdmin(LookOnlyAdmin):
    """What a side has not confirmed yet is its own: others learn that it exists, and nothing of it."""

    list_display = (
        "id",
        ACT,
        CITY,
        STATE,
        told("visibility", _("visibility")),
        told("created_at", _("created")),
    )
    list_filter = ("state", "act")
    list_select_related = ("city", "owner_city")
    view_on_site = False
    ordering = ("-created_at", "pk")
    fields = (
        *list_display,
        told("subject_kind", _("kind")),
        told("subject_id", _("record")),
        told("opened_at", _("awaiting an answer since")),
        told("expires_on", _("answer asked by")),
        told("pin", "SHA-256"),
        told("client", _("partner system")),
    )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return MaskedChangeList

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Filters ask of what may be read only: otherwise they would tell of what is masked."""
        found = super().get_queryset(request)
        asked = {f"{name}__exact" for name in self.list_filter} & set(request.GET)
        return unmasked(found, self.actor(request)) if asked else found

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        proposal = self.get_object(request, object_id)
        if proposal is not None and is_masked(self.actor(request), proposal):
            context = self.admin_site.each_context(request) | {
                "opts": self.opts,
                "record": masked_copy(proposal),
                "kind": self.opts.verbose_name,
                "title": self.opts.verbose_name,
            }
            return TemplateResponse(request, "admin/masked.html", context)
        return super().change_view(request, object_id, *args, **kwargs)


@admin.register(Decision)
class DecisionAdmin(LookOnlyAdmin):
    list_display = (
        "id", CITY, told("verdict", _("verdict")), told("decided_by", _("person")), told("at", _("when")),
    )  # fmt: skip
    list_filter = ("verdict",)
    list_select_related = ("city", "decided_by")
    ordering = ("-at", "pk")
    fields = (*list_display, told("proposal_id", _("proposal")), told("client", _("partner system")))

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        seen = unmasked(Proposal.objects.all(), self.actor(request))
        return super().get_queryset(request).filter(proposal__in=seen.values("pk"))


@admin.register(ChainEntry)
class ChainEntryAdmin(LookOnlyAdmin):
    """An entry holds ids and hashes only, and none tells of what a side has not sent to the other."""

    list_display = ("position", told("hash", _("hash")), told("at", _("when")))
    ordering = ("-position",)
    fields = (*list_display, told("body", _("entry")))
