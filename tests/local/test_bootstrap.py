"""The bootstrap: what it installs when, and what it says when it cannot."""

import sys

import pytest

from config.local import bootstrap

PACKAGES = "alpha==1.0 \\\n    --hash=sha256:00\nbeta==2.0 \\\n    --hash=sha256:11\n"


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A source folder of its own."""
    for name in (bootstrap.PRODUCT, bootstrap.LOCAL, bootstrap.DEVELOPMENT):
        (tmp_path / name).write_text(PACKAGES)
    venv = tmp_path / ".venv"
    for name, value in {
        "ROOT": str(tmp_path),
        "VENV": str(venv),
        "PYTHON": str(venv / "bin" / "python"),
        "STAMP": str(venv / "installed.txt"),
        "PIP_LOG": str(venv / "pip.log"),
    }.items():
        monkeypatch.setattr(bootstrap, name, value)
    return tmp_path


@pytest.fixture
def made(tree, monkeypatch):
    """What would have been made and installed, in order."""
    made: list[object] = []

    def make_environment():
        made.append("venv")
        (tree / ".venv" / "bin").mkdir(parents=True, exist_ok=True)
        (tree / ".venv" / "bin" / "python").touch()

    def install(files, count):
        made.append((*files, count))

    monkeypatch.setattr(bootstrap, "make_environment", make_environment)
    monkeypatch.setattr(bootstrap, "install", install)
    return made


def test_first_start_installs_and_later_ones_do_not(made):
    bootstrap.prepare([bootstrap.PRODUCT])
    bootstrap.prepare([bootstrap.PRODUCT])
    assert made == ["venv", (bootstrap.PRODUCT, 2)]


def test_a_changed_requirement_file_is_installed(tree, made):
    bootstrap.prepare([bootstrap.PRODUCT])
    (tree / bootstrap.PRODUCT).write_text(PACKAGES + "gamma==3.0 \\\n    --hash=sha256:22\n")
    bootstrap.prepare([bootstrap.PRODUCT])
    assert made[-1] == (bootstrap.PRODUCT, 3)


def test_tools_are_added_to_what_is_there(made):
    bootstrap.prepare([bootstrap.PRODUCT])
    bootstrap.prepare([bootstrap.PRODUCT, bootstrap.DEVELOPMENT])
    bootstrap.prepare([bootstrap.PRODUCT])
    assert made == ["venv", (bootstrap.PRODUCT, 2), (bootstrap.PRODUCT, bootstrap.DEVELOPMENT, 2)]


def test_an_installation_cut_short_is_done_again(made, monkeypatch):
    def interrupted(files, count):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(bootstrap, "install", interrupted)
        with pytest.raises(KeyboardInterrupt):
            bootstrap.prepare([bootstrap.PRODUCT])
    bootstrap.prepare([bootstrap.PRODUCT])
    assert made == ["venv", "venv", (bootstrap.PRODUCT, 2)]


def test_another_python_needs_another_environment(made, monkeypatch):
    bootstrap.prepare([bootstrap.PRODUCT])
    monkeypatch.setattr(bootstrap, "signature", lambda: "python 3.12.9 /elsewhere")
    bootstrap.prepare([bootstrap.PRODUCT])
    assert made.count("venv") == 2


def test_a_folder_that_is_no_environment_is_left_alone(tree):
    (tree / ".venv").mkdir()
    (tree / ".venv" / "letter.txt").write_text("mine")
    with pytest.raises(bootstrap.Unready, match="not a virtual environment"):
        bootstrap.make_environment()
    assert (tree / ".venv" / "letter.txt").exists()


@pytest.mark.parametrize("version", [(3, 10, 14), (3, 13, 0)])
def test_another_version_of_python_is_named(monkeypatch, version):
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(bootstrap.Unready, match=r"needs Python 3\.11 or 3\.12"):
        bootstrap.check_python()


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("ERROR: No matching distribution found for Django==5.2", "check the network"),
        ("WARNING: Retrying after connection broken by 'NewConnectionError(...)'", "check the network"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "pinned hash"),
        ("ERROR: Could not install: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: Failed building wheel for alpha.", "Failed building wheel for alpha."),
    ],
)
def test_pips_complaint_becomes_a_sentence(output, said):
    sentence = bootstrap.explain(output)
    assert said in sentence
    assert "\n" not in sentence


def test_servers_from_outside_need_no_embedded_ones(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://db/tracker")
    monkeypatch.setenv("REDIS_URL", "")
    assert bootstrap.files_for("run") == [bootstrap.PRODUCT, bootstrap.LOCAL]
    monkeypatch.setenv("REDIS_URL", "redis://cache")
    assert bootstrap.files_for("run") == [bootstrap.PRODUCT]
