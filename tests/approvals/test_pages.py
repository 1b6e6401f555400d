"""The pages on which one side proposes and the other answers."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from approvals.models import Decision, Proposal
from attachments.models import Document
from projects.models import Milestone, Project
from projects.services import project_amend
from tests.approvals.conftest import accept, ask

pytestmark = pytest.mark.django_db
LETTER = {"language": "en", "letter_number": "01-15/3", "signatory": "A. B."}


def page(project: Project, name: str) -> str:
    return reverse(f"projects:project-{name}", args=[project.pk])


def answer(proposal: Proposal) -> str:
    return reverse("approvals:proposal-answer", args=[proposal.pk])


def queries(client: Any, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(url).status_code == 200
    return len([query for query in caught if "SAVEPOINT" not in query["sql"]])


def test_an_act_is_proposed_and_accepted_in_the_browser(stage: Any, draft: Project, files: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    moscow, beijing = stage.client("moscow_editor"), stage.client("beijing_coordinator")
    shown = moscow.get(page(draft, "propose"), {"act": "agree"})
    assert "Сигналы" in shown.text
    scan = SimpleUploadedFile("letter.txt", b"Letter", content_type="text/plain")
    sent = moscow.post(
        page(draft, "propose"), {"act": "agree", "message": "Please", "scan": scan, **LETTER}
    )
    proposal = Proposal.objects.get()
    assert sent.url == proposal.get_absolute_url()
    assert (proposal.state, proposal.letter_number, proposal.scan.subject_id) == (
        "open",
        "01-15/3",
        draft.pk,
    )
    seen = beijing.get(proposal.get_absolute_url()).text
    assert "owes the answer" in seen
    assert "Please" in seen
    assert "letter" in seen
    assert (
        beijing.post(answer(proposal), {"act": "accept", "comment": "Yes", "language": "en"}).status_code
        == 302
    )
    draft.refresh_from_db()
    assert draft.state == "agreed"
    after = beijing.get(proposal.get_absolute_url()).text
    assert "Beijing: given" in after
    assert "Moscow: given" in after
    assert Proposal.objects.get().chain.last().hash in after


def test_a_refusal_without_a_reason_keeps_what_was_typed(stage: Any, draft: Project) -> None:
    proposal = ask(stage, draft, "agree")
    client = stage.client("beijing_coordinator")
    again = client.post(answer(proposal), {"act": "refuse", "comment": " ", **LETTER})
    assert again.status_code == 422
    assert "a refusal needs a reason" in again.text
    assert "01-15/3" in again.text
    assert client.post(answer(proposal), {"act": "refuse", "comment": "No", **LETTER}).status_code == 302
    assert Decision.objects.get().letter_number == "01-15/3"
    assert client.post(answer(proposal), {"act": "nonsense", **LETTER}).status_code == 422


def test_buttons_that_can_not_be_used_say_why(stage: Any, draft: Project) -> None:
    shown = stage.client("moscow_editor").get(draft.get_absolute_url()).text
    assert "Agree on the project first" in shown  # to complete a draft
    proposal = ask(stage, draft, "agree")
    draft.refresh_from_db()
    shown = stage.client("moscow_editor").get(draft.get_absolute_url()).text
    assert "Moscow asks to agree on the project" in shown
    assert "Beijing owes the answer" in shown
    own = stage.client("moscow_secretary").get(proposal.get_absolute_url()).text
    assert "nobody acts for two cities" in own
    assert "Only a coordinator or a secretary decides" in stage.client("beijing_editor").get(
        proposal.get_absolute_url()
    ).text  # fmt: skip


def test_what_is_agreed_is_no_field_of_the_edit_page(stage: Any, joint: Project) -> None:
    shown = stage.client("moscow_editor").get(page(joint, "edit"))
    assert not {"title_ru", "starts_on", "areas", "lead_MOW"} & set(shown.context["form"].fields)
    assert "summary_ru" in shown.context["form"].fields
    assert page(joint, "propose-change") in shown.text


def test_a_change_is_proposed_from_the_form(stage: Any, joint: Project, post_form: Any) -> None:
    client, milestone = stage.client("moscow_editor"), Milestone.objects.get()
    url, name = page(joint, "propose-change"), f"milestone_{milestone.pk.hex}"
    nothing = post_form(client, url)
    assert nothing.status_code == 422
    assert "nothing to propose" in nothing.text
    wrong = post_form(client, url, new_1_title_ru="Второй", title_ru="Другое", message="Kept?")
    assert wrong.status_code == 422
    assert "Say by when" in wrong.text
    assert "Другое" in wrong.text
    assert "Kept?" in wrong.text
    sent = post_form(
        client, url, title_ru="Новое", ends_on="2023-06-30",
        **{f"{name}_achieved_on": "2022-05-03", "new_1_title_ru": "Второй", "new_1_title_zh_hans": "二",
           "new_1_due_on": "2023-01-01"},
    )  # fmt: skip
    assert sent.status_code == 302, sent.text
    proposal = Proposal.objects.get(state="open")
    assert proposal.changes == {
        "title_ru": {"from": "Сигналы", "to": "Новое"},
        "ends_on": {"from": "2022-12-31", "to": "2023-06-30"},
        f"milestones/{milestone.pk}/achieved_on": {"from": None, "to": "2022-05-03"},
        "milestones/+1": {
            "from": None,
            "to": {"title_ru": "Второй", "title_zh_hans": "二", "due_on": "2023-01-01"},
        },
    }
    shown = stage.client("beijing_coordinator").get(proposal.get_absolute_url()).text
    assert "<del>" in shown
    assert "<ins>" in shown
    accept(stage, proposal)
    milestone.refresh_from_db()
    assert str(milestone.achieved_on) == "2022-05-03"
    assert Milestone.objects.count() == 2


def test_missing_languages_are_said_and_nothing_is_sent(stage: Any, joint: Project, post_form: Any) -> None:
    url = page(joint, "propose-change")
    again = post_form(
        stage.client("moscow_editor"), url, new_1_title_ru="Второй", new_1_due_on="2023-01-01"
    )
    assert again.status_code == 422
    assert "Missing" in again.text
    assert not Proposal.objects.filter(state="open")


def test_an_open_form_never_proposes_back_what_was_agreed_meanwhile(
    stage: Any, joint: Project, post_form: Any
) -> None:
    client, url = stage.client("moscow_editor"), page(joint, "propose-change")
    opened = client.get(url)
    accept(stage, ask(stage, joint, "change", changes={"ends_on": "2023-03-31"}))
    sent = post_form(client, url, opened, title_ru="Новое")
    assert sent.status_code == 302
    assert set(Proposal.objects.get(state="open").changes) == {"title_ru"}
    clash = post_form(client, url, opened, ends_on="2024-01-01")
    assert clash.status_code == 422
    assert "agreed on this meanwhile" in clash.text


def test_a_counter_proposal_starts_from_what_was_asked(stage: Any, joint: Project, post_form: Any) -> None:
    new = {"title_en": "I", "title_ru": "П", "title_zh_hans": "标", "unit_en": "u", "unit_ru": "е",
           "unit_zh_hans": "个", "name_en": "I", "name_ru": "П", "name_zh_hans": "标"}  # fmt: skip
    del new["title_en"], new["title_ru"], new["title_zh_hans"]
    changes = {"ends_on": "2023-06-30", "title_ru": "Новое", "indicators/+1": new}
    asked = ask(stage, joint, "change", changes=changes)
    client = stage.client("beijing_coordinator")
    url = f"{page(joint, 'propose-change')}?answers={asked.pk}"
    sent = post_form(client, url, ends_on="2023-03-31", answers=str(asked.pk), keep_0="on")
    assert sent.status_code == 302, sent.text
    counter = Proposal.objects.get(answers=asked)
    assert {path: change["to"] for path, change in counter.changes.items()} == {
        **changes,
        "ends_on": "2023-03-31",
    }
    asked.refresh_from_db()
    assert asked.state == "countered"
    assert counter.get_absolute_url() in client.get(asked.get_absolute_url()).text
    assert stage.client("moscow_editor").get(url).status_code == 403


def test_out_of_date_says_what_changed_from_what_to_what(stage: Any, draft: Project) -> None:
    proposal = ask(stage, draft, "agree")
    draft.refresh_from_db()
    project_amend(
        project=draft, changes={"ends_on": "2023-01-01"}, base_version=draft.version,
        by=stage.actor("beijing_editor"),
    )  # fmt: skip
    client = stage.client("beijing_coordinator")
    shown = client.get(proposal.get_absolute_url()).text
    assert "ends: from — to 1 January 2023" in " ".join(shown.split())
    client.post(answer(proposal), {"act": "accept", "language": "en"})
    proposal.refresh_from_db()
    assert proposal.state == "stale"


def test_withdraw_start_and_share(stage: Any, joint: Project) -> None:
    client = stage.client("moscow_editor")
    proposal = ask(stage, joint, "cancel")
    assert client.post(answer(proposal), {"act": "withdraw"}).status_code == 302
    proposal.refresh_from_db()
    assert proposal.state == "withdrawn"
    assert client.post(page(joint, "start"), {"version": joint.version}).status_code == 302
    joint.refresh_from_db()
    assert joint.state == "active"
    own = stage.project(visibility="own")
    assert client.get(page(own, "propose")).status_code == 403
    client.post(page(own, "share"), {"version": own.version})
    own.refresh_from_db()
    assert own.visibility == "shared"


@pytest.mark.usefixtures("inside")
def test_what_is_not_confirmed_never_reaches_the_other_city(
    stage: Any, draft: Project, files: Any, post_form: Any
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    moscow, secretary = stage.client("moscow_editor"), stage.client("moscow_secretary")
    scan = SimpleUploadedFile("letter.txt", b"Letter", content_type="text/plain")
    moscow.post(page(draft, "propose"), {"act": "agree", "message": "Hidden", "scan": scan, **LETTER})
    proposal, document = Proposal.objects.get(), Document.objects.get()
    assert (proposal.state, document.visibility) == ("unconfirmed", "own")
    others = [
        stage.client(name) for name in ("beijing_coordinator", "beijing_editor", "reader", "anonymous")
    ]
    key = str(proposal.pk)
    places = [
        reverse("approvals:proposal-list"), "/api/v1/proposals", "/api/v1/changes",
        draft.get_absolute_url(), "/api/v1/decisions/chain", f"/api/v1/proposals?subject={draft.pk}", "/",
    ]  # fmt: skip

    def told(client: Any, url: str) -> str:
        response = client.get(url)
        return response.getvalue().decode() if response.streaming else response.text

    for client in others:
        assert client.get(proposal.get_absolute_url()).status_code == 404
        assert client.get(f"/api/v1/proposals/{proposal.pk}").status_code == 404
        assert client.get(f"/documents/{document.pk}/file/").status_code == 404
        for url in places:
            assert key not in told(client, url), url
            assert "Hidden" not in told(client, url), url
    stage.people["administrator"].is_staff = True
    stage.people["administrator"].save()
    admin = stage.client("administrator").get(
        reverse("admin:approvals_proposal_change", args=[proposal.pk])
    )
    assert admin.status_code == 200
    assert proposal.pin not in admin.text
    # The control: its own side sees it, and once confirmed the other side does, with the scan.
    assert key in told(secretary, reverse("approvals:proposal-list"))
    assert secretary.post(answer(proposal), {"act": "confirm", "language": "en"}).status_code == 302
    assert others[0].get(proposal.get_absolute_url()).status_code == 200
    assert others[0].get(f"/documents/{document.pk}/file/").getvalue()
    assert key in told(others[0], "/api/v1/decisions/chain")


def test_the_pages_take_a_constant_number_of_queries(stage: Any, joint: Project) -> None:
    client, milestone = stage.client("beijing_coordinator"), Milestone.objects.get()
    small = ask(stage, joint, "change", changes={"ends_on": "2023-06-30"})
    pages = {
        "list": reverse("approvals:proposal-list"),
        "project": joint.get_absolute_url(),
        "chain": reverse("approvals:chain"),
        "propose": page(joint, "propose") + "?act=cancel",
        "change": page(joint, "propose-change"),
        "edit": page(joint, "edit"),
    }
    before = {name: queries(client, url) for name, url in pages.items()}
    few = queries(client, small.get_absolute_url())
    large = ask(
        stage, joint, "change",
        changes={
            "title_ru": "Иное",
            "areas": [str(area.pk) for area in stage.areas],
            f"milestones/{milestone.pk}/due_on": "2022-06-01",
            "provisions": [str(stage.provision.pk)],
            "leads/MOW": str(stage.cities["MOW"].organisations.get().pk),
            **{
                f"milestones/+{n}": {"title_ru": "х", "title_zh_hans": "某", "due_on": "2023-01-01"}
                for n in range(1, 6)
            },
        },
    )  # fmt: skip
    after = {name: queries(client, url) for name, url in pages.items()}
    many = queries(client, large.get_absolute_url())
    print("queries", after, few, many)
    assert before == after
    del after["edit"]  # its choices are many, whatever is agreed
    assert max(few, many, *after.values()) <= 12


def test_a_guard_of_the_database_is_a_sentence(
    stage: Any, joint: Project, monkeypatch: Any, post_form: Any
) -> None:
    """With the check of the service out of the way the database itself refuses; people get a sentence."""
    import projects.services.project as service

    monkeypatch.setattr(service, "nothing_agreed", lambda *_: None)
    client = stage.client("moscow_editor")
    answer = client.patch(
        f"/api/v1/projects/{joint.pk}", {"ends_on": "2030-01-01"}, content_type="application/json",
        headers={"If-Match": f'"{joint.version}"'},
    )  # fmt: skip
    assert answer.status_code == 403
    assert "neither changes it alone" in answer.json()["detail"]
    monkeypatch.setattr("projects.forms.is_agreed_path", lambda *_: False)
    shown = post_form(client, page(joint, "edit"), ends_on="2030-01-01")
    assert shown.status_code == 403
    assert "neither changes it alone" in shown.text


def test_the_chain_is_for_members_of_the_sides(stage: Any, joint: Project) -> None:
    url = reverse("approvals:chain")
    assert stage.client("moscow_reader").get(url).status_code == 200
    for name in ("reader", "stranger", "administrator"):
        assert stage.client(name).get(url).status_code == 403
        assert stage.client(name).get("/api/v1/decisions/chain").status_code == 403


def test_the_list_filters_by_who_owes_the_word(stage: Any, joint: Project) -> None:
    mine = ask(stage, joint, "cancel", who="beijing_editor")
    theirs = ask(stage, joint, "publish", message="отправлено")
    client, url = stage.client("moscow_editor"), reverse("approvals:proposal-list")

    def found(**query: str) -> set[Any]:
        return {row.record.pk for row in client.get(url, query).context["table"].rows}

    assert found(waits="mine") == {mine.pk}
    assert found(waits="other") == {theirs.pk}
    assert found(act="publish") == {theirs.pk}
    assert found(search="отправлено") == {theirs.pk}
    assert len(found(waits="over")) == 2
