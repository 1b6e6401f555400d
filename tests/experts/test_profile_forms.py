"""How a city keeps its profiles: the form with its suggestions, consent, contact details, works."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from experts.models import Expert, ExpertAccess, ExpertContact, Work
from experts.services.experts import contact_write, expert_amend, work_create
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


def opened(client, url):
    """What a browser would send back of a form that it has just opened."""
    form = client.get(url).context["form"]
    data = {}
    for bound in form:
        value = bound.value()
        if bound.name == "languages":
            for row, (language, level) in enumerate(dict(value or {}).items()):
                data |= {f"languages-{row}-language": language, f"languages-{row}-level": level}
        elif value not in (None, "", False):
            data[bound.html_name] = value
    return data


def edit(expert):
    return reverse("experts:expert-edit", args=[expert.pk])


def test_a_new_profile_is_a_draft_of_the_own_city(stage):
    client, url = stage.client("moscow_editor"), reverse("experts:expert-new")
    field = stage.expertise()
    data = opened(client, url) | {
        "russian_name": "Орлова Анна",
        "fields_of_expertise": [str(field.pk)],
        "languages-0-language": "ru",
        "languages-0-level": "native",
        "summary_ru": "О сигнализации",
    }
    answer = client.post(url, data)
    made = Expert.objects.get()
    assert answer["Location"] == made.get_absolute_url()
    assert (made.state, made.visibility, made.owner_city) == ("draft", "own", stage.cities["MOW"])
    assert list(made.fields.all()) == [field]
    assert list(made.languages.values_list("language", "level")) == [("ru", "native")]
    assert made.keeper == stage.people["moscow_editor"]
    assert client.post(url, data)["Location"] == made.get_absolute_url(), "sent twice, it adds one"
    assert Expert.objects.count() == 1
    assert stage.client("beijing_editor").get(made.get_absolute_url()).status_code == 404


def test_names_are_suggested_and_never_written_by_themselves(stage):
    expert = stage.expert(latin_name="", chinese_name="欧阳晓明")
    client = stage.client("moscow_editor")
    data = opened(client, edit(expert))
    answer = client.post(edit(expert), data | {"suggest": "1"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Ouyang Xiaoming" in text
    assert "Оуян Сяомин" in text
    assert answer.context["form"]["latin_name"].value() == ""
    taken = client.post(edit(expert), data | {"take": "latin_name=Ouyang Xiaoming"})
    assert taken.context["form"]["latin_name"].value() == "Ouyang Xiaoming"
    expert.refresh_from_db()
    assert expert.latin_name == "", "a suggestion is no fact until somebody saves it"
    client.post(edit(expert), data | {"latin_name": "Ouyang Xiaoming"})
    expert.refresh_from_db()
    assert expert.latin_name == "Ouyang Xiaoming"


def test_saving_does_not_take_a_suggestion_along(stage):
    expert = stage.expert(latin_name="", chinese_name="王晓明")
    client = stage.client("moscow_editor")
    client.post(edit(expert), opened(client, edit(expert)) | {"russian_name": "Ван"})
    expert.refresh_from_db()
    assert (expert.russian_name, expert.latin_name, expert.native_name) == ("Ван", "", "")


def test_fields_are_looked_for_by_words_of_any_language_and_what_is_chosen_stays(stage):
    expert = stage.expert()
    museums = stage.expertise("museums", name_en="Museums", name_ru="Музеи", name_zh_hans="博物馆")
    client = stage.client("moscow_editor")
    data = opened(client, edit(expert))
    answer = client.post(edit(expert), data | {"look": "1", "find": "博物"})
    offered = [
        value for value, _label in answer.context["form"]["fields_of_expertise"].field.widget.choices
    ]
    assert offered == [str(stage.expertise().pk), str(museums.pk)]
    chosen = [str(stage.expertise().pk), str(museums.pk)]
    client.post(edit(expert), data | {"fields_of_expertise": chosen})
    assert expert.fields.count() == 2


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"orcid": "0000-0002-1825-0098"}, "is no ORCID: its check digit does not fit."),
        ({"orcid": "1825"}, "is no ORCID; it reads like 0000-0002-1825-0097."),
        ({"languages-0-language": "ru"}, "“Russian”: choose both a language and its level."),
        (
            {f"languages-{row}-{part}": value for row in (0, 1) for part, value in
             (("language", "ru"), ("level", "C1"))},
            "“Russian” stands there twice.",
        ),
        ({"latin_name": ""}, "Write the name in at least one script."),
        ({"fields_of_expertise": []}, "A published profile has at least one field of expertise."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_saved(stage, values, sentence):
    expert = stage.expert()
    client = stage.client("moscow_editor")
    answer = client.post(edit(expert), opened(client, edit(expert)) | values)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    version = expert.version
    expert.refresh_from_db()
    assert expert.version == version


def test_edits_of_different_fields_merge_and_of_the_same_field_are_shown(stage):
    expert = stage.expert(languages={"ru": "native"})
    client = stage.client("moscow_editor")
    data = opened(client, edit(expert))
    expert_amend(
        expert=expert,
        changes={"reference": "M-1", "languages": {"ru": "native", "zh": "B1"}},
        base_version=expert.version,
        by=SYSTEM,
    )
    client.post(edit(expert), data | {"orcid": "0000-0002-1825-0097"})
    expert.refresh_from_db()
    assert (expert.reference, expert.orcid) == ("M-1", "0000-0002-1825-0097")
    assert expert.languages.count() == 2

    answer = client.post(edit(expert), data | {"languages-0-language": "ru", "languages-0-level": "C2"})
    assert answer.status_code == 409
    assert "Chinese: B1" in answer.content.decode()
    assert expert.languages.get(language="ru").level == "native"


def test_the_form_takes_few_queries_whatever_is_chosen(stage):
    expert = stage.expert()
    client = stage.client("moscow_editor")
    client.get(edit(expert))
    with CaptureQueriesContext(connection) as few:
        client.get(edit(expert))
    for number in range(5):
        expert.fields.add(stage.expertise(f"field-{number}", name_en=f"Field {number}"))
    with CaptureQueriesContext(connection) as many:
        client.get(edit(expert))
    assert len(many) == len(few) <= 12


def test_a_consent_is_recorded_as_it_was_given(stage):
    expert = stage.expert(published=False)
    client, url = stage.client("moscow_editor"), reverse("experts:consent-edit", args=[expert.pk])
    today = timezone.localdate()
    data = {
        "purpose": "To be found",
        "countries": ["CN"],
        "covers": ["summary"],
        "given_on": today,
        "expires_on": today + timedelta(days=30),
        "version": expert.version,
    }
    late = client.post(url, data | {"given_on": today + timedelta(days=1)})
    assert late.status_code == 422
    assert "A consent that has not been given yet cannot be recorded." in late.content.decode()
    own = client.post(url, data | {"countries": ["RU"]})
    assert own.status_code == 422, "the own country is no recipient"
    assert client.post(url, data)["Location"] == expert.get_absolute_url()
    expert.refresh_from_db()
    assert (expert.consent_countries, expert.consent_covers) == (["CN"], ["summary"])
    assert client.post(url, data).status_code == 422, "somebody else was quicker"


def test_contact_details_are_kept_by_the_own_city_and_opening_the_form_is_a_look(stage):
    expert = stage.expert()
    client, url = stage.client("moscow_editor"), reverse("experts:contact-edit", args=[expert.pk])
    client.post(url, {"email": "anna@example.org", "language": "ru", "version": 0})
    contact = ExpertContact.objects.get(expert=expert)
    assert contact.email == "anna@example.org"
    assert not ExpertAccess.objects.filter(expert=expert, act="contact").exists()
    text = client.get(url).content.decode()
    assert "anna@example.org" in text
    assert "data-keep" not in text
    assert ExpertAccess.objects.filter(expert=expert, act="contact").count() == 1
    contact_write(expert=expert, changes={"phone": "+7"}, base_version=contact.version, by=SYSTEM)
    stale = client.post(url, {"email": "b@example.org", "language": "ru", "version": contact.version})
    assert stale.status_code == 422
    contact.refresh_from_db()
    assert contact.email == "anna@example.org"


def test_works_are_added_edited_and_taken_off(stage):
    expert = stage.expert()
    client, add = stage.client("moscow_editor"), reverse("experts:work-add", args=[expert.pk])
    data = opened(client, add) | {"title": "On headways", "when": "2020-05", "link": "example.org/paper"}
    client.post(add, data)
    client.post(add, data)
    work = Work.objects.get(expert=expert)
    assert (work.title, str(work.when), work.link) == (
        "On headways",
        "2020-05",
        "https://example.org/paper",
    )
    change = reverse("experts:work-edit", args=[work.pk])
    client.post(change, opened(client, change) | {"title": "On shorter headways"})
    work.refresh_from_db()
    assert work.title == "On shorter headways"
    client.post(reverse("experts:work-archive", args=[work.pk]), {"version": work.version})
    assert "On shorter headways" not in client.get(expert.get_absolute_url()).content.decode()


def test_another_city_has_no_form_of_a_work_that_it_is_not_shown(stage):
    expert = stage.expert(covers=[])
    work = work_create(work=Work(expert=expert, title="On headways"), by=SYSTEM)
    answer = stage.client("beijing_editor").get(reverse("experts:work-edit", args=[work.pk]))
    assert answer.status_code == 404
