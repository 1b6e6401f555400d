"""`manage.py load_programme`: whole or not at all, again and again, and never over anybody's work."""

from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.apps import apps
from django.core.management import call_command

from accounts.actors import Actor
from accounts.models import City, Organisation, Role
from accounts.services import city_create, person_create
from programme.models import (
    Agreement,
    Area,
    Citation,
    Event,
    LoadedFact,
    Programme,
    Side,
    Source,
    Statement,
)
from programme.services import record_amend, record_create
from projects.models import Project
from projects.services import project_amend
from records.models import Change, Visibility
from records.registry import registry
from records.texts import LANGUAGES, column

pytestmark = pytest.mark.django_db

FILE = Path(__file__).resolve().parents[2] / "programme" / "facts" / "moscow_beijing_2021_2023.yaml"
TEXT = FILE.read_text(encoding="utf-8")
DATA = yaml.safe_load(TEXT)
SECTIONS = {
    "cities": "city",
    "organisations": "organisation",
    "sources": "source",
    "areas": "area",
    "provisions": "provision",
    "agreements": "agreement",
    "events": "event",
    "statements": "statement",
    "projects": "project",
}
# How the file calls a field and how the record does, where they differ.
NAMES = {"signed": "signed_on", "expires": "expires_on", "published": "published_on", "state": "is_signed"}


def run(path: Path = FILE) -> tuple[str, list[str], int]:
    """What the command printed, its lines of errors, its exit code."""
    out, err, code = StringIO(), StringIO(), 0
    try:
        call_command("load_programme", str(path), stdout=out, stderr=err)
    except SystemExit as leaving:
        code = int(leaving.code)
    return out.getvalue(), err.getvalue().splitlines(), code


@pytest.fixture
def changed(tmp_path):
    """Loads the file with some of its text replaced, each piece of it standing there once."""

    def load(*replacements: tuple[str, str]):
        text = TEXT
        for old, new in replacements:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        path = tmp_path / "facts.yaml"
        path.write_text(text, encoding="utf-8")
        return run(path)

    return load


@pytest.fixture
def loaded():
    out, errors, code = run()
    assert (errors, code) == ([], 0)
    return out


@pytest.fixture
def editor(loaded):
    user = person_create(
        email="editor@example.org",
        name="Editor",
        password=None,
        city=City.objects.get(code="MOW"),
        roles=[Role.EDITOR],
    )
    return Actor(user=user)


def everything() -> dict[str, list[tuple]]:
    """Every row of the product's own tables, history and changes among them."""
    return {
        model._meta.label: sorted(model._base_manager.values_list(), key=repr)
        for label in ("accounts", "programme", "projects", "records")
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    }


def record_of(kind: str, key: str):
    return registry[kind].model.objects.get(pk=LoadedFact.objects.get(kind=kind, key=key).record_id)


def facts():
    """Every record of the file with its kind."""
    for section, kind in SECTIONS.items():
        for content in DATA[section]:
            yield kind, content.get("key") or content["code"], content
    yield "programme", DATA["programme"]["key"], DATA["programme"]


def test_every_fact_is_there_with_its_texts(loaded):
    for kind, key, content in facts():
        record = record_of(kind, key)
        for name, value in content.items():
            if isinstance(value, dict) and set(value) == set(LANGUAGES):
                for language in LANGUAGES:
                    assert getattr(record, column(name, language)) == value[language], (kind, key, name)
                assert record.text_state(name, "ru").original == "en"
            elif name in {"signed", "expires", "published", "held", "period"}:
                assert str(getattr(record, NAMES.get(name, name)) or "") == value, (kind, key, name)
            elif name in {"kind", "mode", "code", "term_years", "outside_areas", "authentic", "external"}:
                assert getattr(record, name) == value, (kind, key, name)
            elif name in {"areas", "provisions", "agreements", "organisations"}:
                found = {str(pk) for pk in getattr(record, name).values_list("pk", flat=True)}
                assert found == {str(record_of(name[:-1], other).pk) for other in value}, (kind, key, name)


def test_every_citation_is_there(loaded):
    wanted = 0
    for kind, key, content in facts():
        citations = Citation.objects.filter(subject_kind=kind, subject_id=record_of(kind, key).pk)
        for cite in content.get("cite", ()):
            wanted += 1
            texts = {
                column(name, language): cite[name][language]
                for name in ("claim", "note", "how", "doubt")
                if name in cite
                for language in LANGUAGES
            }
            assert citations.get(
                source=record_of("source", cite["source"]).pk,
                field=NAMES.get(cite.get("field"), cite.get("field", "")),
                locator=cite.get("locator", ""),
                derived=cite.get("derived", False),
                disagrees=cite.get("disagrees", False),
                **texts,
            )
    assert Citation.objects.count() == wanted


def test_records_lead_to_one_another(loaded):
    assert record_of("agreement", "programme-2021-2023").basis == record_of("agreement", "friendship-1995")
    clusters = record_of("agreement", "mic-zgc-agreement")
    assert clusters.part_of == record_of("statement", "years-of-cooperation")
    assert clusters.is_signed
    assert not record_of("agreement", "metro-agreement").is_signed
    gala = record_of("event", "gala-2020")
    assert gala.within == record_of("event", "forum-2020")
    roles = sorted(gala.participants.values_list("role", flat=True))
    assert roles == ["broadcaster"] * 2 + ["performer"] * 3
    assert dict(Side.objects.values_list("city__code", "signatory_zh_hans")) == {
        "MOW": "谢尔盖·索比亚宁",
        "BJS": "陈吉宁",
    }


def test_projects_are_public_drafts_that_invent_nothing(loaded):
    projects = Project.objects.all()
    assert {(project.state, project.visibility) for project in projects} == {("draft", "public")}
    assert not any(project.starts_on or project.ends_on or project.leads.exists() for project in projects)
    assert record_of("project", "innovation-competition").code.startswith("TEI-2021-")
    assert not Change.objects.exclude(user=None).exists()
    for model in (Programme, Area, Agreement, Event, Statement, Source, Citation):
        assert set(model.objects.values_list("visibility", flat=True)) == {Visibility.PUBLIC}


def test_twice_changes_nothing(loaded):
    before = everything()
    out, errors, code = run()
    assert (errors, code) == ([], 0)
    assert out == f"made 0, changed 0, left as edited 0, unchanged {LoadedFact.objects.count()}\n"
    assert everything() == before


def test_a_record_follows_the_file(changed, loaded):
    edits = ("en: Urban planning,", "en: City planning,"), ("held: 2020-12", "held: 2020-12-07")
    assert changed(*edits)[0].startswith("made 0, changed 2, left as edited 0,")
    assert changed(*edits)[0].startswith("made 0, changed 0, left as edited 0,")
    area = record_of("area", "urban-planning")
    assert (area.name_en, area.version) == ("City planning", 2)
    assert str(record_of("event", "forum-2020").held) == "2020-12-07"
    assert Change.objects.filter(record_id=area.pk, verb="edited", fields=["name_en"]).exists()


def test_an_edited_record_is_left_as_it_is(changed, editor):
    area, project = record_of("area", "urban-planning"), record_of("project", "bilateral-trade")
    record_amend(record=area, changes={"name_en": "Planning of cities"}, base_version=1, by=editor)
    project_amend(project=project, changes={"summary_en": "Trade grows."}, base_version=1, by=editor)
    rows = everything()
    for _time in range(2):
        out, errors, code = changed(
            ("en: Urban planning,", "en: City planning,"),
            ("en: Development of bilateral trade,", "en: More trade,"),
        )
        assert (errors, code) == ([], 0)
        assert "area urban-planning: edited since, left as it is\n" in out
        assert "project bilateral-trade: edited since, left as it is\n" in out
        assert "made 0, changed 0, left as edited 2," in out
        assert everything() == rows
    assert Area.objects.get(pk=area.pk).name_en == "Planning of cities"


def test_edited_beside_an_unchanged_file_is_left_too(editor):
    record_amend(
        record=record_of("programme", DATA["programme"]["key"]),
        changes={"modes_ru": "Совместная работа"},
        base_version=1,
        by=editor,
    )
    assert "programme moscow-beijing-2021-2023: edited since" in run()[0]
    assert Programme.objects.get().modes_ru == "Совместная работа"


def test_a_new_record_of_the_file_is_added(changed, loaded):
    tail = TEXT[TEXT.index("  - key: culture-tv") :]
    block = tail[: tail.index("  - key: btv")].replace("key: culture-tv", "key: radio")
    out, *_ = changed(("  - key: culture-tv\n", f"{block}  - key: culture-tv\n"))
    assert out.startswith("made 3, changed 0,")
    assert Organisation.objects.count() == len(DATA["organisations"]) + 1


def test_a_citation_that_the_file_gives_up_is_archived(changed, loaded):
    out, *_ = changed(("    - {source: mosru, field: modes, locator: ¶ 7}\n", ""))
    assert out.startswith("made 0, changed 1,")
    assert Citation.objects.exclude(archived_at=None).get().field == "modes"
    assert run()[0].startswith("made 1, changed 0,")


def test_a_city_that_was_there_before_is_not_touched(db):
    texts = {column(name, language): "M" for name in ("name", "letter") for language in LANGUAGES}
    colours = {"colour": "#000000", "colour_dark": "#ffffff"}
    own = City(code="MOW", timezone="UTC", country="RU", language="ru", **colours, **texts)
    city_create(city=own, original="en", by=Actor.system())
    for _time in range(2):
        assert "city MOW: edited since, left as it is\n" in run()[0]
    assert City.objects.get(code="MOW").name_en == "M"
    assert Organisation.objects.filter(city=own).exists()


def test_a_refusal_halfway_saves_nothing(changed, editor):
    taken = Area(programme=Programme.objects.get(), code="NEW")
    taken.name_en = "Taken"
    record_create(record=taken, by=editor)
    before = everything()
    name = "{en: New, ru: Новое, zh-hans: 新}"
    new_area = f"  - {{key: new, code: NEW, name: {name}, cite: [{{source: mosru}}]}}\n"
    out, errors, code = changed(
        ("en: Urban planning,", "en: City planning,"), ("\nprovisions:\n", f"{new_area}\nprovisions:\n")
    )
    assert (out, code) == ("", 1)
    assert everything() == before
    line = next(number for number, text in enumerate(TEXT.splitlines(), 1) if text == "provisions:") - 1
    assert errors[0].startswith(f"{errors[0].split(':')[0]}:{line}: ")
    assert errors[-1] == "Nothing was saved."


def test_the_colours_of_the_sides_can_be_read():
    """At least 4.5:1 on white and on the dark ground, as WCAG 2 counts it."""
    for city in DATA["cities"]:
        assert contrast(city["colour"], "#ffffff") >= 4.5
        assert contrast(city["colour_dark"], "#161c26") >= 4.5


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)
