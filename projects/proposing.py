"""The pages on which one side proposes something to the other, and what it does alone to a project."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.held import forget_post, returned_post
from accounts.views import actor_of
from approvals.access import decide_refusal, proposal_to_read, propose_refusal
from approvals.forms import MessageForm
from approvals.models import Proposal
from approvals.queries import overview
from approvals.services import awaits_colleague, proposal_counter, proposal_raise
from attachments.services import document_upload
from projects import access
from projects.change_form import NOTHING_CHANGED, ChangeForm
from projects.life import act_refusal
from projects.models import Project
from projects.services import project_share, project_start
from projects.states import ACTS
from records.errors import EditConflict, Invalid, NotVisible
from records.models import Visibility

FORM = require_http_methods(["GET", "HEAD", "POST"])


def project_to_propose(request: HttpRequest, pk: UUID) -> Project:
    """Raises `NotVisible` and `NotAllowed`."""
    project = access.project_to_read(pk=pk, actor=actor_of(request))
    if refusal := propose_refusal(actor_of(request), project):
        raise refusal
    return project


@FORM
def project_propose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Look at all that an act covers, say what goes with it, and propose it."""
    actor, project = actor_of(request), project_to_propose(request, pk)
    posted = request.method == "POST"
    data: Any = request.POST if posted else returned_post(request)
    act = (data and data.get("act")) or request.GET.get("act", "agree")
    if act not in ACTS or act == "change":
        raise NotVisible
    if stands_against := act_refusal(project, act):
        raise stands_against
    form = MessageForm(data, request.FILES if posted else None)
    if posted and form.is_valid():
        try:
            proposal = raise_from(form, project, act, {}, None, actor)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, sent(proposal))
            return forget_post(request, redirect(proposal))
    context = {
        "project": project,
        "act": ACTS[act],
        "form": form,
        "covers": overview(project),
        "awaits_colleague": awaits_colleague(project, actor),
        "returned": data is not None and not posted,
    }
    return render(request, "projects/project_propose.html", context, status=422 if posted else 200)


@FORM
def project_propose_change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change the agreed fields as one would have them; what differs is proposed.

    With `answers` it answers another proposal, and is filled in with what that asks for.
    """
    actor, project = actor_of(request), project_to_propose(request, pk)
    posted = request.method == "POST"
    data: Any = request.POST if posted else returned_post(request)
    answers = answered((data and data.get("answers")) or request.GET.get("answers"), project, actor)
    asked = {path: change["to"] for path, change in answers.changes.items()} if answers else {}
    form = ChangeForm(
        data,
        request.FILES if posted else None,
        project=project,
        actor=actor,
        asked=asked,
        whole=project.is_agreed or (answers is not None and answers.act == "agree"),
    )
    if not form.paths and (stands_against := act_refusal(project, "change")):
        raise stands_against
    if posted and form.is_valid():
        act = "agree" if answers and answers.act == "agree" else "change"
        try:
            if not form.changes():
                raise Invalid({"": [str(NOTHING_CHANGED)]})
            proposal = raise_from(form, project, act, form.changes(), answers, actor)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, sent(proposal))
            return forget_post(request, redirect(proposal))
    context = {
        "project": project,
        "form": form,
        "answers": answers,
        # Whoever may answer the other side speaks for their own.
        "awaits_colleague": answers is None and awaits_colleague(project, actor),
        "returned": data is not None and not posted,
    }
    return render(request, "projects/project_change.html", context, status=422 if posted else 200)


def answered(pk: str | None, project: Project, actor: Any) -> Proposal | None:
    """The proposal that a counter-proposal answers. Raises `NotVisible` and `NotAllowed`."""
    if not pk:
        return None
    try:
        proposal = proposal_to_read(pk=UUID(pk), actor=actor)
    except ValueError:
        raise NotVisible from None
    if (proposal.subject_kind, proposal.subject_id) != ("project", project.pk):
        raise NotVisible
    if refusal := decide_refusal(actor, proposal, project):
        raise refusal
    return proposal


def raise_from(
    form: MessageForm, project: Project, act: str, changes: Any, answers: Proposal | None, actor: Any
) -> Proposal:
    """Keep the scan, and propose. What a colleague has to confirm first is own till then, the scan too."""
    data = form.cleaned_data
    with transaction.atomic():
        scan = None
        if data["scan"]:
            hidden = awaits_colleague(project, actor)
            scan = document_upload(
                subject=project,
                upload=data["scan"],
                language=data["language"],
                visibility=Visibility.OWN if hidden else project.visibility,
                by=actor,
            )
        word = {
            "message": data["message"],
            "language": data["language"],
            "letter": form.letter(scan),
            "by": actor,
        }
        if answers:
            return proposal_counter(proposal=answers, changes=changes, act=act, **word)
        return proposal_raise(
            subject=project, act=act, changes=changes, expires_on=data["expires_on"], **word
        )


def sent(proposal: Proposal) -> str:
    if proposal.state == Proposal.State.UNCONFIRMED:
        return _("Kept. A coordinator or secretary of your city confirms it; then the other side sees it.")
    return _("Proposed. The other side has been asked for its answer.")


@require_POST
def project_alone(request: HttpRequest, pk: UUID, act: str) -> HttpResponse:
    """Share a project with the other side, or start the work on it."""
    actor = actor_of(request)
    project = access.project_to_read(pk=pk, actor=actor)
    serve = {"share": project_share, "start": project_start}[act]
    version = request.POST.get("version", "")[:9]
    base = int(version) if version.isascii() and version.isdecimal() else 0
    try:
        serve(project=project, base_version=base, by=actor)
    except EditConflict:
        messages.warning(
            request, _("Somebody changed this project meanwhile. Look at it once more, and try again.")
        )
    else:
        done = {"share": _("Both sides see this project now."), "start": _("The work has begun.")}
        messages.success(request, done[act])
    return redirect(project)
