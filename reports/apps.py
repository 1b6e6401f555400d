from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from records.registry import RecordType, register


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        from reports import tasks  # noqa: F401 — registers its kind of job and what runs each minute
        from reports.models import Report

        register(
            RecordType(
                kind="report",
                model=Report,
                label=_("report"),
                plural=_("reports"),
                edited=("kind", "period", "edition"),
                field_labels={"snapshot": _("content"), "files": _("files")},
            )
        )
