from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from records.registry import RecordType, register


class ApprovalsConfig(AppConfig):
    name = "approvals"
    verbose_name = _("Joint approval")

    def ready(self) -> None:
        from approvals.erasure import REACHES
        from records.erasure import reach

        reach(*REACHES)
        from approvals import concerns, reminders, waiting  # noqa: F401 — reminders registers itself
        from approvals.holding import HOLDINGS
        from approvals.matters import awaited_answers
        from approvals.models import Assignment, Proposal
        from records.holding import hold
        from records.matters import Heading, register_matters
        from records.waiting import wait

        register(
            RecordType(
                kind="proposal",
                model=Proposal,
                label=_("proposal"),
                plural=_("proposals"),
                edited=(),
                concerns=concerns.of_proposal,
                along=concerns.proposal_along,
            )
        )
        register(
            RecordType(
                kind="assignment",
                model=Assignment,
                label=_("assignment"),
                plural=_("assignments"),
                edited=("task", "due_on", "opinion"),
                concerns=concerns.of_assignment,
                along=concerns.assignment_along,
            )
        )
        wait(*waiting.SOURCES)
        hold(*HOLDINGS)
        register_matters(Heading.AWAITED, awaited_answers)
