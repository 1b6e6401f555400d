"""`make run`: the supervisor. Starts everything in order, watches it, stops it in the reverse order."""

import http.client
import os
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from config.local import environment
from config.local.console import Trouble, say
from config.local.postgres import Postgres
from config.local.processes import Child, Interrupts, Stopped, start, stop
from config.local.redis import Redis
from config.local.state import State

PATIENCE = 60.0  # seconds from starting the web server to its first answer


class Supervisor:
    def __init__(self, root: Path, interrupts: Interrupts) -> None:
        self.root = root
        self.interrupts = interrupts
        # In the order in which they are stopped: first what serves people, then what it stands on.
        self.product: list[Child] = []
        self.redis: list[Child] = []
        self.postgres: list[Child] = []

    def run(self) -> int:
        port = environment.port()
        state = State(environment.state_folder(self.root))
        try:
            listener = reserve(port)
            settings = self.start_servers(state)
            self.prepare(state, settings)
            self.start_web(state, settings, listener)
            self.wait_for_health(port)
            self.start_background(state, settings)
            self.greet(state, port)
            while True:
                self.interrupts.pause()
                self.check_children()
        except Stopped:
            say("Stopping …")
            return 0
        finally:
            self.stop_everything()
            state.remove_sockets()
            state.close()

    def start_servers(self, state: State) -> dict[str, str]:
        """PostgreSQL and Redis, unless the person named others; returns the product's variables."""
        settings = {"SECRET_KEY": environment.given("SECRET_KEY") or state.secret_key()}
        sockets = state.sockets()
        env = environment.servers()
        if not environment.given("DATABASE_URL"):
            say("Starting PostgreSQL …")
            database = Postgres(state.folder / "postgres", sockets, state.logs / "postgres.log", env)
            self.postgres.append(database.start(self.interrupts))
            settings["DATABASE_URL"] = database.url
        if not environment.given("REDIS_URL"):
            say("Starting Redis …")
            redis = Redis(state.folder / "redis", sockets, state.logs / "redis.log", env)
            self.redis.append(redis.start(self.interrupts))
            settings["REDIS_URL"] = redis.url
        return environment.product("local", state.folder, settings)

    def prepare(self, state: State, env: Mapping[str, str]) -> None:
        log = state.logs / "prepare.log"
        child = start(
            "preparation",
            [sys.executable, "-m", "config.local.prepare", state.folder / "accounts.txt"],
            log=log,
            env=env,
            cwd=self.root,
            speaks=True,
        )
        self.product.append(child)
        while child.running:
            self.interrupts.pause()
        self.product.remove(child)
        if child.process.returncode > 0:
            raise Trouble("")  # It has said why itself.
        if child.process.returncode:
            raise Trouble(f"The preparation {child.verdict()}; its log is {log}.")

    def start_web(self, state: State, env: Mapping[str, str], listener: socket.socket) -> None:
        say("Starting web, worker and beat …")
        handle = listener.fileno()
        command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"]
        command += ["--bind", f"fd://{handle}", "--graceful-timeout", "3"]
        log = state.logs / "web.log"
        self.product.append(start("web", command, log=log, env=env, cwd=self.root, pass_fds=[handle]))

    def start_background(self, state: State, env: Mapping[str, str]) -> None:
        """After the web server: on two cores, the pages come sooner if these load behind it."""
        celery = [sys.executable, "-m", "celery", "--app", "config.celery", "--quiet"]
        alone = ["--concurrency", "1", "--without-gossip", "--without-mingle"]
        for name, options in {"worker": alone, "beat": ["--pidfile", ""]}.items():
            command = [*celery, name, "--loglevel", "INFO", *options]
            log = state.logs / f"{name}.log"
            self.product.append(start(name, command, log=log, env=env, cwd=self.root))

    def wait_for_health(self, port: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while not is_healthy(port):
            self.check_children()
            if time.monotonic() > deadline:
                log = self.product[0].log
                raise Trouble(f"The web server gave no good answer in {PATIENCE:.0f} s; its log is {log}.")
            self.interrupts.pause()

    def greet(self, state: State, port: int) -> None:
        say()
        say(f"Ready: http://127.0.0.1:{port}/")
        say()
        say((state.folder / "accounts.txt").read_text().rstrip())
        say()
        say("Ctrl-C stops everything.")

    def check_children(self) -> None:
        for child in (*self.product, *self.redis, *self.postgres):
            if not child.running:
                raise Trouble(
                    f"The {child.name} process {child.verdict()}, so everything is stopped. "
                    f"The end of its log, {child.log}:\n{child.last_words()}"
                )

    def stop_everything(self) -> None:
        asked_before = self.interrupts.count
        for group in (self.product, self.redis, self.postgres):
            stop(group, hurry=lambda: self.interrupts.count > max(asked_before, 1))


def run(root: Path) -> int:
    interrupts = Interrupts()
    interrupts.install()
    # Logs, uploads and messages are the business of whoever runs this, not of the machine's other users.
    os.umask(0o077)
    return Supervisor(root, interrupts).run()


def reserve(port: int) -> socket.socket:
    """Takes the port before anything is started; connections are refused until the web server listens."""
    listener = socket.socket(socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except PermissionError as error:
        raise Trouble(f"Port {port} is for root only: choose another, as in make run PORT=8001.") from error
    except OSError as error:
        raise Trouble(
            f"Port {port} is taken by another program: stop that one, or choose another port, as in "
            f"make run PORT={port + 1 if port < 65535 else 8001}."
        ) from error
    return listener


def is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
