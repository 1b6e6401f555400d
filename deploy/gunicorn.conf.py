"""Gunicorn, for production and for `make run` alike.

What differs between machines comes from the environment; docs/configuration.md lists it.
"""

import ctypes
import os
import signal
import sys

wsgi_app = "config.wsgi:application"
bind = os.environ.get("BIND", "127.0.0.1:8000")
# Two processes of four threads keep two cores busy while some requests wait for the database.
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread"
# The product is loaded once and the workers are forked from it: a faster start and less memory.
# It also means that a new version takes a restart, and not a reload.
preload_app = True
timeout = 60
graceful_timeout = 30
# Longer than nginx keeps an idle connection to us, so that it never writes into one just closed.
keepalive = 75
# The heartbeat file lies in memory: on a slow disk a worker would look hung.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108
control_socket_disable = True
# What is searched for, a person's name perhaps, stands in addresses: nobody writes them down.
accesslog = None


def when_ready(server):
    """Loads the addresses, and with them every view, before the fork: Django would wait for a request."""
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018 — it is loaded by being read


def post_fork(server, worker):
    """Ends a worker with its master.

    Without this a worker in the middle of a long request would outlive a master
    that was killed, and answer on the port beside the next one.
    """
    if sys.platform == "linux":
        set_death_signal = 1
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)
