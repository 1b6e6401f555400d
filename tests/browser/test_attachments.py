"""Documents and remarks on a project's page, as a person meets them."""

from typing import Any

import pytest


@pytest.fixture
def project(stage: Any, files: Any) -> Any:
    return stage.project(visibility="public")


def test_a_file_and_a_remark_are_added_where_they_belong(open_browser, project, tmp_path):
    minutes = tmp_path / "Протокол.txt"
    minutes.write_text("Протокол", encoding="utf-8")
    page = open_browser("moscow_editor")
    page.goto(project.get_absolute_url())
    page.click("#documents summary")
    page.set_input_files("#document_upload", str(minutes))
    page.click("#new-document button[type=submit]")
    page.wait_for_selector("#documents .attached-item")
    assert "Протокол.txt" in page.inner_text("#documents")
    with page.expect_download() as started:
        page.click("#documents .attached-item a")
    assert started.value.suggested_filename == "Протокол.txt"

    page.click("#remarks summary")
    page.locator("#remark_text").press_sequentially("Ask @coord")
    page.click(".people button:has-text('Beijing Coordinator')")
    assert page.input_value("#remark_text") == "Ask @Beijing Coordinator "
    page.click("#new-remark button[type=submit]")
    page.wait_for_selector("#remarks .attached-item")
    assert "@Beijing Coordinator" in page.inner_text("#remarks")


def test_names_offered_for_an_own_remark_are_of_ones_own_side(open_browser, project):
    page = open_browser("moscow_editor")
    page.goto(project.get_absolute_url())
    page.click("#remarks summary")
    page.check("#new-remark input[value=own]")
    page.locator("#remark_text").press_sequentially("@")
    page.wait_for_selector(".people button")
    assert "Beijing" not in page.inner_text(".people")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.input_value("#remark_text") == "@Moscow Editor "
    page.keyboard.type("x")
    page.evaluate("document.querySelector('#new-remark').reset()")


@pytest.mark.parametrize("width", [375, 1280])
def test_without_scripts_the_sections_are_pages_of_their_own(open_browser, project, width):
    page = open_browser("moscow_editor", width=width, java_script_enabled=False)
    page.goto(project.get_absolute_url())
    page.click("text=Show the remarks")
    page.click(".attached-new summary")
    page.fill("#remark_text", "Plain words")
    page.click("text=Seen by Moscow only")
    page.click("#new-remark button[type=submit]")
    page.click("text=Show the remarks")
    assert "Plain words" in page.inner_text("main")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
