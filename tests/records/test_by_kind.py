"""The SQL of each kind, put together once, never shows one reader what only another may see."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db.models import F, UUIDField, Value
from django.db.models.functions import Cast
from django.utils import timezone

from accounts.actors import Actor
from attachments.models import Remark
from attachments.services import remark_write
from experts.models import Expert
from programme.services import record_create
from projects.models import Project
from records import by_kind
from records.models import Change
from records.named import is_seen, of_seen_records
from records.registry import registry

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: Any) -> None:
    monkeypatch.setattr(by_kind, "cache", {})


@pytest.fixture
def own(stage: Any) -> Project:
    return stage.project(visibility="own", owner="MOW")


def told(viewer: Any, record: Any) -> tuple[bool, bool]:
    """Whether changes of a record are found and named for a viewer."""
    changes = Change.objects.filter(record_id=record.pk)
    named = of_seen_records(changes, viewer, kind="kind", pk="record_id")
    return changes.filter(is_seen(viewer, kind="kind", pk="record_id")).exists(), any(
        change.record_json["id"] == str(record.pk) for change in named
    )


def test_each_reader_is_told_of_their_own_whoever_asked_first(stage, own):
    for _ in range(2):
        assert told(stage.actor("moscow_editor"), own) == (True, True)
        assert told(stage.actor("beijing_editor"), own) == (False, False)
        assert told(stage.actor("anonymous"), own) == (False, False)


def test_control_if_the_city_were_no_part_of_the_key_it_would_leak(stage, own, monkeypatch):
    whole = by_kind.viewer_key
    monkeypatch.setattr(by_kind, "viewer_key", lambda viewer: whole(viewer)[2:])
    assert told(stage.actor("moscow_editor"), own) == (True, True)
    assert told(stage.actor("beijing_editor"), own) == (True, True)


@pytest.fixture
def expert(stage: Any) -> Expert:
    """Moscow's, shown in China up to today."""
    today, home, there = timezone.localdate(), stage.cities["MOW"], stage.cities["BJS"]
    found = Expert(
        programme=stage.programme, owner_city=home, visibility="own", latin_name="A. Ivanova",
        state="published", consent_purpose="the programme", consent_countries=[there.country],
        consent_given_on=today, consent_expires_on=today,
    )  # fmt: skip
    return record_create(record=found, original="en", by=SYSTEM)


def test_a_consent_counts_for_its_country_and_to_its_last_day(stage, expert, monkeypatch):
    reader = stage.actor("beijing_editor")
    bare = SimpleNamespace(
        city_id=reader.city_id, programme_ids=reader.programme_ids, sees_shared=False, sees_all=False
    )
    for _ in range(2):
        assert told(reader, expert) == (True, True)
        assert told(bare, expert) == (False, False), "whoever has no city is of no country"
    reader.user.city.country = "FR"
    assert told(reader, expert) == (False, False)
    reader.user.city.country = "CN"
    assert told(reader, expert) == (True, True)
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda *_: tomorrow)
    assert told(reader, expert) == (False, False)


def test_kinds_that_come_and_go_are_told_apart_also_below_another(stage, own, monkeypatch):
    reader = stage.actor("moscow_editor")
    remark_write(subject=own, text="Well done", language="en", visibility="own", by=reader)
    assert Remark.objects.visible_to(reader).count() == 1
    kind = registry["project"]
    monkeypatch.setitem(
        registry.types, "project", replace(kind, along=lambda viewer: {"beside": F("code")})
    )
    (change,) = of_seen_records(
        Change.objects.filter(record_id=own.pk), reader, kind="kind", pk="record_id"
    )
    assert change.record_json["beside"] == own.code
    monkeypatch.delitem(registry.types, "project")
    assert not Remark.objects.visible_to(reader).exists()
    assert told(reader, own) == (False, False)


def test_a_row_of_the_same_table_as_the_record_that_it_names(stage, own):
    """Within the SQL of a kind its own table goes by another name than in the query around it."""
    other = stage.project(visibility="public")
    reader = stage.actor("beijing_editor")
    rows = Project.objects.annotate(named=Value("project"))
    assert list(of_seen_records(rows, reader, kind="named", pk="pk")) == [other]
    at = Cast(Value(str(other.pk)), UUIDField())
    rows = rows.annotate(at=at)
    assert {row.record_json["id"] for row in of_seen_records(rows, reader, kind="named", pk="at")} == {
        str(other.pk)
    }
    inner = of_seen_records(rows, reader, kind="named", pk="pk").values("pk")
    assert list(Project.objects.filter(pk__in=inner)) == [other]
    assert of_seen_records(rows, reader, kind="named", pk="pk").exclude(pk__in=inner).count() == 0


def test_a_kind_is_put_together_once_and_no_more_is_remembered_than_there_is_room_for(
    stage, own, monkeypatch
):
    made = []
    compile_piece = by_kind.compile_piece
    monkeypatch.setattr(
        by_kind, "compile_piece", lambda *given: made.append(given[:2]) or compile_piece(*given)
    )
    assert told(stage.actor("moscow_editor"), own) == (True, True)
    once = len(made)
    assert len(set(made)) == once == len(by_kind.cache)
    assert told(stage.actor("moscow_editor"), own) == (True, True)
    assert len(made) == once
    monkeypatch.setattr(by_kind, "MOST", 5)
    for name in ("beijing_editor", "anonymous", "moscow_editor"):
        assert told(stage.actor(name), own) == ((name == "moscow_editor"),) * 2
        assert len(by_kind.cache) <= 5
