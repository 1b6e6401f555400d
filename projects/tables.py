"""The table of projects."""

from collections.abc import Callable
from typing import Any

import django_tables2 as tables
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from programme.tables import RecordTable, cell
from projects.models import Project
from projects.progress import Progress
from projects.queries import in_order
from projects.standing import marks_of


def order(column: str) -> Callable[[Any, Any, bool], tuple[Any, bool]]:
    def ordered(self: Any, rows: Any, is_descending: bool) -> tuple[Any, bool]:
        return in_order(rows, column, descending=is_descending), True

    return ordered


class ProjectTable(RecordTable):
    title = tables.Column(verbose_name=_("Title"), orderable=False)
    code = tables.Column(verbose_name=_("Code"), attrs={"td": {"class": "code"}})
    areas = tables.Column(verbose_name=_("Areas"), orderable=False, accessor="pk")
    word = tables.Column(verbose_name=_("Each city's word"), orderable=False, accessor="pk")
    state = tables.Column(verbose_name=_("State"))
    progress = tables.Column(verbose_name=_("Milestones"), accessor="pk")
    starts_on = tables.Column(verbose_name=_("Starts, ends"), empty_values=())
    visibility = tables.Column(verbose_name=_("Seen by"))
    updated_at = tables.Column(verbose_name=_("Changed"))

    class Meta:
        model = Project
        fields = (
            "title", "code", "areas", "word", "state", "progress", "starts_on", "visibility", "updated_at",
        )  # fmt: skip
        sequence = fields
        order_by = ("code",)
        empty_text = _("No project matches. Remove a filter, or search for another word.")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor

    def shown(self, record: Project) -> dict[str, Any]:
        return {
            "marks": marks_of(record, self.actor),
            "progress": Progress.of(record),
            "changed": localtime(record.updated_at).date(),
        }

    render_title = cell(
        '<a class="row-title" href="{{ record.get_absolute_url }}">{% text record "title" %}</a>'
        '{% if record.is_named_in_source %} {% include "projects/named_in_source.html" %}{% endif %}'
    )
    render_areas = cell(
        "{% load i18n %}{% for area in record.areas.all %}{% text area 'name' plain=True %}"
        '{% if not forloop.last %}{% translate ", " context "between things in a list" %}{% endif %}'
        "{% endfor %}"
    )
    render_word = cell("{% pair marks %}")
    render_state = cell("{% state record.state record.get_state_display %}")
    render_progress = cell('{% include "projects/milestone_progress.html" %}')
    render_starts_on = cell(
        '{% include "programme/moment.html" with period=record.starts_on %}'
        "{% if record.ends_on %}<br>"
        '{% include "programme/moment.html" with period=record.ends_on %}{% endif %}'
    )
    render_visibility = cell("{% visibility record.visibility record.owner_city %}")
    render_updated_at = cell("<time>{{ changed|moment }}</time>")

    order_code, order_state = order("code"), order("state")
    order_progress, order_visibility = order("progress"), order("visibility")
    order_starts_on, order_updated_at = order("starts_on"), order("updated_at")
