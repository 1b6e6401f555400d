"""The Celery application is there wherever Django is: who only sends a job must know the queue too."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
