"""The tables of requests and engagements."""

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from experts.models import Engagement, ExpertiseRequest
from programme.tables import TITLE, RecordTable, cell

DAYS = (
    '{% include "programme/moment.html" with period=record.starts_on %}'
    "{% if record.ends_on %}<br>"
    '{% include "programme/moment.html" with period=record.ends_on %}{% endif %}'
)


class RequestTable(RecordTable):
    title = tables.Column(verbose_name=_("What is asked"), orderable=False, attrs=TITLE)
    city = tables.Column(verbose_name=_("Asking city"))
    state = tables.Column(verbose_name=_("State"))
    answers = tables.Column(verbose_name=_("Experts"), orderable=False, accessor="pk")
    starts_on = tables.Column(verbose_name=_("From, until"), empty_values=())
    answer_by = tables.Column(verbose_name=_("Answer wanted by"))
    opened_at = tables.Column(verbose_name=_("Opened"))

    class Meta:
        model = ExpertiseRequest
        fields = ("title", "city", "state", "answers", "starts_on", "answer_by", "opened_at")
        sequence = fields
        order_by = ("-opened_at",)
        empty_text = _("No request matches. Remove a filter, or write a request.")

    def shown(self, record: Any) -> dict[str, Any]:
        return {"opened": record.opened_at and record.opened_at.date()}

    render_title = cell(
        '<a class="row-title" href="{{ record.get_absolute_url }}">{% text record "title" %}</a>'
    )
    render_city = cell("{% side_mark record.city name=True %}")
    render_state = cell("{% state record.state record.get_state_display %}")
    render_answers = cell('{% include "experts/request_answers.html" %}')
    render_starts_on = cell(DAYS)
    render_answer_by = cell('{% include "programme/moment.html" with period=record.answer_by %}')
    render_opened_at = cell("{% if opened %}<time>{{ opened|moment }}</time>{% endif %}")


class EngagementTable(RecordTable):
    request = tables.Column(verbose_name=_("What was asked"), orderable=False, attrs=TITLE)
    expert = tables.Column(verbose_name=_("Expert"), orderable=False)
    city = tables.Column(verbose_name=_("Asking city"), orderable=False, accessor="pk")
    state = tables.Column(verbose_name=_("State"))
    starts_on = tables.Column(verbose_name=_("From, until"), empty_values=())

    class Meta:
        model = Engagement
        fields = ("request", "expert", "city", "state", "starts_on")
        sequence = fields
        order_by = ("-starts_on",)
        empty_text = _("No engagement matches.")

    render_request = cell(
        '<a class="row-title" href="{{ record.get_absolute_url }}">{% text record.request "title" %}</a>'
    )
    render_expert = cell(
        '{% include "experts/expert_named.html" with expert=record.expert named=record.is_shown %}'
    )
    render_city = cell("{% side_mark record.request.city name=True %}")
    render_state = cell("{% state record.state record.get_state_display %}")
    render_starts_on = cell(DAYS)
