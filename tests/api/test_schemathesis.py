"""No call that the API's own description allows, or nearly allows, breaks the server.

Schemathesis reads the description and makes the calls: from its examples, from the
edges of each parameter and body, and at random. They are the same at each run;
`FAULTS=long` makes all of them, and more at random.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup, ServerError

from records.api.views import ReadOnlyResource
from tests.api.test_writes import SCOPES, Partner

pytestmark = pytest.mark.django_db
LONG = os.environ.get("FAULTS") == "long"
MOST = 10_000 if LONG else 6  # calls of one operation
FILE = Path(__file__).resolve().parents[2] / "docs" / "api" / "openapi.json"


def credentials(who: str, stage: Any) -> dict[str, str]:
    if who == "partner":
        return {"Authorization": f"Bearer {Partner(stage, 'moscow_secretary', SCOPES).token}"}
    if who == "session":
        return {"Cookie": f"sessionid={stage.client('moscow_editor').cookies['sessionid'].value}"}
    return {}


def load() -> Any:
    generation = {"max-examples": 50 if LONG else 1, "deterministic": True, "no-shrink": True}
    config = SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "generation": generation | {"database": "none"},
            "suppress-health-check": ["all"],
        }
    )
    schema = schemathesis.openapi.from_dict(json.loads(FILE.read_text(encoding="utf-8")), config=config)
    schema.app = get_wsgi_application()
    return schema


api = load()


def call(case: Any, headers: dict[str, str]) -> None:
    """Calls the server, which leaves the test's connection open, as for Django's own test client."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        case.call_and_validate(checks=[not_a_server_error], headers=headers)
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


@pytest.fixture
def counted() -> list[int]:
    return []


@pytest.mark.parametrize("who", ["anonymous", "partner", "session"])
@api.parametrize()
def test_no_call_breaks_the_server(case: Any, who: str, stage: Any, counted: list[Any]) -> None:
    if not counted:
        counted.append(credentials(who, stage))
    if len(counted) <= MOST:
        counted.append(case)
        call(case, counted[0])


def test_a_view_that_raises_is_found(stage: Any, monkeypatch: Any) -> None:
    case = api["/api/v1/projects"]["GET"].Case()
    call(case, {})
    monkeypatch.setattr(ReadOnlyResource, "list", lambda *args, **kwargs: 1 / 0)
    with pytest.raises((FailureGroup, ServerError)):
        call(case, {})
