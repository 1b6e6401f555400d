"""Two officials edit one project at once, in real browsers, with and without JavaScript."""

import pytest
from django.urls import reverse

from tests.conftest import PASSWORD


@pytest.fixture
def project(stage):
    return stage.project(title_en="Signals", summary_en="Old", visibility="public")


@pytest.fixture
def edit(project):
    return reverse("projects:project-edit", args=[project.pk])


def save(page):
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_load_state()


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_separate_fields_merge_and_the_same_field_asks(open_browser, project, edit, scripts):
    moscow = open_browser("moscow_editor", java_script_enabled=scripts)
    beijing = open_browser("beijing_editor", java_script_enabled=scripts)
    moscow.goto(edit)
    beijing.goto(edit)

    moscow.fill("[name=summary_en]", "Moscow's summary")
    save(moscow)
    beijing.fill("[name=title_zh_hans]", "地铁信号")
    beijing.fill("[name=summary_en]", "Beijing's summary")
    save(beijing)

    for text in ("Old", "Moscow's summary", "Take theirs", "Keep mine"):
        assert beijing.get_by_text(text).first.is_visible()
    assert beijing.input_value("[name=summary_en]") == "Beijing's summary"
    assert beijing.input_value("[name=title_zh_hans]") == "地铁信号"
    project.refresh_from_db()
    assert project.summary_en == "Moscow's summary"

    beijing.get_by_label("Take theirs").check()
    save(beijing)
    project.refresh_from_db()
    assert (project.summary_en, project.title_zh_hans) == ("Moscow's summary", "地铁信号")
    assert project.version == 3


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_what_was_typed_survives_a_login_that_ran_out(open_browser, project, edit, stage, scripts):
    page = open_browser(java_script_enabled=scripts)
    page.goto(edit)
    sign_in(page, "moscow_editor@example.org")
    page.fill("[name=summary_en]", "Typed for an hour")
    page.context.clear_cookies(name="sessionid")
    save(page)
    sign_in(page, "moscow_editor@example.org")
    assert page.input_value("[name=summary_en]") == "Typed for an hour"
    assert page.get_by_text("It is not saved yet.").is_visible()
    save(page)
    project.refresh_from_db()
    assert project.summary_en == "Typed for an hour"


def sign_in(page, email):
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()


def test_what_was_typed_survives_a_crash_of_the_browser(open_browser, project, edit):
    page = open_browser("moscow_editor")
    page.goto(edit)
    page.fill("[name=summary_en]", "Typed, and then the power failed")
    page.wait_for_timeout(1500)
    again = page.context.new_page()
    page.close(run_before_unload=False)
    again.goto(edit)
    again.get_by_role("button", name="Restore", exact=True).click()
    assert again.input_value("[name=summary_en]") == "Typed, and then the power failed"


def test_leaving_with_unsaved_text_warns(open_browser, project, edit):
    page = open_browser("moscow_editor")
    page.goto(edit)
    page.fill("[name=summary_en]", "Not saved")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_url(f"**{project.get_absolute_url()}")
    assert asked == ["beforeunload"]
