"""Who may call what: every route × method × role. A route that is not in the table fails."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from approvals.assignments import assignment_create
from approvals.models import Decision, Proposal
from approvals.services import proposal_accept, proposal_raise
from attachments.models import Attached, Document, Link, Remark
from delivery.models import Notice
from delivery.services import calendar_address_renew
from experts.importing.services import import_bring
from experts.models import DuplicatePair, ExpertAccess, Work
from experts.services.erasure import expert_erase
from experts.services.experts import work_create
from programme.models import Agreement, Citation, Event, Remit, Source, Statement
from programme.services import record_create
from projects.models import (
    Contribution,
    Delegate,
    Exchange,
    Indicator,
    IndicatorValue,
    Milestone,
    Participation,
    Project,
    Risk,
    Update,
)
from projects.sections import SECTIONS
from projects.services import part_create
from records.models import Change, Job
from records.period import Period
from reports.services import schedule_create
from tests.conftest import SYSTEM
from tests.experts.asking import Asking
from tests.query_limits import OFFICIALS, counted, limit
from tests.scene import Scenes

pytestmark = pytest.mark.django_db

ROLES = (
    "anonymous", "reader", "stranger", "administrator",
    "moscow_reader", "moscow_editor", "moscow_secretary", "beijing_editor", "beijing_coordinator",
)  # fmt: skip
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
MOSCOW_WRITES = ("moscow_editor", "moscow_secretary")
WRITE = (*MOSCOW_WRITES, "beijing_editor", "beijing_coordinator")
SIDES = ("moscow_reader", *WRITE)
JOB_SEEN_BY = ("moscow_editor", "administrator")
MAKERS = ("moscow_secretary", "beijing_coordinator")  # who may have reports made

Row = dict[str, dict[str, int]]


def everyone(status: int, **others: int) -> dict[str, int]:
    return dict.fromkeys(ROLES, status) | others


def only(roles: tuple[str, ...], status: int, otherwise: int, **others: int) -> dict[str, int]:
    return everyone(otherwise) | dict.fromkeys(roles, status) | others


def row(default: dict[str, int], **methods: dict[str, int]) -> Row:
    return {
        method: methods.get(method, methods.get("GET", default) if method == "HEAD" else default)
        for method in METHODS
    }


NOT_KNOWN = everyone(405)  # the method, to everybody
OPEN_PAGE = row(NOT_KNOWN, GET=everyone(200))
OPEN_POST = row(NOT_KNOWN, POST=everyone(400))  # without its field it is refused as a bad request
READ_API = row(everyone(405, anonymous=401), GET=everyone(200), OPTIONS=everyone(200))
# Whoever is known gets to the point where the call itself is wanting: its body, or the version.
KNOWN = {"anonymous": 401}
WRITE_API = row(
    everyone(405, anonymous=401),
    GET=everyone(200),
    OPTIONS=everyone(200),
    POST=everyone(400, anonymous=401),
)
NO_API = row(everyone(404))

# A page that asks for a login sends a stranger there, whatever the method.
LOGIN = {"anonymous": 302}
SIGNED_IN_PAGE = row(everyone(405, **LOGIN), GET=everyone(200, **LOGIN))
SIGNED_IN_POST = row(everyone(405, **LOGIN), POST=everyone(302))


def record_page(*roles: str) -> Row:
    return row(NOT_KNOWN, GET=only(roles or ROLES, 200, 404))


def read_api(*sees: str) -> Row:
    return row(everyone(405, anonymous=401), GET=only(sees or ROLES, 200, 404), OPTIONS=everyone(200))


def record_api(*roles: str, found: bool = True) -> Row:
    sees = roles or (ROLES if found else ())
    version_missing = only(sees, 428, 404) | {"anonymous": 401}
    return row(
        everyone(405, anonymous=401),
        GET=only(sees, 200, 404),
        OPTIONS=everyone(200),
        PUT=version_missing,
        PATCH=version_missing,
        DELETE=version_missing,
    )


def parts_api(sees: tuple[str, ...], writes: tuple[str, ...]) -> Row:
    """A list below a project; a body that is wanting is found so before anything else."""
    seen = (*sees, *writes)
    return row(
        everyone(405, anonymous=401),
        GET=only(seen, 200, 404),
        OPTIONS=everyone(200),
        POST=only(seen, 400, 404) | {"anonymous": 401},
    )


def part_api(sees: tuple[str, ...], writes: tuple[str, ...]) -> Row:
    return record_api(*sees, *writes)


def versioned_act_api(*sees: str) -> Row:
    """An act on a record; whoever sees the record gets to the point where no version is named."""
    return row(
        everyone(405, anonymous=401),
        GET=everyone(405),
        OPTIONS=everyone(200),
        POST=only(sees, 428, 404) | {"anonymous": 401},
    )


def edit_page(sees: tuple[str, ...], writes: tuple[str, ...]) -> Row:
    get = everyone(404) | dict.fromkeys(sees, 403) | dict.fromkeys(writes, 200) | LOGIN
    post = get | dict.fromkeys(writes, 422)  # an empty form
    return row(everyone(405, **LOGIN), GET=get, POST=post)


def worded(sees: tuple[str, ...], does: tuple[str, ...]) -> Row:
    """An act that takes words, of which there are none."""
    post = everyone(404) | dict.fromkeys(sees, 403) | dict.fromkeys(does, 422) | LOGIN
    return row(everyone(405, **LOGIN), POST=post)


def act(sees: tuple[str, ...], writes: tuple[str, ...]) -> Row:
    post = everyone(404) | dict.fromkeys(sees, 403) | dict.fromkeys(writes, 302) | LOGIN
    return row(everyone(405, **LOGIN), POST=post)


def by_visibility(make: Any, own_readers: tuple[str, ...] = ("moscow_reader",)) -> dict[str, Row]:
    """A row for each visibility of the project ("own" is Moscow's), from who sees it and who writes."""
    return {
        "public": make(ROLES, WRITE),
        "shared": make(SIDES, WRITE),
        "own": make(own_readers, MOSCOW_WRITES),
    }


def seen_page(sees: tuple[str, ...], writes: tuple[str, ...]) -> Row:
    return record_page(*sees, *writes)


def seen_api(sees: tuple[str, ...], writes: tuple[str, ...]) -> Row:
    return read_api(*sees, *writes)


def asked_page(sees: tuple[str, ...], writes: tuple[str, ...]) -> Row:
    """A page for writers that is only read."""
    get = everyone(404) | dict.fromkeys(sees, 403) | dict.fromkeys(writes, 200) | LOGIN
    return row(everyone(405, **LOGIN), GET=get)


def author_page(sees: tuple[str, ...], writes: tuple[str, ...]) -> Row:
    """The remark on the stage is a Moscow editor's, and nobody else edits it."""
    return edit_page((*sees, *writes), ("moscow_editor",))


def author_act(sees: tuple[str, ...], writes: tuple[str, ...]) -> Row:
    return act((*sees, *writes), MOSCOW_WRITES)


MOSCOW = ("moscow_reader", *MOSCOW_WRITES)


def opinions_page(sees: tuple[str, ...], writes: tuple[str, ...]) -> Row:
    """Opinions are asked for inside a side: nobody else has such a page, whatever they see."""
    return row(everyone(405, **LOGIN), GET=only(asks(sees, writes), 200, 404, **LOGIN))


def opinion_form(sees: tuple[str, ...], writes: tuple[str, ...]) -> Row:
    return edit_page(tuple(set(asks(sees, writes)) - set(writes)), writes)


def asks(sees: tuple[str, ...], writes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(set(sees) & set(SIDES) | set(writes))


# The opinion on the stage is one that a Moscow editor asks of themselves.
OPINION_PAGE = row(everyone(405, **LOGIN), GET=only(MOSCOW, 200, 404, **LOGIN))
OFFICIALS_PAGE = row(everyone(405, **LOGIN), GET=only(SIDES, 200, 404, **LOGIN))
CITY_PAGE = row(everyone(405, **LOGIN), GET=only((*SIDES, "stranger"), 200, 404, **LOGIN))

EXPERT_PAGE = row(everyone(405, **LOGIN), GET=only(SIDES, 200, 404, **LOGIN))


def hand_over_page() -> Row:
    """Of a Moscow editor: their secretary and an administrator hand over, colleagues may not."""
    get = everyone(404) | dict.fromkeys(MOSCOW, 403) | LOGIN
    able = ("moscow_secretary", "administrator")
    return row(
        everyone(405, **LOGIN), GET=get | dict.fromkeys(able, 200), POST=get | dict.fromkeys(able, 422)
    )


def followed(*sees: str) -> Row:
    """Whoever is signed in follows what they see."""
    return row(everyone(405, **LOGIN), POST=only(sees, 302, 404, **LOGIN))


def proposed(make: Any) -> dict[str, Row]:
    return {
        "public": make(ROLES, WRITE),
        "shared": make(SIDES, WRITE),
        "own": make(("moscow_reader", *MOSCOW_WRITES), ()),
    }


def propose_api(sees: tuple[str, ...]) -> Row:
    """Whoever sees the project gets to the point where the call does not say what it asks for."""
    return row(
        everyone(405, anonymous=401),
        GET=everyone(405),
        POST=only(sees, 400, 404) | {"anonymous": 401},
        OPTIONS=everyone(200),
    )


def framework_page(shown: dict[str, int]) -> Row:
    return row(NOT_KNOWN, GET=shown, OPTIONS=everyone(200))


def framework_form(shown: dict[str, int], otherwise: dict[str, int] | None = None) -> Row:
    rest = everyone(405, **(otherwise or {}))
    return row(rest, GET=shown, POST=shown, PUT=shown, OPTIONS=everyone(200, **(otherwise or {})))


# The parts of a project on the stage; those that belong to a side are Moscow's.
PARTS = (
    "milestone", "update", "indicator", "indicator-value", "participation", "contribution", "exchange",
    "delegate", "risk",
)  # fmt: skip
OWN_PARTS = ("update", "indicator-value", "participation", "contribution", "delegate")


def moscow_page(sees: tuple[str, ...], writes: tuple[str, ...]) -> Row:
    return edit_page((*sees, *writes), MOSCOW_WRITES)


def moscow_act(sees: tuple[str, ...], writes: tuple[str, ...]) -> Row:
    return act((*sees, *writes), MOSCOW_WRITES)


def sides_only(make: Any) -> Any:
    """Of what even a public project shows to the programme's sides only."""

    def narrowed(sees: tuple[str, ...], writes: tuple[str, ...]) -> Row:
        return make(tuple(role for role in sees if role in SIDES), writes)

    return narrowed


def never_returned(sees: tuple[str, ...], writes: tuple[str, ...]) -> Row:
    """The update on the stage is a draft, so nobody sends it back; only its side knows of it."""
    return row(
        everyone(405, **LOGIN), **dict.fromkeys(("GET", "POST"), only((*sees, *writes), 403, 404, **LOGIN))
    )


def moscows_own(make: Any) -> Any:
    """A draft of an update is its side's own, whatever is known of the project."""

    def narrowed(sees: tuple[str, ...], writes: tuple[str, ...]) -> Row:
        return make(("moscow_reader",), MOSCOW_WRITES)

    return narrowed


def part_rows(kind: str) -> dict[str, Any]:
    page, done = (moscow_page, moscow_act) if kind in OWN_PARTS else (edit_page, act)
    adds = moscow_page if kind == "delegate" else edit_page
    if kind == "delegate":
        page, done = sides_only(page), sides_only(done)
    if kind == "update":
        page, done = moscows_own(page), moscows_own(done)
    return {"add": adds, "edit": page, "archive": done, "restore": done}


WRITTEN = ("organisations", "areas", "provisions", "agreements", "events", "statements", "sources")
HUNG_ON = WRITTEN[1:]  # nothing hangs on an organisation
BELOW = ("documents", "remarks", "history", "compare")
API_PARTS = ("participations", "risks", "indicators", "values", "contributions", "exchanges", "updates")
PART_KINDS = {
    "milestone": "milestones", "participation": "participations", "risk": "risks",
    "indicator": "indicators", "indicatorvalue": "values", "contribution": "contributions",
    "exchange": "exchanges", "delegate": "delegates", "update": "updates",
}  # fmt: skip
# A form of a partner system without its id and secret.
CLIENTS_ONLY = row(NOT_KNOWN, POST=everyone(400), OPTIONS=everyone(200))
# The administration: who is signed in and no administrator is told so, whatever they ask for.
ADMIN_KINDS = {
    **dict.fromkeys(("city", "organisation"), ("accounts", ("changelist", "export", "import", "add"))),
    **dict.fromkeys(
        (
            "programme",
            "area",
            "provision",
            "agreement",
            "event",
            "statement",
            "source",
            "citation",
            "resolution",
            "obligation",
        ),
        ("programme", ("changelist", "export")),
    ),
    "project": ("projects", ("changelist", "export")),
    "expert": ("experts", ("changelist", "export")),
    "expertisefield": ("experts", ("changelist", "export", "import", "add")),
    **dict.fromkeys(PART_KINDS, ("projects", ("changelist", "export"))),
}
LOOKED_AT = ("proposal", "decision", "chainentry")  # in the administration, and never written there
ADMIN_ROUTES = [
    "index", "jsi18n", "app_list", "autocomplete",
    *(
        f"accounts_user_{page}"
        for page in ("changelist", "export", "add", "change", "history", "password", "why")
    ),
    "programme_remit_changelist", "programme_remit_add",
    *(f"programme_exchangerate_{page}" for page in ("changelist", "import", "export")),
    *(
        f"{thing}_{page}"
        for thing in ("records_job", "records_change", "delivery_notice", "reports_reportschedule")
        for page in ("changelist", "change")
    ),
    *(f"experts_expertaccess_{page}" for page in ("changelist", "change")),
    *(f"approvals_{kind}_{page}" for kind in LOOKED_AT for page in ("changelist", "change")),
    *(f"experts_erasure_{page}" for page in ("changelist", "change")),
    *(
        f"{app}_{kind}_{page}"
        for kind, (app, pages) in ADMIN_KINDS.items()
        for page in (*pages, "change", "history")
    ),
]  # fmt: skip


def admin_page(name: str) -> Row:
    """Anonymous to the sign-in, administrators in; what Django's views make of odd methods is theirs."""

    def answer(status: int) -> dict[str, int]:
        return everyone(403, administrator=status, **LOGIN)

    if name in ("autocomplete", "jsi18n"):  # the first asks for what, which this call does not say
        shown = answer(403 if name == "autocomplete" else 200)
        return row(answer(405), GET=shown, OPTIONS=answer(200))
    if name == "programme_exchangerate_import":
        return row(answer(200), POST=answer(422))
    looked_at = ("records_", "delivery_", "approvals_", "experts_expertaccess", "experts_erasure")
    if name.startswith(looked_at) and name.endswith("_change"):
        return row(answer(200), POST=answer(403))
    if name == "experts_expert_change":  # a city's own, which is masked to an administrator of no city
        return row(answer(200))
    if name.endswith("_change") and not name.startswith(("accounts_user", "reports_")):
        return row(answer(200), POST=answer(422))
    return row(answer(200))


# route → its row; a project's route has one for each visibility ("own" is Moscow's).
TABLE: dict[str, Row | dict[str, Row]] = {
    "overview:home": OPEN_PAGE,
    "overview:changes-look": row(everyone(405, **LOGIN), POST=everyone(400, **LOGIN)),
    "overview:waiting-list": OFFICIALS_PAGE,
    # The proposal on the stage is Moscow's: Beijing owes the answer, and does not remind itself.
    "overview:remind": row(
        everyone(405, **LOGIN),
        POST=only(SIDES, 403, 404, **LOGIN) | {"moscow_editor": 302},  # the second one that day is refused
    ),
    "assignments:opinions": by_visibility(opinions_page),
    "assignments:assignment-add": by_visibility(opinion_form),
    "assignments:assignment-detail": OPINION_PAGE,
    "assignments:assignment-answer": edit_page(MOSCOW, ("moscow_editor",)),
    "assignments:assignment-edit": edit_page(MOSCOW, MOSCOW_WRITES),
    "assignments:assignment-withdraw": act(MOSCOW, MOSCOW_WRITES),
    "accounts:absence": row(
        everyone(405, **LOGIN), GET=everyone(200, **LOGIN), POST=everyone(302, **LOGIN)
    ),
    "accounts:colleague-list": CITY_PAGE,
    "accounts:hand-over": hand_over_page(),
    "overview:coverage": OPEN_PAGE,
    "overview:results": record_page(),
    # Its programme has no successor, so nobody carries anything over; the page for several says so.
    "projects:project-carry-over": by_visibility(lambda sees, writes: edit_page((*sees, *writes), ())),
    "projects:programme-carry-over": SIGNED_IN_POST,
    "api:projects-carry-over": by_visibility(
        lambda sees, writes: row(
            everyone(405, anonymous=401),
            GET=everyone(405),
            OPTIONS=everyone(200),
            POST=only((*sees, *writes), 403, 404, anonymous=401),
        )
    ),
    "overview:compare": by_visibility(seen_page),
    "overview:project-compare": by_visibility(seen_page),
    "api:coverage-list": READ_API,
    "programme:programme-list": row(NOT_KNOWN, GET=everyone(302)),
    "programme:programme-detail": record_page(),
    "programme:area-detail": record_page(),
    "programme:provision-detail": record_page(),
    "programme:agreement-list": OPEN_PAGE,
    "programme:agreement-detail": record_page(),
    "programme:event-list": OPEN_PAGE,
    "programme:event-detail": record_page(),
    "programme:statement-list": OPEN_PAGE,
    "programme:statement-detail": record_page(),
    "programme:source-list": OPEN_PAGE,
    "programme:source-detail": record_page(),
    "programme:organisation-detail": record_page(),
    "programme:obligation-list": OPEN_PAGE,
    "programme:working-day": row(everyone(405, **LOGIN), GET=everyone(200, **LOGIN)),
    "programme:resolution-add": edit_page(ROLES, WRITE),  # of an event that is public
    **{
        f"programme:{kind}-{page}": by_visibility(make)
        for kind in ("resolution", "obligation")
        for page, make in (
            ("detail", seen_page), ("edit", edit_page), ("archive", act), ("restore", act),
        )
    },
    "programme:obligation-add": by_visibility(edit_page),
    "programme:obligation-due": by_visibility(act),
    "projects:project-list": OPEN_PAGE,
    "projects:project-timeline": OPEN_PAGE,
    # Without a format it is refused as a bad request.
    "projects:project-export": row(everyone(405, **LOGIN), POST=everyone(400, **LOGIN)),
    "reports:project-passport": {
        "public": record_page(),
        "shared": record_page(*SIDES),
        "own": record_page("moscow_reader", *MOSCOW_WRITES),
    },
    "projects:project-detail": {
        "public": record_page(),
        "shared": record_page(*SIDES),
        "own": record_page("moscow_reader", *MOSCOW_WRITES),
    },
    "projects:project-edit": {
        "public": edit_page(ROLES, WRITE),
        "shared": edit_page(SIDES, WRITE),
        "own": edit_page(("moscow_reader",), MOSCOW_WRITES),
    },
    "projects:project-archive": {
        "public": act(ROLES, WRITE),
        "shared": act(SIDES, WRITE),
        "own": act(("moscow_reader",), MOSCOW_WRITES),
    },
    "projects:project-restore": {
        "public": act(ROLES, WRITE),
        "shared": act(SIDES, WRITE),
        "own": act(("moscow_reader",), MOSCOW_WRITES),
    },
    # What goes to the other side is shared first: one's own project is not proposed.
    "projects:project-propose": proposed(edit_page),
    "projects:project-propose-change": by_visibility(lambda sees, writes: edit_page((*sees, *writes), ())),
    "projects:project-start": by_visibility(lambda sees, writes: act((*sees, *writes), ())),  # a draft
    "projects:project-share": {
        "public": act(ROLES, ()),  # both sides see it already
        "shared": act(SIDES, ()),
        "own": act(("moscow_reader",), MOSCOW_WRITES),
    },
    # The expert on the stage is Moscow's, published, with a consent for Beijing's country.
    "experts:expert-list": SIGNED_IN_PAGE,
    # The file of the stage is the Moscow editor's own; nobody else knows of it.
    "experts:import-list": row(
        everyone(405, **LOGIN),
        GET=only(WRITE, 200, 403, **LOGIN),
        POST=only(WRITE, 422, 403, **LOGIN),
    ),
    "experts:import-template": SIGNED_IN_PAGE,
    "experts:import-detail": row(everyone(405, **LOGIN), GET=only(("moscow_editor",), 200, 404, **LOGIN)),
    "experts:import-errors": row(everyone(405, **LOGIN), GET=only(("moscow_editor",), 200, 404, **LOGIN)),
    "experts:import-apply": row(everyone(405, **LOGIN), POST=only(("moscow_editor",), 302, 404, **LOGIN)),
    "experts:import-drop": row(everyone(405, **LOGIN), POST=only(("moscow_editor",), 302, 404, **LOGIN)),
    "experts:expert-export": row(everyone(405, **LOGIN), POST=everyone(400, **LOGIN)),  # without a format
    "experts:duplicate-list": CITY_PAGE,
    # The pair on the stage is Moscow's.
    "experts:duplicate-detail": row(everyone(405, **LOGIN), GET=only(MOSCOW, 200, 404, **LOGIN)),
    "experts:duplicate-merge": act(MOSCOW, MOSCOW_WRITES),
    "experts:duplicate-dismiss": row(
        everyone(405, **LOGIN),
        # Once the editor has said so, nobody else decides on it.
        POST=only(MOSCOW, 403, 404, **LOGIN) | {"moscow_editor": 302},
    ),
    "experts:expert-new": row(
        everyone(405, **LOGIN),
        GET=only(WRITE, 200, 403, **LOGIN),
        POST=only(WRITE, 422, 403, **LOGIN),
    ),
    "experts:expert-detail": EXPERT_PAGE,
    "experts:expert-edit": edit_page(SIDES, MOSCOW_WRITES),
    # It is published already: those who vouch for it are told so, and only they suspend it.
    "experts:expert-publish": act(SIDES, ()),
    "experts:expert-suspend": act(SIDES, ("moscow_secretary",)),
    **{f"experts:expert-{name}": act(SIDES, MOSCOW_WRITES) for name in ("confirm", "archive", "restore")},
    "experts:consent-edit": edit_page(SIDES, MOSCOW_WRITES),
    "experts:consent-withdraw": act(SIDES, MOSCOW_WRITES),
    "experts:expert-contact": row(
        everyone(405, **LOGIN),
        POST=everyone(404) | dict.fromkeys(SIDES, 403) | dict.fromkeys(MOSCOW_WRITES, 200) | LOGIN,
    ),
    "experts:contact-edit": edit_page(SIDES, MOSCOW_WRITES),
    "experts:work-add": edit_page(SIDES, MOSCOW_WRITES),
    "experts:work-edit": edit_page(("moscow_reader",), MOSCOW_WRITES),
    "experts:work-archive": act(("moscow_reader",), MOSCOW_WRITES),
    # The request on the stage is Moscow's and open, unless it is a draft to be opened.
    "experts:request-list": SIGNED_IN_PAGE,
    "experts:request-new": row(
        everyone(405, **LOGIN),
        GET=only(WRITE, 200, 403, **LOGIN),
        POST=only(WRITE, 422, 403, **LOGIN),
    ),
    "experts:request-detail": EXPERT_PAGE,
    "experts:request-matches": EXPERT_PAGE,
    "experts:request-edit": edit_page(SIDES, MOSCOW_WRITES),
    "experts:request-open": act(("moscow_reader",), MOSCOW_WRITES),
    **{
        f"experts:request-{name}": act(SIDES, MOSCOW_WRITES) for name in ("close", "cancel", "shortlist")
    },
    # An invited expert of Beijing; on the shortlist still, or released, where that is what the act needs.
    "experts:invitation-detail": EXPERT_PAGE,
    "experts:invitation-invite": worded(("moscow_reader",), MOSCOW_WRITES),
    "experts:invitation-remove": act(("moscow_reader",), MOSCOW_WRITES),
    "experts:invitation-withdraw": act(SIDES, MOSCOW_WRITES),
    "experts:invitation-release": act(SIDES, ("beijing_coordinator",)),
    "experts:invitation-refuse": worded(SIDES, ("beijing_coordinator",)),
    "experts:invitation-link": act(SIDES, ("beijing_coordinator",)),
    "experts:invitation-reply": worded(SIDES, MOSCOW_WRITES),
    "experts:engagement-list": SIGNED_IN_PAGE,
    "experts:engagement-detail": EXPERT_PAGE,
    "experts:engagement-edit": edit_page(SIDES, WRITE),
    **{f"experts:engagement-{name}": act(SIDES, WRITE) for name in ("start", "close", "cancel")},
    "experts:engagement-feedback": act(SIDES, ()),  # the work is not over
    # The signed link is for whoever holds it; a post that does not say what it wants is nothing.
    "experts:invitation-answer": row(NOT_KNOWN, GET=everyone(200), POST=everyone(404)),
    # Only its city's secretaries and administrators erase a person; the administrator here has no city.
    "experts:expert-erase": row(
        everyone(405, **LOGIN),
        GET=only(SIDES, 403, 404, **LOGIN) | {"moscow_secretary": 200},
        POST=only(SIDES, 403, 404, **LOGIN) | {"moscow_secretary": 422},  # an empty form
    ),
    "experts:expert-erased": row(
        everyone(405, **LOGIN), GET=everyone(404, **LOGIN) | {"moscow_secretary": 200}
    ),
    "experts:erasure-list": row(
        everyone(405, **LOGIN),
        GET=only(("moscow_secretary", "administrator"), 200, 403, **LOGIN),
    ),
    "experts:expert-held": act(SIDES, MOSCOW_WRITES),
    "experts:field-list": SIGNED_IN_PAGE,
    "experts:field-detail": SIGNED_IN_PAGE,
    "approvals:proposal-list": OPEN_PAGE,
    "approvals:chain": row(everyone(405, **LOGIN), GET=only(SIDES, 200, 403, **LOGIN)),
    # The proposal on the stage is Moscow's, on a shared project.
    "approvals:proposal-detail": record_page(*SIDES),
    "approvals:proposal-answer": row(
        everyone(405, **LOGIN),
        GET=only(SIDES, 200, 404, **LOGIN),
        POST=only(SIDES, 422, 404, **LOGIN),  # it does not say which word
    ),
    "api:proposals-list": READ_API,
    "api:proposals-detail": read_api(*SIDES),
    **{
        f"api:proposals-{name}": row(
            everyone(405, anonymous=401),
            GET=everyone(405),
            POST=only(SIDES, 400, 404, anonymous=401),
            OPTIONS=everyone(200),
        )
        for name in ("confirm", "accept", "refuse", "counter")
    },
    "api:proposals-withdraw": row(
        everyone(405, anonymous=401),
        GET=everyone(405),
        POST=only(SIDES, 403, 404, anonymous=401, moscow_editor=200),
        OPTIONS=everyone(200),
    ),
    "api:projects-propose": {
        "public": propose_api(ROLES),
        "shared": propose_api(SIDES),
        "own": propose_api(("moscow_reader", *MOSCOW_WRITES)),
    },
    "api:assignments-list": WRITE_API,
    "api:assignments-detail": record_api(*MOSCOW),
    "api:assignments-answer": versioned_act_api(*MOSCOW),
    "api:decisions-chain": row(
        everyone(405, anonymous=401), GET=only(SIDES, 200, 403), OPTIONS=everyone(200)
    ),
    # That of the delegates as well: the names in it are the sides' only.
    **{f"projects:{kind}-list": by_visibility(seen_page) for kind in PARTS},
    **{
        f"projects:{kind}-{act_name}": by_visibility(make)
        for kind in PARTS
        for act_name, make in part_rows(kind).items()
    },
    "projects:update-history": by_visibility(moscows_own(seen_page)),
    "projects:update-submit": by_visibility(moscows_own(act)),
    "projects:update-return": by_visibility(moscows_own(never_returned)),
    "projects:paste": by_visibility(edit_page),
    "attachments:documents": by_visibility(seen_page),
    "attachments:document-add": by_visibility(edit_page),
    "attachments:document-file": by_visibility(seen_page),
    "attachments:document-edit": by_visibility(edit_page),
    "attachments:document-archive": by_visibility(act),
    "attachments:document-restore": by_visibility(act),
    "attachments:remarks": by_visibility(seen_page),
    "attachments:remark-add": by_visibility(edit_page),
    "attachments:remark-edit": by_visibility(author_page),
    "attachments:remark-archive": by_visibility(author_act),
    "attachments:remark-restore": by_visibility(author_act),
    "attachments:people": by_visibility(asked_page),
    "attachments:links": by_visibility(seen_page),
    "attachments:link-add": by_visibility(edit_page),
    "attachments:link-archive": by_visibility(act),
    "delivery:notice-list": SIGNED_IN_PAGE,
    "delivery:follow-list": SIGNED_IN_PAGE,
    "delivery:notice-read-all": SIGNED_IN_POST,
    "delivery:notice-read": SIGNED_IN_POST,  # one's own notices only: of nobody else's is anything known
    "delivery:mail-choose": row(everyone(405, **LOGIN), POST=everyone(400, **LOGIN)),
    "delivery:record-follow": {
        "public": followed(*ROLES),
        "shared": followed(*SIDES),
        "own": followed("moscow_reader", *MOSCOW_WRITES),
    },
    "delivery:record-unfollow": SIGNED_IN_POST,
    "delivery:calendar": SIGNED_IN_PAGE,
    "delivery:calendar-renew": SIGNED_IN_POST,
    "delivery:calendar-remove": SIGNED_IN_POST,
    "delivery:person-calendar": OPEN_PAGE,  # whoever knows the address reads it
    "delivery:area-calendar": record_page(),
    "dev-mail": OPEN_PAGE,
    "dev-mail-detail": row(NOT_KNOWN, GET=everyone(404)),
    "api:changes-list": READ_API,
    "reports:report-list": OPEN_PAGE,
    "reports:report-ask": row(
        everyone(405, **LOGIN), POST=everyone(403) | dict.fromkeys(MAKERS, 422) | LOGIN
    ),
    "reports:report-detail": record_page(*SIDES),  # the report of the stage is a draft
    "reports:report-stop": act(SIDES, MAKERS),
    "reports:report-again": act(SIDES, MAKERS),
    "reports:report-file": record_page(*SIDES),
    "reports:brief-file": row(everyone(405, **LOGIN), GET=everyone(200, **LOGIN)),  # of a public meeting
    "accounts:language": OPEN_POST,
    "accounts:theme": OPEN_POST,
    "accounts:sides-css": OPEN_PAGE,
    "records:health": OPEN_PAGE,
    # A job is there for the one who asked for it, here the editor in Moscow, and for administrators.
    "records:job-detail": row(everyone(405, **LOGIN), GET=only(JOB_SEEN_BY, 200, 404, **LOGIN)),
    "records:job-file": row(everyone(405, **LOGIN), GET=everyone(404, **LOGIN)),  # it has made none
    "records:job-cancel": row(everyone(405, **LOGIN), POST=only(JOB_SEEN_BY, 302, 404, **LOGIN)),
    "records:job-retry": row(everyone(405, **LOGIN), POST=only(JOB_SEEN_BY, 302, 404, **LOGIN)),
    "dev-kit": OPEN_PAGE,
    "api-docs": OPEN_PAGE,
    "api-schema": row(everyone(405, anonymous=405), GET=everyone(200), OPTIONS=everyone(200)),
    "api-unmatched": NO_API,
    **{f"api:{name}-{kind}": READ_API for name in ("programmes", "cities") for kind in ("list", "detail")},
    **{f"api:{name}-list": WRITE_API for name in WRITTEN},
    **{f"api:{name}-detail": record_api() for name in WRITTEN},
    "api:resolutions-list": WRITE_API,
    "api:obligations-list": WRITE_API,
    **{
        f"api:{kind}-detail": {
            "public": record_api(),
            "shared": record_api(*SIDES),
            "own": record_api("moscow_reader", *MOSCOW_WRITES),
        }
        for kind in ("resolutions", "obligations")
    },
    "api:citations-list": WRITE_API,
    "api:citations-detail": record_api(found=False),  # nothing is cited on this stage
    "accounts:oauth-token": CLIENTS_ONLY,
    "accounts:oauth-revoke": CLIENTS_ONLY,
    "api:projects-list": WRITE_API,
    "api:projects-detail": {
        "public": record_api(),
        "shared": record_api(*SIDES),
        "own": record_api("moscow_reader", *MOSCOW_WRITES),
    },
    "api:milestones-list": READ_API,
    "api:milestones-detail": by_visibility(seen_api),
    "api:project-milestones-list": by_visibility(parts_api),
    "api:project-milestones-detail": by_visibility(part_api),
    "api:project-delegates-list": by_visibility(parts_api),
    "api:project-delegates-detail": by_visibility(part_api) | {"public": part_api(SIDES, WRITE)},
    # One resource serves them all: what holds for milestones at each visibility, holds for these.
    **{f"api:project-{kind}-list": {"shared": parts_api(SIDES, WRITE)} for kind in API_PARTS},
    **{f"api:project-{kind}-detail": {"shared": part_api(SIDES, WRITE)} for kind in API_PARTS},
    **{
        f"api:project-updates-{name}": by_visibility(
            lambda sees, writes: versioned_act_api(*sees, *writes)
        )
        for name in ("submit", "return")
    },
    "api:documents-list": READ_API,
    "api:documents-detail": by_visibility(seen_api),
    "api:documents-file": by_visibility(seen_api),
    "api:remarks-list": READ_API,
    "api:remarks-detail": by_visibility(seen_api),
    **{f"api:{name}-{part}": READ_API for name in ("programmes", *HUNG_ON) for part in BELOW},
    **{f"api:projects-{part}": by_visibility(seen_api) for part in BELOW},
    **{
        f"api:{name}-{part}": by_visibility(seen_api)
        for name in ("resolutions", "obligations")
        for part in BELOW
    },
    # The proposal on the stage is Moscow's, on a shared project; a report is shared until it is signed.
    **{f"api:{name}-{part}": read_api(*SIDES) for name in ("proposals", "reports") for part in BELOW},
    # The expert on the stage is Moscow's, and its consent lets Beijing see it; the request is Moscow's too.
    "api:experts-list": WRITE_API,
    "api:experts-detail": record_api(*SIDES),
    **{
        f"api:experts-{act_name}": versioned_act_api(*SIDES)
        for act_name in ("publish", "suspend", "confirm", "consent", "withdraw-consent", "erase")
    },
    "api:expert-works-list": parts_api(("moscow_reader",), WRITE),
    "api:expert-works-detail": part_api(("moscow_reader",), WRITE),
    "api:expertise-fields-list": WRITE_API,
    "api:expertise-fields-detail": record_api(),
    "api:expertise-fields-merge": versioned_act_api(*ROLES),
    "api:expertise-requests-list": WRITE_API,
    "api:expertise-requests-detail": record_api(*SIDES),
    **{f"api:expertise-requests-{name}": versioned_act_api(*SIDES) for name in ("open", "close", "cancel")},
    "api:expertise-request-matches-list": read_api(*SIDES),
    "api:expertise-request-invitations-list": parts_api(("moscow_reader",), WRITE),
    "api:expertise-request-invitations-detail": part_api(("moscow_reader",), WRITE),
    **{
        f"api:expertise-request-invitations-{name}": versioned_act_api(*SIDES)
        for name in ("invite", "release", "refuse", "withdraw")
    },
    "api:engagements-list": READ_API,
    "api:engagements-detail": row(
        everyone(405, anonymous=401),
        GET=only(SIDES, 200, 404),
        OPTIONS=everyone(200),
        PUT=only(SIDES, 428, 404, anonymous=401),
        PATCH=only(SIDES, 428, 404, anonymous=401),
    ),
    **{f"api:engagements-{name}": versioned_act_api(*SIDES) for name in ("start", "close", "cancel")},
    **{
        f"api:{name}-{part}": read_api(*SIDES)
        for name in ("experts", "expertise-requests", "engagements")
        for part in BELOW
    },
    # Whatever others are shown of an expert, the past of the profile is its own city's.
    **{f"api:experts-{part}": read_api(*MOSCOW) for part in ("history", "compare")},
    "api:reports-list": WRITE_API,
    "api:reports-detail": read_api(*SIDES),
    "api:reports-file": read_api(*SIDES),
    "admin:login": row(everyone(302)),
    **{f"admin:{name}": admin_page(name) for name in ADMIN_ROUTES},
    # allauth's own views: they answer OPTIONS, and take PUT for POST. Whoever is signed in is sent on.
    "account_login": row(
        everyone(302, anonymous=405),
        **dict.fromkeys(("GET", "POST", "PUT", "OPTIONS"), everyone(302, anonymous=200)),
    ),
    "account_logout": row(
        NOT_KNOWN, GET=everyone(200, anonymous=302), POST=everyone(302), OPTIONS=everyone(200)
    ),
    "account_signup": row(everyone(302, anonymous=200)),  # nobody signs up: it says so
    "account_inactive": framework_page(everyone(200)),
    "account_reauthenticate": framework_form(everyone(200, **LOGIN), otherwise=LOGIN),
    "account_change_password": framework_form(everyone(200, **LOGIN), otherwise=LOGIN),
    "account_reset_password": framework_form(everyone(200)),
    "account_reset_password_done": framework_page(everyone(200)),
    "account_reset_password_from_key": row(everyone(200)),  # for this key it says that the link is no good
    "account_reset_password_from_key_done": framework_page(everyone(200)),
}  # fmt: skip


def routes(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from routes(pattern, inner)
        else:
            yield f"{namespace}{pattern.name}", pattern


def test_every_route_is_in_the_table() -> None:
    assert {name for name, _pattern in routes()} == set(TABLE)


def address(name: str, stage: Any, visibility: str) -> str:
    if name == "api-unmatched":
        return "/api/v1/nothing-here"
    if name == "admin:app_list":
        return reverse(name, args=["accounts"])
    if name == "account_reset_password_from_key":
        return reverse(name, args=["1", "no-such-key"])
    if name == "dev-mail-detail":
        return reverse(name, args=["20210101-000000-1.log", 0])
    if name == "accounts:hand-over":
        return reverse(name, args=[stage.people["moscow_editor"].pk])
    if name == "overview:waiting-list":
        return reverse(name, args=["to-answer"])
    if name == "overview:remind":
        project = stage.project(title_en="Signals", title_ru="Сигналы", title_zh_hans="信号")
        proposal = proposal_raise(
            subject=project, act="agree", language="en", by=stage.actor("moscow_editor")
        )
        return reverse(name, args=["awaited", proposal.pk])
    found = brought_address(name, stage) or expert_address(name, stage) or expert_api_address(name, stage)
    if found:
        return found
    opinion = name.startswith(("assignments:", "api:assignments-")) and not name.endswith("-list")
    if opinion and not visibility:
        editor = stage.people["moscow_editor"]
        asked = assignment_create(
            subject=Project.objects.get(), assignee=editor, by=stage.actor("moscow_editor")
        )
        return reverse(name, args=[asked.pk])
    if name in {"delivery:notice-read", "delivery:record-follow", "delivery:record-unfollow"}:
        return reverse(name, args=["project", Project.objects.get().pk])
    if found := minutes_address(name, stage, visibility):
        return found
    if name.startswith(("reports:report", "api:reports")) and not name.endswith(("-list", "-ask")):
        file = {"reports:report-file": ["en", "xlsx"], "api:reports-file": ["en", "xlsx"]}
        return reverse(name, args=[stage.report().pk, *file.get(name, [])])
    if name.startswith(("approvals:proposal-", "api:proposals-")) and not name.endswith("-list"):
        return reverse(name, args=[proposal_on(stage).pk])
    if name in {"api:decisions-chain", "approvals:chain"}:
        return reverse(name)
    if name.startswith("projects:project-propose"):
        return reverse(name, args=[Project.objects.get(visibility=visibility).pk])
    if name == "delivery:person-calendar":
        return reverse(name, args=[calendar_address_renew(by=stage.actor("moscow_editor")).token])
    if name == "delivery:area-calendar":
        return reverse(name, args=[stage.areas[0].pk])
    if name == "reports:project-passport":
        return reverse(name, args=[Project.objects.get(visibility=visibility).pk, "docx"])
    if name in {"projects:project-timeline", "projects:project-export"}:
        return reverse(name)
    records = {
        "programme": stage.programme,
        "area": stage.areas[0],
        "provision": stage.provision,
        "agreement": Agreement.objects.first(),
        "event": Event.objects.first(),
        "statement": Statement.objects.first(),
        "source": Source.objects.first(),
        "organisation": stage.cities["MOW"].organisations.first(),
        "city": stage.cities["MOW"],
        "citation": stage.programme,  # nothing is cited on this stage
    }
    if name.startswith("records:job-"):
        return reverse(
            name, args=[Job.objects.create(kind="sample", user=stage.people["moscow_editor"]).pk]
        )
    if name in {"overview:results", "projects:programme-carry-over"}:
        return reverse(name, args=[stage.programme.pk])
    if name == "overview:compare":
        return reverse(name, args=["project", Project.objects.get(visibility=visibility).pk])
    if name == "projects:paste":
        return reverse(name, args=[Project.objects.get(visibility=visibility).pk, "milestones"])
    if name.startswith("projects:") and not name.startswith("projects:project-"):
        return part_address(name, Project.objects.get(visibility=visibility))
    if visibility and "project" not in name and "milestones" not in name:
        return attached_address(name, stage, visibility)
    if name.startswith("admin:"):
        _app, kind, *pages = name.split(":")[1].split("_") if "_" in name else ("", "", "")
        if pages and pages[-1] in ("change", "history", "password", "why"):
            return reverse(name, args=[admin_record(kind, stage, records).pk])
        return reverse(name)
    kind = name.split(":")[-1].rsplit("-", 1)[0]
    singular = {"cities": "city"}.get(kind, kind.removesuffix("s"))
    if name.startswith("api:project-") or name == "api:milestones-detail":
        return api_part_address(name, stage, visibility)
    if name in {"overview:project-compare", "projects:project-carry-over", "api:projects-carry-over"}:
        return reverse(name, args=[Project.objects.get(visibility=visibility).pk])
    if (
        name.endswith(("-list", "-ask"))
        or name.split(":")[0] in {"overview", "accounts", "records", "delivery"}
        or ":" not in name
    ):
        return reverse(name)
    if singular == "project":
        return reverse(name, args=[Project.objects.get(visibility=visibility).pk])
    return reverse(name, args=[records[singular].pk])


def brought_address(name: str, stage: Any) -> str:
    """Of a file that a Moscow editor brought, or of two Moscow profiles; empty for other routes."""
    if name == "experts:expert-export":
        return reverse(name)
    if name == "experts:import-template":
        return reverse(name, args=["en", "csv"])
    if name.startswith("experts:import-") and not name.endswith("-list"):
        content = ContentFile(b"Name\r\nAnna Orlova", "experts.csv")
        found = import_bring(
            upload=content, programme=stage.programme, language="en", by=stage.actor("moscow_editor")
        )
        return reverse(name, args=[found.pk])
    if name.startswith("experts:duplicate-") and not name.endswith("-list"):
        first, second = sorted((stage.expert().pk, stage.expert().pk))
        pair = DuplicatePair.objects.create(
            city=stage.cities["MOW"], first_id=first, second_id=second, score=70
        )
        return reverse(name, args=[pair.pk])
    return ""


def expert_address(name: str, stage: Any) -> str:
    """Of a Moscow expert or what belongs to one; empty for other routes."""
    short = name.removeprefix("experts:")
    if short == name:
        return ""
    if short.endswith("-list") or short in {"expert-new", "request-new"}:
        return reverse(name)
    if short == "field-detail":
        return reverse(name, args=[stage.expertise().pk])
    if short.startswith(("request-", "invitation-", "engagement-")):
        return Asking(stage).address(name)
    if short == "expert-erased":
        erased = stage.expert()
        expert_erase(expert=erased, ground="asked", by=SYSTEM)
        return reverse(name, args=[erased.pk])
    if short in {"work-edit", "work-archive"}:
        work = Work(expert=stage.expert(), title="Signals of the metro")
        return reverse(name, args=[work_create(work=work, by=SYSTEM).pk])
    return reverse(name, args=[stage.expert().pk])


def expert_api_address(name: str, stage: Any) -> str:
    """Of an expert, a field, a request, an invitation or an engagement; empty for other routes."""
    kinds = ("expert-works", "expertise-request-", "experts-", "expertise-", "engagements-")
    kind, _dash, page = name.removeprefix("api:").rpartition("-")
    if not name.startswith(tuple(f"api:{each}" for each in kinds)):
        return ""
    if kind == "expert-works":
        expert = stage.expert()
        work = work_create(work=Work(expert=expert, title="On signals"), by=stage.actor("moscow_editor"))
        below = {"pk": str(work.pk)} if page == "detail" else {}
        return reverse(name, kwargs={"expert": str(expert.pk), **below})
    if page == "list" and not kind.startswith("expertise-request-"):
        return reverse(name)
    if name.startswith("api:experts-"):
        return reverse(name, args=[stage.expert().pk])
    if name.startswith("api:expertise-fields-"):
        return reverse(name, args=[stage.expertise().pk])
    if name.startswith("api:engagements-"):
        return reverse(name, args=[Asking(stage).accepted().engagement.pk])
    if name.startswith("api:expertise-request-"):
        invitation = Asking(stage).invited()
        below = {} if page == "list" else {"pk": str(invitation.pk)}
        return reverse(name, kwargs={"request_id": str(invitation.request_id), **below})
    return reverse(name, args=[Asking(stage).invited().request_id])


def minutes_address(name: str, stage: Any, visibility: str) -> str:
    """Of a point of minutes and what Moscow owes from it, or of their meeting; empty for other routes."""
    short = name.split(":")[-1]
    if name == "programme:working-day":
        return reverse(name, args=[stage.programme.pk])
    if name == "programme:resolution-add":
        return reverse(name, args=[Event.objects.get().pk])
    if name == "reports:brief-file":
        return reverse(name, args=[stage.meeting().pk, "en", "docx"])
    if not visibility or short.split("-")[0].removesuffix("s") not in ("resolution", "obligation"):
        return ""
    obligation = stage.obligation(visibility=visibility)
    if name == "programme:obligation-add":
        return reverse(name, args=[obligation.resolution_id, "MOW"])
    return reverse(name, args=[obligation.resolution_id if "resolution" in name else obligation.pk])


def api_part_address(name: str, stage: Any, visibility: str) -> str:
    kind, page = name.removeprefix("api:").removeprefix("project-").split("-")
    project = Project.objects.get(visibility=visibility)
    part = make_part(kind, project, stage)
    if name == "api:milestones-detail":
        return reverse(name, args=[part.pk])
    where = {"project": str(project.pk)}
    if kind in {"values", "delegates"}:
        where["parent"] = str(part.parent.pk)
    return reverse(name, kwargs=where | ({} if page == "list" else {"pk": str(part.pk)}))


def make_part(kind: str, project: Project, stage: Any) -> Any:
    """A part of each kind; what is one side's is Moscow's."""
    moscow, beijing = stage.cities["MOW"], stage.cities["BJS"]
    metro = moscow.organisations.first()
    if kind in {"values", "delegates"}:
        above = make_part({"values": "indicators", "delegates": "exchanges"}[kind], project, stage)
    made: dict[str, Callable[[], Any]] = {
        "milestones": lambda: Milestone(project=project, title_en="First", due_on=date(2022, 5, 1)),
        "participations": lambda: Participation(project=project, organisation=metro),
        "risks": lambda: Risk(project=project, title_en="Delay"),
        "indicators": lambda: Indicator(project=project, name_en="Riders", unit_en="people"),
        "values": lambda: IndicatorValue(
            indicator=above, city=moscow, period=Period.parse("2021"), value=1
        ),
        "contributions": lambda: Contribution(project=project, organisation=metro, currency="RUB"),
        "exchanges": lambda: Exchange(
            project=project, title_en="Training", from_city=moscow, to_city=beijing
        ),
        "delegates": lambda: Delegate(exchange=above, name="Somebody"),
        "updates": lambda: Update(
            project=project, programme=project.programme, city=moscow, period=Period.parse("2021"),
            visibility=project.visibility, owner_city=project.owner_city, state="submitted",
            health="on_track",
        ),
    }  # fmt: skip
    return part_create(part=made[kind](), by=SYSTEM)


def attached_address(name: str, stage: Any, visibility: str) -> str:
    """Of the project of this visibility, or of what hangs on it and is seen as widely."""
    project = Project.objects.get(visibility=visibility)
    short = name.split(":")[-1]
    if short in {"documents", "remarks", "links", "people", "opinions"} or short.endswith("-add"):
        return reverse(name, args=["project", project.pk])
    models: dict[str, type[Attached]] = {"document": Document, "remark": Remark, "link": Link}
    model = models[short.split("-")[0].removesuffix("s")]
    return reverse(name, args=[model.objects.get(subject_id=project.pk).pk])


def part_address(name: str, project: Project) -> str:
    kind, _dash, act_name = name.removeprefix("projects:").rpartition("-")
    section = SECTIONS[kind]
    if act_name not in ("list", "add"):
        return reverse(name, args=[section.model.objects.get().pk])
    return reverse(
        name,
        args=[project.pk if section.parent_model is Project else section.parent_model.objects.get().pk],
    )


def proposal_on(stage: Any) -> Proposal:
    shared = stage.project(title_en="A", title_ru="А", title_zh_hans="甲")
    editor = stage.actor("moscow_editor")
    return proposal_raise(subject=shared, act="agree", language="en", by=editor)


def decision_on(stage: Any) -> Decision:
    proposal = proposal_on(stage)
    for area in stage.areas:
        Remit.objects.create(user=stage.people["beijing_coordinator"], area=area)
    proposal_accept(proposal=proposal, language="en", by=stage.actor("beijing_coordinator"))
    return proposal.decisions.get()


def admin_record(kind: str, stage: Any, records: dict[str, Any]) -> Any:
    made: dict[str, Callable[[], Any]] = {
        "user": lambda: stage.people["reader"],
        "job": lambda: Job.objects.create(kind="t"),
        "erasure": lambda: expert_erase(expert=stage.expert(), ground="asked", by=SYSTEM),
        "change": lambda: Change.objects.latest("id"),
        "proposal": lambda: proposal_on(stage),
        "decision": lambda: decision_on(stage),
        "chainentry": lambda: proposal_on(stage).chain.get(),
        "project": Project.objects.get,
        "notice": lambda: Notice.objects.create(
            user=stage.people["reader"], reason="followed", kind="project",
            record_id=Project.objects.get().pk, change=Change.objects.latest("id"),
        ),
        "reportschedule": lambda: schedule_create(
            programme=stage.programme, city=stage.cities["MOW"], by=SYSTEM
        ),
        "resolution": lambda: stage.obligation().resolution,
        "obligation": stage.obligation,
        "expert": stage.expert,
        "expertisefield": stage.expertise,
        "expertaccess": lambda: ExpertAccess.objects.create(expert=stage.expert(), act="viewed"),
        "citation": lambda: record_create(
            record=Citation(
                programme=stage.programme, visibility="public", source=records["source"],
                subject_kind="area", subject_id=stage.areas[0].pk,
            ),
            by=SYSTEM,
        ),
    }  # fmt: skip
    if kind in PART_KINDS:
        return make_part(PART_KINDS[kind], Project.objects.get(), stage)
    return made.get(kind, lambda: records[kind])()


CASES = [
    pytest.param(name, visibility, expected, id=f"{name}-{visibility}" if visibility else name)
    for name, entry in TABLE.items()
    for visibility, expected in (entry.items() if "GET" not in entry else [("", entry)])
]


@pytest.fixture(scope="session")
def scenes() -> Scenes:
    return Scenes()


@pytest.mark.parametrize(("name", "visibility", "expected"), CASES)
def test_the_table_holds(
    db: Any, scenes: Scenes, files: Any, name: str, visibility: str, expected: Row
) -> None:
    with_parts = name.startswith("projects:") and not name.startswith("projects:project-")
    scene = scenes.put_back(visibility=visibility or "public", with_parts=with_parts, files=files)
    stage, project, clients = scene.stage, scene.project, scenes.clients(scene)
    where = address(name, stage, visibility)
    answers = {
        (method, role): counted(partial(call, clients[role], method, where))
        for method in METHODS
        for role in roles_to_ask(expected[method])
    }
    wrong = [
        f"{method} {where} as {role}: {answer}, not {expected[method][role]}"
        for (method, role), (answer, _queries) in answers.items()
        if answer != expected[method][role]
    ]
    assert not wrong, "\n".join(wrong)
    pages = {role: answers.get(("GET", role), (0, 0)) for role in OFFICIALS if not name.startswith("api")}
    often = {role: queries for role, (answer, queries) in pages.items() if answer == 200}
    assert max(often.values(), default=0) <= limit(name), f"{where} asks the database too often: {often}"
    project.refresh_from_db()
    assert project.version == 1, "a call that was not allowed, or had no input, changed the record"


def roles_to_ask(expected: dict[str, int]) -> tuple[str, ...]:
    """All of them; three for a method that the route does not have, which is refused to whoever asks."""
    known = any(answer != 405 for role, answer in expected.items() if role != "anonymous")
    return ROLES if known else ("anonymous", "moscow_editor", "administrator")


def call(client: Client, method: str, where: str) -> int:
    if "logout" in where and method == "POST":
        client = Client()
        return client.post(where).status_code
    answer = client.generic(method, where)
    if answer.streaming:
        answer.getvalue()  # reads it to its end, and so closes the file
    return answer.status_code
