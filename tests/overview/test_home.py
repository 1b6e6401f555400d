"""The first page: how the programme stands and what changed last, each as far as the reader may know."""

import pytest
from django.utils import timezone

from accounts.actors import Actor
from overview.feed import LINES, latest_changes
from programme.models import Area, Programme
from programme.services import record_amend, record_create
from projects.models import Project
from projects.services import project_amend
from records.models import Change, Visibility
from records.period import Period

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")


def page(client, language="en"):
    client.cookies["language"] = language
    return client.get("/").content.decode()


def retitle(stage, project, who, title):
    fresh = Project.objects.get(pk=project.pk)
    actor = stage.actor(who)
    return project_amend(project=fresh, changes={"title_en": title}, base_version=fresh.version, by=actor)


def test_it_says_how_the_programme_stands(stage):
    stage.project(title_en="Signals", visibility=Visibility.PUBLIC)
    shown = page(stage.client("anonymous"))
    assert "How does the programme stand?" in shown
    assert "Programme of cooperation" in shown
    assert "2021–2023" in shown
    assert "Signals" in shown
    assert [area.get_absolute_url() in shown for area in stage.areas] == [True, True]


@pytest.mark.parametrize(
    ("period", "says"),
    [
        ("2021/2023", "Nothing in it is overdue any more"),
        ("2021/2099", "under way"),
        ("2098/2099", "not begun"),
    ],
)
def test_it_says_what_the_period_means(stage, period, says):
    Programme.objects.filter(pk=stage.programme.pk).update(period=Period.parse(period))
    assert says in page(stage.client("anonymous"))


@pytest.mark.parametrize(("language", "first"), [("ru", "MOW"), ("zh-hans", "BJS"), ("en", "BJS")])
def test_the_sides_stand_in_the_reader_s_order(stage, language, first):
    client = stage.client("anonymous")
    client.cookies["language"] = language
    assert [side.city.code for side in client.get("/").context["sides"]][0] == first


def test_projects_are_counted_and_named_as_far_as_they_may_be_seen(stage):
    stage.project(title_en="Open", visibility=Visibility.PUBLIC)
    stage.project(title_en="Shared", visibility=Visibility.SHARED)
    stage.project(title_en="Own", visibility=Visibility.OWN, owner="BJS")
    for who, titles in {
        "anonymous": ["Open"],
        "moscow_editor": ["Open", "Shared"],
        "beijing_editor": ["Open", "Own", "Shared"],
    }.items():
        context = stage.client(who).get("/").context
        area = context["areas"][0]
        assert sorted(str(project) for project in area.first_projects) == titles
        assert area.projects_count == context["programme"].projects_count == len(titles)


def test_an_area_names_its_first_projects_and_says_how_many_more_there_are(stage):
    for number in range(7):
        stage.project(title_en=f"Project {number}", visibility=Visibility.PUBLIC)
    shown = page(stage.client("anonymous"))
    assert "Project 4" in shown
    assert "Project 5" not in shown
    assert "and 2 more" in shown


def test_without_a_programme_it_says_what_to_do(db, client):
    shown = client.get("/").content.decode()
    assert "No programme is open to you yet." in shown


def test_a_load_is_one_line(stage):
    lines = latest_changes(stage.actor("anonymous"))
    assert [line.who for line in lines] == ["The system"]
    assert f"areas of cooperation: {Area.objects.count()}" in lines[0].note


def test_a_person_s_changes_are_told_by_record_with_their_fields(stage):
    project = stage.project(title_en="Signals", visibility=Visibility.PUBLIC)
    retitle(stage, project, "moscow_editor", "Signals, new")
    retitle(stage, project, "moscow_editor", "Signals, newer")
    line = latest_changes(stage.actor("beijing_editor"))[0]
    assert (line.who, line.what, line.url) == (
        "Moscow Editor",
        "Signals, newer",
        project.get_absolute_url(),
    )
    assert "title (English)" in line.note
    assert line.side == stage.cities["MOW"]


def test_people_are_named_to_the_sides_only(stage):
    project = stage.project(visibility=Visibility.PUBLIC)
    retitle(stage, project, "moscow_editor", "New")
    named = {
        who: latest_changes(stage.actor(who))[0].who for who in ("anonymous", "stranger", "beijing_editor")
    }
    assert named == {"anonymous": "Moscow", "stranger": "Moscow", "beijing_editor": "Moscow Editor"}
    assert "Moscow Editor" not in page(stage.client("anonymous"))


def test_changes_of_hidden_records_are_not_told(stage):
    shared = stage.project(title_en="Secret", visibility=Visibility.SHARED)
    retitle(stage, shared, "moscow_editor", "Secret, new")
    own = stage.project(title_en="Private", visibility=Visibility.OWN, owner="BJS")
    retitle(stage, own, "beijing_editor", "Private, new")

    def told(who):
        return {line.what for line in latest_changes(stage.actor(who))}

    assert not {
        what for what in told("anonymous") | told("stranger") if "Secret" in what or "Private" in what
    }
    assert "Secret, new" in told("moscow_editor")
    assert "Private, new" not in told("moscow_editor")
    assert "Private, new" in told("beijing_editor")


def test_hidden_changes_do_not_crowd_out_what_may_be_seen(stage):
    project = stage.project(visibility=Visibility.PUBLIC)
    retitle(stage, project, "moscow_editor", "Seen by all")
    shared = stage.project(visibility=Visibility.SHARED)
    Change.objects.bulk_create(
        Change(kind="project", record_id=shared.pk, version=number + 2, verb="edited", at=timezone.now())
        for number in range(400)
    )
    assert latest_changes(stage.actor("anonymous"))[0].what == "Seen by all"


def test_the_feed_is_one_query_and_not_long(stage, django_assert_num_queries):
    for number in range(2 * LINES):
        project = stage.project(title_en=f"Project {number}", visibility=Visibility.PUBLIC)
        retitle(
            stage, project, "moscow_editor" if number % 2 else "beijing_editor", f"Project {number}, new"
        )
    actor = stage.actor("anonymous")
    with django_assert_num_queries(1):
        assert len(latest_changes(actor)) == LINES


@pytest.mark.parametrize("who", ["anonymous", "moscow_editor"])
def test_it_takes_the_same_queries_however_much_there_is(stage, who, django_assert_max_num_queries):
    client = stage.client(who)
    client.get("/")

    def grow(number):
        for _number in range(number):
            area = record_create(
                record=Area(
                    programme=stage.programme,
                    code=f"A{Area.objects.count()}",
                    name_en="More",
                    visibility=Visibility.PUBLIC,
                ),
                original="en",
                by=SYSTEM,
            )
            record_amend(record=area, changes={"name_en": "Yet more"}, base_version=1, by=SYSTEM)
            stage.project(visibility=Visibility.PUBLIC)

    grow(1)
    with django_assert_max_num_queries(12) as few:
        client.get("/")
    grow(12)
    with django_assert_max_num_queries(12) as many:
        client.get("/")
    assert len(many) == len(few)
