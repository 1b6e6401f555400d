"""No lost update: many editors of one project at once, through the API and the form, over HTTP.

Each editor of a round reads first, all write together. Then the project's history is
read version by version, and has to tell exactly of what was accepted, no more and no less.
`make faults` takes 50 editors and 20 rounds.
"""

import http.client
import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp
from threading import Barrier
from typing import Any

import pytest

from tests.faults.plant import GUNICORN, LONG, Browser, Plant, free_port, wait_for
from tests.forms import Fields, form_with

EDITORS, ROUNDS = (50, 20) if LONG else (12, 3)
COLUMNS = ["title_en", "title_ru", "title_zh_hans", "summary_en", "summary_ru", "summary_zh_hans"]
REFUSED = {409, 412, 503}

pytestmark = pytest.mark.faults


@dataclass(frozen=True)
class Edit:
    """What one editor asked for in one round, what they saw before, and what they were answered."""

    column: str
    value: str
    seen: Any  # the value of the column as the form showed it, or the version that the API named
    status: int
    version: int = 0  # which the API answered: this edit's own, or one that followed at once

    @property
    def by_api(self) -> bool:
        return isinstance(self.seen, int)


@pytest.fixture(scope="module")
def plant(tmp_path_factory: Any) -> Iterator[Plant]:
    sockets = Path(mkdtemp(prefix="trk-", dir="/tmp"))
    made = Plant(tmp_path_factory.mktemp("editors"), sockets)
    yield made
    made.end()
    made.database.close()
    made.redis.kill_all()
    made.admin(f"DROP DATABASE {made.name} WITH (FORCE)")
    shutil.rmtree(sockets)


class Site:
    """A web server of two processes of four threads, and the editors who work with it."""

    def __init__(self, plant: Plant, editors: int, **env: str) -> None:
        self.plant, self.port = plant, free_port()
        plant.begin("web", GUNICORN, BIND=f"127.0.0.1:{self.port}", WEB_WORKERS="2", WEB_THREADS="4", **env)
        assert wait_for(Browser(self.port).is_up, 60), plant.logs()
        people = json.loads(plant.python("editors", editors))
        self.project = people["project"]
        self.tokens, self.browsers = people["tokens"], []
        for cookie, session in people["sessions"]:
            browser = Browser(self.port, patience=120)
            browser.cookies[cookie] = session
            self.browsers.append(browser)

    def edit(self, rounds: int) -> list[Edit]:
        acts = [(self.by_api, token) for token in self.tokens]
        acts += [(self.by_form, browser) for browser in self.browsers]
        together = Barrier(len(acts), timeout=300)

        def work(number: int) -> list[Edit]:
            act, who = acts[number]
            column = COLUMNS[number % len(COLUMNS)]
            return [act(who, column, f"{number} in round {turn}", together) for turn in range(rounds)]

        with ThreadPoolExecutor(len(acts)) as pool:
            return [edit for edits in pool.map(work, range(len(acts))) for edit in edits]

    def by_api(self, token: str, column: str, value: str, together: Barrier) -> Edit:
        status, headers = self.call(token, "GET")
        assert status == 200
        version = int(headers["ETag"].strip('"'))
        together.wait()
        field, _, language = column.partition("_")
        data = {field: {language.replace("_h", "-h"): value}}
        status, headers = self.call(token, "PATCH", data, **{"If-Match": f'"{version}"'})
        return Edit(column, value, version, status, int(headers["ETag"].strip('"')) if status == 200 else 0)

    def call(self, token: str, method: str, data: Any = None, **headers: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers |= {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        connection.request(
            method, f"/api/v1/projects/{self.project}", json.dumps(data) if data else None, headers
        )
        response = connection.getresponse()
        response.read()
        connection.close()
        return response.status, response.headers

    def by_form(self, browser: Browser, column: str, value: str, together: Barrier) -> Edit:
        path = f"/projects/{self.project}/edit/"
        status, page, _ = browser.call("GET", path)
        assert status == 200
        fields = dict_of(form_with(page, "base"))
        together.wait()
        sent = [
            (name, value if name == column else given) for name, items in fields.items() for given in items
        ]
        status, _page, _ = browser.call("POST", path, sent)
        return Edit(column, value, fields[column][0].strip(), status)

    def history(self) -> list[tuple[Any, ...]]:
        """Each state of the project, in the order in which it was written: version and texts."""
        names = ", ".join(f"coalesce({name}, '')" for name in COLUMNS)
        return self.plant.sql(
            f"SELECT version, {names} FROM projects_projecthistory WHERE pgh_obj_id = %s ORDER BY pgh_id",
            self.project,
        )


def dict_of(form: str) -> dict[str, list[str]]:
    assert form, "the page has no form"
    found: dict[str, list[str]] = {}
    for name, value in Fields(f"<form {form}").fields:
        if name != "discard":
            found.setdefault(name, []).append(value)
    return found


def faults_in(site: Site, edits: list[Edit]) -> list[str]:
    """Everything that the history tells otherwise than the answers did."""
    accepted = {edit.value: edit for edit in edits if edit.status in {200, 302}}
    found = [f"answered {edit.status}" for edit in edits if edit.status not in {200, 302, *REFUSED}]
    states = site.history()
    versions = [version for version, *_texts in states]
    if versions != list(range(1, len(accepted) + 2)):
        found.append(f"{len(accepted)} accepted edits, and the versions {versions}")
    for before, after in pairwise(states):
        changed = [at for at in range(1, len(after)) if before[at] != after[at]]
        edit = accepted.pop(after[changed[0]], None) if len(changed) == 1 else None
        if edit is None or COLUMNS[changed[0] - 1] != edit.column:
            found.append(
                f"version {after[0]} changed {[COLUMNS[at - 1] for at in changed]}, and nobody asked"
            )
        elif edit.by_api and (edit.seen != before[0] or edit.version < after[0]):
            found.append(f"a call that named version {edit.seen} overwrote version {before[0]} unseen")
        elif not edit.by_api and edit.seen != before[changed[0]]:
            found.append(f"a form that showed {edit.seen!r} overwrote {before[changed[0]]!r} unseen")
    found += [f"lost: {value}" for value in accepted]
    texts = site.plant.sql(
        f"SELECT version, {', '.join(COLUMNS)} FROM projects_project WHERE id = %s", site.project
    )
    if [tuple(text or "" if at else text for at, text in enumerate(texts[0]))] != states[-1:]:
        found.append("the record is not what its history ends with")
    return found


def test_of_what_was_accepted_nothing_is_lost(plant: Plant) -> None:
    site = Site(plant, EDITORS)
    edits = site.edit(ROUNDS)
    assert faults_in(site, edits) == []
    named = [edit.seen for edit in edits if edit.status == 200]
    assert len(named) == len(set(named)), "exactly one success for each version"
    done = {kind: sum(edit.status == kind for edit in edits) for kind in {200, 302, *REFUSED}}
    print(f"\n{EDITORS} editors, {ROUNDS} rounds, {len(edits)} edits by status: {done}")
    assert done[200]
    assert done[302], "both doors let something through"


def test_control_without_lock_and_version_the_same_editors_lose_each_others_work(plant: Plant) -> None:
    site = Site(plant, min(EDITORS, 24), GUARD_OFF="version")
    found = faults_in(site, site.edit(2))
    assert any("unseen" in fault for fault in found), found
