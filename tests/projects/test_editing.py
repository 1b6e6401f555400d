"""Editing a project in the browser: nothing that anybody typed is lost."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from programme.models import Agreement
from programme.services import record_create
from projects.services import project_amend
from records.held import forget_expired
from records.models import HeldPost
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(stage):
    return stage.project(title_en="Signals", title_ru="Сигналы", summary_en="Old")


@pytest.fixture
def edit(project):
    return reverse("projects:project-edit", args=[project.pk])


def fresh(project):
    project.refresh_from_db()
    return project


def test_an_edit_is_saved_and_shown(stage, project, edit, post_form):
    answer = post_form(stage.client("moscow_editor"), edit, title_ru="Сигнализация", starts_on="2021-03-01")
    assert answer.url == project.get_absolute_url()
    reader = stage.client("beijing_editor")
    reader.cookies["language"] = "ru"
    assert "Сигнализация" in reader.get(answer.url).text
    assert fresh(project).version == 2


def test_separate_fields_merge(stage, project, edit, post_form):
    opened = stage.client("beijing_editor").get(edit)
    post_form(stage.client("moscow_editor"), edit, title_en="Theirs")
    answer = post_form(stage.client("beijing_editor"), edit, opened, summary_en="Mine")
    assert answer.status_code == 302
    assert (fresh(project).title_en, project.summary_en, project.version) == ("Theirs", "Mine", 3)


def test_the_same_field_shows_base_theirs_and_mine_and_keeps_what_was_typed(
    stage, project, edit, post_form
):
    opened = stage.client("beijing_editor").get(edit)
    post_form(stage.client("moscow_editor"), edit, summary_en="Theirs", title_en="Their title")
    answer = post_form(
        stage.client("beijing_editor"), edit, opened, summary_en="Mine", starts_on="2021-05-01"
    )
    assert answer.status_code == 409
    conflict = answer.context["form"].conflicts["summary_en"]
    assert (conflict.base, conflict.theirs, conflict.by) == ("Old", "Theirs", "Moscow Editor")
    for text in ("Old", "Theirs", "Mine", "2021-05-01", "Their title"):
        assert text in answer.text
    assert fresh(project).summary_en == "Theirs"

    # Saved once more, knowingly, it stands; what the other had changed elsewhere stands too.
    again = post_form(stage.client("beijing_editor"), edit, answer)
    assert again.status_code == 302
    assert (fresh(project).summary_en, project.title_en, str(project.starts_on)) == (
        "Mine", "Their title", "2021-05-01",
    )  # fmt: skip


def test_theirs_can_be_taken(stage, project, edit, post_form):
    opened = stage.client("beijing_editor").get(edit)
    post_form(stage.client("moscow_editor"), edit, summary_en="Theirs")
    answer = post_form(stage.client("beijing_editor"), edit, opened, summary_en="Mine", title_en="My title")
    post_form(stage.client("beijing_editor"), edit, answer, **{"summary_en-resolve": "theirs"})
    assert (fresh(project).summary_en, project.title_en) == ("Theirs", "My title")


def test_a_conflict_about_areas_is_shown_by_their_names(stage, project, edit, post_form):
    opened = stage.client("beijing_editor").get(edit)
    both = [str(area.pk) for area in stage.areas]
    post_form(stage.client("moscow_editor"), edit, areas=both)
    answer = post_form(stage.client("beijing_editor"), edit, opened, areas=[both[1]])
    conflict = answer.context["form"].conflicts["areas"]
    assert (conflict.base, conflict.theirs) == ("Transport", "Transport, Education")


def test_a_third_edit_during_a_conflict_is_a_conflict_again(stage, project, edit, post_form):
    opened = stage.client("beijing_editor").get(edit)
    post_form(stage.client("moscow_editor"), edit, summary_en="Theirs")
    conflict = post_form(stage.client("beijing_editor"), edit, opened, summary_en="Mine")
    post_form(stage.client("moscow_secretary"), edit, summary_en="Theirs again")
    answer = post_form(stage.client("beijing_editor"), edit, conflict)
    assert answer.status_code == 409
    assert fresh(project).summary_en == "Theirs again"


def test_a_bad_form_keeps_what_was_typed_and_says_what_is_wrong_beside_the_field(
    stage, project, edit, post_form
):
    answer = post_form(
        stage.client("moscow_editor"),
        edit,
        summary_en="Typed",
        starts_on="2021-05-01",
        ends_on="2021-04-01",
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors["ends_on"] == ["The end must not lie before the start."]
    assert "Typed" in answer.text
    assert fresh(project).version == 1


def test_a_form_whose_base_was_bent_is_refused_and_kept(stage, project, edit, post_form):
    answer = post_form(stage.client("moscow_editor"), edit, base="bent", summary_en="Typed")
    assert answer.status_code == 422
    assert "Typed" in answer.text
    assert fresh(project).version == 1


def test_a_base_of_another_record_is_refused(stage, project, edit, post_form):
    other = stage.project(title_en="Other")
    theirs = stage.client("moscow_editor").get(reverse("projects:project-edit", args=[other.pk]))
    answer = post_form(stage.client("moscow_editor"), edit, base=theirs.context["form"]["base"].value())
    assert answer.status_code == 422


def test_nothing_changed_is_no_new_version(stage, project, edit, post_form):
    post_form(stage.client("moscow_editor"), edit)
    assert fresh(project).version == 1


def test_line_ends_of_a_browser_are_no_change(stage, edit, project, post_form):
    post_form(stage.client("moscow_editor"), edit, summary_en="one\r\ntwo")
    assert fresh(project).summary_en == "one\ntwo"
    post_form(stage.client("moscow_editor"), edit, summary_en="one\r\ntwo")
    assert fresh(project).version == 2


def test_a_stale_translation_is_marked_and_can_be_confirmed(stage, project, edit, post_form):
    post_form(stage.client("moscow_editor"), edit, title_en="Signalling")
    page = stage.client("moscow_editor").get(edit)
    assert "confirm_title_ru" in page.text
    post_form(stage.client("moscow_editor"), edit, page, confirm_title_ru="on")
    assert "confirm_title_ru" not in stage.client("moscow_editor").get(edit).text


# A login that has run out


def sign_in(client: Client, email: str) -> None:
    answer = client.post(reverse("account_login"), {"login": email, "password": PASSWORD})
    assert answer.status_code == 302


@pytest.fixture
def timed_out(stage, edit, post_form):
    """A browser whose session ended between opening the form and posting it."""
    client = Client()
    sign_in(client, "moscow_editor@example.org")
    opened = client.get(edit)
    client.cookies.pop("sessionid")
    answer = post_form(client, edit, opened, summary_en="Typed for an hour")
    assert answer.url.startswith(reverse("account_login"))
    return client


def test_what_was_posted_after_a_timed_out_login_comes_back_after_signing_in(
    project, edit, timed_out, post_form
):
    sign_in(timed_out, "moscow_editor@example.org")
    page = timed_out.get(edit)
    assert page.context["returned"]
    assert page.context["form"]["summary_en"].value() == "Typed for an hour"
    assert fresh(project).version == 1
    assert post_form(timed_out, edit, page).status_code == 302
    assert fresh(project).summary_en == "Typed for an hour"
    assert not HeldPost.objects.exists()


def test_reading_the_page_again_does_not_lose_it(edit, timed_out):
    sign_in(timed_out, "moscow_editor@example.org")
    timed_out.get(edit)
    assert timed_out.get(edit).context["returned"]


def test_it_can_be_discarded(edit, timed_out):
    sign_in(timed_out, "moscow_editor@example.org")
    timed_out.post(edit, {"discard": "1"})
    assert not timed_out.get(edit).context["returned"]
    assert not HeldPost.objects.exists()


def test_nobody_else_gets_it_back_on_the_same_computer(edit, timed_out):
    sign_in(timed_out, "beijing_editor@example.org")
    assert not timed_out.get(edit).context["returned"]


def test_it_lies_encrypted(timed_out):
    held = HeldPost.objects.get()
    assert b"Typed" not in bytes(held.sealed)


def test_it_is_kept_for_half_an_hour(edit, timed_out):
    HeldPost.objects.update(held_at=HeldPost.objects.get().held_at - timedelta(minutes=31))
    sign_in(timed_out, "moscow_editor@example.org")
    assert not timed_out.get(edit).context["returned"]
    assert forget_expired() == 1


def test_a_browser_where_nobody_had_signed_in_leaves_nothing(edit):
    Client().post(edit, {"summary_en": "spam"})
    assert not HeldPost.objects.exists()


def test_a_form_from_before_another_login_comes_back_with_what_was_typed(stage, project, edit, post_form):
    client = Client(enforce_csrf_checks=True)
    client.force_login(stage.people["moscow_editor"])
    opened = client.get(edit)
    data = {bound.html_name: bound.value() for bound in opened.context["form"] if bound.value()}
    client.cookies["csrftoken"] = "a" * 32  # a login in another tab has changed it
    post = {**data, "summary_en": "Typed", "csrfmiddlewaretoken": "b" * 32}
    foreign = client.post(edit, post, headers={"sec-fetch-site": "cross-site"})
    assert foreign.status_code == 403
    assert not HeldPost.objects.exists()
    ours = client.post(edit, post, headers={"sec-fetch-site": "same-origin"})
    assert ours.url == edit
    assert client.get(edit).context["form"]["summary_en"].value() == "Typed"
    assert fresh(project).version == 1


# Archive


def test_archiving_and_restoring_in_the_browser(stage, project, post_form):
    client = stage.client("moscow_editor")
    archive = reverse("projects:project-archive", args=[project.pk])
    assert client.post(archive, {"version": "7"}).status_code == 302  # somebody else's version: not done
    assert fresh(project).archived_at is None
    client.post(archive, {"version": "1"})
    assert fresh(project).archived_at
    assert "Signals" not in client.get(reverse("projects:project-list")).text
    client.post(reverse("projects:project-restore", args=[project.pk]), {"version": "2"})
    assert "Signals" in client.get(reverse("projects:project-list")).text


# What one side does not see


@pytest.fixture
def secret(stage, project):
    """An agreement of Moscow's own, on a project that both sides edit."""
    agreement = record_create(
        record=Agreement(
            programme=stage.programme,
            kind="sectoral",
            title_en="Secret of Moscow",
            visibility="own",
            owner_city=stage.cities["MOW"],
        ),
        by=stage.actor("moscow_editor"),
    )
    moscow = stage.actor("moscow_editor")
    project_amend(project=project, changes={"agreements": [str(agreement.pk)]}, base_version=1, by=moscow)
    return agreement


def test_what_an_editor_does_not_see_is_not_in_their_form_and_stays(
    stage, project, edit, post_form, secret
):
    page = stage.client("beijing_editor").get(edit)
    assert "Secret of Moscow" not in page.text
    open_one = Agreement.objects.get(title_en="Metro agreement")
    post_form(stage.client("beijing_editor"), edit, page, agreements=[str(open_one.pk)])
    assert set(fresh(project).agreements.all()) == {secret, open_one}
    assert "Secret of Moscow" in stage.client("moscow_editor").get(edit).text


def test_what_an_editor_does_not_see_can_not_be_chosen(stage, project, edit, post_form, secret):
    other = stage.project(title_en="Other")
    page = reverse("projects:project-edit", args=[other.pk])
    answer = post_form(stage.client("beijing_editor"), page, agreements=[str(secret.pk)])
    assert answer.status_code == 422
    assert not other.agreements.exists()
