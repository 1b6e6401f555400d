"""The table of reports."""

from typing import Any

import django_tables2 as tables
from django.template import Context, Template
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.models import Report
from reports.queries import files_by_language

TITLE = Template(
    '<a class="row-title" href="{{ record.get_absolute_url }}">{{ record.get_kind_display|capfirst }}</a>'
)
STATE = Template("{% state record.state record.get_state_display %}")
FILES = Template("{% include 'reports/files.html' %}")
VISIBILITY = Template("{% visibility record.visibility record.owner_city %}")


class ReportTable(tables.Table):
    kind = tables.Column(verbose_name=_("Report"), orderable=False)
    period = tables.Column(verbose_name=pgettext_lazy("of a report", "Period"))
    edition = tables.Column(
        verbose_name=_("Edition"), attrs={"td": {"class": "number"}, "th": {"class": "number"}}
    )
    state = tables.Column(verbose_name=_("State"))
    files = tables.Column(verbose_name=_("Files"), orderable=False, accessor="pk")
    visibility = tables.Column(verbose_name=_("Seen by"), orderable=False)

    class Meta:
        model = Report
        fields = ("kind", "period", "edition", "state", "files", "visibility")
        sequence = fields
        empty_text = _("There is no report here that you may see.")

    def render_kind(self, record: Report) -> Any:
        return TITLE.render(Context({"record": record}))

    def render_period(self, record: Report) -> str:
        return record.period.show()  # type: ignore[union-attr]  # a Period

    def render_state(self, record: Report) -> Any:
        return STATE.render(Context({"record": record}))

    def render_files(self, record: Any) -> Any:
        return FILES.render(Context({"files": files_by_language(record), "job_state": record.job_state}))

    def render_visibility(self, record: Report) -> Any:
        return VISIBILITY.render(Context({"record": record}))
