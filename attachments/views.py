"""Documents, remarks and links of a record: sections that load by themselves, and whole pages without."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.held import forget_post, returned_post
from accounts.views import actor_of
from attachments import access, queries, services
from attachments.content import require_size
from attachments.errors import BadFile
from attachments.files import file_response
from attachments.forms import DocumentEditForm, DocumentForm, LinkForm, RemarkEditForm, RemarkForm
from attachments.mentions import completions
from attachments.subjects import subject_url
from records.errors import EditConflict, Invalid, NotVisible
from records.models import Visibility

FORM = require_http_methods(["GET", "HEAD", "POST"])


def shown(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """A section by itself for htmx, within a page of its own for everybody else."""
    part = "#section" if request.htmx else ""  # type: ignore[attr-defined]
    context["embedded"] = bool(part)
    response = render(request, f"attachments/{name}.html{part}", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@login_not_required
@require_safe
def documents(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    subject = access.subject_to_read(kind=kind, pk=pk, actor=actor)
    context = queries.documents_of(subject, actor, request.GET.get("page"))
    if context["refusal"] is None:
        context["form"] = DocumentForm(subject=subject, actor=actor)
    return shown(request, "document_list", context)


@login_not_required
@require_safe
def remarks(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    subject = access.subject_to_read(kind=kind, pk=pk, actor=actor)
    context = queries.remarks_of(subject, actor, request.GET.get("page"))
    if context["refusal"] is None:
        context["form"] = RemarkForm(subject=subject, actor=actor)
    return shown(request, "remark_list", context)


@login_not_required
@require_safe
def links(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    subject = access.subject_to_read(kind=kind, pk=pk, actor=actor)
    context = queries.links_of(subject, actor)
    if context["refusal"] is None:
        context["form"] = LinkForm()
    return shown(request, "link_list", context)


@FORM
def document_add(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    subject = access.subject_to_edit(kind=kind, pk=pk, actor=actor)
    posted = request.method == "POST"
    form = DocumentForm(
        request.POST if posted else returned_post(request),
        request.FILES if posted else None,
        subject=subject,
        actor=actor,
    )

    def save(values: dict[str, Any]) -> None:
        services.document_upload(subject=subject, by=actor, **values)

    if posted and too_large(request, form):
        return added_page(request, subject, form, "document", 422)
    return add(request, subject, form, "document", save, _("The document is added."))


@FORM
def remark_add(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    subject = access.subject_to_edit(kind=kind, pk=pk, actor=actor)
    data = request.POST if request.method == "POST" else returned_post(request)
    form = RemarkForm(data, subject=subject, actor=actor)

    def save(values: dict[str, Any]) -> None:
        services.remark_write(subject=subject, by=actor, **values)

    return add(request, subject, form, "remark", save, _("The remark is added."))


@FORM
def link_add(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    subject = access.subject_to_edit(kind=kind, pk=pk, actor=actor)
    form = LinkForm(request.POST if request.method == "POST" else returned_post(request))

    def save(values: dict[str, Any]) -> None:
        record_type, target_id = values["target"]
        try:
            target = access.subject_to_read(kind=record_type.kind, pk=target_id, actor=actor)
        except NotVisible:
            raise Invalid({"target": [_("There is no such record.")]}) from None
        services.link_create(subject=subject, target=target, relation=values["relation"], by=actor)

    return add(request, subject, form, "link", save, _("The link is added."))


def too_large(request: HttpRequest, form: DocumentForm) -> bool:
    """Whether the file was dropped on its way for its size; the form then says so."""
    if not getattr(request, "upload_too_large", False):
        return False
    form.is_valid()
    try:
        require_size(2**62)
    except BadFile as refusal:
        form.errors.pop("upload", None)
        form.refuse(refusal.errors)
    return True


def add(
    request: HttpRequest, subject: Any, form: Any, name: str, save: Callable[[Any], None], told: str
) -> HttpResponse:
    """Save what a valid form holds and go back to the record; otherwise show the form again."""
    if request.method == "POST" and form.is_valid():
        try:
            save(form.cleaned_data)
        except Invalid as refusal:
            form.refuse(refusal.errors)
        else:
            messages.success(request, told)
            return forget_post(request, redirect(f"{subject_url(subject)}#{name}s"))
    return added_page(request, subject, form, name, 422 if request.method == "POST" else 200)


def added_page(request: HttpRequest, subject: Any, form: Any, name: str, status: int) -> HttpResponse:
    context = {**queries.section(subject, actor_of(request)), "form": form}
    return render(request, f"attachments/{name}_add.html", context, status=status)


@require_safe
def people(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """Names that complete an @, of people who may see what is being written."""
    actor = actor_of(request)
    subject = access.subject_to_edit(kind=kind, pk=pk, actor=actor)
    visibility = request.GET.get("visibility", "")
    allowed = access.visibilities(subject, actor)
    if visibility not in allowed:
        visibility = allowed[-1] if allowed else Visibility.OWN
    begun = request.GET.get("q", "").replace("\x00", "")[:60]
    found = completions(subject.programme_id, visibility, actor.city_id, begun)
    answer = JsonResponse({"people": [{"name": user.name, "city": str(user.city)} for user in found]})
    answer["Cache-Control"] = "private, no-store"
    return answer


@login_not_required
@require_safe
def document_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    return file_response(request, access.document_to_read(pk=pk, actor=actor_of(request)))


@FORM
def document_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    document = access.document_to_edit(pk=pk, actor=actor)

    def save(**edit: Any) -> Any:
        return services.document_amend(document=document, by=actor, **edit)

    def again() -> Any:
        return access.document_to_edit(pk=pk, actor=actor)

    return edit(request, document, DocumentEditForm, "document", save, again)


@FORM
def remark_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    remark = access.remark_to_edit(pk=pk, actor=actor)

    def save(**edit: Any) -> Any:
        return services.remark_amend(remark=remark, by=actor, **edit)

    def again() -> Any:
        return access.remark_to_edit(pk=pk, actor=actor)

    return edit(request, remark, RemarkEditForm, "remark", save, again)


def edit(
    request: HttpRequest, record: Any, form_class: Any, name: str, save: Any, again: Callable[[], Any]
) -> HttpResponse:
    """One edit form for both: conflicts are shown in it, and nothing typed is lost."""
    posted = request.method == "POST"
    data = request.POST if posted else returned_post(request)
    form = form_class(data, record=record, actor=actor_of(request))
    if posted and form.is_valid():
        try:
            save(
                changes=form.changes(),
                base_version=form.cleaned_data["version"],
                base=form.cleaned_data["base"],
            )
        except EditConflict as conflict:
            form.show_conflict(conflict, again())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Saved."))
            return forget_post(request, redirect(page_of(request, record, f"{name}s")))
    status = (409 if form.conflicts else 422) if posted else 200
    context = {"record": record, "form": form, "back": page_of(request, record, f"{name}s")}
    return render(request, f"attachments/{name}_form.html", context, status=status)


@require_POST
def document_act(request: HttpRequest, pk: UUID, act: str) -> HttpResponse:
    document = access.document_to_read(pk=pk, actor=actor_of(request))
    serve = {"archive": services.document_archive, "restore": services.document_restore}[act]
    return done(request, document, "documents", lambda **write: serve(document=document, **write))


@require_POST
def remark_act(request: HttpRequest, pk: UUID, act: str) -> HttpResponse:
    remark = access.remark_to_read(pk=pk, actor=actor_of(request))
    serve = {"archive": services.remark_archive, "restore": services.remark_restore}[act]
    return done(request, remark, "remarks", lambda **write: serve(remark=remark, **write))


@require_POST
def link_act(request: HttpRequest, pk: UUID) -> HttpResponse:
    link = access.link_to_read(pk=pk, actor=actor_of(request))
    return done(request, link, "links", lambda **write: services.link_archive(link=link, **write))


def done(request: HttpRequest, record: Any, section: str, act: Any) -> HttpResponse:
    """Archive or restore from the version that the page showed, and go back to the record."""
    version = request.POST.get("version", "")
    try:
        act(
            base_version=int(version[:9]) if version.isascii() and version.isdecimal() else 0,
            by=actor_of(request),
        )
    except EditConflict:
        messages.warning(
            request, _("Somebody changed this meanwhile. Look at it once more, and try again.")
        )
    else:
        messages.success(request, _("Done. The history keeps what was there."))
    return redirect(page_of(request, record, section))


def page_of(request: HttpRequest, attached: Any, section: str) -> str:
    """The page of the record that something hangs on."""
    actor = actor_of(request)
    subject = access.subject_to_read(kind=attached.subject_kind, pk=attached.subject_id, actor=actor)
    return f"{subject_url(subject)}#{section}"
