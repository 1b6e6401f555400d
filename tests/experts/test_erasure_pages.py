"""The pages of an erasure, and of everything that is held on an expert."""

import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Membership, Role
from attachments.services import document_upload
from experts.models import Erasure, Expert, ExpertAccess
from experts.services.erasure import expert_erase
from records import jobs
from records.models import Job, ResultFile

pytestmark = pytest.mark.django_db


@pytest.fixture
def expert(stage, files):
    made = stage.expert(latin_name="Anna Orlova", summary_en="Signals of the underground")
    upload = SimpleUploadedFile("letter.txt", b"A letter of hers")
    document_upload(
        subject=made, upload=upload, language="en", visibility="own", by=stage.actor("moscow_editor")
    )
    return made


def erase(client, expert, **changes):
    return client.post(
        reverse("experts:expert-erase", args=[expert.pk]),
        {"ground": "asked", "confirmation": "erase", **changes},
    )


def test_the_page_says_how_much_will_be_erased(stage, expert, django_assert_max_num_queries):
    client = stage.client("moscow_secretary")
    page = client.get(reverse("experts:expert-erase", args=[expert.pk])).text
    assert "What will be erased" in page
    assert "Documents with their files" in page
    assert "Backups" in page


@pytest.mark.parametrize("wrong", [{"confirmation": ""}, {"confirmation": "yes"}, {"ground": "whim"}])
def test_without_the_word_or_a_ground_nothing_is_erased(stage, expert, wrong):
    answer = erase(stage.client("moscow_secretary"), expert, **wrong)
    assert answer.status_code == 422
    assert Expert.objects.get(pk=expert.pk).latin_name == "Anna Orlova"
    assert not Erasure.objects.exists()


def test_it_is_erased_by_a_post_and_shown_to_the_city(stage, expert, django_capture_on_commit_callbacks):
    client = stage.client("moscow_secretary")
    with django_capture_on_commit_callbacks(execute=True):
        answer = erase(client, expert)
    assert answer.url == reverse("experts:expert-erased", args=[expert.pk])
    result = client.get(answer.url).text
    assert "the person asked for it" in result
    assert "Backups" in result
    profile = stage.client("moscow_editor").get(expert.get_absolute_url())
    assert profile.status_code == 200
    assert "This person was erased from the record" in profile.text
    assert "Orlova" not in profile.text + result
    assert str(Expert.objects.get(pk=expert.pk)) == "Erased expert"
    assert stage.client("beijing_editor").get(expert.get_absolute_url()).status_code == 404
    assert stage.client("beijing_coordinator").get(answer.url).status_code == 404
    assert erase(client, expert).status_code == 403


@pytest.mark.parametrize("name", ["moscow_editor", "moscow_reader", "administrator", "beijing_coordinator"])
def test_only_those_of_the_city_who_may_erase(stage, expert, name):
    assert erase(stage.client(name), expert).status_code in (403, 404)
    assert not Erasure.objects.exists()


def test_an_administrator_of_the_city_erases_as_well(stage, expert, django_capture_on_commit_callbacks):
    Membership.objects.filter(user=stage.people["moscow_reader"]).update(role=Role.ADMINISTRATOR)
    with django_capture_on_commit_callbacks(execute=True):
        assert erase(stage.client("moscow_reader"), expert).status_code == 302
    assert Erasure.objects.get().user == stage.people["moscow_reader"]


def test_the_list_is_one_citys_and_paged(stage, django_assert_max_num_queries):
    for _number in range(3):
        expert_erase(expert=stage.expert(), ground="asked", by=stage.actor("moscow_secretary"))
    client = stage.client("moscow_secretary")
    with django_assert_max_num_queries(12):
        page = client.get(reverse("experts:erasure-list"))
    assert page.text.count("the person asked for it") == 3
    Membership.objects.filter(user=stage.people["beijing_coordinator"]).update(role=Role.SECRETARY)
    other = stage.client("beijing_coordinator").get(reverse("experts:erasure-list"))
    assert "Nobody has been erased." in other.text
    assert stage.client("moscow_editor").get(reverse("experts:erasure-list")).status_code == 403


def held_of(client, expert):
    answer = client.post(reverse("experts:expert-held", args=[expert.pk]))
    job = Job.objects.get(kind="experts.held")
    assert answer.url == f"/jobs/{job.pk}/"
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.error
    return zipfile.ZipFile(io.BytesIO(client.get(job.result_url).getvalue()))


def test_everything_held_is_one_file(stage, expert):
    archive = held_of(stage.client("moscow_editor"), expert)
    told = json.loads(archive.read("held.json"))
    profile = told["places"]["profile"]
    assert profile[0]["latin_name"] == "Anna Orlova"
    assert {row["table"] for row in profile} == {"experts.Expert", "experts.ExpertHistory"}
    assert "Signals of the underground" in archive.read("held.txt").decode()
    (file,) = [name for name in archive.namelist() if name.startswith("files/")]
    assert archive.read(file) == b"A letter of hers"
    assert ExpertAccess.objects.get(act="held").user == stage.people["moscow_editor"]


def test_the_other_city_is_not_given_it(stage, expert):
    answer = stage.client("beijing_editor").post(reverse("experts:expert-held", args=[expert.pk]))
    assert answer.status_code == 403
    assert not Job.objects.filter(kind="experts.held").exists()


def test_the_file_goes_with_the_person(stage, expert, django_capture_on_commit_callbacks):
    held_of(stage.client("moscow_editor"), expert)
    with django_capture_on_commit_callbacks(execute=True):
        expert_erase(expert=expert, ground="consent", by=stage.actor("moscow_secretary"))
    assert not ResultFile.objects.exists()
