from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from records.registry import RecordType, register


class ApprovalsConfig(AppConfig):
    name = "approvals"
    verbose_name = _("Joint approval")

    def ready(self) -> None:
        from approvals.models import Assignment, Proposal

        register(
            RecordType(
                kind="proposal", model=Proposal, label=_("proposal"), plural=_("proposals"), edited=()
            )
        )
        register(
            RecordType(
                kind="assignment",
                model=Assignment,
                label=_("assignment"),
                plural=_("assignments"),
                edited=("task", "due_on", "opinion"),
            )
        )
