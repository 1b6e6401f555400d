"""The product's settings for the processes that these tests start and kill, and their jobs."""

import os

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

CELERY_IMPORTS = ["tests.faults.jobs_work"]
if os.environ.get("GUARD_OFF") == "version":
    INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.unguarded.Unguarded"]
