"""Profiles that may be of one person: the list, and two of them side by side."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Organisation, User
from accounts.views import actor_of
from experts.duplicates import services
from experts.duplicates.evidence import LABELS
from experts.duplicates.merging import FIRST, SECOND, Choice, choices_of, pair_merge
from experts.models import DuplicatePair, Expert
from records.errors import EditConflict, Invalid
from records.pages.display import listed, moment
from records.registry import registry
from records.values import path_label

PER_PAGE = 25
SIDES = (FIRST, SECOND)


@require_safe
def duplicate_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    pairs = services.pairs_to_see(actor).filter(state=DuplicatePair.State.OPEN)
    pairs = pairs.select_related("first", "second").order_by("-score", "pk")
    page = Paginator(pairs, PER_PAGE).get_page(request.GET.get("page"))
    rows = [{"pair": pair, "evidence": evidence_told(pair)} for pair in page]
    return render(request, "experts/duplicate_list.html", {"page": page, "rows": rows})


@require_safe
def duplicate_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    pair = services.pair_to_read(pk=pk, actor=actor)
    experts = {FIRST: pair.first, SECOND: pair.second}
    context = {
        "pair": pair,
        "experts": [{"side": side, "expert": expert} for side, expert in experts.items()],
        "evidence": evidence_told(pair),
        "refusal": services.decide_refusal(pair, actor),
        "choices": [choice_shown(choice, pair) for choice in choices_of(pair)] if is_open(pair) else [],
        "kept": likely_kept(pair),
        "united": united(pair) if is_open(pair) else [],
    }
    return render(request, "experts/duplicate_detail.html", context)


def is_open(pair: DuplicatePair) -> bool:
    return pair.state == DuplicatePair.State.OPEN


def likely_kept(pair: DuplicatePair) -> str:
    """The published one, else the one that was entered first."""
    published = Expert.State.PUBLISHED
    rank = {
        side: (expert.state != published, expert.created_at)
        for side, expert in ((FIRST, pair.first), (SECOND, pair.second))
    }
    return min(SIDES, key=lambda side: rank[side])


def evidence_told(pair: DuplicatePair) -> list[dict[str, Any]]:
    """What speaks for it, the strongest first, with its points."""
    found = sorted(pair.evidence.items(), key=lambda item: -item[1])
    return [{"label": LABELS[name], "points": points} for name, points in found if name in LABELS]


def united(pair: DuplicatePair) -> list[dict[str, Any]]:
    """What both bring along, and the kept profile has afterwards."""
    both: tuple[Any, ...] = (pair.first, pair.second)
    languages = [sorted(map(str, expert.languages.all())) for expert in both]
    rows = {
        path_label(registry.of(Expert), "languages"): [listed(each) for each in languages],
        _("works"): [str(expert.works_count) for expert in both],
        _("engagements"): [str(expert.engagements_count) for expert in both],
    }
    fields = [listed(sorted(map(str, expert.fields.all()))) for expert in both]
    return [
        {"label": label, "values": values}
        for label, values in {str(Expert._meta.get_field("fields").verbose_name): fields, **rows}.items()  # type: ignore[union-attr]
    ]


def choice_shown(choice: Choice, pair: DuplicatePair) -> dict[str, Any]:
    """A value in which they differ: a column of each profile, and which to choose."""
    both = (pair.first, pair.second)
    return {
        "path": choice.path,
        "label": label(choice.path),
        "settled": choice.settled,
        "values": [
            {"side": side, "text": told(choice.path, value, expert)}
            for side, value, expert in zip(SIDES, (choice.first, choice.second), both, strict=True)
        ],
    }


def label(path: str) -> str:
    if path == "contact":
        return _("contact details")
    if path == "consent":
        return _("consent")
    if path.startswith("languages/"):
        return _("level of %(language)s") % {"language": path.partition("/")[2]}
    return path_label(registry.of(Expert), path)


def told(path: str, value: Any, expert: Expert) -> str:
    if not value:
        return ""
    if path == "contact":  # reading them is noted each time, so they are not shown here
        return _("on record")
    if path == "consent":
        told_of = {
            "countries": listed(expert.consent_countries),
            "until": moment(expert.consent_expires_on),
        }
        return _("for %(countries)s, until %(until)s") % told_of
    related: Mapping[str, Organisation | User | None] = {
        "organisation": expert.organisation, "keeper": expert.keeper,
    }  # fmt: skip
    if path in related:
        return str(related[path])
    if path == "availability":
        return expert.get_availability_display()
    if path == "available_from":
        return moment(expert.available_from)
    return str(value)


@require_POST
def duplicate_merge(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    pair = services.pair_to_read(pk=pk, actor=actor)
    posted = request.POST
    choices = {
        name.removeprefix("value:"): str(value)
        for name, value in posted.items()
        if name.startswith("value:")
    }
    versions = {
        side: int(version) for side in SIDES if (version := posted.get(f"version_{side}", "")).isdecimal()
    }
    try:
        kept = pair_merge(
            pair=pair, kept=posted.get("kept", ""), choices=choices, versions=versions, by=actor
        )
    except EditConflict:
        messages.warning(
            request,
            _("Somebody changed one of the profiles meanwhile. Look at them once more, and choose."),
        )
        return redirect(pair)
    except Invalid as refusal:
        messages.warning(request, str(refusal))
        return redirect(pair)
    messages.success(request, _("The two profiles are one now. The other is archived and leads here."))
    return redirect(kept)


@require_POST
def duplicate_dismiss(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    services.pair_dismiss(pair=services.pair_to_read(pk=pk, actor=actor), by=actor)
    messages.success(request, _("Noted: these are two people. They are not proposed again."))
    return redirect("experts:duplicate-list")
