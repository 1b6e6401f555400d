"""Reports have no translated fields; their history is tracked here, as that of every record."""

from records.history import track
from reports.models import Report

track(Report)
