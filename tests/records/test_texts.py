"""A translation that is older than its original says so."""

import pytest

from projects.models import Project
from projects.services import project_amend
from records.texts import is_stale

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(stage):
    return stage.project(title_en="Signals", title_ru="Сигналы", title_zh_hans="")


def amend(project: Project, stage, confirmed=(), **changes: str) -> Project:
    project.refresh_from_db()
    return project_amend(
        project=project,
        changes=changes,
        base_version=project.version,
        confirmed=confirmed,
        by=stage.actor("moscow_editor"),
    )


def stale(project: Project) -> set[str]:
    return {language for language in ("en", "ru", "zh-hans") if is_stale(project, "title", language)}


def test_a_new_record_is_in_step(project):
    assert stale(project) == set()


def test_a_changed_original_makes_its_translations_out_of_date(project, stage):
    assert stale(amend(project, stage, title_en="Signalling")) == {"ru"}


def test_an_authentic_text_that_changes_makes_the_others_out_of_date(project, stage):
    assert stale(amend(project, stage, title_ru="Сигнализация")) == {"en"}


def test_texts_changed_together_stay_in_step(project, stage):
    assert stale(amend(project, stage, title_en="Signalling", title_ru="Сигнализация")) == set()


def test_catching_up_is_no_new_revision(project, stage):
    amend(project, stage, title_en="Signalling")
    assert stale(amend(project, stage, title_ru="Сигнализация")) == set()


def test_filling_an_empty_text_is_no_new_revision(project, stage):
    assert stale(amend(project, stage, title_zh_hans="信号")) == set()


def test_a_text_that_still_holds_can_be_confirmed(project, stage):
    amend(project, stage, title_en="Signalling")
    confirmed = amend(project, stage, confirmed=["title_ru"])
    assert stale(confirmed) == set()
    assert confirmed.version == 3


def test_a_reader_is_shown_another_language_where_theirs_has_no_text(project):
    shown = project.text_state("title", "zh-hans")
    assert (shown.value, shown.language, shown.fallback) == ("Signals", "en", True)
