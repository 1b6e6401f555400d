"""The embedded PostgreSQL: damage is named before the server could trip over it."""

import pytest

from config.local import postgres
from config.local.console import Trouble
from config.local.postgres import Postgres


@pytest.fixture
def server(tmp_path):
    data = tmp_path / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text(f"{postgres.MAJOR}\n")
    return Postgres(data, tmp_path / "sockets", tmp_path / "postgres.log", {})


def test_a_whole_data_folder_passes(server):
    server.check_data()


def test_a_missing_version_is_named(server):
    (server.data / "PG_VERSION").unlink()
    with pytest.raises(Trouble, match="PG_VERSION is missing"):
        server.check_data()


def test_another_major_version_is_named(server):
    (server.data / "PG_VERSION").write_text("15\n")
    with pytest.raises(Trouble, match="made by PostgreSQL 15, and this is 18"):
        server.check_data()


def test_a_file_in_its_place_is_named(server, tmp_path):
    server.data = tmp_path / "file"
    server.data.write_text("")
    with pytest.raises(Trouble, match="is a file and must be a folder"):
        server.check_data()


def test_the_address_names_the_folder_of_the_socket(server):
    from config.env import Environment

    settings = Environment({"DATABASE_URL": server.url}).database("DATABASE_URL")
    assert settings["HOST"] == str(server.sockets)
    assert settings["NAME"] == "tracker"


def test_ready_is_the_eighth_line(tmp_path):
    lock = tmp_path / "postmaster.pid"
    assert not postgres.is_ready(tmp_path)
    lock.write_text("1\n/data\n0\n5432\n/sockets\n\n1 2\nstarting\n")
    assert not postgres.is_ready(tmp_path)
    lock.write_text("1\n/data\n0\n5432\n/sockets\n\n1 2\nready   \n")
    assert postgres.is_ready(tmp_path)


def test_the_last_complaint_is_the_reason(tmp_path):
    log = tmp_path / "postgres.log"
    log.write_text(
        "2026-01-01 10:00:00.000 UTC [7] LOG:  starting PostgreSQL\n"
        '2026-01-01 10:00:00.001 UTC [7] FATAL:  could not open "x".\n'
        "2026-01-01 10:00:00.002 UTC [7] LOG:  database system is shut down\n"
    )
    assert postgres.reason(log) == 'could not open "x".'
