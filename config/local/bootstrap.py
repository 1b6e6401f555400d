"""The first step of every `make` target: a virtual environment with the pinned packages.

Run by the system's Python as a plain script, so it uses the standard library
only, imports nothing of the product, and keeps to syntax that an older Python 3
can still parse, so that its owner reads a sentence and not a SyntaxError. When the
environment is ready it replaces itself with `python -m config.local <command>`.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
import sysconfig

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "installed.txt")
PIP_LOG = os.path.join(VENV, "pip.log")

PRODUCT, LOCAL, DEVELOPMENT = "requirements.txt", "requirements-local.txt", "requirements-dev.txt"

INDEX_SIGNS = (
    "No matching distribution found",
    "Could not find a version",
    "ConnectionError",
    "NewConnectionError",
    "Max retries exceeded",
    "ReadTimeoutError",
    "NameResolutionError",
    "ProxyError",
    "SSLError",
    "HTTP error",
)


class Unready(Exception):
    """The environment cannot be made; the text says what to do about it."""


def main(arguments):
    command = arguments[0] if arguments else "run"
    try:
        check_python()
        with_lock(lambda: prepare(files_for(command)))
    except Unready as trouble:
        return fail(str(trouble))
    except OSError as error:
        return fail(f"{error.filename or VENV}: {error.strerror}.")
    except KeyboardInterrupt:
        return 130
    os.chdir(ROOT)
    return os.execve(PYTHON, [PYTHON, "-m", "config.local", command], environment())  # noqa: S606


def fail(sentence):
    print(sentence, file=sys.stderr)
    return 1


def check_python():
    if not (3, 11) <= sys.version_info[:2] <= (3, 12):
        version = sys.version.split()[0]
        raise Unready(
            f"This needs Python 3.11 or 3.12, and {sys.executable} is {version}: install one, "
            "or name it, as in make run PYTHON=/path/to/python3.11."
        )


def files_for(command):
    """The requirement files of a command; servers that are given from outside need no local ones."""
    if command == "run":
        given = os.environ.get("DATABASE_URL", "").strip() and os.environ.get("REDIS_URL", "").strip()
        return [PRODUCT] if given else [PRODUCT, LOCAL]
    return [PRODUCT, LOCAL, DEVELOPMENT]


def with_lock(work):
    """Runs `work` alone: two first starts at once must not write one environment together.

    The lock is on the source folder itself, so that no lock file lies about.
    """
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another start is installing packages; waiting for it ...", flush=True)
            fcntl.flock(folder, fcntl.LOCK_EX)
        work()
    finally:
        os.close(folder)


def prepare(files):
    wanted = {name: digest(name) for name in files}
    made_by, installed = read_stamp()
    if made_by != signature() or not os.path.exists(PYTHON):
        make_environment()
        installed = {}
    missing = [name for name in files if installed.get(name) != wanted[name]]
    if missing:
        install(files, sum(count_pins(name) for name in missing))
        installed.update(wanted)
        write_stamp(installed)


def signature():
    """What an environment belongs to: another Python, or one that moved, needs a new one."""
    return f"python {sys.version.split()[0]} {sysconfig.get_path('stdlib')}"


def digest(name):
    with open(os.path.join(ROOT, name), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def count_pins(name):
    with open(os.path.join(ROOT, name)) as file:
        return sum("==" in line for line in file)


def read_stamp():
    try:
        with open(STAMP) as file:
            made_by, *lines = file.read().splitlines()
    except (OSError, ValueError):
        return None, {}
    return made_by, dict(line.split(" ", 1) for line in lines if " " in line)


def write_stamp(installed):
    """Written last and in one piece: an installation cut short has none, and is done again."""
    lines = [signature(), *(f"{name} {value}" for name, value in sorted(installed.items()))]
    with open(STAMP + ".new", "w") as file:
        file.write("\n".join(lines) + "\n")
    os.replace(STAMP + ".new", STAMP)


def make_environment():
    if os.path.exists(VENV) and not os.path.exists(os.path.join(VENV, "pyvenv.cfg")) and os.listdir(VENV):
        raise Unready(f"{VENV} is not a virtual environment: move it away and run this again.")
    print("Making the virtual environment .venv ...", flush=True)
    result = run_quietly([sys.executable, "-m", "venv", "--clear", VENV])
    if result.returncode:
        if "ensurepip" in result.stdout or "No module named venv" in result.stdout:
            raise Unready(
                "This Python cannot make virtual environments: install its venv package "
                "(on Debian: apt-get install python3-venv) and run this again."
            )
        raise Unready(f"The virtual environment could not be made: {last_line(result.stdout)}.")


def install(files, count):
    print(f"Installing {count} packages (once; this takes a minute) ...", flush=True)
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    command += ["--retries", "2", "--require-hashes"]
    for name in files:
        command += ["-r", os.path.join(ROOT, name)]
    result = run_quietly(command)
    if result.returncode == 0:
        return
    with open(PIP_LOG, "w", encoding="utf-8") as file:
        file.write(result.stdout)
    raise Unready(f"{explain(result.stdout)} (The details are in {PIP_LOG}.)")


def explain(output):
    """What pip's complaint means for the person, who need not know pip."""
    if "DO NOT MATCH THE HASHES" in output:
        return (
            "A downloaded package differs from its pinned hash, so it was not installed: check which "
            "package index pip uses (pip config list) and run this again."
        )
    if "No space left" in output:
        return "The disk is full: free about 1 GB and run this again."
    if any(sign in output for sign in INDEX_SIGNS):
        return (
            "The packages could not be fetched: check the network, or give pip an index that can be "
            "reached (pip config set global.index-url <address>), and run this again."
        )
    return f"The packages could not be installed: {last_line(output)}."


def environment():
    """The variables for what runs inside: a PYTHONPATH of the machine must not leak in."""
    unwanted = ("PYTHONPATH", "PYTHONHOME", "PYTHONSAFEPATH")
    return {name: value for name, value in os.environ.items() if name not in unwanted}


def run_quietly(command):
    return subprocess.run(
        command,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def last_line(output):
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.upper().startswith("ERROR")]
    return (errors or lines or ["no reason given"])[-1].rstrip(".")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
