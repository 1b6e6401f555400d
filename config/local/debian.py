"""System packages that tests and gates want, fetched with apt where that is possible at all."""

import os
import shutil
import subprocess
from pathlib import Path

from config.local.console import say

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def can_install() -> bool:
    return os.geteuid() == 0 and Path("/etc/debian_version").exists() and bool(shutil.which("apt-get"))


def install(*packages: str) -> None:
    """Tries to install; whoever asked looks afterwards whether the program is there."""
    say(f"Installing {' and '.join(packages)} with apt …")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *packages]):
        subprocess.run(
            ["apt-get", *command],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )


def find_chromium() -> str | None:
    named = os.environ.get("CHROMIUM", "").strip()
    return named or next(filter(None, map(shutil.which, CHROMIUMS)), None)


def has_chinese_font() -> bool:
    lister = shutil.which("fc-list")
    if not lister:
        return False
    return bool(subprocess.run([lister, ":lang=zh"], capture_output=True, check=False).stdout)


def chromium() -> str | None:
    """The browser for the browser tests, or none, in which case it has said so."""
    if can_install() and not (find_chromium() and has_chinese_font()):
        install("chromium", "fonts-noto-cjk")
    found = find_chromium()
    if not found:
        say("Browser tests are skipped: no Chromium here (install it, or name one with CHROMIUM=/path).")
    return found


def xgettext() -> str | None:
    """The tool that collects texts for translation, or none."""
    if can_install() and not shutil.which("xgettext"):
        install("gettext")
    return shutil.which("xgettext")
