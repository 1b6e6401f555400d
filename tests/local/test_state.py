"""The state folder: whose it is, what is in it, and who may use it now."""

import os
import stat

import pytest

from config.local import state
from config.local.console import Trouble
from config.local.state import State


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "var"


@pytest.fixture
def opened(folder):
    opened = State(folder)
    yield opened
    opened.close()


def test_a_new_folder_is_made_and_marked(opened, folder):
    assert (folder / state.MARKER).exists()
    assert not stat.S_IMODE(folder.stat().st_mode) & 0o066


def test_it_opens_again_after_it_was_closed(folder):
    State(folder).close()
    State(folder).close()


def test_an_empty_folder_is_taken(folder):
    folder.mkdir()
    State(folder).close()


def test_a_folder_of_somebody_elses_things_is_refused(folder):
    folder.mkdir()
    (folder / "letter.txt").write_text("mine")
    with pytest.raises(Trouble, match="not made by `make run`"):
        State(folder)
    assert os.listdir(folder) == ["letter.txt"]


def test_one_start_at_a_time(opened, folder):
    with pytest.raises(Trouble, match="Already running"):
        State(folder)


def test_a_file_in_its_place_is_named(folder):
    folder.write_text("")
    with pytest.raises(Trouble, match="is a file and must be a folder"):
        State(folder)


def test_a_file_on_the_way_is_named(folder):
    folder.write_text("")
    with pytest.raises(Trouble, match="part of that path is a file"):
        State(folder / "deeper")


def test_another_users_folder_is_named(folder, monkeypatch):
    folder.mkdir()
    monkeypatch.setattr(state.os, "geteuid", lambda: folder.stat().st_uid + 1)
    with pytest.raises(Trouble, match="belongs to"):
        State(folder)


def test_the_secret_key_is_made_once_and_private(opened, folder):
    key = opened.secret_key()
    assert opened.secret_key() == key
    assert len(key) >= 50
    assert stat.S_IMODE((folder / "secret-key").stat().st_mode) == 0o600


def test_a_damaged_secret_key_is_not_used(opened, folder):
    (folder / "secret-key").write_text("")
    with pytest.raises(Trouble, match="is damaged"):
        opened.secret_key()


def test_sockets_have_a_short_private_folder(opened):
    made = opened.sockets()
    assert len(os.fsencode(made / ".s.PGSQL.5432")) < 107
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    opened.remove_sockets()
    assert not made.exists()


def test_the_sockets_of_a_crashed_start_are_removed(opened):
    first = opened.sockets()
    second = opened.sockets()
    assert not first.exists()
    assert second.exists()
    opened.remove_sockets()


def test_a_copied_tree_leaves_the_sockets_of_its_original(opened, tmp_path):
    made = opened.sockets()
    copy = State(tmp_path / "copy")
    (copy.folder / "sockets").symlink_to(made)
    copy.remove_sockets()
    copy.close()
    assert made.exists()
    opened.remove_sockets()
