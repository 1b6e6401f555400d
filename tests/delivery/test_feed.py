"""The feed of changes: nothing is skipped, nobody learns what is not theirs."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pgtrigger
import pytest
from django.db import DatabaseError, connection, transaction

from delivery.feed import LOOKED_AT, Ahead, read_feed
from projects.models import Project
from projects.services import project_amend, project_archive
from records.changes import positions_assign
from records.models import Change, Visibility

URL = "/api/v1/changes"


def everything(client: Any, after: int = 0, limit: int = 500) -> list[dict[str, Any]]:
    page = client.get(URL, {"after": after, "limit": limit}).json()
    found = page["results"]
    while page["next"]:
        page = client.get(page["next"]).json()
        found += page["results"]
    return found


def of(project: Project, entries: list[dict[str, Any]]) -> list[str]:
    return [entry["verb"] for entry in entries if entry["id"] == str(project.pk)]


# Positions


class Overlap:
    """A transaction of a long-winded writer, held open in a thread of its own."""

    def __init__(self, stage: Any) -> None:
        self.stage, self.written, self.go_on = stage, Event(), Event()
        self.pool = ThreadPoolExecutor(1)
        self.done = self.pool.submit(self.write)
        assert self.written.wait(10)

    def write(self) -> Any:
        try:
            with transaction.atomic():
                project = self.stage.project(visibility="public", title_en="Slow")
                self.written.set()
                assert self.go_on.wait(10)
            return project
        finally:
            connection.close()

    def commit(self) -> Project:
        self.go_on.set()
        project = self.done.result(10)
        self.pool.shutdown()
        return project


def overlapping_reads(stage: Any, read: Any) -> tuple[set[str], set[str]]:
    """What a reader got while transactions overlapped, and everything that was committed."""
    overlap = Overlap(stage)
    try:
        Project.objects.create(
            programme=stage.programme, visibility="public", title_en="Quick", code="TRA-2021-900"
        )
        quick = Project.objects.get(code="TRA-2021-900")
        project_archive(project=quick, base_version=1, by=stage.actor("moscow_editor"))
        got, place = read(0)
    finally:
        slow = overlap.commit()
    more, place = read(place)
    return {*got, *more}, {str(slow.pk), str(quick.pk)}


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_commits_late_is_read_late_and_never_skipped(stage):
    actor = stage.actor("anonymous")

    def by_position(after: int) -> tuple[list[str], int]:
        page = read_feed(actor, after=after, limit=500)
        return [str(entry.id) for entry in page.entries], page.last

    got, committed = overlapping_reads(stage, by_position)
    assert committed <= got
    slow, quick = (Change.objects.filter(verb=verb).latest("id") for verb in ("created", "archived"))
    assert slow.id < quick.id
    assert slow.position > quick.position, "what is committed later stands later"


@pytest.mark.django_db(transaction=True)
def test_read_by_the_id_the_same_transaction_would_be_skipped(stage):
    """The negative control of the test above."""

    def by_id(after: int) -> tuple[list[str], int]:
        found = list(Change.objects.filter(id__gt=after).order_by("id").values_list("record_id", "id"))
        return [str(pk) for pk, _id in found], found[-1][1] if found else after

    got, committed = overlapping_reads(stage, by_id)
    assert len(committed - got) == 1


@pytest.mark.django_db(transaction=True)
def test_many_writers_and_readers_leave_no_gap_and_every_reader_sees_all(stage):
    writers, each = 3, 4

    def write(number: int) -> None:
        try:
            for turn in range(each):
                stage.project(visibility="public", title_en=f"{number}-{turn}")
        finally:
            connection.close()

    over = Event()

    def read(_number: int) -> list[int]:
        """Reads on in small steps, until nothing has come after the writers were done."""
        try:
            got, place = [], 0
            while True:
                last_round = over.is_set()
                page = read_feed(stage.actor("anonymous"), after=place, limit=3)
                got += [entry.position for entry in page.entries]
                place = page.last
                if last_round and not page.more:
                    return got
                over.wait(0.02)
        finally:
            connection.close()

    with ThreadPoolExecutor(writers + 2) as pool:
        readers = [pool.submit(read, number) for number in range(2)]
        list(pool.map(write, range(writers)))
        over.set()
        got = [reader.result(60) for reader in readers]
    total = Change.objects.count()
    assert sorted(Change.objects.values_list("position", flat=True)) == list(range(1, total + 1))
    public = Change.objects.filter(visibility="public").order_by("position")
    expected = list(public.values_list("position", flat=True))
    assert got == [expected, expected]


@pytest.mark.django_db
def test_a_position_never_moves_and_a_second_round_gives_none(stage):
    project = stage.project()
    assert positions_assign() > 0
    assert positions_assign() == 0
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Change.objects.filter(record_id=project.pk).update(position=10_000)


# What a reader is told


pytestmark = pytest.mark.django_db


def test_an_entry_has_its_six_parts_and_no_content(stage):
    project = stage.project(visibility="public", title_en="Canary")
    answer = stage.client("anonymous").get(URL)
    entry = next(item for item in answer.json()["results"] if item["id"] == str(project.pk))
    assert list(entry) == ["position", "kind", "id", "version", "verb", "at"]
    assert (entry["kind"], entry["version"], entry["verb"]) == ("project", 1, "created")
    assert "Canary" not in answer.text


@pytest.mark.parametrize("who", ["anonymous", "reader", "stranger", "administrator"])
def test_strangers_learn_nothing_of_shared_and_own_records(stage, who):
    for visibility in ("shared", "own"):
        project = stage.project(visibility=visibility)
        project_amend(
            project=project, changes={"title_en": "B"}, base_version=1, by=stage.actor("moscow_editor")
        )
    assert not [entry for entry in everything(stage.client(who)) if entry["kind"] == "project"]


def test_each_side_reads_its_own_and_the_shared(stage):
    shared, own = stage.project(), stage.project(visibility="own")
    for who, sees in (("moscow_reader", True), ("beijing_editor", False)):
        entries = everything(stage.client(who))
        assert of(shared, entries) == ["created"]
        assert bool(of(own, entries)) is sees


def narrow(project: Project, visibility: str, stage: Any) -> None:
    """Nothing in the product narrows: this stands for whatever ceases to be visible."""
    own = visibility == Visibility.OWN
    with pgtrigger.ignore("projects.Project:agreed"):
        Project.objects.filter(pk=project.pk).update(
            visibility=visibility, owner_city=stage.cities["MOW"] if own else None
        )


def edit(project: Project, stage: Any, title: str) -> None:
    project.refresh_from_db()
    project_amend(
        project=project,
        changes={"title_en": title},
        base_version=project.version,
        by=stage.actor("moscow_editor"),
    )


def test_what_ceased_to_be_visible_is_hidden_and_what_follows_is_not_told(stage):
    project = stage.project(visibility="public")
    client, side = stage.client("anonymous"), stage.client("moscow_editor")
    before = client.get(URL, {"limit": 500}).json()
    assert of(project, before["results"]) == ["created"]
    narrow(project, "own", stage)
    edit(project, stage, "Now ours alone")
    edit(project, stage, "And once more")
    assert of(project, everything(client, before["last"])) == ["hidden"]
    assert of(project, everything(client)) == ["hidden", "hidden"]  # what it was told once, and its end
    assert of(project, everything(side, before["last"])) == ["edited", "edited"]


def test_what_was_never_theirs_to_see_is_left_out_rather_than_hidden(stage):
    project = stage.project(visibility="own")
    edit(project, stage, "Still ours")
    assert of(project, everything(stage.client("beijing_editor"))) == []


def test_what_becomes_visible_is_told_with_its_past(stage):
    project = stage.project(visibility="own")
    client = stage.client("beijing_editor")
    place = client.get(URL, {"limit": 500}).json()["last"]
    narrow(project, "shared", stage)  # this time it widens
    edit(project, stage, "Shared")
    assert of(project, everything(client, place)) == ["edited"]


def test_an_archived_record_is_archived_and_not_hidden(stage):
    project = stage.project(visibility="public")
    project_archive(project=project, base_version=1, by=stage.actor("moscow_editor"))
    assert of(project, everything(stage.client("anonymous"))) == ["created", "archived"]


# Paging and parameters


def test_paging_shows_everything_once_and_tells_where_to_go_on(stage):
    projects = [stage.project(visibility="public", title_en=str(number)) for number in range(5)]
    stage.project(visibility="own")
    client = stage.client("anonymous")
    whole = everything(client)
    assert everything(client, limit=2) == whole
    assert len({entry["position"] for entry in whole}) == len(whole)
    last = client.get(URL, {"limit": 500}).json()
    assert last["next"] is None
    assert last["last"] == Change.objects.count(), "the reader has passed what is not theirs as well"
    empty = client.get(URL, {"after": last["last"]}).json()
    assert empty == {"next": None, "results": [], "last": last["last"]}
    edit(projects[0], stage, "Again")
    assert of(projects[0], everything(client, last["last"])) == ["edited"]


def test_a_page_looks_at_a_bounded_stretch_and_still_leads_on(stage, monkeypatch):
    for _number in range(3):
        stage.project(visibility="own")
    public = stage.project(visibility="public")
    whole = everything(stage.client("anonymous"))
    monkeypatch.setattr("delivery.feed.LOOKED_AT", 2)
    assert LOOKED_AT > 500
    assert everything(stage.client("anonymous")) == whole
    assert of(public, whole) == ["created"]


@pytest.mark.parametrize(
    "query",
    [
        {"after": "x"}, {"after": "-1"}, {"after": "1.5"}, {"after": "9" * 19}, {"after": "9" * 5000},
        {"after": ""}, {"after": "١"}, {"limit": "0"}, {"limit": "501"}, {"cursor": "x"},
        {"kind": "project"}, {"format": "json"}, {"lang": "ru"},
    ],
)  # fmt: skip
def test_a_parameter_that_cannot_be_used_is_refused(stage, query):
    answer = stage.client("anonymous").get(URL, query)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["errors"][0]["field"] in query


def test_a_position_that_the_feed_has_not_reached_is_refused(stage):
    answer = stage.client("anonymous").get(URL, {"after": "999999"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "ahead"
    with pytest.raises(Ahead):
        read_feed(stage.actor("anonymous"), after=999_999, limit=1)


@pytest.mark.parametrize("who", ["anonymous", "moscow_editor"])
def test_a_page_takes_the_same_queries_however_long_it_is(stage, who, django_assert_max_num_queries):
    client = stage.client(who)
    client.get(URL)
    with django_assert_max_num_queries(8) as few:
        client.get(URL)
    for _number in range(20):
        stage.project(visibility="public")
    positions_assign()
    with django_assert_max_num_queries(8) as many:
        assert len(client.get(URL).json()["results"]) > 20
    assert len(many) == len(few)
