"""The product's settings, with the addresses of what it is compared with, and no limit to the calls."""

from config.settings import *  # noqa: F403 — all of them, but for what follows

ROOT_URLCONF = "benchmarks.urls"
API_CALLS_A_MINUTE = API_CALLS_A_MINUTE_ANONYMOUS = 1_000_000
