"""`make bench`: the product, full of samples, measured beside what it is compared with."""

import signal
import subprocess
import sys
from pathlib import Path

from config.local.console import Trouble
from config.local.processes import Interrupts, Stopped, end_with_parent
from config.local.testing import throw_away_servers, wait


def bench(root: Path, arguments: list[str]) -> int:
    interrupts = Interrupts()
    interrupts.install()
    try:
        with throw_away_servers(interrupts, "local", {}) as env:
            process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks", *arguments],
                cwd=root,
                env={**env, "DJANGO_SETTINGS_MODULE": "benchmarks.settings", "LOG_LEVEL": "WARNING"},
                preexec_fn=end_with_parent(signal.SIGTERM),
            )
            try:
                return wait(process, interrupts.pause)
            finally:
                if process.poll() is None:
                    process.terminate()
                    process.wait(20)
    except Stopped as stopped:
        raise Trouble("Stopped before the end: nothing was measured whole.") from stopped
