"""A record and its parts compared with what they were: complete, exact, seen as it was."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from programme.services import record_amend
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
from projects.services import part_amend, part_archive, part_create, project_amend, project_share
from records.asof import end_of, state_of
from records.pages.compare import Comparison, compare
from records.pages.differences import compared, deleted, inserted
from records.pages.history import hidden_from
from records.services import create, writing
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


def move_back(days: int = 40) -> None:
    """Everything so far happened earlier; the guard of the history is off for this."""
    tables = [table for table in connection.introspection.table_names() if table.endswith("history")]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in tables:
            cursor.execute(
                f"UPDATE {table} SET pgh_created_at = pgh_created_at - %s * interval '1 day'",  # noqa: S608
                [days],
            )
        cursor.execute("SET LOCAL session_replication_role = origin")


def since(record: Any, stage: Any, who: str = "moscow_editor", days: int = 20) -> Comparison:
    fresh = type(record).objects.get(pk=record.pk)
    return compare(
        fresh, viewer=stage.actor(who), before=end_of(timezone.localdate() - timedelta(days=days))
    )


def amend(record: Any, stage: Any, who: str = "moscow_editor", **changes: Any) -> None:
    fresh = type(record).objects.get(pk=record.pk)
    serve, name = (project_amend, "project") if isinstance(record, Project) else (part_amend, "part")
    serve(**{name: fresh}, changes=changes, base_version=fresh.version, by=stage.actor(who))


def section(found: Comparison, kind: str) -> Any:
    return next(section for section in found.sections if section.kind == kind)


@pytest.fixture
def project(stage: Any) -> Project:
    return stage.project(summary_en="Trains every two minutes")


def test_it_tells_what_changed_in_the_project_itself(stage: Any, project: Project) -> None:
    move_back()
    metro = stage.cities["MOW"].organisations.get()
    amend(
        project, stage, ends_on="2023-01-01", summary_en="Trains every ninety seconds",
        provisions=[str(stage.provision.pk)], **{"leads/MOW": str(metro.pk)},
    )  # fmt: skip
    pairs = {pair.label: pair for pair in since(project, stage).own}
    assert "1 January 2023" in pairs["ends"].after
    assert pairs["ends"].before == ""
    assert "<del>" in pairs["summary (English)"].before
    assert "Trains every" in pairs["summary (English)"].after
    assert "City transport" in pairs["provisions"].after
    assert "Moscow Metro" in pairs["lead organisation (Moscow)"].after
    assert set(pairs) == {"ends", "summary (English)", "provisions", "lead organisation (Moscow)"}
    assert since(project, stage, days=0).is_same


def test_it_tells_what_became_of_every_kind_of_part(stage: Any, project: Project) -> None:
    metro, moscow = stage.cities["MOW"].organisations.get(), stage.cities["MOW"]
    exchange = {"title_en": "x", "from_city": moscow, "to_city": stage.cities["BJS"]}
    made: dict[str, Any] = {
        "milestone": Milestone(project=project, title_en="First train", due_on="2022-05-01"),
        "participation": Participation(project=project, organisation=metro),
        "risk": Risk(project=project, title_en="Delay", city=moscow),
        "indicator": Indicator(project=project, name_en="Passengers", unit_en="people", goal=5000),
        "contribution": Contribution(project=project, organisation=metro, currency="RUB", planned=10),
        "exchange": Exchange(project=project, **exchange),
    }
    for kind, part in made.items():
        made[kind] = part_create(part=part, by=SYSTEM)
    made["indicator-value"] = part_create(
        part=IndicatorValue(indicator=made["indicator"], city=moscow, period="2021-Q1", value=7), by=SYSTEM
    )
    made["delegate"] = part_create(part=Delegate(exchange=made["exchange"], name="Ivanov"), by=SYSTEM)
    with writing(by=SYSTEM):
        made["update"] = create(
            Update(
                programme=stage.programme, project=project, city=moscow, period="2021-Q1",
                narrative_en="Done", visibility="own", owner_city=moscow,
            ),
            by=SYSTEM,
        )  # fmt: skip
    move_back()
    assert since(project, stage).is_same
    edits: dict[str, Any] = {
        "milestone": {"forecast_on": "2022-06-01"},
        "participation": {"role": "funder"},
        "risk": {"impact": 3},
        "indicator": {"goal": "6000"},
        "indicator-value": {"value": "8.5"},
        "contribution": {"actual": "12"},
        "exchange": {"planned_people": 3},
        "delegate": {"position": "Engineer"},
    }
    for kind, changes in edits.items():
        part_amend(part=made[kind], changes=changes, base_version=1, by=SYSTEM)
    Update.objects.update(narrative_en="Done and dusted")
    added = part_create(part=Risk(project=project, title_en="Flood"), by=SYSTEM)
    part_archive(part=Participation.objects.get(), base_version=2, by=SYSTEM)
    found = since(project, stage)
    assert {each.kind for each in found.sections} == {*edits, "update"}
    assert section(found, "participation").removed.items[0].title.startswith("Moscow Metro")
    assert section(found, "risk").added.items[0].title == str(added)
    value = section(found, "indicator-value").changed.items[0]
    assert (value.under, value.values[0].before, value.values[0].after) == (
        "Passengers", deleted("7"), inserted("8.5"),
    )  # fmt: skip
    assert "6,000" in section(found, "indicator").changed.items[0].values[0].after


def test_raw_sql_and_bulk_updates_stand_in_it(stage: Any, project: Project) -> None:
    move_back()
    Project.objects.filter(pk=project.pk).update(title_ru="Сигналы")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE projects_project SET starts_on = '2021-02-03'")
    assert {pair.label for pair in since(project, stage).own} == {"title (Русский)", "starts"}


def test_a_record_that_came_later_and_one_that_was_hidden_say_so(stage: Any, project: Project) -> None:
    assert since(project, stage).existed is False
    own = stage.project(visibility="own", owner="BJS", title_en="Secret plan", summary_en="old words")
    move_back()
    amend(own, stage, who="beijing_editor", summary_en="new words")
    project_share(project=Project.objects.get(pk=own.pk), base_version=2, by=stage.actor("beijing_editor"))
    found = since(own, stage)
    assert (found.hidden, found.own, found.sections) == (True, [], [])
    assert [pair.label for pair in since(own, stage, "beijing_editor").own] != []
    shown = stage.client("moscow_editor").get(
        f"/projects/{own.pk}/compare/", {"to": str(timezone.localdate() - timedelta(days=20))}
    )
    assert "old words" not in shown.content.decode()
    assert "one side's own then" in shown.content.decode()


def test_an_update_that_was_the_other_side_s_draft_counts_as_new(
    stage: Any, project: Project, monkeypatch: Any
) -> None:
    beijing = stage.cities["BJS"]
    with writing(by=SYSTEM):
        update = create(
            Update(
                programme=stage.programme, project=project, city=beijing, period="2021-Q1",
                narrative_en="unpolished", visibility="own", owner_city=beijing,
            ),
            by=SYSTEM,
        )  # fmt: skip
    move_back()
    assert since(project, stage).is_same, "a draft of the other side is not told of"
    Update.objects.filter(pk=update.pk).update(
        narrative_en="polished", health="on_track", state="submitted", visibility="shared", owner_city=None
    )
    found = section(since(project, stage), "update")
    assert (found.added.count, found.changed.count) == (1, 0)
    assert "unpolished" not in str(found)
    assert section(since(project, stage, "beijing_editor"), "update").changed.count == 1
    # The guard off: the draft would be told of.
    monkeypatch.setattr("records.pages.compare.hidden_from", lambda viewer, record: lambda *state: False)
    assert section(since(project, stage), "update").changed.count == 1


def test_travellers_and_contacts_are_told_to_the_sides_only(stage: Any) -> None:
    project = stage.project(visibility="public")
    exchange = part_create(
        part=Exchange(
            project=project,
            title_en="Engineers",
            from_city=stage.cities["MOW"],
            to_city=stage.cities["BJS"],
        ),
        by=SYSTEM,
    )
    move_back()
    part_create(part=Delegate(exchange=exchange, name="Ivanov"), by=SYSTEM)
    amend(project, stage, **{"contacts/MOW": str(stage.people["moscow_editor"].pk)})
    assert [part.kind for part in since(project, stage).sections] == ["delegate"]
    assert "Moscow Editor" in str(since(project, stage).own)
    for who in ("anonymous", "stranger", "reader"):
        assert since(project, stage, who).is_same


def test_what_the_reader_does_not_see_is_not_named(stage: Any, project: Project) -> None:
    area = stage.areas[1]
    move_back()
    amend(project, stage, areas=[str(area.pk) for area in stage.areas])
    assert "Education" in str(since(project, stage).own)
    type(area).objects.filter(pk=area.pk).update(visibility="own", owner_city=stage.cities["BJS"])
    assert since(project, stage).is_same
    assert "Education" in str(since(project, stage, "beijing_editor").own)


def test_the_end_of_the_day_is_the_reader_s(stage: Any, project: Project) -> None:
    with timezone.override("Europe/Moscow"):
        end = end_of(datetime(2021, 3, 31).date())
    assert end.isoformat() == "2021-04-01T00:00:00+03:00"
    shown = stage.client("moscow_editor").get(f"/projects/{project.pk}/compare/?to=2021-03-31")
    assert "31 March 2021, UTC time" in shown.content.decode()


def test_an_exact_past_state_is_read_back(stage: Any, project: Project) -> None:
    indicator = part_create(
        part=Indicator(project=project, name_en="x", unit_en="y", goal="12345678901234.5678"), by=SYSTEM
    )
    viewer = stage.actor("moscow_editor")
    state = state_of(project, viewer=viewer, hidden=hidden_from(viewer, project))
    assert str(state.children["indicator"][str(indicator.pk)]["goal"]) == "12345678901234.5678"
    assert state.own
    assert state.own["title_en"] == "Metro signalling"


def test_versions_quarters_and_what_is_wrong(stage: Any, project: Project) -> None:
    amend(project, stage, ends_on="2023-01-01")
    client, address = stage.client("moscow_editor"), f"/projects/{project.pk}/compare/"
    shown = client.get(address, {"version": 1}).content.decode()
    assert "1 January 2023" in shown
    assert "It had not been entered then" in client.get(address, {"to": "2021-Q1"}).content.decode()
    for wrong, why in (
        ({"to": "yesterday"}, "is no date"),
        ({"to": "2099-01-01"}, "a day that is over"),
        ({"version": "99"}, "never had that version"),
        ({"version": "1", "to": "2021-01-01"}, "not both"),
    ):
        answer = client.get(address, wrong)
        assert answer.status_code == 400
        assert why in answer.content.decode()


def test_other_records_are_compared_too(stage: Any) -> None:
    area = stage.areas[0]
    move_back()
    record_amend(record=area, changes={"name_en": "Traffic"}, base_version=1, by=SYSTEM)
    client = stage.client("anonymous")
    address = f"/compare/area/{area.pk}/"
    assert address in client.get(area.get_absolute_url()).content.decode()
    shown = client.get(address, {"to": str(timezone.localdate() - timedelta(days=20))}).content.decode()
    assert "Traffic" in shown
    assert "<ins>" in shown
    assert client.get(f"/compare/nothing/{area.pk}/").status_code == 404
    assert client.get(f"/compare/city/{stage.cities['MOW'].pk}/").status_code == 404


def test_it_takes_the_same_queries_however_much_there_is(
    stage: Any, project: Project, django_assert_max_num_queries: Any
) -> None:
    client = stage.client("moscow_editor")
    address = f"/projects/{project.pk}/compare/?to={timezone.localdate() - timedelta(days=20)}"
    move_back()

    def grow(count: int) -> None:
        moscow, metro = stage.cities["MOW"], stage.cities["MOW"].organisations.get()
        for number in range(count):
            indicator = part_create(part=Indicator(project=project, name_en="a", unit_en="b"), by=SYSTEM)
            for part in (
                IndicatorValue(indicator=indicator, city=moscow, period="2021", value=number),
                Risk(project=project, title_en="x", city=moscow),
                Contribution(project=project, organisation=metro, kind="in_kind"),
            ):
                part_create(part=part, by=SYSTEM)

    grow(1)
    amend(project, stage, **{"contacts/MOW": str(stage.people["moscow_editor"].pk)})
    with django_assert_max_num_queries(12) as few:
        assert client.get(address).status_code == 200
    grow(12)
    with django_assert_max_num_queries(12) as many:
        assert client.get(address).status_code == 200
    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("before", "after", "gone", "come"),
    [
        ("Trains run daily", "Trains run hourly", "daily", "hourly"),
        ("地铁信号系统", "地铁照明系统", "信号", "照明"),
        ("<b>one two three", "<b>one four three", "two", "four"),
    ],
)
def test_differences_in_texts_are_marked_for_eyes_and_ears(
    before: str, after: str, gone: str, come: str
) -> None:
    left, right = compared(before, after)
    assert f"[removed: </span>{gone}<span" in left.replace("</del><del>", "")
    assert f"[added: </span>{come}<span" in right
    assert "<b>" not in left + right


def test_long_texts_are_compared_in_reasonable_time() -> None:
    before = "".join(f"Sentence {number} of many. " for number in range(2000))
    left, right = compared(before, before.replace("1234 of", "1234 out of"))
    assert left.count("<del>") == right.count("<ins>") == 1
