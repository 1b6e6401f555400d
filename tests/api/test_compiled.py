"""The SQL that is put together once never shows one reader what only another may see."""

import pytest

from accounts.actors import Actor
from programme.models import Area
from programme.services import record_create
from projects.services import project_amend
from records.api import compiled
from records.models import Visibility

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")
PROJECTS = "/api/v1/projects"


@pytest.fixture
def project(stage):
    """A public project with an area that is Moscow's own."""
    area = Area(
        programme=stage.programme,
        code="OWN",
        name_en="Moscow's own",
        visibility=Visibility.OWN,
        owner_city=stage.cities["MOW"],
    )
    record_create(record=area, original="en", by=SYSTEM)
    project = stage.project(visibility="public")
    areas = [str(stage.areas[0].pk), str(area.pk)]
    return project_amend(project=project, changes={"areas": areas}, base_version=1, by=SYSTEM)


def codes(stage, who):
    (found,) = stage.client(who).get(PROJECTS).json()["results"]
    return {area["code"] for area in found["areas"]}


def test_each_reader_is_shown_their_own_whoever_asked_first(stage, project):
    for _ in range(2):
        assert codes(stage, "moscow_editor") == {"TRA", "OWN"}
        assert codes(stage, "anonymous") == codes(stage, "beijing_editor") == {"TRA"}


def test_control_if_the_viewer_were_no_part_of_the_key_it_would_leak(stage, project, monkeypatch):
    monkeypatch.setattr(compiled, "cache", {})
    monkeypatch.setattr(compiled, "key", lambda resource, reading: resource)
    assert codes(stage, "moscow_editor") == {"TRA", "OWN"}
    assert codes(stage, "anonymous") == {"TRA", "OWN"}


def test_language_and_fields_are_told_apart(stage, project):
    client = stage.client("anonymous")
    for _ in range(2):
        assert client.get(PROJECTS).json()["results"][0]["title"]["en"] == "Metro signalling"
        assert client.get(PROJECTS, {"lang": "en"}).json()["results"][0]["title"] == "Metro signalling"
        assert list(client.get(PROJECTS, {"fields": "code"}).json()["results"][0]) == ["code"]


def test_no_more_ways_of_reading_are_remembered_than_there_is_room_for(stage, project, monkeypatch):
    monkeypatch.setattr(compiled, "cache", {})
    monkeypatch.setattr(compiled, "MOST", 2)
    for name in ("id", "code", "title", "state", "version"):
        stage.client("anonymous").get(PROJECTS, {"fields": name})
        assert len(compiled.cache) <= 2
