"""A project's whole way from a shared draft to its completion, walked by both cities in real browsers."""

import re
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from approvals.models import Proposal
from programme.models import Remit
from projects.models import Milestone, Project

TITLES = {"title_en": "Signals", "title_ru": "Сигналы", "title_zh_hans": "信号"}


@pytest.fixture
def remits(stage: Any) -> None:
    for area in stage.areas:
        Remit.objects.create(user=stage.people["beijing_coordinator"], area=area)


def marks(page: Page, scope: str) -> dict[str, str]:
    """The pair of marks as it is read out: city → its word."""
    spoken = page.locator(f"{scope} .pair-button").first.get_attribute("aria-label") or ""
    return dict(re.findall(r"(Moscow|Beijing): (given|awaited|refused|not asked)", spoken))


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


def says(page: Page, text: str) -> None:
    """The page tells what has just been done."""
    expect(page.locator(".flashes")).to_contain_text(text)


def state(page: Page, project: Project, label: str) -> None:
    """What the project's page says of its state, opened anew; it stays open."""
    page.goto(project.get_absolute_url())
    shows_state(page, label)


def shows_state(page: Page, label: str) -> None:
    expect(page.locator("main .badges .term").first).to_have_text(label)


def propose(page: Page) -> str:
    """Send what the form holds, and give the address of the proposal."""
    press(page, "Propose it to the other side")
    says(page, "The other side has been asked for its answer.")
    return page.url


def accept(page: Page) -> None:
    """On the page of a proposal, or of the project on which it waits."""
    if "/projects/" in page.url:
        page.get_by_role("link", name="Look at the proposal").click()
    press(page, "Accept")
    says(page, "Accepted. What was proposed is done.")


def off(page: Page, name: str, why: str) -> None:
    """A button is there, can't be used, and says why."""
    button = page.get_by_role("button", name=name, exact=True)
    expect(button).to_be_disabled()
    expect(button).to_have_accessible_description(re.compile(re.escape(why)))


def headings(page: Page) -> list[str]:
    """What heads anything on the whole page, its sections fetched."""
    waiting = page.locator("main [hx-trigger*=revealed]")
    while left := waiting.count():
        page.evaluate("document.querySelector('main [hx-trigger*=revealed]')?.scrollIntoView()")
        expect(waiting).not_to_have_count(left)
    page.wait_for_load_state("networkidle")
    return page.locator("main").locator("h1, h2, h3, th, .question, summary, dt").all_inner_texts()


def test_from_a_shared_draft_to_completed(open_browser, stage, remits):
    project = stage.project(title_en="Signals")
    edit = reverse("projects:project-edit", args=[project.pk])
    change = reverse("projects:project-propose-change", args=[project.pk])
    moscow, beijing = open_browser("moscow_secretary"), open_browser("beijing_coordinator")

    # The draft, in every authentic language; each side writes its own at the same time.
    moscow.goto(edit)
    beijing.goto(edit)
    moscow.fill("[name=title_ru]", "Сигналы")
    moscow.fill("[name=summary_ru]", "Поезда ходят чаще.")
    moscow.fill("[name=summary_en]", "Moscow's summary")
    press(moscow, "Save")
    beijing.fill("[name=title_zh_hans]", "信号")
    beijing.fill("[name=summary_zh_hans]", "列车更密。")
    beijing.fill("[name=summary_en]", "Beijing's summary")
    press(beijing, "Save")

    # Both wrote the same field: the second is asked, and nothing typed is lost.
    asked = beijing.locator("[data-conflict]")
    expect(asked).to_have_count(1)
    expect(asked).to_contain_text("Moscow's summary")
    expect(asked.get_by_label("Take theirs")).to_be_visible()
    assert beijing.input_value("[name=summary_en]") == "Beijing's summary"
    assert beijing.input_value("[name=title_zh_hans]") == "信号"
    project.refresh_from_db()
    assert (project.summary_en, project.title_zh_hans) == ("Moscow's summary", None)
    asked.get_by_label("Keep mine").check()
    beijing.fill("[name=summary_en]", "Trains run more often.")
    press(beijing, "Save")
    project.refresh_from_db()
    assert (project.summary_en, project.title_ru, project.title_zh_hans) == (
        "Trains run more often.", "Сигналы", "信号",
    )  # fmt: skip

    # Moscow asks, with a message and a letter.
    state(moscow, project, "draft")
    assert marks(moscow, ".standing") == {"Moscow": "not asked", "Beijing": "not asked"}
    moscow.locator("#life").get_by_role("link", name="Agree on the project").click()
    moscow.get_by_label("Message to the other side").fill("Please agree by spring.")
    moscow.get_by_text("There is a letter on paper").click()
    moscow.get_by_label("Number of the letter").fill("01-15/3")
    first = propose(moscow)
    assert marks(moscow, "main") == {"Moscow": "given", "Beijing": "awaited"}
    off(moscow, "Accept", "nobody acts for two cities")

    # An editor of Beijing reads it and may not decide; the coordinator may.
    editor = open_browser("beijing_editor")
    editor.goto(first)
    for name in ("Accept", "Refuse", "Propose something else"):
        off(editor, name, "Only a coordinator or a secretary decides for a city. Ask one of them")
    state(beijing, project, "proposed")
    assert marks(beijing, ".standing") == {"Moscow": "given", "Beijing": "awaited"}
    beijing.get_by_role("link", name="Look at the proposal").click()
    expect(beijing.locator("#words")).to_contain_text("Please agree by spring.")
    expect(beijing.locator("#words")).to_contain_text("01-15/3")

    # Beijing answers with another end; Moscow accepts it.
    beijing.get_by_role("link", name="Propose something else").click()
    beijing.fill("[name=ends_on]", "2023-06-30")
    propose(beijing)
    assert marks(beijing, "main") == {"Moscow": "awaited", "Beijing": "given"}
    moscow.goto(first)
    expect(moscow.locator("main")).to_contain_text("The other side answered with a proposal of its own")
    state(moscow, project, "proposed")
    assert marks(moscow, ".standing") == {"Moscow": "awaited", "Beijing": "given"}
    accept(moscow)
    assert marks(moscow, "main") == {"Moscow": "given", "Beijing": "given"}
    for page in (moscow, beijing):
        state(page, project, "agreed")
        assert marks(page, ".standing") == {"Moscow": "given", "Beijing": "given"}
        expect(page.locator("main .column-side")).to_contain_text("30 June 2023")

    # The work begins; a milestone is agreed on, then confirmed by both.
    press(beijing, "Start the work")
    says(beijing, "The work has begun.")
    shows_state(beijing, "active")
    moscow.goto(change)
    for language, text in (("en", "First train"), ("ru", "Первый поезд"), ("zh_hans", "首列")):
        moscow.fill(f"[name=new_1_title_{language}]", text)
    moscow.fill("[name=new_1_due_on]", "2022-05-01")
    added = propose(moscow)
    assert not Milestone.objects.exists()
    beijing.goto(added)
    accept(beijing)
    milestone = Milestone.objects.get()
    beijing.goto(change)
    beijing.fill(f"[name=milestone_{milestone.pk.hex}_achieved_on]", "2022-04-28")
    achieved = propose(beijing)
    milestones = reverse("projects:milestone-list", args=[project.pk])
    moscow.goto(milestones)
    assert marks(moscow, ".part-title") == {"Moscow": "awaited", "Beijing": "given"}
    moscow.goto(achieved)
    accept(moscow)
    moscow.goto(milestones)
    assert marks(moscow, ".part-title") == {"Moscow": "given", "Beijing": "given"}
    expect(moscow.locator("main")).to_contain_text("28 April 2022")

    # Completed, on both screens.
    state(moscow, project, "active")
    moscow.locator("#life").get_by_role("link", name="Complete the project").click()
    propose(moscow)
    state(beijing, project, "active")
    accept(beijing)
    for page in (moscow, beijing):
        state(page, project, "completed")
        assert marks(page, ".standing") == {"Moscow": "given", "Beijing": "given"}
        expect(page.locator("main")).to_contain_text("1 of 1")
    assert list(Proposal.objects.order_by("created_at").values_list("act", "state")) == [
        ("agree", "countered"), ("agree", "accepted"), ("change", "accepted"), ("change", "accepted"),
        ("complete", "accepted"),
    ]  # fmt: skip

    # The same page in each city's language has nothing of the English one left.
    english = headings(moscow)
    for who, language, title in (
        ("moscow_secretary", "ru", "Сигналы"),
        ("beijing_coordinator", "zh-hans", "信号"),
    ):
        page = open_browser(who, language=language)
        page.goto(project.get_absolute_url())
        expect(page.get_by_role("heading", level=1)).to_contain_text(title)
        shown = headings(page)
        assert len(shown) == len(english), (english, shown)
        left_over = [text for text in shown if re.search("[A-Za-z]{2}", text)]
        assert not left_over, (language, left_over)


def test_a_proposal_is_raised_and_accepted_without_javascript(open_browser, stage, remits):
    project = stage.project(**TITLES)
    moscow = open_browser("moscow_editor", java_script_enabled=False)
    beijing = open_browser("beijing_coordinator", java_script_enabled=False)
    moscow.goto(project.get_absolute_url())
    moscow.locator("#life").get_by_role("link", name="Agree on the project").click()
    moscow.get_by_label("Message to the other side").fill("Plainly")
    propose(moscow)
    state(beijing, project, "proposed")
    accept(beijing)
    state(moscow, project, "agreed")
    assert marks(moscow, ".standing") == {"Moscow": "given", "Beijing": "given"}
