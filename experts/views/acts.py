"""What a city does with a profile as a whole: publish, suspend, confirm, archive; its consent."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.views import actor_of
from experts import access
from experts.forms import ConsentForm
from experts.models import Expert
from experts.seeing import other_sides
from experts.services import experts as services
from records.errors import EditConflict, Invalid

CHANGED = gettext_lazy("Somebody changed this profile meanwhile. Look at it once more, and try again.")
ACTS: dict[str, tuple[Callable[..., Any], Any]] = {
    "publish": (services.expert_publish, gettext_lazy("Published.")),
    "suspend": (
        services.expert_suspend, gettext_lazy("Suspended: no other city sees this profile any more."),
    ),
    "confirm": (
        services.expert_confirm, gettext_lazy("Confirmed: the profile is right as it stands today."),
    ),
    "archive": (
        services.expert_archive, gettext_lazy("Archived. It is out of the lists; its history stays."),
    ),
    "restore": (services.expert_restore, gettext_lazy("Restored.")),
    "withdraw": (
        services.consent_withdraw,
        gettext_lazy("The consent is withdrawn: no other city sees this profile from now on."),
    ),
}  # fmt: skip


@require_POST
def expert_act(request: HttpRequest, pk: UUID, act: str) -> HttpResponse:
    actor = actor_of(request)
    expert = access.expert_to_read(pk=pk, actor=actor)
    if act in ("confirm", "archive", "withdraw") and (refusal := access.keep_refusal(actor, expert)):
        raise refusal
    serve, told = ACTS[act]
    try:
        serve(expert=expert, base_version=version_of(request), by=actor)
    except EditConflict:
        messages.warning(request, CHANGED)
    except Invalid as refused:
        for sentences in refused.errors.values():
            messages.error(request, " ".join(map(str, sentences)))
    else:
        messages.success(request, told)
    return redirect(expert)


def version_of(request: HttpRequest) -> int:
    """The version that the page showed; 0, which is none, where the request does not say."""
    version = request.POST.get("version", "")[:9]
    return int(version) if version.isascii() and version.isdecimal() else 0


@require_http_methods(["GET", "HEAD", "POST"])
def consent_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Record the consent that the person gave, in the place of an earlier one."""
    actor = actor_of(request)
    expert = access.expert_to_keep(pk=pk, actor=actor)
    data = request.POST if request.method == "POST" else None
    form = ConsentForm(data, initial=consent_as_it_is(expert), cities=other_sides(expert, actor))
    if data is not None and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            services.consent_give(expert=expert, base_version=values.pop("version"), by=actor, **values)
        except EditConflict:
            form.add_error(None, CHANGED)
        except Invalid as refusal:
            for name, sentences in refusal.errors.items():
                name = name.removeprefix("consent_")
                form.add_error(name if name in form.fields else None, sentences)
        else:
            messages.success(request, _("The consent is recorded."))
            return redirect(expert)
    context = {"form": form, "expert": expert}
    return render(request, "experts/consent_form.html", context, status=200 if data is None else 422)


def consent_as_it_is(expert: Expert) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "purpose": expert.consent_purpose,
        "countries": expert.consent_countries,
        "covers": expert.consent_covers,
        "given_on": expert.consent_given_on or today,
        "expires_on": expert.consent_expires_on
        or today.replace(year=today.year + 1, day=min(today.day, 28)),
        "version": expert.version,
    }
