"""The table of projects."""

from typing import Any

import django_tables2 as tables
from django.template import Context, Template
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from projects.models import Project
from records.pages.display import moment

TITLE = Template(
    '<a class="row-title" href="{{ record.get_absolute_url }}">{% text record "title" %}</a>'
    "{% if record.is_named_in_source %} {% include 'projects/named_in_source.html' %}{% endif %}"
)
AREAS = Template(
    "{% load i18n %}{% for area in record.areas.all %}{% text area 'name' plain=True %}"
    '{% if not forloop.last %}{% translate ", " context "between things in a list" %}{% endif %}'
    "{% endfor %}"
)
STATE = Template("{% state record.state record.get_state_display %}")
VISIBILITY = Template("{% visibility record.visibility record.owner_city %}")


class ProjectTable(tables.Table):
    code = tables.Column(verbose_name=_("Code"), attrs={"td": {"class": "code"}})
    title = tables.Column(verbose_name=_("Title"), orderable=False)
    areas = tables.Column(verbose_name=_("Areas"), orderable=False, accessor="pk")
    state = tables.Column(verbose_name=_("State"))
    visibility = tables.Column(verbose_name=_("Seen by"))
    updated_at = tables.Column(verbose_name=_("Changed"))

    class Meta:
        model = Project
        fields = ("title", "code", "areas", "state", "visibility", "updated_at")
        sequence = fields
        order_by = ("code",)
        empty_text = _("No project matches. Remove a filter, or search for another word.")

    def render_title(self, record: Project) -> Any:
        return TITLE.render(Context({"record": record}))

    def render_areas(self, record: Project) -> Any:
        return AREAS.render(Context({"record": record}))

    def render_state(self, record: Project) -> Any:
        return STATE.render(Context({"record": record}))

    def render_updated_at(self, record: Project) -> str:
        return moment(localtime(record.updated_at).date())

    def render_visibility(self, record: Project) -> Any:
        return VISIBILITY.render(Context({"record": record}))
