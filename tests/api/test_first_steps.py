"""`docs/api/first-steps.md` works as it stands, with curl alone."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from accounts.services import client_create

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api" / "first-steps.md"
SECRET = "a-secret-for-tests"


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
def test_the_page_runs(stage, live_server, settings):
    client_create(
        client_id="demo",
        secret=SECRET,
        name="demo",
        official=stage.people["moscow_secretary"],
        scopes=list(settings.OAUTH2_PROVIDER["SCOPES"]),
    )
    script = "\n".join(re.findall(r"```bash\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL))
    place = {"BASE": live_server.url, "CLIENT": "demo", "SECRET": SECRET}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env={"PATH": os.environ["PATH"], **place},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("\n") >= 15
