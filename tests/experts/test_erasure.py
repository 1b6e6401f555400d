"""Forgotten means gone: an erasure reaches every copy of what was said of a person (PROMISES 23)."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from attachments.services import document_upload
from experts.models import Engagement, Erasure, Expert, ExpertAccess, Invitation
from experts.services.erasure import expert_erase, late_files_delete
from records import erasure
from records.errors import Invalid, NotAllowed
from records.models import Change, Job, ResultFile
from tests.experts import canaries
from tests.experts.canaries import WORDS

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines():
    handler = canaries.Lines()
    logging.getLogger().addHandler(handler)
    yield handler.lines
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def expert(stage, files, settings, tmp_path, django_capture_on_commit_callbacks):
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    with django_capture_on_commit_callbacks(execute=True):
        made = canaries.make_profile(stage)
        canaries.hang_on(stage, made)
        canaries.make_invitation(stage, made)
        canaries.leave_copies(stage, made)
    return Expert.objects.get(pk=made.pk)


@pytest.fixture
def erase(stage, django_capture_on_commit_callbacks):
    def act(expert, by="moscow_secretary", ground="asked"):
        with django_capture_on_commit_callbacks(execute=True):
            return expert_erase(expert=expert, ground=ground, by=stage.actor(by))

    return act


def test_nothing_is_found_anywhere(expert, erase, files, lines):
    before = canaries.found_anywhere(files, "\n".join(lines))
    assert set(before) == set(WORDS.values())  # the scene is whole
    erased = erase(expert)
    assert canaries.found_anywhere(files, "\n".join(lines)) == {}
    assert len(erased.counts) >= 15


HELD = {
    "profile": {"experts_expert", "experts_experthistory", "pghistory_context"},
    "works": {"experts_work", "experts_workhistory"},
    "contact": {"experts_expertcontact"},
    "invitations": {"experts_invitation", "experts_invitationhistory"},
    "messages": {"experts_invitationmessage"},
    "engagements": {"experts_engagement", "experts_engagementhistory"},
    "documents": {"attachments_document", "attachments_documenthistory"},
    "remarks": {"attachments_remark", "attachments_remarkhistory"},
    "assignments": {"approvals_assignment", "approvals_assignmenthistory"},
    "citations": {"programme_citation", "programme_citationhistory"},
    "jobs": {"records_job"},
    "exports": {"file experts.csv"},
    "imports": {"experts_expertimport"},
    "answers": {"records_idempotentanswer"},
    "posts": {"posts"},
    "sessions": {"sessions"},
    "administration": {"django_admin_log"},
    "cache": {"redis 1"},
    "search": {"experts_searchentry", "experts_nameword"},
    "mailbox": set(),  # a file with a name of its own
}
WITHOUT_WORDS = {"letters", "languages", "fields"}


def test_every_place_is_looked_at_by_these_tests():
    assert {reach.name for reach in erasure.REACHES} == set(HELD) | WITHOUT_WORDS


@pytest.mark.parametrize("name", sorted(HELD))
def test_a_place_that_is_left_out_is_found(expert, erase, files, monkeypatch, name):
    """The negative control of each place: without it the search finds what it held."""
    monkeypatch.setattr(erasure, "REACHES", [each for each in erasure.REACHES if each.name != name])
    erase(expert)
    found = set().union(*canaries.found_anywhere(files, "").values())
    assert found
    assert found >= HELD[name]


def test_what_stays_says_nothing_of_the_person(stage, expert, erase):
    looks = ExpertAccess.objects.count()
    changes = Change.objects.count()
    erase(expert)
    left = Expert.objects.get(pk=expert.pk)
    assert (left.state, left.name) == ("erased", "Erased expert")
    assert left.archived_at is not None
    assert left.version > expert.version
    assert not left.fields.exists()
    assert not left.languages.exists()
    assert {state for (state,) in left.history.values_list("state")} == {"erased"}
    assert ExpertAccess.objects.count() == looks
    assert Change.objects.count() > changes
    (invitation,) = Invitation.objects.filter(expert=left)
    assert (invitation.state, invitation.message) == ("accepted", "")
    assert Engagement.objects.get().state == "cancelled"


def test_it_is_recorded_and_done_once(stage, expert, erase):
    erased = erase(expert, ground="consent")
    assert (erased.city, erased.user) == (stage.cities["MOW"], stage.people["moscow_secretary"])
    with pytest.raises(NotAllowed):
        erase(expert)
    assert Erasure.objects.count() == 1


@pytest.mark.parametrize("name", ["moscow_editor", "beijing_coordinator", "administrator"])
def test_who_may_not_erases_nothing(stage, expert, erase, name):
    with pytest.raises(NotAllowed):
        erase(expert, by=name)
    assert Expert.objects.get(pk=expert.pk).latin_name == WORDS["latin name"]


def test_it_needs_a_ground(stage, expert, erase):
    with pytest.raises(Invalid):
        erase(expert, ground="whim")


def test_a_file_that_another_document_has_stays(stage, expert, erase, files):
    other = document_upload(
        subject=stage.project(), upload=SimpleUploadedFile("other.txt", canaries.CONTENT), language="en",
        visibility="shared", by=stage.actor("moscow_editor"),
    )  # fmt: skip
    erase(expert)
    assert (files / other.blob.path).read_bytes() == canaries.CONTENT


def test_the_profiles_that_were_merged_go_with_it(stage, expert, erase, files):
    """Two profiles that people found to be of one person are one person's."""
    twin = stage.expert(latin_name="Anna Qanarytwo", published=False)
    Expert.objects.filter(pk=twin.pk).update(merged_into=expert, archived_at=timezone.now())
    erase(Expert.objects.get(pk=twin.pk))
    assert canaries.found_anywhere(files, "") == {}
    assert Erasure.objects.count() == 2


def test_a_file_that_was_being_made_goes(stage, expert, erase, django_capture_on_commit_callbacks):
    erase(expert)
    late = Job.objects.create(kind="experts.export", started_at=timezone.now() - timedelta(seconds=5))
    after = Job.objects.create(kind="experts.export", started_at=timezone.now() + timedelta(seconds=5))
    for job in (late, after):
        ResultFile.objects.create(
            job=job, name="x", stored="results/x", size=1, standing="x", expires_at=timezone.now()
        )
    with django_capture_on_commit_callbacks(execute=True):
        assert late_files_delete() == 1
    assert ResultFile.objects.get().job == after


def test_other_sessions_mails_and_experts_stay(stage, expert, erase, settings):
    other = stage.expert(latin_name="Boris Petrov")
    erase(expert)
    assert Expert.objects.get(pk=other.pk).latin_name == "Boris Petrov"
    assert any(row.get_decoded().get("other") == "kept" for row in Session.objects.all())
    mails = "".join(file.read_text() for file in Path(settings.EMAIL_FILE_PATH).glob("*.log"))
    assert "Something else" in mails
