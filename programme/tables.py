"""The tables of a programme's records."""

from collections.abc import Callable
from typing import Any

import django_tables2 as tables
from django.db.models import F
from django.template import Context, Template
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.order import sides_in_order
from programme.marks import agreement_marks
from programme.models import Agreement, Event, Obligation, Source, Statement

TITLE = {"td": {"class": "title"}}
NUMBER = {"td": {"class": "number"}, "th": {"class": "number"}}


def cell(source: str) -> Callable[[Any, Any], str]:
    """A column's cell as a template, so that the kit's tags draw it as on every page."""
    template = Template(source)

    def render(self: Any, record: Any) -> str:
        return template.render(Context({"record": record, **self.shown(record)}))

    return render


class RecordTable(tables.Table):
    def shown(self, record: Any) -> dict[str, Any]:
        """What the cells of a row show beside the record itself."""
        return {}


class AgreementTable(RecordTable):
    title = tables.Column(verbose_name=_("Title"), attrs=TITLE)
    kind = tables.Column(verbose_name=_("Kind"))
    organisations = tables.Column(verbose_name=_("Between"), orderable=False, accessor="pk")
    signed_on = tables.Column(verbose_name=_("Signed"), empty_values=())
    expires_on = tables.Column(verbose_name=_("Expires"), empty_values=())
    state = tables.Column(verbose_name=_("State"), orderable=False, accessor="pk")
    word = tables.Column(verbose_name=_("Each city's word"), orderable=False, accessor="pk")

    class Meta:
        model = Agreement
        fields = ("title", "kind", "organisations", "signed_on", "expires_on", "state", "word")
        sequence = fields
        empty_text = _("No agreement matches. Remove a filter, or search for another word.")

    render_title = cell('<a href="{{ record.get_absolute_url }}">{% text record "title" %}</a>')
    render_kind = cell("{{ record.get_kind_display }}")
    render_organisations = cell(
        "{% load i18n %}<span>{% for party in parties %}"
        '{% text party "name" plain=True %}'
        '{% if not forloop.last %}{% translate "; " context "between parts of a sentence" %}{% endif %}'
        "{% empty %}"
        "{% for mark in marks %}{{ mark.city }}"
        '{% if not forloop.last %}{% translate ", " context "between things in a list" %}{% endif %}'
        "{% endfor %}"
        "{% endfor %}</span>"
    )
    render_signed_on = cell('{% include "programme/moment.html" with period=record.signed_on %}')
    render_expires_on = cell('{% include "programme/moment.html" with period=record.expires_on %}')
    render_state = cell("{% state state.value state.label %}")
    render_word = cell("{% pair marks %}")

    def shown(self, record: Agreement) -> dict[str, Any]:
        actor = self.request.actor
        cities = sides_in_order(record.cities.all(), actor)
        return {
            "parties": sides_in_order(record.organisations.all(), actor, city_of=lambda party: party.city),
            "marks": agreement_marks(record, cities),
            "state": record.state(timezone.localdate()),
        }

    def order_signed_on(self, rows: Any, is_descending: bool) -> tuple[Any, bool]:
        return in_time(rows, "signed_first", is_descending), True

    def order_expires_on(self, rows: Any, is_descending: bool) -> tuple[Any, bool]:
        return in_time(rows, "expires_last", is_descending), True


def in_time(rows: Any, column: str, is_descending: bool) -> Any:
    """Sorted by a date; records without one come last either way."""
    order = F(column).desc(nulls_last=True) if is_descending else F(column).asc(nulls_last=True)
    return rows.order_by(order, "created_at", "pk")


class EventTable(RecordTable):
    title = tables.Column(verbose_name=_("Title"), attrs=TITLE)
    kind = tables.Column(verbose_name=_("Kind"))
    held = tables.Column(verbose_name=_("When"), empty_values=())
    city = tables.Column(verbose_name=_("Where"), orderable=False, empty_values=())

    class Meta:
        model = Event
        fields = ("title", "kind", "held", "city")
        sequence = fields
        empty_text = _("No event matches. Remove a filter, or search for another word.")

    render_title = cell('<a href="{{ record.get_absolute_url }}">{% text record "title" %}</a>')
    render_kind = cell("{{ record.get_kind_display }}")
    render_held = cell('{% include "programme/moment.html" with period=record.held %}')
    render_city = cell('<span>{% include "programme/event_place.html" with event=record %}</span>')

    def order_held(self, rows: Any, is_descending: bool) -> tuple[Any, bool]:
        return in_time(rows, "held_first", is_descending), True


class StatementTable(RecordTable):
    text = tables.Column(verbose_name=_("What was said"), attrs=TITLE, orderable=False)
    said_by = tables.Column(verbose_name=_("By"), orderable=False, empty_values=())
    kind = tables.Column(verbose_name=_("Kind"))
    areas = tables.Column(verbose_name=_("Areas"), orderable=False, accessor="pk")

    class Meta:
        model = Statement
        fields = ("text", "said_by", "kind", "areas")
        sequence = fields
        empty_text = _("No statement matches. Remove a filter, or search for another word.")

    render_text = cell('<a href="{{ record.get_absolute_url }}">{% text record "text" %}</a>')
    render_said_by = cell('{% text record "said_by" %}')
    render_kind = cell("{{ record.get_kind_display }}")
    render_areas = cell('<span>{% include "programme/statement_areas.html" with statement=record %}</span>')


class SourceTable(RecordTable):
    title = tables.Column(verbose_name=_("Title"), attrs=TITLE)
    kind = tables.Column(verbose_name=_("Kind"))
    publisher = tables.Column(verbose_name=_("Publisher"), empty_values=())
    published_on = tables.Column(verbose_name=pgettext_lazy("of a source", "Published"), empty_values=())
    language = tables.Column(verbose_name=_("Language"), empty_values=())
    facts = tables.Column(verbose_name=pgettext_lazy("number of facts", "Facts"), attrs=NUMBER)

    class Meta:
        model = Source
        fields = ("title", "kind", "publisher", "published_on", "language", "facts")
        sequence = fields
        empty_text = _("No source matches. Remove a filter, or search for another word.")

    render_title = cell(
        '<a href="{{ record.get_absolute_url }}"'
        '{% if record.language %} lang="{{ record.language|html_lang }}"{% endif %}>{{ record.title }}</a>'
    )
    render_kind = cell('{% include "programme/source_kind.html" with source=record %}')
    render_publisher = cell('{% include "programme/stated.html" with value=record.publisher %}')
    render_published_on = cell('{% include "programme/moment.html" with period=record.published_on %}')
    render_language = cell('{% include "programme/language.html" with code=record.language %}')

    def order_published_on(self, rows: Any, is_descending: bool) -> tuple[Any, bool]:
        return in_time(rows, "published_first", is_descending), True


class ObligationTable(RecordTable):
    due_on = tables.Column(verbose_name=_("Due"))
    text = tables.Column(verbose_name=_("What is owed"), attrs=TITLE, orderable=False)
    city = tables.Column(verbose_name=_("Side"), orderable=False)
    organisation = tables.Column(
        verbose_name=_("Responsible organisation"), orderable=False, empty_values=()
    )
    resolution = tables.Column(verbose_name=_("Resolved at"), orderable=False, accessor="pk")
    state = tables.Column(verbose_name=_("State"), orderable=False, accessor="state_now")
    done_on = tables.Column(verbose_name=_("Done on"), orderable=False, empty_values=())

    class Meta:
        model = Obligation
        fields = ("due_on", "text", "city", "organisation", "resolution", "state", "done_on")
        sequence = fields
        order_by = "due_on"
        empty_text = _("No obligation matches. Remove a filter, or search for another word.")

    render_due_on = cell(
        '<time class="nowrap" datetime="{{ record.due_on|date:"Y-m-d" }}">{{ record.due_on|moment }}</time>'
    )
    render_text = cell('<a href="{{ record.get_absolute_url }}">{% text record "text" %}</a>')
    render_city = cell("{% side_mark record.city name=True %}")
    render_organisation = cell('{% include "programme/obligation_owner.html" with obligation=record %}')
    render_resolution = cell('{% include "programme/obligation_from.html" with obligation=record %}')
    render_state = cell("{% state record.state_now record.state_label %}")
    render_done_on = cell("{% if record.done_on %}{{ record.done_on|moment }}{% endif %}")

    def order_due_on(self, rows: Any, is_descending: bool) -> tuple[Any, bool]:
        order = F("due_on").desc() if is_descending else F("due_on").asc()
        return rows.order_by(order, "created_at", "pk"), True
