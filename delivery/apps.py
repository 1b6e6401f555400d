from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "delivery"

    def ready(self) -> None:
        from delivery.tasks import ask_for_notices
        from records.changes import after_changes

        after_changes(ask_for_notices)
