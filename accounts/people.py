"""The pages on which people say that they are away, see their colleagues, and hand over work."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import colleague_to_read, hand_over_refusal
from accounts.deputies import absent_colleagues
from accounts.forms import AbsenceForm, HandOverForm
from accounts.models import HandOver, User
from accounts.services import absence_set, person_hand_over
from accounts.views import actor_of
from records.errors import Invalid, NotVisible
from records.holding import preview

FORM = require_http_methods(["GET", "HEAD", "POST"])
PER_PAGE = 50


@FORM
def absence(request: HttpRequest) -> HttpResponse:
    """One's own: when one is away, and who stands in meanwhile."""
    actor, posted = actor_of(request), request.method == "POST"
    person: Any = User.objects.select_related("deputy").get(pk=actor.user_id)
    form = AbsenceForm(request.POST if posted else None, person=person)
    if posted and form.is_valid():
        try:
            absence_set(by=actor, **form.cleaned_data)
        except Invalid as refusal:
            form.refuse(refusal.errors)
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:absence")
    context = {"form": form, "person": person, "stands_for": absent_colleagues(actor.user_id)}
    return render(request, "accounts/absence.html", context, status=422 if posted else 200)


@require_safe
def colleague_list(request: HttpRequest) -> HttpResponse:
    """The people of one's own city, who is away, and who stands in."""
    actor = actor_of(request)
    if actor.city_id is None:
        raise NotVisible
    people = User.objects.filter(city=actor.city_id, is_active=True, memberships__isnull=False)
    rows = people.select_related("organisation", "deputy", "city").prefetch_related("memberships")
    page: Any = Paginator(rows.distinct().order_by("name", "pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    today = timezone.localdate()
    for person in page:
        person.is_away = bool(person.away_from and person.away_from <= today <= person.away_until)
        person.can_hand_over = hand_over_refusal(actor, person) is None and person.pk != actor.user_id
    handed = HandOver.objects.filter(person__city=actor.city_id).select_related("person", "to", "by")
    context = {"page": page, "handed": handed.order_by("-at")[:20], "city": actor.city}
    return render(request, "accounts/colleague_list.html", context)


@FORM
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """All that a leaver holds, before it goes to a colleague in one act."""
    actor, posted = actor_of(request), request.method == "POST"
    person = colleague_to_read(pk=pk, actor=actor)
    form = HandOverForm(request.POST if posted else None, person=person)
    if posted and form.is_valid():
        try:
            done = person_hand_over(person=person, to=form.cleaned_data["to"], by=actor)
        except Invalid as refusal:
            form.refuse(refusal.errors)
        else:
            told = _("Everything that %(person)s held is now with %(to)s; the account is closed.")
            messages.success(request, told % {"person": done.person.name, "to": done.to.name})
            return redirect("accounts:colleague-list" if actor.city_id else "overview:home")
    context = {
        "form": form,
        "person": person,
        "held": preview(person),
        "is_self": person.pk == actor.user_id,
    }
    return render(request, "accounts/hand_over.html", context, status=422 if posted else 200)
