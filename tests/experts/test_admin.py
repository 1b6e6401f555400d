"""Experts in the administration: fields are merged there, and profiles are their city's only."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Role
from accounts.services import person_create
from experts.models import Expert, ExpertAccess, ExpertiseField

pytestmark = pytest.mark.django_db
FIELDS = "admin:experts_expertisefield_changelist"


@pytest.fixture
def fields(stage: Any) -> list[ExpertiseField]:
    return [stage.expertise(), stage.expertise("signals", name_en="Signals", name_ru="Сигналы")]


def merge(client: Any, fields: list[ExpertiseField], **more: str) -> Any:
    chosen = [str(field.pk) for field in fields]
    return client.post(reverse(FIELDS), {"action": "merge_chosen", "_selected_action": chosen, **more})


def test_two_fields_become_one_and_their_experts_move(stage: Any, fields: Any) -> None:
    expert = stage.expert(fields=[str(fields[1].pk)])
    client = stage.client("administrator")
    asked = merge(client, fields)
    assert "Which one stays?" in asked.content.decode()
    assert not ExpertiseField.objects.filter(merged_into__isnull=False).exists()
    done = merge(client, fields, kept=str(fields[0].pk), reason="The same thing")
    assert done.status_code == 302
    assert list(expert.fields.all()) == [fields[0]]
    kept = ExpertiseField.objects.get(pk=fields[0].pk)
    assert "Сигналы" in kept.synonyms_ru
    assert ExpertiseField.objects.get(pk=fields[1].pk).merged_into == kept


def test_one_field_is_not_merged(stage: Any, fields: Any) -> None:
    answer = merge(stage.client("administrator"), fields[:1], kept=str(fields[0].pk), reason="x")
    assert answer.status_code == 302
    assert not ExpertiseField.objects.filter(merged_into__isnull=False).exists()


def test_a_field_is_corrected_with_a_reason(stage: Any, fields: Any, post_form: Any) -> None:
    where = reverse("admin:experts_expertisefield_change", args=[fields[0].pk])
    saved = post_form(
        stage.client("administrator"),
        where,
        name_en="Metro signals",
        area_codes="TRA, URB",
        position="0",
        reason="As they say it",
    )
    assert saved.status_code == 302, saved.context["form"].errors
    fields[0].refresh_from_db()
    assert (fields[0].name_en, sorted(fields[0].area_codes)) == ("Metro signals", ["TRA", "URB"])


def test_an_administrator_reads_the_profiles_of_their_own_city_only(stage: Any, post_form: Any) -> None:
    ours, theirs = stage.expert(), stage.expert(city="BJS", latin_name="Canary Name")
    stage.people["moscow_admin"] = person_create(
        email="admin@moscow.example.org",
        name="Admin",
        password="correct-horse-battery-staple",
        city=stage.cities["MOW"],
        roles=[Role.ADMINISTRATOR],
    )
    client = stage.client("moscow_admin")
    pages = [
        reverse("admin:experts_expert_changelist"),
        reverse("admin:experts_expert_change", args=[theirs.pk]),
        reverse("admin:experts_expert_history", args=[theirs.pk]),
        reverse("admin:experts_expert_export"),
    ]
    for page in pages:
        assert "Canary Name" not in client.get(page).content.decode(), page
    where = reverse("admin:experts_expert_change", args=[ours.pk])
    saved = post_form(client, where, languages="ru: native\nzh: B2", reason="Told by phone")
    assert saved.status_code == 302, saved.context["form"].errors
    assert dict(Expert.objects.get(pk=ours.pk).languages.values_list("language", "level")) == {
        "ru": "native",
        "zh": "B2",
    }


def test_who_looked_is_listed_for_the_experts_own_city(stage: Any) -> None:
    for city in ("MOW", "BJS"):
        ExpertAccess.objects.create(expert=stage.expert(city=city), act="viewed")
    listed = stage.client("administrator").get(reverse("admin:experts_expertaccess_changelist"))
    assert listed.status_code == 200
