from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "delivery"

    def ready(self) -> None:
        from delivery.erasure import REACHES
        from records.erasure import reach

        reach(*REACHES)
        from delivery.holding import HOLDINGS
        from delivery.tasks import ask_for_notices
        from records.changes import after_changes
        from records.holding import hold

        hold(*HOLDINGS)
        after_changes(ask_for_notices)
