"""The table of proposals."""

from typing import Any

import django_tables2 as tables
from django.template import Context, Template
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from approvals.marks import BADGES, marks_of, sides_of, since, waiting_line
from approvals.models import Proposal
from records.named import named
from records.pages.display import moment

ASKED = Template(
    '<a class="row-title" href="{{ record.get_absolute_url }}">{{ subject.title }}</a>'
    '<small class="row-note">{{ record.asked.label }}</small>'
)
PAIR = Template("{% pair marks %}")
STATE = Template("{% badge label tone sign %}")


class ProposalTable(tables.Table):
    subject = tables.Column(verbose_name=_("Proposal"), orderable=False, accessor="pk")
    city = tables.Column(verbose_name=_("Asked by"), orderable=False)
    marks = tables.Column(verbose_name=_("Words"), orderable=False, accessor="pk")
    waits = tables.Column(verbose_name=_("Waits on"), orderable=False, accessor="pk", empty_values=())
    state = tables.Column(verbose_name=_("State"))
    created_at = tables.Column(verbose_name=_("Since"))

    class Meta:
        model = Proposal
        fields = ("subject", "city", "marks", "waits", "state", "created_at")
        sequence = fields
        empty_text = _("There is no proposal here that you may see.")

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        self.actor = actor
        super().__init__(*args, **kwargs)

    def render_subject(self, record: Any) -> Any:
        subject = named(record.subject_kind, record.record_json)
        return ASKED.render(Context({"record": record, "subject": subject}))

    def render_marks(self, record: Proposal) -> Any:
        return PAIR.render(Context({"marks": marks_of(record, sides_of(record, self.actor), self.actor)}))

    def render_waits(self, record: Proposal) -> str:
        return waiting_line(record, sides_of(record, self.actor)) or "—"

    def render_state(self, record: Proposal) -> Any:
        tone, sign = BADGES[Proposal.State(record.state)]
        return STATE.render(Context({"label": record.get_state_display(), "tone": tone, "sign": sign}))

    def render_created_at(self, record: Proposal) -> str:
        return moment(localtime(since(record)).date())
