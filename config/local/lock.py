"""`make lock`: writes the requirement files from `pyproject.toml`.

Three files that add up: the product, what `make run` starts beside it, and the
developers' tools. Each follows the pins of the ones before it, so that a
package named in two of them has one version. Pins already in a file are kept;
`make lock ARGS=--upgrade` moves them.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

from config.local.console import Trouble, say

HEADER = "# Made by `make lock` from pyproject.toml: change it there.\n"
OPTIONS = (
    "--allow-unsafe",  # pip and setuptools are pinned like everything else: hashes are all or nothing
    "--generate-hashes",
    "--no-annotate",
    "--no-emit-find-links",
    "--no-emit-index-url",
    "--no-emit-trusted-host",
    "--no-header",
    "--quiet",
    "--strip-extras",
)


def lock(root: Path, arguments: list[str]) -> int:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    earlier: list[str] = []
    for name, wanted in {
        "requirements.txt": project["dependencies"],
        "requirements-local.txt": extras["local"],
        "requirements-dev.txt": extras["dev"],
    }.items():
        say(f"Resolving {name} …")
        constraints = [option for file in earlier for option in ("-c", file)]
        command = [sys.executable, "-m", "piptools", "compile", *OPTIONS, *constraints]
        result = subprocess.run(
            [*command, *arguments, "--output-file", name, "-"],
            cwd=root,
            input="\n".join(wanted),
            text=True,
            check=False,
        )
        if result.returncode:
            raise Trouble(f"{name} could not be resolved; pip-compile says why above.")
        file = root / name
        file.write_text(HEADER + file.read_text().removeprefix(HEADER))
        earlier.append(name)
    return 0
