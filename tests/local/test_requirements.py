"""The pinned packages: one version each, each with hashes, and no word of where they come from."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FILES = ("requirements.txt", "requirements-local.txt", "requirements-dev.txt")
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", re.MULTILINE)


def pins(name):
    return dict(PIN.findall((ROOT / name).read_text()))


def test_a_package_in_two_files_has_one_version():
    versions: dict[str, str] = {}
    for name in FILES:
        for package, version in pins(name).items():
            assert versions.setdefault(package, version) == version, package


@pytest.mark.parametrize("name", FILES)
def test_every_pin_has_a_hash(name):
    blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / name).read_text())
    assert pins(name)
    assert not [block for block in blocks if PIN.match(block) and "--hash=sha256:" not in block]


@pytest.mark.parametrize("name", FILES)
def test_no_index_is_named(name):
    assert not re.search(r"index-url|find-links|trusted-host|https?://", (ROOT / name).read_text())


def test_the_oldest_python_finds_all_it_needs():
    """Debian 12 has Python 3.11.2, where redis wants a package that later ones do not."""
    assert "async-timeout" in pins("requirements.txt")
