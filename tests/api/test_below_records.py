"""What stands below a record's own address: its documents, its remarks, its history."""

import pgtrigger
import pytest
from django.core.files.base import ContentFile

from attachments.services import document_upload, remark_write
from programme.models import Area
from programme.services import record_create
from projects.models import Project
from projects.services import project_amend
from records.models import Visibility
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


def amend(stage, project, by="moscow_editor", **changes):
    actor = stage.actor(by)
    project.refresh_from_db()
    return project_amend(project=project, changes=changes, base_version=project.version, by=actor)


def read(stage, record, part, who="moscow_reader", **asked):
    kind = f"{record._meta.model_name}s"
    return stage.client(who).get(f"/api/v1/{kind}/{record.pk}/{part}", asked)


def results(*args, **kwargs):
    answer = read(*args, **kwargs)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def hang(stage, subject, text, visibility="shared"):
    common = {"subject": subject, "language": "en", "visibility": visibility}
    common["by"] = stage.actor("moscow_editor")
    document_upload(upload=ContentFile(text.encode(), name=f"{text}.txt"), **common)
    remark_write(text=text, **common)


def test_only_what_hangs_on_this_record_and_is_yours_to_see(stage, files):
    project, other = stage.project(), stage.project()
    hang(stage, project, "Ours")
    hang(stage, project, "Own", visibility="own")
    hang(stage, other, "Elsewhere")
    hang(stage, stage.areas[0], "Area")
    for part, field in (("documents", "file_name"), ("remarks", "text")):
        named = {entry[field].removesuffix(".txt") for entry in results(stage, project, part)}
        assert named == {"Ours", "Own"}
        theirs = results(stage, project, part, who="beijing_editor")
        assert [entry[field].removesuffix(".txt") for entry in theirs] == ["Ours"]
        assert len(results(stage, stage.areas[0], part)) == 1
        assert results(stage, stage.areas[0], part, who="reader") == []
        assert read(stage, project, part, subject_kind="project").status_code == 400
        assert read(stage, project, part, who="reader").status_code == 404


def test_history_says_who_changed_what_from_what_to_what(stage):
    project = stage.project()
    metro = str(stage.cities["MOW"].organisations.get().pk)
    amend(stage, project, title_en="Renamed", starts_on="2021-03-01", **{"leads/MOW": metro})
    latest, first = results(stage, project, "history")
    assert (latest["by"], latest["city"], latest["outside"]) == ("Moscow Editor", "MOW", False)
    changes = {change["field"]: (change["from"], change["to"]) for change in latest["changes"]}
    assert changes == {
        "title.en": ("Metro signalling", "Renamed"),
        "starts_on": (None, "2021-03-01"),
        "leads/MOW/organisation": (None, metro),
    }
    assert first["created"]
    created = {change["field"]: change["to"] for change in first["changes"]}
    assert created["areas"] == [str(stage.areas[0].pk)]


@pytest.mark.django_db(transaction=True)
def test_the_past_of_a_record_stays_with_those_who_could_see_it(stage, monkeypatch):
    project = stage.project(visibility="own", title_en="A Moscow secret")
    amend(stage, project, title_en="Still a secret")
    Project.objects.filter(pk=project.pk).update(visibility=Visibility.SHARED, owner_city=None)
    amend(stage, project, title_en="Told to both")
    with pgtrigger.ignore("projects.Project:agreed"):
        Project.objects.filter(pk=project.pk).update(visibility=Visibility.PUBLIC)
    amend(stage, project, title_en="Told to all")
    expected = {"moscow_reader": 6, "beijing_editor": 3, "reader": 1, "anonymous": 1, "stranger": 1}
    for who, count in expected.items():
        answer = read(stage, project, "history", who=who)
        assert len(answer.json()["results"]) == count, who
        assert ("A Moscow secret" in answer.text) == (who == "moscow_reader")
    assert "Told to both" in read(stage, project, "history", who="reader").text  # what it was when public
    # The negative control: without the rule all of it would be told.
    monkeypatch.setattr("records.api.history.hidden_from", lambda viewer, record: lambda *state: False)
    assert "A Moscow secret" in read(stage, project, "history", who="beijing_editor").text


def test_people_are_named_to_the_sides_only(stage):
    project = stage.project(visibility="public")
    amend(stage, project, **{"contacts/MOW": str(stage.people["moscow_secretary"].pk)})
    (entry, _first) = results(stage, project, "history")
    assert entry["changes"][0]["to"] == "Moscow Secretary"
    for who in ("reader", "anonymous", "stranger"):
        answer = read(stage, project, "history", who=who)
        assert "Secretary" not in answer.text
        assert "Editor" not in answer.text
        latest = answer.json()["results"][0]
        assert (latest["by"], latest["city"], latest["changes"]) == (None, "MOW", [])


def test_what_a_value_refers_to_is_told_as_far_as_it_is_seen(stage):
    area = Area(programme=stage.programme, code="OWN", name_en="Own", position=9)
    area.visibility, area.owner_city = Visibility.OWN, stage.cities["MOW"]
    record_create(record=area, original="en", by=SYSTEM)
    project = stage.project()
    amend(stage, project, areas=[str(stage.areas[0].pk), str(area.pk)])
    latest = results(stage, project, "history")[0]
    assert set(latest["changes"][0]["to"]) == {str(stage.areas[0].pk), str(area.pk)}
    answer = read(stage, project, "history", who="beijing_editor")
    assert str(area.pk) not in answer.text
    assert answer.json()["results"][0]["changes"] == []


def test_history_is_paged_both_ways(stage):
    project = stage.project()
    for number in range(6):
        amend(stage, project, title_en=f"Title {number}")
    client = stage.client("moscow_reader")
    pages, address = [], f"/api/v1/projects/{project.pk}/history?limit=3"
    while address:
        page = client.get(address).json()
        pages.append(page)
        address = page["next"]
    titles = [entry["changes"][-1]["to"] for page in pages[:2] for entry in page["results"]]
    assert titles == [f"Title {number}" for number in reversed(range(6))]
    assert [len(page["results"]) for page in pages] == [3, 3, 1]
    assert client.get(pages[2]["previous"]).json()["results"] == pages[1]["results"]
    assert client.get(pages[1]["previous"]).json()["results"] == pages[0]["results"]
    assert pages[0]["previous"] is None
    # An entry that is added meanwhile repeats nothing.
    amend(stage, project, title_en="Newest")
    assert client.get(pages[0]["next"]).json()["results"] == pages[1]["results"]
    for asked in ({"cursor": "x"}, {"limit": "0"}, {"ordering": "at"}, {"format": "csv"}):
        assert read(stage, project, "history", **asked).status_code == 400


def test_the_queries_are_constant(stage, files, django_assert_max_num_queries):
    project = stage.project()
    for number in range(4):
        hang(stage, project, f"Text {number}")
        amend(stage, project, title_en=f"Title {number}", starts_on=f"2021-03-0{number + 1}")
    client = stage.client("moscow_reader")
    for part in ("documents", "remarks", "history"):
        with django_assert_max_num_queries(12):
            assert client.get(f"/api/v1/projects/{project.pk}/{part}").status_code == 200
