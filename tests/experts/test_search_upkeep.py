"""What experts are found by follows the tree of fields, and is made where it is missing."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from experts.models import SearchEntry
from experts.search import upkeep
from experts.services.fields import field_amend
from records.models import Job
from tests.conftest import SYSTEM
from tests.experts.test_search import Found, people  # noqa: F401 — the fixture

pytestmark = pytest.mark.django_db


def amend(field: Any, **changes: Any) -> Any:
    field.refresh_from_db()
    return field_amend(field=field, changes=changes, base_version=field.version, by=SYSTEM)


def test_a_field_that_moves_takes_its_experts_along(people: Found) -> None:  # noqa: F811
    people.expert("signalling", chinese_name="王伟")
    heritage = people.fields["heritage"]
    assert people.names("", field=heritage) == []
    amend(people.fields["signalling"], parent=str(heritage.pk))
    assert people.names("", field=heritage) == ["王伟"]
    assert people.names("", field=people.fields["rail"]) == []


def test_a_field_above_that_moves_takes_along_those_below_it(people: Found) -> None:  # noqa: F811
    people.expert("signalling", chinese_name="王伟")
    amend(people.fields["rail"], parent=str(people.fields["heritage"].pk))
    assert people.names("", field=people.fields["heritage"]) == ["王伟"]


def test_the_areas_of_a_field_are_those_of_its_experts(people: Found) -> None:  # noqa: F811
    people.expert("heritage", chinese_name="王伟")
    assert people.names("", area="CUL") == []
    amend(people.fields["heritage"], area_codes=["CUL"])
    assert people.names("", area="CUL") == ["王伟"]


def test_texts_that_speak_of_a_new_word_follow_in_a_job(people: Found) -> None:  # noqa: F811
    people.expert("heritage", chinese_name="王伟", summary_en="Knows balises")
    assert upkeep.entries_due(by=SYSTEM) is None  # the tree has been changed a moment ago
    amend(people.fields["signalling"], synonyms_en="balises")
    assert people.names("地铁信号") == []
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        job = upkeep.entries_due(by=SYSTEM)
    assert job is not None
    upkeep.index.rebuild()
    assert people.names("地铁信号") == ["王伟"]
    Job.objects.filter(pk=job.pk).update(state="done", created_at=timezone.now() + timedelta(minutes=2))
    with time_machine.travel(timezone.now() + timedelta(minutes=4), tick=False):
        assert upkeep.entries_due(by=SYSTEM) is None


def test_entries_that_are_missing_are_made(people: Found) -> None:  # noqa: F811
    people.expert("heritage", chinese_name="王伟")
    SearchEntry.objects.all().delete()
    assert upkeep.entries_due(by=SYSTEM) is not None
    call_command("rebuild_search", "--missing")
    assert people.names("heritage") == ["王伟"]


def test_nobody_to_be_found_asks_for_no_job(people: Found) -> None:  # noqa: F811
    assert upkeep.entries_due(by=SYSTEM) is None
