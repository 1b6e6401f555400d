"""Sample data: visibly so, consistent with history and changes, and gone from the lists when asked."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from projects.models import Project
from records.models import Change

pytestmark = pytest.mark.django_db


def seed(**options):
    call_command("seed_sample", stdout=StringIO(), **options)


def samples():
    return Project.objects.filter(code__startswith="SAMPLE-").order_by("code")


def test_each_is_labelled_in_every_language_and_has_history_and_change(stage):
    seed(projects=7)
    seed(projects=3)
    assert [project.code for project in samples()] == [f"SAMPLE-{n:06}" for n in range(1, 11)]
    for project in samples():
        number = project.code.removeprefix("SAMPLE-")
        assert project.title_en.startswith(f"Sample {number}")
        assert project.title_ru.startswith(f"Образец {number}")
        assert project.title_zh_hans.startswith(f"示例{number}")
        assert not project.text_state("title", "ru").stale
        assert project.areas.exists()
        assert project.history.count() == 1
        project.full_clean(exclude=["provisions"])
    kinds = Change.objects.filter(record_id__in=samples()).values_list("kind", "verb", "version")
    assert list(kinds) == [("project", "created", 1)] * 10


def test_the_same_seed_makes_the_same_content(stage):
    seed(projects=5, seed=4)
    seed(projects=5, seed=4)
    seed(projects=5, seed=5)
    facts = [(p.title_en[14:], p.starts_on, p.ends_on, p.visibility) for p in samples()]
    assert facts[:5] == facts[5:10] != facts[10:]


def test_removing_archives_them_and_nothing_else(stage):
    real = stage.project()
    seed(projects=3)
    seed(remove=True)
    assert list(Project.objects.live()) == [real]
    assert {(p.version, p.history.count()) for p in samples()} == {(2, 2)}
    assert Change.objects.filter(verb="archived", version=2).count() == 3


def test_not_in_production_without_saying_so(stage, settings):
    settings.MODE = "production"
    with pytest.raises(CommandError, match="--in-production"):
        seed(projects=1)
    seed(projects=1, in_production=True)
    seed(remove=True)


def test_it_says_what_it_needs(stage):
    with pytest.raises(CommandError, match="--projects N"):
        seed()
    with pytest.raises(CommandError, match="from 0 to"):
        seed(projects=-1)
