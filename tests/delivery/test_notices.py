"""Who is told of what, and what a reader of notices may learn."""

import uuid

import pytest
from django.utils import timezone

from attachments.services import remark_write
from delivery.maker import notices_make
from delivery.models import Follow, Notice, Place
from delivery.queries import unread_count
from delivery.services import notices_read, record_follow
from projects.services import project_archive
from records.errors import NotAllowed, NotVisible
from records.jobs import KINDS, LABELS, run
from records.models import Change, Job
from records.registry import registry

pytestmark = pytest.mark.django_db
PAGE = "/notices/"


def told(stage, name):
    return list(Notice.objects.filter(user=stage.people[name]).values_list("reason", "kind"))


# Following


def test_followers_are_told_and_the_author_is_not(stage, scene):
    scene.follow("moscow_editor", "beijing_editor")
    scene.edit(by="moscow_editor")
    scene.tell()
    assert told(stage, "moscow_editor") == []
    assert told(stage, "beijing_editor") == [("followed", "project")]


def test_only_what_happens_after_following_is_told(stage, scene):
    scene.edit()
    scene.follow("beijing_editor")
    scene.tell()
    assert told(stage, "beijing_editor") == []


@pytest.mark.parametrize("who", ["stranger", "reader", "administrator"])
def test_nobody_follows_what_they_do_not_see(stage, scene, who):
    with pytest.raises(NotVisible):
        record_follow(kind="project", record_id=scene.project.pk, by=stage.actor(who))
    with pytest.raises(NotVisible):
        record_follow(kind="no-such-kind", record_id=uuid.uuid4(), by=stage.actor(who))
    with pytest.raises(NotAllowed):
        record_follow(kind="project", record_id=scene.project.pk, by=stage.actor("anonymous"))


def test_who_no_longer_sees_a_record_is_not_told_of_it(stage, scene):
    scene.follow("beijing_editor", "moscow_reader")
    scene.hide()
    scene.edit()
    scene.tell()
    assert told(stage, "beijing_editor") == []
    assert told(stage, "moscow_reader") == [("followed", "project")]


def test_somebody_who_may_not_sign_in_is_told_nothing(stage, scene):
    scene.follow("beijing_editor")
    person = stage.people["beijing_editor"]
    person.is_active = False
    person.save(update_fields=["is_active"])
    scene.edit()
    scene.tell()
    assert told(stage, "beijing_editor") == []


def test_the_button_follows_and_stops(stage, scene):
    client, url = stage.client("beijing_editor"), scene.project.get_absolute_url()
    assert "/follow/" in client.get(url).text
    where = f"/follows/project/{scene.project.pk}"
    answer = client.post(f"{where}/follow/", {"next": url})
    assert answer["Location"] == url
    client.post(f"{where}/follow/", {"next": url})
    assert Follow.objects.count() == 1
    assert "/unfollow/" in client.get(url).text
    assert "Signals" in client.get("/follows/").text
    client.post(f"{where}/unfollow/", {"next": "https://elsewhere.example/"})
    assert not Follow.objects.exists()
    stage.project(visibility="public")
    public = stage.project(visibility="public").get_absolute_url()
    assert "/follow/" not in stage.client("anonymous").get(public).text


# Mentions


def test_a_mention_is_told_once_however_often_the_text_is_edited(stage, scene, monkeypatch):
    """Through the registry's hook, which remarks use."""
    named = [
        stage.people["beijing_editor"].pk,
        stage.people["stranger"].pk,
        stage.people["moscow_editor"].pk,
    ]
    record_type = registry["project"]
    scene.follow("beijing_editor")
    scene.tell()
    monkeypatch.setitem(
        registry.types,
        "project",
        type(record_type)(**{**vars(record_type), "mentions": lambda record: named}),
    )
    scene.edit()
    scene.tell()
    scene.edit()
    scene.tell()
    assert told(stage, "beijing_editor") == [("mentioned", "project"), ("followed", "project")]
    assert told(stage, "stranger") == [], "whoever may not see it does not learn of it by being named"
    assert told(stage, "moscow_editor") == []


# Jobs


@pytest.fixture
def job(stage, monkeypatch):
    def work(work):
        if work.arguments.get("fail"):
            raise ValueError("no such table")
        work.show_result(f"/projects/#{work.job.pk}")

    monkeypatch.setitem(KINDS, "brief", work)
    monkeypatch.setitem(LABELS, "brief", "A brief")

    def make(by="beijing_editor", **arguments):
        made = Job.objects.create(kind="brief", arguments=arguments, user=stage.people.get(by))
        for _try in range(3):
            Job.objects.filter(pk=made.pk).update(run_after=timezone.now())
            run(made.pk)
        return made

    return make


def test_whoever_asked_for_a_job_is_told_that_it_is_ready(stage, job):
    done = job()
    job(by="nobody")
    for _twice in range(2):
        Place.objects.all().delete()
        notices_make()
    assert told(stage, "beijing_editor") == [("job_done", "job")]
    assert Notice.objects.count() == 1
    page = stage.client("beijing_editor").get(PAGE).text
    assert "A brief" in page
    assert f"/projects/#{done.pk}" in page
    assert "A brief" not in stage.client("moscow_editor").get(PAGE).text


def test_and_that_it_failed_and_why(stage, job, scene):
    job(fail=True)
    scene.tell()
    assert told(stage, "beijing_editor") == [("job_failed", "job")]
    assert "no such table" in stage.client("beijing_editor").get(PAGE).text


# Reading


def test_the_count_and_the_page_agree_and_reading_clears_both(stage, scene):
    scene.follow("beijing_editor")
    scene.edit()
    scene.edit()
    scene.tell()
    client, actor = stage.client("beijing_editor"), stage.actor("beijing_editor")
    assert Notice.objects.count() == 2
    assert unread_count(actor) == 1, "one record, one line"
    page = client.get(PAGE)
    assert len(page.context["page"].object_list) == 1
    assert "2 changes" in page.text
    assert "1 unread" in page.text
    client.post(f"/notices/project/{scene.project.pk}/read/")
    assert unread_count(actor) == 0
    assert "1 unread" not in client.get(PAGE).text
    scene.edit()
    scene.tell()
    assert unread_count(actor) == 1
    client.post("/notices/read/")
    assert unread_count(actor) == 0


def test_nobody_reads_for_another(stage, scene):
    scene.follow("beijing_editor")
    scene.edit()
    scene.tell()
    stage.client("moscow_editor").post("/notices/read/")
    notices_read(by=stage.actor("anonymous"))
    assert unread_count(stage.actor("beijing_editor")) == 1
    assert "Signals" not in stage.client("moscow_editor").get(PAGE).text


def test_what_ceased_to_be_visible_shows_nothing_and_is_not_counted(stage, scene):
    scene.follow("beijing_editor")
    scene.edit()
    scene.tell()
    assert "Signals" in stage.client("beijing_editor").get(PAGE).text
    scene.hide()
    assert unread_count(stage.actor("beijing_editor")) == 0
    client = stage.client("beijing_editor")
    for page in (client.get(PAGE), client.get("/follows/")):
        assert "Signals" not in page.text
        assert scene.project.code not in page.text
    assert "no longer yours to see" in client.get("/follows/").text


def test_the_page_has_no_content_of_the_record(stage, scene):
    scene.follow("beijing_editor")
    scene.edit()
    scene.tell()
    assert "Canary" not in stage.client("beijing_editor").get(PAGE).text


@pytest.mark.parametrize(("language", "title"), [("ru", "Сигнализация"), ("zh-hans", "地铁信号")])
def test_titles_come_in_the_readers_language(stage, scene, language, title):
    scene.follow("beijing_editor")
    scene.edit()
    scene.tell()
    client = stage.client("beijing_editor")
    client.cookies["language"] = language
    assert title in client.get(PAGE).text


def test_unread_ones_stand_first_and_the_list_is_paged(stage, scene):
    actor = stage.actor("beijing_editor")
    projects = [stage.project(title_en=f"Number {number}") for number in range(27)]
    for project in projects:
        record_follow(kind="project", record_id=project.pk, by=actor)
    for project in projects:
        project_archive(project=project, base_version=1, by=stage.actor("moscow_editor"))
    scene.tell()
    notices_read(by=actor, kind="project", record_id=projects[-1].pk)
    client = stage.client("beijing_editor")
    first = client.get(PAGE).context["page"].object_list
    second = client.get(PAGE, {"page": "2"}).context["page"].object_list
    assert (len(first), len(second)) == (25, 2)
    assert all(line.unread for line in first)
    assert [line.unread for line in second] == [True, False]
    assert client.get(PAGE, {"page": "x"}).status_code == 200


@pytest.mark.parametrize("page", [PAGE, "/follows/"])
def test_a_page_takes_the_same_queries_however_long_it_is(
    stage, scene, page, django_assert_max_num_queries
):
    scene.follow("beijing_editor")
    scene.edit()
    scene.tell()
    client = stage.client("beijing_editor")
    client.get(page)
    with django_assert_max_num_queries(12) as few:
        client.get(page)
    for number in range(8):
        project = stage.project(title_en=f"Number {number}")
        record_follow(kind="project", record_id=project.pk, by=stage.actor("beijing_editor"))
        project_archive(project=project, base_version=1, by=stage.actor("moscow_editor"))
    scene.tell()
    with django_assert_max_num_queries(12) as many:
        client.get(page)
    assert len(many) == len(few)


def test_the_bell_costs_one_query_and_another_where_something_is_unread(
    stage, scene, django_assert_num_queries
):
    with django_assert_num_queries(1):  # the kinds of what is unread: none
        unread_count(stage.actor("beijing_editor"))
    scene.follow("beijing_editor")
    scene.edit()
    scene.tell()
    with django_assert_num_queries(3):  # the kinds, the person's standing, and the count
        unread_count(stage.actor("beijing_editor"))


def test_the_maker_takes_the_same_queries_for_many_followers(stage, scene, django_assert_max_num_queries):
    scene.follow("beijing_editor", "moscow_reader")
    scene.edit()
    scene.tell()
    scene.edit()
    with django_assert_max_num_queries(40) as few:
        scene.tell()
    scene.follow("moscow_secretary", "beijing_coordinator")
    scene.edit()
    with django_assert_max_num_queries(40) as many:
        scene.tell()
    assert len(many) == len(few)
    assert Notice.objects.count() == 8
    assert Place.objects.get().position == Change.objects.count()


# Remarks


def test_whoever_a_remark_names_is_told_and_nobody_who_may_not_see_it(stage):
    project = stage.project(visibility="shared")
    page = f"/records/project/{project.pk}/remarks/"
    assert stage.client("moscow_editor").get(page).status_code == 200
    remark_write(
        subject=project,
        text="@Beijing Coordinator, please look at this.",
        language="en",
        visibility="shared",
        by=stage.actor("moscow_editor"),
    )
    notices_make()
    assert told(stage, "beijing_coordinator") == [("mentioned", "remark")]
    assert told(stage, "stranger") == []
