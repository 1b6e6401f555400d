"""Forgotten means gone: an erasure reaches every copy of what was said of a person (PROMISES 23)."""

import logging

import pytest

from accounts.models import Role
from experts.models import Engagement, Erasure, Expert, ExpertAccess, Invitation
from experts.services.erasure import expert_erase
from records import erasure
from records.errors import Invalid, NotAllowed
from records.models import Change
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
