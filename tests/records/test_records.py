"""Identity, version, visibility, history: what holds for every record."""

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.models import Membership
from projects.models import Project
from projects.services import project_amend, project_archive, project_restore
from records.errors import EditConflict, Invalid, NotAllowed, NotVisible
from records.models import Change
from records.registry import registry

pytestmark = pytest.mark.django_db


def amend(project, stage, who="moscow_editor", version=None, base=None, **changes):
    return project_amend(
        project=project,
        changes=changes,
        base_version=version or project.version,
        base=base,
        by=stage.actor(who),
    )


# Versions


def test_an_edit_raises_the_version_by_one_and_leaves_a_change(stage):
    project = amend(stage.project(), stage, title_en="Signals", summary_ru="О сигналах")
    assert project.version == 2
    change = Change.objects.get(record_id=project.pk, version=2)
    assert (change.verb, change.fields, change.city.code) == ("edited", ["summary_ru", "title_en"], "MOW")


def test_an_edit_that_changes_nothing_leaves_no_trace(stage):
    project = amend(stage.project(), stage, title_en="Metro signalling")
    assert project.version == 1
    assert Change.objects.filter(record_id=project.pk).count() == 1


def test_a_stale_version_is_refused_and_names_the_fields_in_conflict(stage):
    project = stage.project()
    amend(project, stage, title_en="Theirs", summary_en="Theirs")
    with pytest.raises(EditConflict) as refusal:
        amend(project, stage, "beijing_editor", version=1, title_en="Mine", starts_on="2021-01-01")
    assert refusal.value.version == 2
    assert [conflict.field for conflict in refusal.value.conflicts] == ["title_en"]
    project.refresh_from_db()
    assert project.title_en == "Theirs"
    assert project.starts_on is None


def test_with_what_the_author_saw_separate_fields_merge(stage):
    project = stage.project()
    amend(project, stage, title_en="Theirs")
    base = {"summary_en": ""}
    merged = amend(project, stage, "beijing_editor", version=1, base=base, summary_en="Mine")
    assert (merged.title_en, merged.summary_en, merged.version) == ("Theirs", "Mine", 3)


def test_a_bulk_update_and_raw_sql_raise_the_version_too(stage):
    project = stage.project()
    Project.objects.filter(pk=project.pk).update(title_en="Bulk")
    project.refresh_from_db()
    assert project.version == 2
    with connection.cursor() as cursor:
        cursor.execute("UPDATE projects_project SET title_en = 'SQL' WHERE id = %s", [project.pk])
    project.refresh_from_db()
    assert project.version == 3


def test_a_version_never_falls(stage):
    project = stage.project()
    amend(project, stage, title_en="Signals")
    with pytest.raises(IntegrityError), transaction.atomic():
        Project.objects.filter(pk=project.pk).update(version=1)


# History


@pytest.mark.django_db(transaction=True)
def test_history_knows_who_changed_what_also_by_bulk_update_and_sql(stage):
    project = stage.project()
    amend(project, stage, title_en="By a person")
    Project.objects.filter(pk=project.pk).update(title_en="By bulk")
    titles = project.history.order_by("pgh_id").values_list("title_en", "pgh_context__metadata__actor")
    assert list(titles) == [
        ("Metro signalling", "tests"),
        ("By a person", "Moscow Editor"),
        ("By bulk", None),
    ]


def test_history_can_not_be_edited(stage):
    project = stage.project()
    with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
        project.history.all().update(title_en="Never said")
    with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
        project.history.all().delete()


def test_what_belongs_to_a_project_is_in_its_history(stage):
    project = stage.project()
    amend(project, stage, areas=[str(stage.areas[1].pk)])
    labels = list(
        apps.get_model("projects", "ProjectAreasHistory")
        .objects.filter(project_id=project.pk)
        .order_by("pgh_id")
        .values_list("pgh_label", flat=True)
    )
    assert sorted(labels) == ["delete", "insert", "insert"]


# Archive


def test_archiving_takes_a_record_out_of_lists_and_restoring_brings_it_back(stage):
    project = project_archive(project=stage.project(), base_version=1, by=stage.actor("moscow_editor"))
    assert project not in Project.objects.live()
    with pytest.raises(NotAllowed):
        amend(project, stage, title_en="Too late")
    restored = project_restore(project=project, base_version=2, by=stage.actor("beijing_editor"))
    assert restored in Project.objects.live()
    verbs = Change.objects.filter(record_id=project.pk).order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["created", "archived", "restored"]


def test_archiving_a_version_that_has_gone_is_refused(stage):
    project = stage.project()
    amend(project, stage, title_en="Signals")
    with pytest.raises(EditConflict):
        project_archive(project=project, base_version=1, by=stage.actor("beijing_editor"))


# Visibility and editing

SEES = {
    "public": {
        "anonymous",
        "reader",
        "stranger",
        "moscow_reader",
        "moscow_editor",
        "beijing_editor",
        "administrator",
    },
    "shared": {"moscow_reader", "moscow_editor", "beijing_editor"},
    "own": {"moscow_reader", "moscow_editor"},
}
EDITS = {
    "public": {"moscow_editor", "beijing_editor"},
    "shared": {"moscow_editor", "beijing_editor"},
    "own": {"moscow_editor"},
}
WHO = sorted(SEES["public"])


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("visibility", ["public", "shared", "own"])
def test_who_sees_what(stage, visibility, who):
    project = stage.project(visibility=visibility)
    seen = project in Project.objects.visible_to(stage.actor(who))
    assert seen is (who in SEES[visibility])


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("visibility", ["public", "shared", "own"])
def test_who_edits_what(stage, visibility, who):
    project = stage.project(visibility=visibility)
    if who in EDITS[visibility]:
        assert amend(project, stage, who, title_en="Edited").version == 2
    else:
        with pytest.raises(NotAllowed) as refusal:
            amend(project, stage, who, title_en="Edited")
        assert refusal.value.reason
        assert refusal.value.remedy


def test_somebody_whose_roles_were_taken_away_sees_what_the_public_sees(stage):
    stage.people["moscow_editor"].memberships.all().delete()
    shared, own = stage.project(), stage.project(visibility="own")
    seen = Project.objects.visible_to(stage.actor("moscow_editor"))
    assert shared not in seen
    assert own not in seen


def test_a_side_names_its_own_contact_only(stage):
    project = stage.project()
    ours = str(stage.people["moscow_editor"].pk)
    with pytest.raises(NotAllowed):
        amend(project, stage, "beijing_editor", **{"contacts/MOW": ours})
    amended = amend(project, stage, "moscow_editor", **{"contacts/MOW": ours})
    assert amended.leads.get(city__code="MOW").contact == stage.people["moscow_editor"]


# What the database and the services refuse


def test_a_lead_belongs_to_the_side_that_it_leads_for(stage):
    metro = stage.cities["MOW"].organisations.get()
    with pytest.raises(Invalid):
        amend(stage.project(), stage, **{"leads/BJS": str(metro.pk)})
    with pytest.raises(Invalid):
        amend(stage.project(), stage, **{"leads/XXX": str(metro.pk)})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title_en": ""}, "title_en"),
        ({"title_en": "x" * 301}, "title_en"),
        ({"starts_on": "2021-05-01", "ends_on": "2021-04-30"}, ""),
        ({"starts_on": "yesterday"}, "starts_on"),
        ({"areas": []}, "areas"),
        ({"areas": ["no-id"]}, "areas"),
    ],
)
def test_what_can_not_be_saved_is_refused_beside_its_field(stage, changes, field):
    project = stage.project()
    with pytest.raises(Invalid) as refusal:
        amend(project, stage, **changes)
    assert field in refusal.value.errors
    project.refresh_from_db()
    assert project.version == 1


@pytest.mark.parametrize(
    "column",
    [
        "visibility = 'secret'",
        "visibility = 'own'",
        "state = 'done'",
        "ends_on = '2020-01-01', starts_on = '2021-01-01'",
    ],
)
def test_the_database_defends_itself(stage, column):
    project = stage.project()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE projects_project SET {column} WHERE id = %s", [project.pk])


def test_the_change_feed_keeps_its_entries(stage):
    stage.project()
    with pytest.raises(Exception, match="Cannot delete"), transaction.atomic():
        Change.objects.all().delete()


def test_a_record_that_is_not_there_is_not_visible(stage):
    project = stage.project()
    gone = Project(pk=stage.programme.pk, programme=stage.programme)
    with pytest.raises(NotVisible):
        amend(gone, stage, version=1, title_en="x")
    assert registry.of(project).kind == "project"


def test_nobody_has_a_role_in_a_city_that_is_not_theirs(stage):
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(
            user=stage.people["moscow_editor"], city=stage.cities["BJS"], role="editor"
        )


def test_codes_count_up_in_the_first_area(stage):
    codes = [stage.project().code for _number in range(3)]
    assert codes == ["TRA-2021-001", "TRA-2021-002", "TRA-2021-003"]


def test_a_text_is_needed_in_one_language_at_least(stage):
    with pytest.raises((Invalid, ValidationError)):
        stage.project(title_en="")
