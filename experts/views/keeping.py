"""The pages on which a city keeps its profiles: a new one, its texts, its contact details."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.actors import Actor
from accounts.held import forget_post, returned_post
from accounts.views import actor_of
from experts import access
from experts.forms import ContactForm, ExpertForm, with_taken
from experts.models import Expert
from experts.services.experts import contact_show, contact_write, expert_amend, expert_create
from programme.models import Programme
from records.errors import EditConflict, Invalid, NotAllowed
from records.values import is_column, write_columns

FORM = require_http_methods(["GET", "HEAD", "POST"])
ASIDE = ("suggest", "take", "look")  # buttons that show the form again, and save nothing


@FORM
def expert_new(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    programmes = programmes_of(actor)
    if not programmes or actor.city is None or not actor.may_write:
        raise NotAllowed(
            _("Profiles are kept by the editors of a programme's sides."),
            _("An administrator can make you an editor of your city."),
        )
    programme = chosen(programmes, request.GET.get("programme"))
    if "discard" in request.POST:
        return forget_post(request, redirect(request.path))
    data = posted_or_held(request)
    pk = ExpertForm.new_id(data)
    expert = Expert(programme=programme, owner_city=actor.city, **({"pk": pk} if pk else {}))
    form = expert_form(request, data, expert, actor)
    if is_sent(request) and form.is_valid():
        if Expert.objects.visible_to(actor).filter(pk=expert.pk).exists():
            messages.info(request, _("It is added already."))
            return forget_post(request, redirect(expert))
        if add(form, expert, actor):
            messages.success(request, _("Added, as a draft that only your city sees."))
            return forget_post(request, redirect(expert))
    context = {"programmes": programmes if len(programmes) > 1 else []}
    return form_page(request, form, expert, context)


def programmes_of(actor: Actor) -> list[Programme]:
    """The programmes that the actor's city is a side of, the latest first."""
    found: Any = Programme.objects.visible_to(actor).live().filter(pk__in=actor.programme_ids)
    return sorted(found, key=lambda programme: str(programme.period), reverse=True)


def chosen(programmes: list[Programme], asked: str | None) -> Programme:
    return next((each for each in programmes if str(each.pk) == asked), programmes[0])


def add(form: ExpertForm, expert: Expert, actor: Actor) -> bool:
    """Whether the profile was added; the form says what is wrong where it was not."""
    values = form.value_set()
    own = {name: value for name, value in values.items() if is_column(expert, name)}
    parts = {name: value for name, value in values.items() if name not in own}
    try:
        write_columns(expert, own)
        expert_create(expert=expert, parts=parts, original=get_language(), by=actor)
    except Invalid as refusal:
        form.refuse(refusal)
        return False
    return True


@FORM
def expert_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    expert = access.expert_to_keep(pk=pk, actor=actor)
    if "discard" in request.POST:
        return forget_post(request, redirect("experts:expert-edit", pk=pk))
    form = expert_form(request, posted_or_held(request), expert, actor)
    if is_sent(request) and form.is_valid():
        try:
            expert_amend(
                expert=expert,
                changes=form.changes(),
                base_version=form.cleaned_data["version"],
                base=form.cleaned_data["base"],
                confirmed=form.confirmed(),
                by=actor,
            )
        except EditConflict as conflict:
            form.show_conflict(conflict, access.expert_to_keep(pk=pk, actor=actor))
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Saved."))
            return forget_post(request, redirect(expert))
    return form_page(request, form, expert, {})


def is_sent(request: HttpRequest) -> bool:
    """Whether the form is to be saved: a button may also ask for suggestions, or look for fields."""
    return request.method == "POST" and not any(name in request.POST for name in ASIDE)


def posted_or_held(request: HttpRequest) -> Any:
    return with_taken(request.POST) if request.method == "POST" else returned_post(request)


def expert_form(request: HttpRequest, data: Any, expert: Expert, actor: Actor) -> ExpertForm:
    suggesting = "suggest" in request.POST or "take" in request.POST
    return ExpertForm(data, record=expert, actor=actor, suggesting=suggesting)


def form_page(
    request: HttpRequest, form: ExpertForm, expert: Expert, context: dict[str, Any]
) -> HttpResponse:
    status = 200
    if is_sent(request):
        status = 409 if form.conflicts else 422
    context |= {
        "form": form,
        "expert": expert,
        "aside": request.method == "POST" and not is_sent(request),
        "returned": form.is_bound and request.method != "POST",
    }
    return render(request, "experts/expert_form.html", context, status=status)


@never_cache
@FORM
def contact_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The form shows what is known, so opening it is a look that is logged."""
    actor = actor_of(request)
    expert = access.expert_to_keep(pk=pk, actor=actor)
    known = contact_show(expert=expert, by=actor)
    names = ("email", "phone", "address", "language")
    initial: dict[str, Any] = {name: getattr(known, name) for name in names} if known else {}
    initial |= {"version": known.version if known else 0}
    data = request.POST if request.method == "POST" else None
    form = ContactForm(data, initial=initial, languages=settings.LANGUAGES)
    if data is not None and form.is_valid():
        changes = {name: form.cleaned_data[name] for name in names}
        try:
            contact_write(
                expert=expert, changes=changes, base_version=form.cleaned_data["version"], by=actor
            )
        except EditConflict:
            told = _(
                "Somebody changed the contact details meanwhile. Open the page once more, and try again."
            )
            form.add_error(None, told)
        except Invalid as refusal:
            for name, sentences in refusal.errors.items():
                form.add_error(name if name in form.fields else None, sentences)
        else:
            messages.success(request, _("Contact details saved."))
            return redirect(expert)
    context = {"form": form, "expert": expert}
    return render(request, "experts/contact_form.html", context, status=200 if data is None else 422)
