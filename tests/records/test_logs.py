"""Log lines say nothing of people, whatever an error carries."""

import logging

import pytest
import structlog
from django.db import IntegrityError

from records.logs import told, traced
from tests.experts.canaries import Lines

NAME, MAIL = "Qanaryname", "qanary@example.org"


@pytest.fixture
def lines():
    handler = Lines()
    logging.getLogger().addHandler(handler)
    yield handler.lines
    logging.getLogger().removeHandler(handler)


def failing():
    try:
        {}[NAME]
    except KeyError as cause:
        detail = f"DETAIL:  Key (latin_name)=({NAME}) already exists."
        raise IntegrityError(f'duplicate key value violates "{NAME}"\n{detail}') from cause


def test_an_error_is_told_without_what_it_is_about(lines):
    with pytest.raises(IntegrityError) as caught:
        failing()
    error = caught.value
    structlog.get_logger().error("job_failed", exc_info=error)
    logging.getLogger("django.request").error("Internal Server Error: /", exc_info=error)
    trace = traced(error)
    assert NAME not in told(error) + trace
    for part in ("IntegrityError", "KeyError", "in failing"):
        assert part in trace
    assert len(lines) == 2
    assert all("IntegrityError" in line and NAME not in line for line in lines)


def test_a_line_holds_no_address_and_no_quoted_value(lines):
    structlog.get_logger().warning("mail_refused", error=f"{{'{MAIL}': (550, b'no {NAME}')}}")
    logging.getLogger("any").warning("refused for %s", MAIL)
    assert len(lines) == 2
    assert not any(MAIL in line or NAME in line for line in lines)


def test_errors_of_the_program_keep_their_words():
    assert told(AttributeError("'X' object has no attribute 'y'")).endswith("no attribute 'y'")
