"""A request, its shortlist and its invitations: who may take which step, and what it does."""

import pytest
from django.core import mail

from experts.letters import letters_send
from experts.models import ExpertAccess, Invitation, Letter
from experts.services import engagements, invitations, requests
from experts.services.experts import consent_withdraw, contact_show
from records.errors import EditConflict, Invalid, NotAllowed, NotVisible
from records.models import Change
from records.services import locked

pytestmark = pytest.mark.django_db


def test_a_draft_is_its_citys_own_and_opened_it_is_shared(stage, asking):
    request = asking.draft()
    model = type(request)
    assert not model.objects.visible_to(stage.actor("beijing_editor")).exists()
    assert model.objects.visible_to(stage.actor("moscow_reader")).exists()
    request = requests.request_open(request=request, base_version=1, by=asking.asker)
    assert (request.state, request.visibility, request.owner_city) == ("open", "shared", None)
    assert model.objects.visible_to(stage.actor("beijing_editor")).exists()
    assert not model.objects.visible_to(stage.actor("reader")).exists()


def test_only_a_whole_request_is_opened(asking):
    request = asking.draft(text_ru="Канарейка")
    request.fields.clear()
    with pytest.raises(Invalid) as refusal:
        requests.request_open(request=request, base_version=1, by=asking.asker)
    assert list(refusal.value.errors) == ["fields"]


def test_the_other_city_changes_nothing_of_a_request(stage, asking):
    request = asking.open()
    by = stage.actor("beijing_coordinator")
    with pytest.raises(NotAllowed, match="Another city asks"):
        requests.request_close(request=request, base_version=request.version, by=by)
    with pytest.raises(NotAllowed, match="Another city asks"):
        requests.request_amend(request=request, changes={"costs_ru": "Проезд"}, base_version=2, by=by)
    with pytest.raises(NotAllowed, match="read, not edit"):
        requests.request_close(
            request=request, base_version=request.version, by=stage.actor("moscow_reader")
        )
    with pytest.raises(EditConflict):
        requests.request_close(request=request, base_version=1, by=asking.asker)


def test_a_shortlist_is_the_asking_citys_own(stage, asking):
    found = asking.shortlisted()
    assert Invitation.objects.visible_to(asking.asker).get() == found
    assert not Invitation.objects.visible_to(asking.releaser).exists()
    with pytest.raises(Invalid, match="shortlist already"):
        asking.shortlisted(expert=found.expert, request=found.request)
    invitations.invitation_remove(invitation=found, base_version=1, by=asking.asker)
    assert asking.shortlisted(expert=found.expert, request=found.request).pk != found.pk


def test_whom_a_city_is_not_shown_it_does_not_ask(stage, asking):
    expert = asking.expert()
    consent_withdraw(expert=expert, base_version=expert.version, by=asking.releaser)
    with pytest.raises(NotAllowed, match="not shown"):
        asking.shortlisted(expert=expert)
    with pytest.raises(Invalid, match="another city"):
        asking.shortlisted(expert=stage.expert(city="MOW"))


def test_a_draft_invites_nobody(asking):
    found = asking.shortlisted(request=asking.draft())
    with pytest.raises(NotAllowed, match="open request"):
        invitations.invitation_invite(invitation=found, message="x", base_version=1, by=asking.asker)


@pytest.mark.parametrize(
    ("name", "why"),
    [("beijing_editor", "coordinators"), ("moscow_secretary", "vouches"), ("moscow_editor", "vouches")],
)
def test_only_deciders_of_the_experts_city_release(stage, asking, name, why):
    found = asking.invited()
    with pytest.raises(NotAllowed, match=why):
        invitations.invitation_release(invitation=found, base_version=2, by=stage.actor(name))
    with pytest.raises(NotAllowed, match=why):
        invitations.invitation_refuse(invitation=found, reason="Busy", base_version=2, by=stage.actor(name))


def test_a_refusal_says_why(asking):
    found = asking.invited()
    with pytest.raises(Invalid):
        invitations.invitation_refuse(invitation=found, reason=" ", base_version=2, by=asking.releaser)
    made = invitations.invitation_refuse(
        invitation=found, reason="Busy", base_version=2, by=asking.releaser
    )
    assert (made.state, made.reason) == ("refused", "Busy")


def test_a_release_mails_a_link_in_the_language_of_the_contact(asking):
    found = asking.released()
    assert letters_send() == 1
    (letter,) = mail.outbox
    assert letter.to == ["li.wei@example.cn"]
    assert "李伟" in letter.body
    assert "/experts/answer/" in letter.body
    assert letters_send() == 0, "never doubled"
    assert Letter.objects.get().state == "sent"
    assert found.link_serial == 1


def test_without_an_address_the_official_gets_the_link_which_is_logged(asking):
    found = asking.invited(email="")
    _made, link = invitations.invitation_release(invitation=found, base_version=2, by=asking.releaser)
    assert "/experts/answer/" in link
    assert ExpertAccess.objects.get().act == "released"
    assert not Letter.objects.exists()


def test_a_letter_that_is_past_is_not_sent(asking):
    found = asking.released()
    invitations.invitation_link_renew(invitation=found, base_version=found.version, by=asking.releaser)
    assert letters_send() == 1, "of two links only the newer"
    assert {letter.number: letter.state for letter in Letter.objects.all()} == {1: "dropped", 2: "sent"}


def test_closing_withdraws_what_is_pending_and_tells_whoever_has_a_link(asking):
    found = asking.released()
    letters_send()
    request = found.request
    requests.request_close(request=request, base_version=request.version, by=asking.asker)
    found.refresh_from_db()
    assert found.state == "withdrawn"
    letters_send()
    assert len(mail.outbox) == 2
    assert "/experts/answer/" not in mail.outbox[1].body


def test_contact_is_shown_after_acceptance_only_and_each_reading_is_logged(stage, asking):
    found = asking.released()
    with pytest.raises(NotAllowed, match="once the expert has accepted"):
        contact_show(expert=found.expert, by=asking.asker)
    assert not ExpertAccess.objects.exists()
    accepted = asking.accepted(expert=found.expert)
    assert [row.act for row in ExpertAccess.objects.all()] == ["released"]
    assert ExpertAccess.objects.get().city == stage.cities["MOW"]
    assert contact_show(expert=accepted.expert, by=asking.asker).email == "li.wei@example.cn"
    assert [row.act for row in ExpertAccess.objects.order_by("id")] == ["released", "contact"]
    with pytest.raises(NotAllowed):
        contact_show(expert=accepted.expert, by=stage.actor("moscow_reader"))
    expert = accepted.expert
    consent_withdraw(expert=expert, base_version=expert.version, by=asking.releaser)
    with pytest.raises(NotAllowed):
        contact_show(expert=expert, by=asking.asker)


def test_an_engagement_is_closed_with_its_outcome(stage, asking):
    made = asking.accepted().engagement
    assert made.starts_on == made.request.starts_on
    with pytest.raises(Invalid, match="what came of it"):
        engagements.engagement_close(engagement=made, base_version=1, by=asking.asker)
    made = engagements.engagement_amend(
        engagement=made, changes={"outcome_ru": "Интервал сокращён"}, base_version=1, by=asking.asker
    )
    made = engagements.engagement_close(engagement=made, base_version=2, by=asking.asker)
    assert (made.state, made.closed_at is not None) == ("closed", True)
    with pytest.raises(NotAllowed, match="closed"):
        engagements.engagement_cancel(engagement=made, base_version=3, by=asking.asker)
    engagements.engagement_feedback(engagement=made, text="Отлично", by=asking.asker)
    assert letters_send() == 2


def test_the_feed_never_tells_the_other_city_of_a_shortlist(stage, asking):
    found = asking.shortlisted()
    rows = Change.objects.filter(kind="invitation", record_id=found.pk)
    assert {(row.visibility, row.owner_city) for row in rows} == {("own", stage.cities["MOW"])}
    client = stage.client("beijing_editor")
    assert "canary" not in client.get("/changes/").text
    assert client.get(f"/experts/invitations/{found.pk}/").status_code == 404
    assert stage.client("moscow_editor").get(f"/experts/invitations/{found.pk}/").status_code == 200


def test_a_record_that_is_gone_is_not_visible(asking):
    with pytest.raises(NotVisible), locked(Invitation(), by=asking.asker):
        pass
