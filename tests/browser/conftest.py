"""A real Chromium against a live server; skipped with one line where there is none."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()

# Playwright's event loop lives in the thread in which the tests use the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = os.path.dirname(__file__)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="there is no Chromium on this machine"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def let_requests_end(seconds: int = 30) -> None:
    """A page that was left may still be answered, and must not meet the emptying of the tables."""
    busy = """SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"""
    end = time.monotonic() + seconds
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute(busy)
            if cursor.fetchone() == (0,):
                return
            time.sleep(0.1)


@pytest.fixture
def open_browser(chromium: Browser, live_server: Any, stage: Any) -> Iterator[Callable[..., Page]]:
    """`open_browser("moscow_editor", width=375)`: a page of somebody who has signed in, or of a stranger.

    Whatever the browser reports as an error, a violated content policy included, fails the test.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_one(
        who: str = "anonymous", *, width: int = 1280, language: str = "en", **options: Any
    ) -> Page:
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 900}, **options
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        context.add_cookies([{"name": "language", "value": language, "url": live_server.url}])
        if who != "anonymous":
            client = stage.client(who)
            session = client.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((live_server.url, "data:"))
                else complaints.append(f"asked another host: {request.url}")
            ),
        )
        return page

    yield open_one
    for context in contexts:
        context.close()
    let_requests_end()
    unexpected = [
        text for text in complaints if "status of 409" not in text and "status of 422" not in text
    ]
    assert not unexpected, unexpected
