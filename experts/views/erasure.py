"""The pages of an erasure: what will be erased, what was, and a city's list; and of all that is held."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.views import actor_of
from experts import access
from experts.models import Erasure, Expert
from experts.services.erasure import erasure_preview, expert_erase
from experts.services.held import expert_held_ask
from records.erasure import REACHES
from records.errors import NotVisible

PER_PAGE = 25


class EraseForm(forms.Form):
    """Why, and the word that shows that nobody came here by a slip of the mouse."""

    ground = forms.ChoiceField(
        label=gettext_lazy("Ground"), choices=Erasure.Ground.choices, widget=forms.RadioSelect
    )
    confirmation = forms.CharField(label=gettext_lazy("Confirmation"), max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, use_required_attribute=False, **kwargs)
        self.fields["confirmation"].help_text = _("Type “%(word)s”.") % {"word": self.word}
        self.fields["confirmation"].widget.attrs["autocomplete"] = "off"

    @property
    def word(self) -> str:
        return _("erase")

    def clean_confirmation(self) -> str:
        typed: str = self.cleaned_data["confirmation"].strip()
        if typed.casefold() != self.word.casefold():
            raise forms.ValidationError(_("Type “%(word)s” to erase this person.") % {"word": self.word})
        return typed


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def expert_erase_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What an erasure would reach, and the form that does it. It cannot be undone."""
    actor = actor_of(request)
    expert = access.expert_to_read(pk=pk, actor=actor)
    if refusal := access.erase_refusal(actor, expert):
        raise refusal
    form = EraseForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        expert_erase(expert=expert, ground=form.cleaned_data["ground"], by=actor)
        messages.success(request, _("Erased. Nothing of this person is left in the record."))
        return redirect("experts:expert-erased", pk=pk)
    held = [(reach.label, count) for reach, count in erasure_preview(expert) if count]
    context = {"expert": expert, "form": form, "held": held}
    return render(request, "experts/expert_erase.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_safe
def expert_erased(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What one erasure reached, and what it cannot reach. Raises `NotVisible`."""
    actor = actor_of(request)
    expert = access.expert_to_read(pk=pk, actor=actor)
    found = access.erasures_seen(actor).filter(expert=expert).first()
    if found is None:
        raise NotVisible
    reached = [(reach.label, found.counts[reach.name]) for reach in REACHES if reach.name in found.counts]
    return render(request, "experts/expert_erased.html", {"erasure": found, "reached": reached})


@require_safe
def erasure_list(request: HttpRequest) -> HttpResponse:
    """What the actor's city has erased: when, on what ground, by whom. Raises `NotAllowed`."""
    actor = actor_of(request)
    if refusal := access.erasures_refusal(actor):
        raise refusal
    page = Paginator(access.erasures_seen(actor), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "experts/erasure_list.html", {"page": page})


@require_POST
def expert_held(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for the file of everything held on an expert."""
    actor = actor_of(request)
    expert = access.expert_to_read(pk=pk, actor=actor)
    job = expert_held_ask(expert=expert, language=get_language() or "en", by=actor)
    return redirect("records:job-detail", pk=job.pk)


def erased_page(request: HttpRequest, expert: Expert) -> HttpResponse:
    """In the place of an erased expert's profile, for its own city."""
    erasure = access.erasures_seen(actor_of(request)).filter(expert=expert).first()
    return render(request, "experts/erased.html", {"expert": expert, "erasure": erasure})
