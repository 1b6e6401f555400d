"""Every page, in every language, narrow and wide: it fits, and breaks no content policy."""

import pytest
from django.urls import reverse

from programme.models import Agreement, Event, Source, Statement


@pytest.fixture
def addresses(stage):
    project = stage.project(
        visibility="public",
        title_en="A project",
        title_ru="Торгово-экономическое и научно-технологическое сотрудничество" * 2,
    )
    records = [
        stage.programme, stage.areas[0], stage.provision, project, Agreement.objects.first(),
        Event.objects.first(), Source.objects.first(), Statement.objects.first(),
        stage.cities["MOW"].organisations.first(),
    ]  # fmt: skip
    names = [
        "overview:home", "programme:agreement-list", "programme:event-list", "programme:source-list",
        "programme:statement-list", "projects:project-list", "dev-kit", "api-docs", "account_login",
    ]  # fmt: skip
    return [
        *(reverse(name) for name in names),
        *(record.get_absolute_url() for record in records),
        reverse("projects:project-edit", args=[project.pk]),
        "/no-such-page/",
    ]


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_every_page_fits_a_narrow_screen(open_browser, addresses, language):
    page = open_browser("moscow_editor", width=320, language=language)
    page.on("console", lambda said: None)
    too_wide = []
    for address in addresses:
        if address == "/no-such-page/":
            continue
        page.goto(address)
        if page.evaluate("document.documentElement.scrollWidth") > 320:
            too_wide.append(address)
    assert not too_wide


def test_the_language_is_chosen_in_the_header_and_kept(open_browser, addresses):
    page = open_browser()
    page.goto("/projects/")
    page.get_by_role("button", name="中文").first.click()
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.lang") == "zh-Hans"
    page.goto("/agreements/")
    assert page.evaluate("document.documentElement.lang") == "zh-Hans"


def test_a_list_is_filtered_as_one_types(open_browser, addresses, stage):
    stage.project(visibility="public", title_en="Theatre")
    page = open_browser()
    page.goto("/projects/")
    page.fill("[name=search]", "Theatre")
    page.get_by_text("A project").wait_for(state="detached")
    assert page.get_by_text("Theatre").first.is_visible()
    assert "search=Theatre" in page.url
