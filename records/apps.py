from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    name = "records"
    verbose_name = _("Background work and changes")

    def ready(self) -> None:
        from records import checks  # noqa: F401 — registers them
        from records.copies import REACHES
        from records.erasure import reach

        reach(*REACHES)
