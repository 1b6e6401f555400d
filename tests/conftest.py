"""The cast and the stage that all tests share: two sides, a stranger's city, one programme."""

import gc
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client

from accounts.actors import Actor
from accounts.models import City, Organisation, Role, User
from accounts.services import city_create, organisation_create, person_create
from programme.minutes.services import obligation_create, resolution_create
from programme.models import (
    Agreement,
    Area,
    Event,
    Obligation,
    Programme,
    Provision,
    Resolution,
    Source,
    Statement,
)
from programme.services import programme_create, record_create
from projects.models import Project
from projects.services import project_create
from records.models import Visibility
from records.period import Period
from reports.models import Report
from reports.services import report_build, report_open
from tests.snapshot import Snapshot, can_be_put_back

# A busy machine is no failure of what is tested.
hypothesis.settings.register_profile("tracker", deadline=None)
hypothesis.settings.load_profile("tracker")

# Each worker counts and keeps for itself in Redis, whose keys name rows of that worker's database.
django_settings.CACHES["default"]["KEY_PREFIX"] = f"tests-{uuid4().hex}"

PASSWORD = "correct-horse-battery-staple"
SYSTEM = Actor.system("tests")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: no collection of garbage looks through it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Each worker's database is a copy of one with all migrations, where there is one."""
    connection.settings_dict["TEST"]["TEMPLATE"] = os.environ.get("TEST_TEMPLATE") or None


@pytest.fixture(autouse=True)
def _nobody_held_back(settings: Any) -> None:
    """All tests of a worker call from one address; those of limits set low ones of their own."""
    settings.API_CALLS_A_MINUTE = settings.API_CALLS_A_MINUTE_ANONYMOUS = 1_000_000_000
    settings.ACCOUNT_RATE_LIMITS = False


@dataclass
class Stage:
    """Everything that a test of records needs."""

    cities: dict[str, City]
    programme: Programme
    areas: list[Area]
    provision: Provision
    people: dict[str, User] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        return Actor.anonymous() if name == "anonymous" else Actor(user=self.people[name])

    def client(self, name: str) -> Client:
        client = Client()
        if name != "anonymous":
            client.force_login(self.people[name])
        return client

    def project(self, *, visibility: str = Visibility.SHARED, owner: str = "MOW", **values: Any) -> Project:
        values.setdefault("title_en", "Metro signalling")
        own = visibility == Visibility.OWN
        project = Project(
            programme=self.programme,
            visibility=visibility,
            owner_city=self.cities[owner] if own else None,
            **values,
        )
        return project_create(
            project=project, parts={"areas": [str(self.areas[0].pk)]}, original="en", by=SYSTEM
        )

    def meeting(self, *, visibility: str = Visibility.PUBLIC, owner: str = "MOW", **values: Any) -> Event:
        values = {
            "kind": "meeting",
            "title_en": "Working meeting",
            "held": Period.parse("2021-03-10"),
            **values,
        }
        values.setdefault("programme", self.programme)
        own = self.cities[owner] if visibility == Visibility.OWN else None
        event = Event(visibility=visibility, owner_city=own, **values)
        return record_create(record=event, original="en", by=SYSTEM)

    def resolution(
        self,
        event: Event | None = None,
        *,
        visibility: str = Visibility.SHARED,
        owner: str = "MOW",
        **values: Any,
    ) -> Resolution:
        own = self.cities[owner] if visibility == Visibility.OWN else None
        values = {"text_en": "The sides exchange data.", **values}
        made = Resolution(event=event or self.meeting(), visibility=visibility, owner_city=own, **values)
        return resolution_create(resolution=made, original="en", by=SYSTEM)

    def obligation(
        self,
        resolution: Resolution | None = None,
        *,
        city: str = "MOW",
        visibility: str = Visibility.SHARED,
        **values: Any,
    ) -> Obligation:
        """What a side owes; without a resolution, from a new one that is seen as widely."""
        own = self.cities[city] if visibility == Visibility.OWN else None
        outer = resolution or self.resolution(visibility=visibility, owner=city)
        values = {"text_en": "Send the data.", "due_on": date(2021, 4, 1), **values}
        made = Obligation(
            resolution=outer, city=self.cities[city], visibility=visibility, owner_city=own, **values
        )
        return obligation_create(obligation=made, original="en", by=SYSTEM)

    def report(self, period: str = "2021-Q1", **files: Any) -> Report:
        """A report with one small file, or with those that are named (languages, formats)."""
        report = report_open(
            programme=self.programme, kind="programme-status", period=Period.parse(period), by=SYSTEM
        )
        files = files or {"languages": ["en"], "formats": ["xlsx"]}
        return report_build(report_id=report.pk, by=SYSTEM, **files)


CAST = {
    "moscow_editor": ("MOW", Role.EDITOR),
    "moscow_secretary": ("MOW", Role.SECRETARY),
    "beijing_editor": ("BJS", Role.EDITOR),
    "beijing_coordinator": ("BJS", Role.COORDINATOR),
    "moscow_reader": ("MOW", Role.READER),
    "reader": (None, Role.READER),
    "administrator": (None, Role.ADMINISTRATOR),
    "stranger": ("XXX", Role.EDITOR),  # an editor of a city that is no side of the programme
}


def make_city(code: str, en: str, ru: str, zh: str, language: str, country: str) -> City:
    return city_create(
        city=City(
            code=code, name_en=en, name_ru=ru, name_zh_hans=zh, letter_en=en[0], letter_ru=ru[0],
            letter_zh_hans=zh[0], timezone="UTC", country=country, language=language,
            colour="#1f4e96", colour_dark="#8fb4f0",
        ),
        original="en",
        by=SYSTEM,
    )  # fmt: skip


@pytest.fixture(scope="session")
def stage_rows(django_db_setup: Any, django_db_blocker: Any) -> Snapshot | None:
    """The cast, made once by the services; None where it must be made for each test."""
    with django_db_blocker.unblock():
        return Snapshot(make_stage) if can_be_put_back() else None


@pytest.fixture
def stage(stage_rows: Snapshot | None, db: Any) -> Stage:
    """The cast on its stage: rows and objects that no other test has touched."""
    return stage_rows.put_back() if stage_rows else make_stage()


def make_stage() -> Stage:
    cities = {
        "MOW": make_city("MOW", "Moscow", "Москва", "莫斯科", "ru", "RU"),
        "BJS": make_city("BJS", "Beijing", "Пекин", "北京", "zh-hans", "CN"),
        "XXX": make_city("XXX", "Elsewhere", "Нигде", "他处", "en", "XX"),
    }
    programme = programme_create(
        programme=Programme(
            title_en="Programme of cooperation",
            title_ru="Программа сотрудничества",
            title_zh_hans="合作计划",
            period=Period.parse("2021/2023"),
            authentic=["ru", "zh-hans"],
            visibility=Visibility.PUBLIC,
        ),
        sides={cities["MOW"]: {"signatory_en": "A"}, cities["BJS"]: {"signatory_en": "B"}},
        original="en",
        by=SYSTEM,
    )

    def record(made: Any, **parts: Any) -> Any:
        made.programme, made.visibility = programme, Visibility.PUBLIC
        return record_create(record=made, parts=parts, original="en", by=SYSTEM)

    areas = [
        record(Area(code="TRA", name_en="Transport", name_ru="Транспорт", name_zh_hans="交通", position=1)),
        record(
            Area(code="EDU", name_en="Education", name_ru="Образование", name_zh_hans="教育", position=2)
        ),
    ]
    provision = record(Provision(code="P1", title_en="City transport"), areas=[str(areas[0].pk)])
    record(Agreement(kind="sectoral", title_en="Metro agreement", is_signed=False), cities=[])
    record(Event(kind="forum", title_en="Forum", held=Period.parse("2020-12")))
    record(Statement(kind="remark", text_en="A remark"))
    record(Source(kind="document", title="A page", language="en"))
    organisation_create(
        organisation=Organisation(name_en="Moscow Metro", city=cities["MOW"], kind="enterprise"),
        original="en",
        by=SYSTEM,
    )
    made = Stage(cities, programme, areas, provision)
    for name, (code, role) in CAST.items():
        made.people[name] = person_create(
            email=f"{name}@example.org",
            name=name.replace("_", " ").title(),
            password=PASSWORD,
            city=cities[code] if code else None,
            roles=[role],
        )
    return made


@pytest.fixture
def files(settings: Any, tmp_path: Any) -> Any:
    """The folder in which uploaded files are kept, made anew for each test."""
    store = {
        **settings.STORAGES["default"],
        "OPTIONS": {"location": str(tmp_path / "files"), "base_url": None},
    }
    settings.STORAGES = {**settings.STORAGES, "default": store}
    return tmp_path / "files"


@pytest.fixture
def post_form() -> Callable[..., Any]:
    """Opens a page with a form, changes some fields, and posts it as a browser would."""

    def post(client: Client, url: str, opened: Any = None, **changes: Any) -> Any:
        form = (opened or client.get(url)).context["form"]
        data = {}
        for bound in form:
            value = bound.value()
            if value not in (None, "", False):
                data[bound.html_name] = value
        return client.post(url, {**data, **changes})

    return post
