"""Resolutions of meetings and what each side owes from them: who may write what, and who sees it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation
from accounts.services import organisation_create
from programme.minutes import services
from programme.minutes.services import (
    obligation_amend,
    obligation_create,
    resolution_amend,
    resolution_archive,
    resolution_create,
)
from programme.models import Obligation, Programme, Resolution, State
from programme.services import programme_create
from records.errors import Invalid, NotAllowed
from records.models import Change, Visibility
from records.period import Period
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db
MOSCOW, BEIJING = "moscow_editor", "beijing_editor"


@pytest.fixture
def running(stage):
    """A programme that runs now, so that something can be late."""
    year = timezone.now().year
    return programme_create(
        programme=Programme(
            title_en="A programme under way", period=Period.parse(f"{year - 1}/{year + 1}"),
            authentic=["ru", "zh-hans"], visibility=Visibility.PUBLIC,
        ),
        sides={stage.cities["MOW"]: {}, stage.cities["BJS"]: {}},
        original="en",
        by=SYSTEM,
    )  # fmt: skip


@pytest.fixture
def metro(stage):
    return stage.cities["MOW"].organisations.get()


def amend(obligation, who, stage, **changes):
    return obligation_amend(
        obligation=obligation, changes=changes, base_version=obligation.version, by=stage.actor(who)
    )


# States


def test_a_state_goes_by_the_day_in_the_city_that_owes_it(stage, running):
    stage.cities["BJS"].timezone = "Asia/Shanghai"
    stage.cities["BJS"].save()
    point = stage.resolution(stage.meeting(programme=running, held=None))
    today = timezone.now().date()
    owed = {code: stage.obligation(point, city=code, due_on=today) for code in ("MOW", "BJS")}
    evening = datetime(today.year, today.month, today.day, 20, tzinfo=UTC)  # in Beijing it is tomorrow
    assert owed["MOW"].state(evening) == State.DUE_SOON
    assert owed["BJS"].state(evening) == State.OVERDUE
    rows = Obligation.objects.standing(evening).order_by("city__code")
    assert [(row.city.code, row.state_now) for row in rows] == [("BJS", "overdue"), ("MOW", "due_soon")]


@pytest.mark.parametrize(
    ("days", "state"), [(-1, "overdue"), (0, "due_soon"), (14, "due_soon"), (15, "open")]
)
def test_the_database_and_the_record_agree_on_the_state(stage, running, days, state):
    now = timezone.now()
    meeting = stage.meeting(programme=running, held=None)
    owed = stage.obligation(stage.resolution(meeting), due_on=now.date() + timedelta(days=days))
    assert owed.state(now) == state
    assert Obligation.objects.standing(now).get().state_now == state


def test_nothing_is_overdue_in_a_closed_programme(stage):
    owed = stage.obligation()
    assert stage.programme.is_closed(timezone.now().date())
    assert owed.due_on < timezone.now().date()
    assert owed.state(timezone.now()) == State.OPEN
    assert Obligation.objects.standing(timezone.now()).get().state_now == State.OPEN
    in_its_time = datetime(2021, 5, 1, tzinfo=UTC)
    assert owed.state(in_its_time) == State.OVERDUE  # the same, while the programme ran


# Who writes what


def test_either_side_writes_what_both_share(stage):
    point = stage.resolution()
    resolution_amend(
        resolution=point, changes={"text_ru": "Стороны обмениваются данными."}, base_version=1,
        by=stage.actor(BEIJING),
    )  # fmt: skip
    owed = stage.obligation(point)
    assert amend(owed, BEIJING, stage, due_on="2021-04-15", text_en="Send it.").version == 2


@pytest.mark.parametrize("field", ["organisation", "person", "done_on", "outcome_en"])
def test_only_the_side_that_owes_says_who_fulfils_it_and_that_it_is_done(stage, metro, field):
    owed = stage.obligation(done_on=date(2021, 3, 20), outcome_en="Sent.")
    changes = {
        "organisation": str(metro.pk),
        "person": str(stage.people[MOSCOW].pk),
        "done_on": "2021-03-21",
        "outcome_en": "Sent by mail.",
    }
    value = int(changes[field]) if field == "person" else changes[field]
    with pytest.raises(NotAllowed):
        amend(owed, BEIJING, stage, **{field: value})
    assert amend(owed, MOSCOW, stage, **{field: value}).version == 2


def test_the_rule_of_the_own_word_is_what_refuses(stage, metro, monkeypatch):
    monkeypatch.setattr(services, "require_own_word", lambda *args: None)
    assert amend(stage.obligation(), BEIJING, stage, organisation=str(metro.pk)).version == 2


def test_what_is_named_for_a_side_is_that_sides(stage):
    theirs = organisation_create(
        organisation=Organisation(name_en="Beijing Subway", city=stage.cities["BJS"]),
        original="en", by=SYSTEM,
    )  # fmt: skip
    owed = stage.obligation()
    for field, value in (("organisation", str(theirs.pk)), ("person", stage.people[BEIJING].pk)):
        with pytest.raises(Invalid) as refused:
            amend(owed, MOSCOW, stage, **{field: value})
        assert list(refused.value.errors) == [field]


def test_what_is_done_keeps_what_was_owed_until_its_side_opens_it_again(stage):
    owed = stage.obligation(done_on=date(2021, 3, 20))
    for who in (MOSCOW, BEIJING):
        with pytest.raises(NotAllowed):
            amend(owed, who, stage, due_on="2021-05-01")
        with pytest.raises(NotAllowed):
            amend(owed, who, stage, text_en="Something else.")
    assert amend(owed, BEIJING, stage, text_ru="Направить данные.").version == 2  # it was missing
    owed.refresh_from_db()
    opened = amend(owed, MOSCOW, stage, done_on=None, due_on="2021-05-01")
    assert (opened.done_on, opened.due_on) == (None, date(2021, 5, 1))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"due_on": "2021-03-09"}, "due_on"),  # the day before the meeting
        ({"done_on": "2021-03-09"}, "done_on"),
        ({"done_on": "2098-01-01"}, "done_on"),
        ({"outcome_en": "Sent."}, "done_on"),
    ],
)
def test_dates_that_cannot_be_are_refused(stage, changes, field):
    with pytest.raises(Invalid) as refused:
        amend(stage.obligation(), MOSCOW, stage, **changes)
    assert list(refused.value.errors) == [field]


def test_points_are_numbered_once(stage):
    first = stage.resolution()
    second = resolution_create(
        resolution=Resolution(event=first.event, text_en="Another"), by=stage.actor(BEIJING)
    )
    assert (first.number, second.number) == (1, 2)
    resolution_archive(resolution=second, base_version=1, by=SYSTEM)
    third = resolution_create(resolution=Resolution(event=first.event, text_en="A third"), by=SYSTEM)
    assert third.number == 3  # an archived point keeps its number
    with pytest.raises(Invalid) as refused:
        resolution_amend(resolution=third, changes={"number": 1}, base_version=1, by=SYSTEM)
    assert list(refused.value.errors) == ["number"]


def test_one_city_owes_its_own_what_only_it_sees(stage):
    point = stage.resolution()

    def add(code):
        made = Obligation(
            resolution=point, city=stage.cities[code], text_en="Ask inside", due_on=date(2021, 4, 1),
            visibility=Visibility.OWN,
        )  # fmt: skip
        return obligation_create(obligation=made, by=stage.actor(MOSCOW))

    assert add("MOW").owner_city == stage.cities["MOW"]
    for code in ("BJS", "XXX"):
        with pytest.raises(Invalid) as refused:
            add(code)
        assert list(refused.value.errors) == ["city"]


def test_nothing_is_seen_wider_than_what_it_is_part_of(stage):
    hidden = stage.resolution(visibility=Visibility.OWN)
    made = Obligation(resolution=hidden, city=stage.cities["MOW"], text_en="Wider", due_on=date(2021, 4, 1))
    with pytest.raises(Invalid):
        obligation_create(obligation=made, by=stage.actor(MOSCOW))


# The database keeps it when a service does not


@pytest.mark.parametrize(
    "sql",
    [
        "update programme_obligation set visibility = 'public'",  # its resolution is shared
        "update programme_obligation set visibility = 'own', owner_city_id = {bjs}",
        "update programme_obligation set organisation_id = {theirs}",
        "update programme_obligation set person_id = {person}",
        "update programme_obligation set city_id = {stranger}",
        "update programme_obligation set due_on = '2021-05-05'",  # it is done
        "update programme_obligation set due_on = '0206-05-05', done_on = null",
        "update programme_resolution set number = 0",
        "update programme_resolution set visibility = 'public'",  # its meeting is shared
    ],
)
def test_the_database_defends_itself(stage, sql):
    theirs = organisation_create(
        organisation=Organisation(name_en="Beijing Subway", city=stage.cities["BJS"]),
        original="en", by=SYSTEM,
    )  # fmt: skip
    stage.obligation(
        stage.resolution(stage.meeting(visibility=Visibility.SHARED)), done_on=date(2021, 3, 20)
    )
    names = {
        "bjs": f"'{stage.cities['BJS'].pk}'",
        "stranger": f"'{stage.cities['XXX'].pk}'",
        "theirs": f"'{theirs.pk}'",
        "person": stage.people[BEIJING].pk,
    }
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(**names))


def test_the_database_lets_pass_what_is_right(stage):
    """The same writes where nothing stands against them: the guards are what refuses."""
    stage.obligation(stage.resolution(visibility=Visibility.PUBLIC))
    with connection.cursor() as cursor:
        cursor.execute("update programme_obligation set visibility = 'public', due_on = '2021-05-05'")
        cursor.execute("update programme_resolution set number = 7")
    assert Obligation.objects.get().version == 2


# Nobody sees what is not theirs


def test_the_other_side_never_learns_of_an_own_obligation(stage):
    meeting = stage.meeting()
    point = stage.resolution(meeting, text_en="Shared point")
    owed = stage.obligation(point, visibility=Visibility.OWN, text_en="HIDDEN obligation")
    own_point = stage.resolution(meeting, visibility=Visibility.OWN, text_en="HIDDEN point")
    pages = [
        reverse("programme:obligation-list"), meeting.get_absolute_url(), point.get_absolute_url(),
        owed.get_absolute_url(), own_point.get_absolute_url(),
        "/api/v1/obligations", "/api/v1/resolutions", f"/api/v1/obligations/{owed.pk}",
        reverse("overview:home"),
    ]  # fmt: skip
    for who, sees in ((MOSCOW, True), (BEIJING, False), ("stranger", False), ("anonymous", False)):
        client = stage.client(who)
        texts = [client.get(page).content.decode() for page in pages]
        assert any("HIDDEN" in text for text in texts) is sees, who
        rows = client.get("/obligations/").context["table"].paginator.count
        assert rows == (1 if sees else 0), who
    changes = {who: Change.objects.count() and feed(stage, who) for who in (MOSCOW, BEIJING)}
    assert {str(owed.pk), str(own_point.pk)} <= changes[MOSCOW]
    assert not {str(owed.pk), str(own_point.pk)} & changes[BEIJING]


def feed(stage, who):
    found = stage.client(who).get("/api/v1/changes?limit=500").json()["results"]
    return {entry["id"] for entry in found}


def test_the_administration_masks_an_own_obligation(stage):
    owed = stage.obligation(visibility=Visibility.OWN, text_en="HIDDEN obligation")
    client = stage.client("administrator")
    stage.people["administrator"].is_staff = True
    stage.people["administrator"].save()
    listed = client.get(reverse("admin:programme_obligation_changelist"))
    page = client.get(reverse("admin:programme_obligation_change", args=[owed.pk]))
    assert (listed.status_code, page.status_code) == (200, 200)
    assert "HIDDEN" not in listed.content.decode() + page.content.decode()


def test_officials_are_named_to_the_sides_only(stage):
    owed = stage.obligation(visibility=Visibility.PUBLIC, person=stage.people[MOSCOW])
    name = stage.people[MOSCOW].name
    for who, told in (("moscow_reader", True), (BEIJING, True), ("anonymous", False), ("reader", False)):
        page = stage.client(who).get(owed.get_absolute_url())
        assert (name in page.content.decode()) is told, who
    assert name not in stage.client(BEIJING).get(f"/api/v1/obligations/{owed.pk}").content.decode()


# Pages


def test_the_minutes_are_written_in_the_page_with_and_without_javascript(stage):
    meeting, client = stage.meeting(), stage.client(MOSCOW)
    url = reverse("programme:resolution-add", args=[meeting.pk])
    page, part = client.get(url), client.get(url, headers={"HX-Request": "true"})
    assert "<html" in page.content.decode()
    assert "<html" not in part.content.decode()
    assert "<form" in part.content.decode()
    answer = client.post(url, {"text_en": "Exchange data", "visibility": "shared"})
    point = Resolution.objects.get()
    assert answer["Location"] == f"{meeting.get_absolute_url()}#resolution-{point.pk}"
    add = reverse("programme:obligation-add", args=[point.pk, "BJS"])
    assert "organisation" not in client.get(add).context["form"].fields
    client.post(add, {"text_en": "Answer", "due_on": "2021-06-01", "visibility": "shared"})
    shown = client.get(meeting.get_absolute_url()).content.decode()
    assert "Exchange data" in shown
    assert "Answer" in shown
    assert client.get(reverse("programme:obligation-add", args=[point.pk, "XXX"])).status_code == 404


def test_an_edit_form_offers_what_its_reader_may_say_and_keeps_what_was_typed(stage, post_form):
    owed = stage.obligation()
    url = reverse("programme:obligation-edit", args=[owed.pk])
    assert "done_on" in stage.client(MOSCOW).get(url).context["form"].fields
    opened = stage.client(BEIJING).get(url)
    assert not {"done_on", "outcome_en", "organisation"} & opened.context["form"].fields.keys()
    amend(owed, MOSCOW, stage, text_en="Send all of it.", outcome_ru="", done_on="2021-03-30")
    Obligation.objects.update(done_on=None)
    answer = post_form(stage.client(BEIJING), url, opened, text_en="Send a part.")
    assert answer.status_code == 409
    assert "Send a part." in answer.content.decode()
    assert "Send all of it." in answer.content.decode()
    merged = post_form(stage.client(BEIJING), url, opened, due_on="2021-04-15")
    assert merged.status_code == 302
    owed.refresh_from_db()
    assert (owed.text_en, owed.due_on) == ("Send all of it.", date(2021, 4, 15))


def test_a_due_date_that_is_no_working_day_is_taken_and_remarked_upon(stage, post_form):
    owed = stage.obligation(due_on=date(2021, 10, 4))  # a Monday; in China a holiday
    client = stage.client(BEIJING)
    url = reverse("programme:obligation-edit", args=[owed.pk])
    form = client.get(url).content.decode()
    assert "no working day (Beijing" in form
    first = form[form.index('<button type="submit"', form.index('<form class="edit')) :]
    assert "name=" not in first[: first.index(">")], "Enter would save the day that is only offered"
    assert 'value="2021-10-08"' in first
    ask = reverse("programme:working-day", args=[stage.programme.pk])
    hint = client.get(f"{ask}?field=due_on&due_on=2021-10-04").content.decode()
    assert "2021-10-08" in hint
    assert client.get(f"{ask}?due_on=2021-10-12").content.decode().strip() == ""
    assert client.get(f"{ask}?due_on=nonsense").status_code == 200
    page = client.get(owed.get_absolute_url()).content.decode()
    assert "Move to 8 October 2021" in page
    move = reverse("programme:obligation-due", args=[owed.pk])
    client.post(move, {"due_on": "2021-10-08", "version": "1"})
    owed.refresh_from_db()
    assert owed.due_on == date(2021, 10, 8)
    client.post(move, {"due_on": "2021-10-11", "version": "1"})  # the page is older than the record
    client.post(move, {"due_on": "nonsense", "version": "2"})
    owed.refresh_from_db()
    assert owed.due_on == date(2021, 10, 8)


def test_the_list_is_filtered_sorted_and_costs_the_same_however_long_it_is(
    stage, django_assert_max_num_queries
):
    meeting = stage.meeting()
    point = stage.resolution(meeting)
    for number in range(5):
        stage.obligation(point, city="BJS" if number % 2 else "MOW", due_on=date(2021, 9 - number, 1))
    client = stage.client(MOSCOW)
    client.get("/obligations/")
    with django_assert_max_num_queries(12):
        rows = [row.record for row in client.get("/obligations/").context["table"].rows]
    assert [row.due_on for row in rows] == sorted(row.due_on for row in rows)
    with django_assert_max_num_queries(12):
        client.get(meeting.get_absolute_url())

    def count(query):
        return client.get(f"/obligations/?{query}").context["table"].paginator.count

    assert count(f"city={stage.cities['MOW'].pk}") == 3
    assert count("state=open") == 5
    assert count("state=overdue") == 0
    assert count("due_after=2021-06-01&due_before=2021-07-31") == 2
    resolution_archive(resolution=point, base_version=1, by=SYSTEM)
    assert count("") == 0  # with their resolution they are out of the lists


# The API


def test_partners_read_filter_and_write_obligations(stage):
    point = stage.resolution()
    owed = stage.obligation(point)
    stage.obligation(point, city="BJS", due_on=date(2021, 8, 1))
    client = stage.client(MOSCOW)

    def found(query):
        return [item["id"] for item in client.get(f"/api/v1/obligations?{query}").json()["results"]]

    assert found("due_before=2021-05-01") == [str(owed.pk)]
    assert found(f"city={stage.cities['MOW'].pk}") == [str(owed.pk)]
    assert len(found(f"event={point.event_id}&done=false")) == 2
    assert found("done=true") == []
    shape = client.get(f"/api/v1/obligations/{owed.pk}").json()
    assert (shape["state"], shape["due_on"], shape["city"]["code"]) == ("open", "2021-04-01", "MOW")
    assert shape["resolution"]["number"] == 1
    body = {"resolution": str(point.pk), "city": str(stage.cities["BJS"].pk), "text": {"en": "Answer"}}
    made = client.post(
        "/api/v1/obligations", {**body, "due_on": "2021-07-01"}, content_type="application/json"
    )
    assert (made.status_code, made["ETag"]) == (201, '"1"')
    url = f"/api/v1/obligations/{made.json()['id']}"
    headers = {"If-Match": '"1"'}
    done = client.patch(url, {"done_on": "2021-06-30"}, content_type="application/json", headers=headers)
    assert done.status_code == 403  # Beijing owes it
    moved = client.patch(url, {"due_on": "2021-07-02"}, content_type="application/json", headers=headers)
    assert (moved.status_code, moved["ETag"]) == (200, '"2"')
    assert client.get(f"/api/v1/resolutions/{point.pk}").json()["event"]["id"] == str(point.event_id)
