"""Reports have no translated fields; their history is tracked here, as that of every record."""

import pghistory

from reports.models import Report

# The snapshot never changes (a trigger holds it), so that no copy of it is kept with each past state.
pghistory.track(append_only=True, model_name="ReportHistory", exclude=["snapshot"])(Report)
