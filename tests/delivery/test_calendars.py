"""The calendars that people follow: what is in them, for whom, and as RFC 5545 has it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from delivery import calendars
from delivery.models import CalendarAddress
from programme.models import Event
from projects.models import Milestone, Project
from projects.services import part_amend, part_create, project_amend, project_archive
from records import calendar
from records.calendar import Entry

pytestmark = pytest.mark.django_db
LONG_RU = "Очень длинное название контрольной точки совместного проекта двух городов " * 3
LONG_ZH = "两市共同开展的地铁信号系统升级改造合作项目" * 6


def address_of(client):
    client.post("/calendar/renew/")
    return CalendarAddress.objects.get(user_id=client.session["_auth_user_id"])


def feed(stage, who="moscow_editor"):
    return stage.client("anonymous").get(f"/calendar/{address_of(stage.client(who)).token}.ics")


def events_of(answer):
    """Read by the library, after checks of its own that the library does not make."""
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    lines = answer.content.split(b"\r\n")
    assert b"\n" not in answer.content.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in lines)
    for line in lines:
        line.decode()  # no letter is cut in two by the folding
    read = Calendar.from_ical(answer.content)
    for name in ("VERSION", "PRODID", "METHOD", "X-WR-CALNAME", "REFRESH-INTERVAL"):
        assert read[name]
    events = read.walk("VEVENT")
    uids = [str(event["UID"]) for event in events]
    assert len(set(uids)) == len(uids)
    for event in events:
        assert {"DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE", "LAST-MODIFIED", "URL"} <= set(event)
    return {str(event["UID"]): event for event in events}


def milestone(project, stage, **values):
    values = {"title_en": "First train", "due_on": date(2022, 5, 1)} | values
    return part_create(part=Milestone(project=project, **values), by=stage.actor("moscow_editor"))


def dated(stage, **values):
    project = stage.project(**values)
    return project_amend(
        project=project,
        changes={"starts_on": "2021-03-01", "ends_on": "2022-12-31"},
        base_version=1,
        by=stage.actor("moscow_editor"),
    )


def test_starts_ends_milestones_and_events_are_whole_days(stage):
    project = dated(stage)
    due = milestone(project, stage)
    events = events_of(feed(stage))
    assert str(events[f"{project.pk}-start"]["SUMMARY"]) == "Starts: Metro signalling"
    last = events[f"{project.pk}-end"]
    assert (last.decoded("DTSTART"), last.decoded("DTEND")) == (date(2022, 12, 31), date(2023, 1, 1))
    assert last["DTSTART"].params["VALUE"] == "DATE"
    assert str(events[f"{due.pk}-due"]["SUMMARY"]) == "Due: First train"
    forum = Event.objects.get()
    month = events[f"{forum.pk}-event"]
    assert (month.decoded("DTSTART"), month.decoded("DTEND")) == (date(2020, 12, 1), date(2021, 1, 1))
    assert "December 2020" in month["SUMMARY"]


def test_a_change_keeps_the_uid_and_raises_the_sequence(stage):
    project = dated(stage)
    due = milestone(project, stage)
    before = events_of(feed(stage))[f"{due.pk}-due"]
    part_amend(part=due, changes={"due_on": "2022-06-01"}, base_version=1, by=stage.actor("moscow_editor"))
    after = events_of(feed(stage))[f"{due.pk}-due"]
    assert after.decoded("DTSTART") == date(2022, 6, 1)
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])
    assert after.decoded("LAST-MODIFIED").tzinfo in (UTC, ZoneInfo("UTC"))


@pytest.mark.parametrize(("language", "text"), [("ru", LONG_RU), ("zh-hans", LONG_ZH)])
def test_it_is_in_its_owner_s_language_and_folded_between_letters(stage, language, text):
    type(stage.people["moscow_editor"]).objects.update(language=language)
    project = dated(stage)
    column = f"title_{language.replace('-', '_')}"
    due = milestone(project, stage, **{column: text.strip()})
    assert text.strip() in str(events_of(feed(stage))[f"{due.pk}-due"]["SUMMARY"])


def test_everybody_sees_what_is_theirs_and_no_more(stage):
    kept = {
        "public": dated(stage, visibility="public"),
        "shared": dated(stage),
        "own": dated(stage, visibility="own"),
    }
    seen = {
        "moscow_editor": {"public", "shared", "own"},
        "beijing_editor": {"public", "shared"},
        "reader": {"public"},
        "stranger": {"public"},
    }
    for who, names in seen.items():
        events = events_of(feed(stage, who))
        assert {name for name, project in kept.items() if f"{project.pk}-start" in events} == names
    everybody = events_of(stage.client("moscow_editor").get(f"/areas/{stage.areas[0].pk}/calendar.ics"))
    assert {name for name, project in kept.items() if f"{project.pk}-start" in everybody} == {"public"}


def test_an_area_has_its_own_projects_only(stage):
    project = dated(stage, visibility="public")
    other = stage.client("anonymous").get(f"/areas/{stage.areas[1].pk}/calendar.ics?lang=zh-hans")
    assert f"{project.pk}-start" not in events_of(other)
    assert "教育" in str(Calendar.from_ical(other.content)["X-WR-CALNAME"])


def test_a_new_address_ends_the_old_one(stage):
    client, anybody = stage.client("moscow_editor"), stage.client("anonymous")
    old = address_of(client).token
    assert anybody.get(f"/calendar/{old}.ics").status_code == 200
    new = address_of(client).token
    assert anybody.get(f"/calendar/{old}.ics").status_code == 404
    assert anybody.get(f"/calendar/{new}.ics").status_code == 200
    assert new in client.get("/calendar/").text
    client.post("/calendar/remove/")
    assert anybody.get(f"/calendar/{new}.ics").status_code == 404


def test_the_secret_of_the_database_is_no_address(stage):
    address = address_of(stage.client("moscow_editor"))
    for token in (address.secret, f"{address.secret}.x", "", "x.y"):
        assert stage.client("anonymous").get(f"/calendar/{token}.ics").status_code == 404


def test_who_may_not_sign_in_has_no_calendar(stage):
    address = address_of(stage.client("moscow_editor"))
    type(stage.people["moscow_editor"]).objects.filter(pk=address.user_id).update(is_active=False)
    assert stage.client("anonymous").get(f"/calendar/{address.token}.ics").status_code == 404


def test_what_has_not_changed_is_not_sent_again(stage):
    project = dated(stage)
    address = address_of(stage.client("moscow_editor"))
    client, url = stage.client("anonymous"), f"/calendar/{address.token}.ics"
    tag = client.get(url)["ETag"]
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 304
    project_amend(
        project=project,
        changes={"title_en": "New"},
        base_version=project.version,
        by=stage.actor("moscow_editor"),
    )
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 200


def test_what_is_archived_leaves_the_calendar(stage):
    project = dated(stage)
    due = milestone(project, stage)
    project_archive(project=project, base_version=project.version, by=stage.actor("moscow_editor"))
    events = events_of(feed(stage))
    assert f"{project.pk}-start" not in events
    assert f"{due.pk}-due" not in events


def test_what_another_app_registers_is_there_and_a_moment_has_its_time_zone(stage, monkeypatch):
    project = dated(stage)
    at = datetime(2022, 5, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))

    def meetings(scope):
        yield Entry(what="meeting", records=(project,), starts=at, title="Meeting", url="/")

    monkeypatch.setattr(calendar, "PROVIDERS", [meetings])
    monkeypatch.setattr(calendars, "PROVIDERS", [meetings])
    answer = feed(stage)
    (event,) = events_of(answer).values()
    assert event.decoded("DTSTART") == at
    zones = [str(zone["TZID"]) for zone in Calendar.from_ical(answer.content).walk("VTIMEZONE")]
    assert zones == ["Asia/Shanghai"]


def test_only_the_nearest_are_in_it(stage, monkeypatch, django_assert_max_num_queries):
    project = dated(stage)
    for month in range(1, 9):
        milestone(project, stage, due_on=date(2022, month, 1))
    monkeypatch.setattr(calendars, "MOST_OF_A_KIND", 3)
    address = address_of(stage.client("moscow_editor"))
    with django_assert_max_num_queries(12):
        answer = stage.client("anonymous").get(f"/calendar/{address.token}.ics")
    dues = sorted(
        event.decoded("DTSTART") for uid, event in events_of(answer).items() if uid.endswith("-due")
    )
    assert dues == [date(2022, 6, 1), date(2022, 7, 1), date(2022, 8, 1)]
    assert Project.objects.count() == 1
