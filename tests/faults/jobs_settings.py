"""The product's settings for the processes that these tests start and kill, and their jobs."""

from config.settings import *  # noqa: F403

CELERY_IMPORTS = ["tests.faults.jobs_work"]
