"""A real Chromium against a live server; skipped with one line where there is none."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
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


class Requests:
    """Those that the live server has begun and not ended, as Django's signals tell."""

    def __init__(self) -> None:
        self.open, self.changed = 0, threading.Condition()

    def count(self, by: int) -> None:
        with self.changed:
            self.open += by
            self.changed.notify_all()

    def begin(self, **_sent: Any) -> None:
        self.count(1)

    def end(self, **_sent: Any) -> None:
        self.count(-1)


@pytest.fixture
def requests_end() -> Iterator[Callable[[], None]]:
    """Waits for them: a page that was left may be answered late, when the tables are emptied."""
    requests = Requests()
    request_started.connect(requests.begin, weak=False)
    request_finished.connect(requests.end, weak=False)

    def wait() -> None:
        with requests.changed:
            assert requests.changed.wait_for(lambda: requests.open <= 0, timeout=60)

    yield wait
    request_started.disconnect(requests.begin)
    request_finished.disconnect(requests.end)


@pytest.fixture
def open_browser(
    chromium: Browser, live_server: Any, stage: Any, requests_end: Callable[[], None]
) -> Iterator[Callable[..., Page]]:
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
    requests_end()
    unexpected = [
        text for text in complaints if "status of 409" not in text and "status of 422" not in text
    ]
    assert not unexpected, unexpected
