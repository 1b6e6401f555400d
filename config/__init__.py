"""Whoever starts Django has the Celery application, so that a page can send a job as a worker can."""

from config.celery import app

__all__ = ["app"]
