"""What waits on whom, on the first page: as far as its reader may see it, in few queries."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.services import changes_look
from approvals.services import proposal_raise
from overview.feed import changes_since
from overview.queries import waits
from programme.models import Programme, Remit
from projects.models import Milestone, Project, Update
from projects.services import project_amend
from records.period import Period

TITLES = {"title_en": "Signals", "title_ru": "Сигналы", "title_zh_hans": "信号"}
TODAY = timezone.localdate


def running() -> None:
    Programme.objects.update(period=Period.parse("2021/2099"))


def ask(stage: Any, who: str = "moscow_editor", title: str = "Signals", **more: Any) -> Any:
    project = stage.project(**TITLES | {"title_en": title})
    return proposal_raise(subject=project, act="agree", language="en", by=stage.actor(who), **more)


def names(stage: Any, who: str, place: str) -> dict[str, list[str]]:
    found = waits(stage.actor(who), TODAY())[place]
    return {some.source.name: [item.what for item in some.items] for some in found}


def test_a_proposal_waits_on_the_one_side_and_not_on_the_other(stage: Any) -> None:
    ask(stage)
    assert names(stage, "beijing_editor", "ours") == {"to-answer": ["Signals"]}
    assert names(stage, "beijing_editor", "theirs") == {}
    assert names(stage, "moscow_editor", "theirs") == {"awaited": ["Signals"]}
    assert names(stage, "moscow_editor", "ours") == {}


def test_one_to_confirm_waits_inside_and_is_nothing_outside(stage: Any) -> None:
    Programme.objects.update(confirms_inside=True)
    ask(stage)
    assert names(stage, "moscow_editor", "ours") == {"to-confirm": ["Signals"]}
    assert names(stage, "beijing_editor", "ours") == {}


def test_what_is_in_one_s_remit_comes_first(stage: Any) -> None:
    ask(stage, title="Elder")
    second = stage.project(**TITLES | {"title_en": "Mine"})
    Project.areas.through.objects.filter(project=second).update(area=stage.areas[1])
    proposal_raise(subject=second, act="agree", language="en", by=stage.actor("moscow_editor"))
    assert names(stage, "beijing_editor", "ours") == {"to-answer": ["Elder", "Mine"]}
    Remit.objects.create(user=stage.people["beijing_coordinator"], area=stage.areas[1])
    assert names(stage, "beijing_coordinator", "ours") == {"to-answer": ["Mine", "Elder"]}
    mine = [item.mine for item in waits(stage.actor("beijing_coordinator"), TODAY())["ours"][0].items]
    assert mine == [True, False]


def test_a_list_is_short_says_how_many_and_leads_on(stage: Any) -> None:
    for number in range(7):
        ask(stage, title=f"Project {number}")
    client = stage.client("beijing_editor")
    shown = client.get("/").content.decode()
    assert "/waiting/to-answer/" in shown
    assert "and 2 more" in shown
    full = client.get("/waiting/to-answer/").content.decode()
    assert all(f"Project {number}" in full for number in range(7))


def test_updates_sent_back_wait_on_their_side(stage: Any) -> None:
    project = stage.project(**TITLES)
    Update.objects.create(
        project=project, city=stage.cities["MOW"], period=Period.parse("2021-Q1"), health="on_track",
        state="returned", submitted_at=timezone.now(), returned={"narrative": "More"},
        programme=stage.programme, visibility="shared",
    )  # fmt: skip
    assert names(stage, "moscow_editor", "ours") == {"updates-sent-back": ["Signals"]}
    assert names(stage, "beijing_editor", "theirs") == {"updates-sent-back-to-them": ["Signals"]}


def milestone(stage: Any, days: int, forecast: int | None = None) -> None:
    project = stage.project(**TITLES)
    day = TODAY()
    Milestone.objects.create(
        project=project,
        title_en="First train",
        due_on=day + timedelta(days=days),
        forecast_on=None if forecast is None else day + timedelta(days=forecast),
    )
    import pgtrigger

    with pgtrigger.ignore("projects.Project:agreed"):
        Project.objects.filter(pk=project.pk).update(state="agreed")


@pytest.mark.parametrize(
    ("due", "forecast", "shown"),
    [(10, None, True), (40, None, False), (40, 10, True), (10, 40, False), (-5, None, True)],
)
def test_milestones_come_by_what_is_expected(
    stage: Any, due: int, forecast: int | None, shown: bool
) -> None:
    running()
    milestone(stage, due, forecast)
    assert ("milestones" in names(stage, "moscow_editor", "due")) is shown


def test_nothing_is_due_in_a_programme_that_is_closed(stage: Any) -> None:
    milestone(stage, -5)
    assert names(stage, "moscow_editor", "due") == {}
    assert "nothing is due any more" in stage.client("moscow_editor").get("/").content.decode()


def test_answers_asked_by_a_day_are_due(stage: Any) -> None:
    ask(stage, expires_on=TODAY() + timedelta(days=3))
    assert names(stage, "moscow_editor", "due") == {"answers-due": ["Signals"]}


@pytest.mark.parametrize("who", ["anonymous", "reader", "stranger", "administrator"])
def test_nothing_waits_on_whoever_works_for_no_side(stage: Any, who: str) -> None:
    ask(stage)
    client = stage.client(who)
    assert "Waits on" not in client.get("/").content.decode()
    assert client.get("/waiting/to-answer/").status_code in {302, 404}


def test_an_official_without_anything_waiting_is_told_so(stage: Any) -> None:
    shown = stage.client("moscow_reader").get("/").content.decode()
    assert "Nothing waits on your side." in shown
    assert "The other side owes nothing now." in shown


@pytest.mark.parametrize("who", ["moscow_secretary", "beijing_coordinator"])
def test_the_page_asks_few_questions_however_much_waits(
    stage: Any, who: str, django_assert_max_num_queries: Any
) -> None:
    running()
    for number in range(6):
        ask(stage, "moscow_editor" if number % 2 else "beijing_editor", f"P{number}",
            expires_on=TODAY() + timedelta(days=3))  # fmt: skip
    milestone(stage, 3)
    client = stage.client(who)
    for page in ("/", "/waiting/to-answer/"):
        with django_assert_max_num_queries(12):
            assert client.get(page).status_code == 200


# What changed since one last looked


def retitle(stage: Any, project: Any, who: str, title: str) -> None:
    fresh = Project.objects.get(pk=project.pk)
    project_amend(
        project=fresh, changes={"title_en": title}, base_version=fresh.version, by=stage.actor(who)
    )


def test_what_others_changed_since_is_told_until_it_is_looked_at(stage: Any) -> None:
    from records.changes import positions_assign

    project = stage.project(**TITLES)
    positions_assign()
    client = stage.client("moscow_editor")
    first = client.get("/").context["since"]
    assert first.first_time
    client.post("/changes/looked/", {"position": first.position})
    assert "Nothing has changed since you last looked." in client.get("/").content.decode()
    retitle(stage, project, "moscow_editor", "My own change")
    retitle(stage, project, "beijing_editor", "Their change")
    positions_assign()
    lines = client.get("/").context["since"].lines
    assert [(line.who, line.what) for line in lines] == [("Beijing Editor", "Their change")]


def test_looking_goes_forwards_only_and_not_beyond_the_end(stage: Any) -> None:
    from records.changes import positions_assign

    stage.project(**TITLES)
    positions_assign()
    by = stage.actor("moscow_editor")
    changes_look(position=10**15, by=by)
    by.user.refresh_from_db()
    reached = by.user.seen_position
    assert 0 < reached < 10**6
    changes_look(position=1, by=by)
    by.user.refresh_from_db()
    assert by.user.seen_position == reached
    assert not changes_since(stage.actor("moscow_editor")).first_time


@pytest.mark.parametrize("position", ["", "-1", "x", "9" * 30])
def test_a_position_that_is_none_is_refused(stage: Any, position: str) -> None:
    answer = stage.client("moscow_editor").post("/changes/looked/", {"position": position})
    assert answer.status_code == 400
