"""The product's settings, with the addresses of what it is compared with."""

from config.settings import *  # noqa: F403 — all of them, and nothing else changed

ROOT_URLCONF = "benchmarks.urls"
