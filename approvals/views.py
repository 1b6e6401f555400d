"""The pages of proposals and of the chain."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from accounts.actors import Actor
from accounts.held import forget_post, returned_post
from accounts.views import actor_of
from approvals import access, chain, queries
from approvals.filters import ProposalFilter
from approvals.forms import WordForm
from approvals.models import Proposal
from approvals.services import (
    WentStale,
    proposal_accept,
    proposal_confirm,
    proposal_refuse,
    proposal_withdraw,
)
from approvals.tables import ProposalTable
from attachments.services import document_upload
from records.errors import Invalid

PER_PAGE = 25


@login_not_required
@require_safe
def proposal_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    found = ProposalFilter(request.GET, queryset=queries.proposal_rows(actor), request=request)
    table = ProposalTable(found.qs, actor=actor)
    RequestConfig(request, paginate={"per_page": PER_PAGE, "silent": True}).configure(table)
    context = {"filter": found, "table": table, "may_see_chain": access.chain_refusal(actor) is None}
    return render(request, "approvals/proposal_list.html", context)


@login_not_required
@require_safe
def proposal_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    proposal = access.proposal_to_read(pk=pk, actor=actor)
    return shown(request, proposal, WordForm(), actor)


def shown(
    request: HttpRequest, proposal: Proposal, form: WordForm, actor: Actor, status: int = 200
) -> HttpResponse:
    context = {**queries.proposal_page(proposal, actor), "form": form}
    return render(request, "approvals/proposal_detail.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def proposal_answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Confirm, accept, refuse or withdraw. What could not be done shows the page again, as it was typed."""
    actor = actor_of(request)
    proposal = access.proposal_to_read(pk=pk, actor=actor)
    if request.method != "POST":
        return shown(request, proposal, WordForm(returned_post(request)), actor)
    form = WordForm(request.POST, request.FILES)
    act = request.POST.get("act", "")
    if act == "withdraw":
        proposal_withdraw(proposal=proposal, comment=request.POST.get("comment", ""), by=actor)
        messages.success(request, _("The proposal is withdrawn."))
        return forget_post(request, redirect(proposal))
    if act not in DONE:
        form.add_error(None, _("Say whether you accept or refuse."))
    try:
        if form.is_valid():
            answer(proposal, act, form, actor)
            messages.success(request, DONE[act])
            return forget_post(request, redirect(proposal))
    except WentStale as stale:
        messages.warning(request, f"{stale.reason} {stale.remedy}")
        return forget_post(request, redirect(proposal))
    except Invalid as refusal:
        form.refuse(refusal)
    return shown(request, proposal, form, actor, status=422)


SERVE = {"confirm": proposal_confirm, "accept": proposal_accept, "refuse": proposal_refuse}


class Done:
    """What is told after each act, in the reader's language."""

    def __contains__(self, act: str) -> bool:
        return act in SERVE

    def __getitem__(self, act: str) -> str:
        return {
            "confirm": _("Confirmed. The other side sees the proposal from now on."),
            "accept": _("Accepted. What was proposed is done."),
            "refuse": _("Refused. Your reason goes to the other side."),
        }[act]


DONE = Done()


def answer(proposal: Proposal, act: str, form: WordForm, actor: Actor) -> None:
    """One transaction for the scan and the word; a proposal found stale is recorded without the scan."""
    access.require_word(actor, proposal, act)
    word = {"comment": form.cleaned_data["comment"], "language": form.cleaned_data["language"], "by": actor}
    if not form.cleaned_data["scan"]:
        SERVE[act](proposal=proposal, letter=form.letter(), **word)
        return
    with transaction.atomic():
        scan = document_upload(
            subject=proposal,
            upload=form.cleaned_data["scan"],
            language=form.cleaned_data["language"],
            visibility=proposal.visibility,
            by=actor,
        )
        try:
            SERVE[act](proposal=proposal, letter=form.letter(scan), **word)
            return
        except WentStale as found:
            stale = found  # the proposal is out of date now, and stays so: that is committed
    raise stale


@require_safe
def chain_page(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    access.require_chain(actor)
    head = chain.head()
    return render(request, "approvals/chain.html", {"head": head, "latest": queries.latest_entries()})
