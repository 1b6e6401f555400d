"""What the pages of experts show, in a constant number of queries."""

from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor
from experts import access
from experts.languages import language_label
from experts.models import Expert, ExpertAccess, ExpertiseField, Level, Work
from experts.refresh import is_to_confirm
from experts.seeing import consent_standing, other_sides, sights
from experts.services.held import held_refusal
from records.pages.display import language_name, listed
from records.pages.feed import recent_changes
from records.texts import LANGUAGES, text_in

ACCESSES_SHOWN = 20
PATH = " › "


def fields_with_parents() -> Any:
    return ExpertiseField.objects.select_related("parent").order_by("position", "code")


def field_path(field: ExpertiseField) -> str:
    """A field within the one above it, as "Transport engineering › Metro signalling"."""
    return f"{field.parent}{PATH}{field}" if field.parent_id else str(field)


def profile_page(expert: Expert, actor: Actor) -> dict[str, Any]:
    """Everything on a profile's page that this actor may see of it."""
    own, covered = access.is_own(expert, actor), access.covered(expert, actor)
    page = {
        "expert": expert,
        "own": own,
        "covered": covered,
        "names": parallel_names(expert),
        "fields": list(fields_with_parents().live().filter(experts=expert)),
        "spoken": languages_of(expert),
        "works": works_shown(expert, covered),
        "other_summaries": other_summaries(expert) if "summary" in covered else [],
        "contact_refusal": access.contact_refusal(actor, expert),
    }
    if not own:
        hidden = [label for value, label in Expert.Covers.choices if value not in covered]
        return page | {"hidden": listed(hidden)}
    return page | own_page(expert, actor)


def own_page(expert: Expert, actor: Actor) -> dict[str, Any]:
    """What only the city that vouches for an expert sees beside the profile itself."""
    return {
        "refusal": access.keep_refusal(actor, expert),
        "restore_refusal": access.keep_refusal(actor, expert, archived=True),
        "acts": acts_of(expert, actor),
        "consent": consent_standing(expert),
        "consent_cities": cities_of(expert),
        "consent_covers": covers_of(expert),
        "to_confirm": is_to_confirm(expert),
        "sights": sights(expert, other_sides(expert, actor)),
        "accesses": list(
            ExpertAccess.objects.filter(expert=expert)
            .select_related("user", "city")
            .order_by("-at", "-pk")[:ACCESSES_SHOWN]
        ),
        "changes": recent_changes(expert),
        "held_refusal": held_refusal(actor, expert),
        "erase_refusal": access.erase_refusal(actor, expert),
    }


def cities_of(expert: Expert) -> str:
    """The recipients of a consent, each country by its city: "Beijing (CN)"."""
    named = {city.country: f"{city} ({city.country})" for city in expert.programme.cities.all()}
    return listed(named.get(country, country) for country in expert.consent_countries)


def covers_of(expert: Expert) -> str:
    labels = dict(Expert.Covers.choices)
    return listed(labels[value] for value in labels if value in expert.consent_covers)


def parallel_names(expert: Expert) -> list[tuple[str, str, bool]]:
    """The forms of the name: language ("" for its own script), form, whether the person writes it so."""
    own = expert.native_name
    forms = [(language, name, name == own) for language, name in expert.names.items() if name]
    if own and not any(is_own for _language, _name, is_own in forms):
        forms.insert(0, ("", own, True))
    return forms


def other_summaries(expert: Expert) -> list[tuple[str, str, str]]:
    """The summary in the languages that the page does not show it in: code, language, text."""
    shown = expert.text_state("summary").language
    texts = ((language, text_in(expert, "summary", language)) for language in LANGUAGES)
    return [(code, language_name(code), text) for code, text in texts if text and code != shown]


def languages_of(expert: Expert) -> list[tuple[str, str]]:
    """Each language with its level, the best known first."""
    best = {level: place for place, level in enumerate(reversed(Level.values))}
    rows = sorted(expert.languages.all(), key=lambda row: (best[row.level], row.language))
    return [(language_label(row.language), row.get_level_display()) for row in rows]


def works_shown(expert: Expert, covered: frozenset[str]) -> dict[str, list[Work]]:
    """Publications and past engagements, the latest first, as far as they are covered."""
    kinds = {"publications": Work.Kind.PUBLICATION, "engagements": Work.Kind.ENGAGEMENT}
    shown = {part: kind for part, kind in kinds.items() if part in covered}
    found = Work.objects.live().filter(expert=expert, kind__in=shown.values())
    rows = sorted(found, key=lambda work: (str(work.when or ""), work.created_at), reverse=True)
    return {part: [work for work in rows if work.kind == kind] for part, kind in shown.items()}


def acts_of(expert: Expert, actor: Actor) -> list[dict[str, Any]]:
    """What may be done with a profile as a whole; what may not says why."""
    acts = [("confirm", _("It is still right"), "check", access.keep_refusal(actor, expert))]
    if expert.state == Expert.State.PUBLISHED:
        acts.append(("suspend", _("Suspend"), "player-pause", access.suspend_refusal(actor, expert)))
    else:
        acts.append(("publish", _("Publish"), "world", access.publish_refusal(actor, expert)))
    return [
        {
            "label": label,
            "icon": icon,
            "refusal": refusal,
            "url": reverse(f"experts:expert-{name}", args=[expert.pk]),
        }
        for name, label, icon, refusal in acts
    ]


def expert_rows(actor: Actor) -> Any:
    """The experts that an actor sees, as a list shows them."""
    seen = Expert.objects.visible_to(actor).live().exclude(state=Expert.State.ERASED)
    fields = Prefetch("fields", fields_with_parents().live())
    return seen.select_related("owner_city").prefetch_related(fields, "languages")
