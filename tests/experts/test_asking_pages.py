"""The pages of requests, invitations and engagements, and what each reader is shown of them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attachments.models import Link
from experts.letters import letters_send
from experts.models import Engagement, ExpertiseRequest, Invitation
from experts.services.experts import consent_withdraw

pytestmark = pytest.mark.django_db
MOST = 12


def queries(client, address):
    with CaptureQueriesContext(connection) as caught:
        response = client.get(address)
    assert response.status_code == 200, address
    return len(caught)


def test_a_request_is_written_with_suggested_fields_and_opened(stage, asking, post_form):
    field = stage.expertise()
    client = stage.client("moscow_editor")
    texts = {"title_ru": "Сигнализация метро", "text_ru": "Как считают интервал в метро?"}
    asked = post_form(client, reverse("experts:request-new"), suggest="1", **texts)
    assert asked.status_code == 200
    assert str(field.pk) in asked.text
    assert not ExpertiseRequest.objects.exists(), "asking for suggestions saves nothing"
    saved = post_form(client, reverse("experts:request-new"), fields_of_expertise=[str(field.pk)], **texts)
    made = ExpertiseRequest.objects.get()
    assert saved.url == made.get_absolute_url()
    assert (made.state, made.visibility, made.city) == ("draft", "own", stage.cities["MOW"])
    client.post(reverse("experts:request-open", args=[made.pk]), {"version": made.version})
    made.refresh_from_db()
    assert made.state == "open"


def test_sending_the_form_twice_writes_one_request(stage, post_form):
    client = stage.client("moscow_editor")
    opened = client.get(reverse("experts:request-new"))
    for _time in range(2):
        post_form(client, reverse("experts:request-new"), opened, title_ru="Сигнализация", text_ru="Как?")
    assert ExpertiseRequest.objects.count() == 1


def test_matches_say_why_and_are_put_on_the_shortlist(stage, asking):
    request, expert = asking.open(), asking.expert()
    client = stage.client("moscow_editor")
    page = client.get(reverse("experts:request-matches", args=[request.pk]))
    (row,) = page.context["matches"]
    assert row["match"].expert == expert
    assert 0 < row["match"].score <= 100
    assert sum(points for _label, points, _most in row["match"].parts) == row["match"].score
    assert row["match"].reasons
    client.post(reverse("experts:request-shortlist", args=[request.pk]), {"expert": expert.pk})
    assert Invitation.objects.get().state == "shortlisted"


def test_a_shortlist_never_reaches_the_other_city(stage, asking):
    request = asking.open()
    found = asking.shortlisted(request=request)
    own, other = stage.client("moscow_reader"), stage.client("beijing_coordinator")
    pages = [request.get_absolute_url(), reverse("experts:request-list"), "/changes/", "/", "/notices/"]
    assert "canary" in own.get(pages[0]).text, "the control: its own city reads it"
    for address in pages:
        assert "canary" not in other.get(address).text
    for address in pages[:2]:
        assert "on the shortlist" not in other.get(address).text
    assert other.get(found.get_absolute_url()).status_code == 404
    feed = other.get("/api/v1/changes?after=0")
    assert str(found.pk) not in feed.text


def test_its_past_on_the_shortlist_is_not_told_once_it_is_shared(stage, asking):
    found = asking.invited()
    own = stage.client("moscow_editor").get(found.get_absolute_url()).context["changes"]
    other = stage.client("beijing_editor").get(found.get_absolute_url()).context["changes"]
    assert [change["verb"] for change in own] == ["edited", "created"]
    assert [change["verb"] for change in other] == ["edited"]


def test_whoever_is_not_shown_the_expert_reads_no_name(stage, asking):
    found = asking.accepted()
    expert = found.expert
    consent_withdraw(expert=expert, base_version=expert.version, by=asking.releaser)
    addresses = [
        found.get_absolute_url(),
        found.request.get_absolute_url(),
        found.engagement.get_absolute_url(),
        reverse("experts:engagement-list"),
    ]
    for address in addresses:
        assert "Li Wei" not in stage.client("moscow_editor").get(address).text
        assert "Li Wei" in stage.client("beijing_editor").get(address).text


def test_an_invitation_goes_its_way_over_the_pages(stage, asking, mailoutbox):
    found = asking.shortlisted()
    moscow, beijing = stage.client("moscow_editor"), stage.client("beijing_coordinator")

    def post(client, act, **values):
        found.refresh_from_db()
        address = reverse(f"experts:invitation-{act}", args=[found.pk])
        return client.post(address, {"version": found.version, **values})

    assert post(moscow, "invite", message="").status_code == 422
    assert post(moscow, "invite", message="Просим помочь").status_code == 302
    assert post(moscow, "release").status_code == 403
    assert post(beijing, "refuse", reason="").status_code == 422
    assert post(beijing, "release").status_code == 302
    letters_send()
    assert len(mailoutbox) == 1
    assert post(moscow, "reply", text="").status_code == 422
    assert post(moscow, "reply", text="Москва").status_code == 302
    assert post(moscow, "withdraw").status_code == 302
    assert Invitation.objects.get().state == "withdrawn"


def test_an_act_on_an_older_version_is_not_done(stage, asking):
    found = asking.invited()
    client = stage.client("beijing_coordinator")
    client.post(reverse("experts:invitation-release", args=[found.pk]), {"version": 1})
    assert Invitation.objects.get().state == "invited"


def test_a_link_to_hand_over_is_shown_once(stage, asking):
    found = asking.invited(email="")
    client = stage.client("beijing_coordinator")
    answer = client.post(reverse("experts:invitation-release", args=[found.pk]), {"version": 2})
    assert "/experts/answer/" in answer.text
    assert "no-store" in answer.headers["Cache-Control"]
    assert "/experts/answer/" not in client.get(found.get_absolute_url()).text


def test_contact_is_on_no_page_before_the_acceptance(stage, asking):
    found = asking.released()
    client = stage.client("moscow_editor")
    contact = reverse("experts:expert-contact", args=[found.expert_id])
    assert client.post(contact).status_code == 403
    assert "example.cn" not in client.get(found.get_absolute_url()).text
    asking.accept(found)
    assert "li.wei@example.cn" in client.post(contact).text
    assert "example.cn" not in client.get(found.get_absolute_url()).text


def test_an_engagement_is_written_and_closed(stage, asking, post_form):
    made = asking.accepted().engagement
    client = stage.client("moscow_editor")
    close = reverse("experts:engagement-close", args=[made.pk])
    client.post(close, {"version": 1})
    assert Engagement.objects.get().state == "planned", "what came of it is not written yet"
    edit = reverse("experts:engagement-edit", args=[made.pk])
    assert post_form(client, edit, outcome_ru="Интервал короче").status_code == 302
    client.post(close, {"version": 2})
    assert Engagement.objects.get().state == "closed"
    feedback = reverse("experts:engagement-feedback", args=[made.pk])
    assert client.post(feedback, {"version": 3, "text": "Отлично"}).status_code == 302
    assert "Отлично" in stage.client("beijing_editor").get(made.get_absolute_url()).text


def test_an_engagement_is_linked_to_a_project(stage, asking):
    made, project = asking.accepted().engagement, stage.project()
    client = stage.client("moscow_editor")
    address = reverse("attachments:link-add", args=["engagement", made.pk])
    answer = client.post(
        address, {"relation": Link.Relation.values[0], "target": project.get_absolute_url()}
    )
    assert answer.status_code in (200, 302), answer.text
    shown = client.get(reverse("attachments:links", args=["engagement", made.pk]))
    assert "Metro signalling" in shown.text


def test_a_request_that_nobody_answers_is_on_a_list_of_its_own(stage, asking):
    lone, answered = asking.open(title_ru="Одинокий"), asking.accepted().request
    client = stage.client("moscow_editor")
    page = client.get(reverse("experts:request-list"), {"unanswered": "true"})
    assert [row.record for row in page.context["table"].rows] == [lone]
    assert answered not in [row.record for row in page.context["table"].rows]
    assert "Nobody answers" in page.text


def test_every_page_keeps_the_choice_of_language(stage, asking):
    found = asking.accepted()
    client = stage.client("moscow_editor")
    for record in (found.request, found, found.engagement):
        assert 'value="zh-hans"' in client.get(record.get_absolute_url()).text


@pytest.mark.parametrize("many", [1, 4])
def test_pages_take_a_constant_number_of_queries(stage, asking, many):
    for number in range(many):
        found = asking.accepted(
            request=asking.open(title_ru=f"Запрос {number}"), email=f"li{number}@example.cn"
        )
        asking.shortlisted(request=found.request, email="")
    client = stage.client("moscow_editor")
    addresses = {
        "list": reverse("experts:request-list"),
        "request": found.request.get_absolute_url(),
        "invitation": found.get_absolute_url(),
        "engagements": reverse("experts:engagement-list"),
        "engagement": found.engagement.get_absolute_url(),
    }
    for address in addresses.values():
        client.get(address)  # what is read once a process is read now
    counted = {name: queries(client, address) for name, address in addresses.items()}
    assert max(counted.values()) <= MOST, counted
