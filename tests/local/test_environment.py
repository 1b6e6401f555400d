"""The variables that a start reads and those that it passes on."""

from pathlib import Path

import pytest

from config.local import environment
from config.local.console import Trouble


@pytest.mark.parametrize(("value", "port"), [("", 8000), ("8123", 8123), (" 1 ", 1), ("65535", 65535)])
def test_a_port(monkeypatch, value, port):
    monkeypatch.setenv("PORT", value)
    assert environment.port() == port


@pytest.mark.parametrize("value", ["0", "65536", "-1", "abc", "80 80", "8e3", "٣٠٠٠"])
def test_what_is_no_port(monkeypatch, value):
    monkeypatch.setenv("PORT", value)
    with pytest.raises(Trouble, match="PORT must be"):
        environment.port()


def test_the_state_folder_is_var_unless_named(monkeypatch, tmp_path):
    monkeypatch.delenv("VAR_DIR", raising=False)
    assert environment.state_folder(tmp_path) == tmp_path / "var"
    monkeypatch.setenv("VAR_DIR", "/srv/tracker")
    assert environment.state_folder(tmp_path) == Path("/srv/tracker")


def test_a_relative_state_folder_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("VAR_DIR", "here")
    with pytest.raises(Trouble, match="absolute"):
        environment.state_folder(tmp_path)


def test_the_machines_client_settings_stay_out_of_the_embedded_server(monkeypatch):
    monkeypatch.setenv("PGPORT", "6543")
    embedded = environment.product("local", Path("/v"), {"DATABASE_URL": "postgres://x/y"})
    assert "PGPORT" not in embedded
    assert environment.product("local", Path("/v"), {})["PGPORT"] == "6543"


def test_the_mode_is_not_the_machines_to_choose(monkeypatch):
    monkeypatch.setenv("MODE", "production")
    assert environment.product("local", Path("/v"), {})["MODE"] == "local"
