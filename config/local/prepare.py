"""What has to be done between the servers' start and the first page, in one Python process.

Run by the supervisor as `python -m config.local.prepare <file>`. Every step may
run again: on later starts most find nothing to do. The accounts go to the file,
to be printed when there is an address to use them at. A failure is one sentence
for the terminal; its traceback goes to the log.
"""

import hashlib
import io
import re
import sys
import traceback
from pathlib import Path

from config.local.console import Trouble, say

FACTS = "programme/facts/moscow_beijing_2021_2023.yaml"


def main(accounts: Path) -> int:
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    step = "Reading the settings"
    try:
        import django
        from django.conf import settings

        django.setup()
        check_database()
        check_redis(settings.REDIS_URL)
        root = Path(settings.BASE_DIR)
        for step, work in (
            ("Bringing the database up to date", migrate),
            ("Compiling the translations", compile_translations),
            ("Collecting styles and scripts", lambda: collect_static(Path(settings.STATIC_ROOT))),
            ("Loading the programme's facts", lambda: load_facts(root / FACTS)),
            ("Loading exchange rates", lambda: command("load_rates")),
            ("Loading the fields of expertise", lambda: command("load_fields")),
            ("Making the accounts", lambda: make_accounts(accounts)),
        ):
            say(f"{step} …")
            work()
    except (Exception, SystemExit) as error:
        traceback.print_exc()
        say(sentence(step, error))
        return 1
    return 0


def check_database() -> None:
    from django.db import OperationalError, connection

    try:
        connection.ensure_connection()
    except OperationalError as error:
        problem = " ".join(str(error).split())
        raise Trouble(
            f"The database cannot be reached ({problem}): check DATABASE_URL and that server."
        ) from error


def check_redis(url: str) -> None:
    """The product goes on without Redis, but a start that cannot reach it has a wrong address."""
    import redis

    try:
        redis.Redis.from_url(url, socket_connect_timeout=5).ping()
    except (redis.RedisError, ValueError) as error:
        raise Trouble(f"Redis cannot be reached ({error}): check REDIS_URL and that server.") from error


def migrate() -> None:
    # With its checks: one of them asks whether the database knows Russian letters.
    command("migrate", interactive=False, skip_checks=False)


def compile_translations() -> None:
    command("compilemessages")


def collect_static(target: Path) -> None:
    """Builds the compressed files anew only when a source or a package has changed."""
    stamp = target / ".made-from"
    wanted = static_digest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    stamp.unlink(missing_ok=True)
    command("collectstatic", interactive=False, clear=True)
    stamp.write_text(wanted)


def static_digest() -> str:
    """The content of every source file under its public name, and the version of what builds them."""
    from importlib.metadata import version

    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders

    whole = hashlib.sha256(f"{settings.STORAGES['staticfiles']} {version('whitenoise')}".encode())
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            with storage.open(name) as file:
                whole.update(name.encode() + hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()


def load_facts(file: Path) -> None:
    command("load_programme", str(file))


def make_accounts(file: Path) -> None:
    file.write_text(command("make_local_accounts"))


def command(name: str, *arguments: str, **options: object) -> str:
    """Runs a management command and returns what it printed."""
    from django.core.management import call_command

    printed = io.StringIO()
    call_command(name, *arguments, stdout=printed, verbosity=1, **options)
    return printed.getvalue()


def sentence(step: str, error: BaseException) -> str:
    """What the person reads: the message of a known trouble, or the step with the error's first line."""
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management.base import SystemCheckError

    text = " ".join(str(error).split())
    if isinstance(error, SystemCheckError):
        # Django's own heading and the check's number stand before what went wrong.
        return re.sub(r"^.*?\(\w+\.[EC]\d+\) ", "", text)
    if isinstance(error, (Trouble, ImproperlyConfigured)):
        return text
    return f"{step} failed: {text or type(error).__name__} (the details are in log/prepare.log of var/)."


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
