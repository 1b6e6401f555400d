"""The page kit: the components that every page is built from.

A template builtin, so no template loads it. `/dev/kit/` shows each component in
each state; the template under `templates/records/` that a tag renders says in its
first lines what it expects. Tags take plain objects and know no app.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms, template
from django.conf import settings
from django.core.paginator import Page
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import translation
from django.utils.crypto import get_random_string
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from records.pages.context import html_lang
from records.pages.display import first_of, language_name, moment
from records.pages.fields import (
    CONFIRM,
    conflicts_of,
    field_context,
    full_label,
    label_without_language,
    name_without_language,
)
from records.pages.filters import shown_value, without
from records.pages.marks import WORDS, drawn, mark_context

register = template.Library()
register.filter("html_lang", html_lang)
register.filter("language_name", language_name)
register.filter("moment", moment)

TONES = {"neutral", "info", "good", "warn", "bad"}

# The badge of each state in the glossary: tone and icon.
STATES = {
    "draft": ("neutral", "pencil"),
    "proposed": ("info", "hourglass"),
    "agreed": ("good", "checks"),
    "active": ("good", "player-play"),
    "published": ("good", "circle-check"),
    "suspended": ("warn", "player-pause"),
    "erased": ("neutral", "eye-off"),
    "completed": ("good", "circle-check"),
    "cancelled": ("bad", "ban"),
    "planned": ("neutral", "calendar"),
    "in_force": ("good", "circle-check"),
    "expired": ("warn", "clock-exclamation"),
    "open": ("neutral", "circle-dashed"),
    "due_soon": ("warn", "hourglass"),
    "overdue": ("bad", "clock-exclamation"),
    "done": ("good", "circle-check"),
}

VISIBILITIES = {
    "public": ("world", gettext_lazy("Public")),
    "shared": ("users", gettext_lazy("Shared by both sides")),
    "own": ("lock", gettext_lazy("One side's own")),
}

ICON_OF_CALLOUT = {
    "info": "info-circle",
    "good": "circle-check",
    "warn": "alert-triangle",
    "bad": "alert-circle",
    "doubt": "help-circle",
    "closed": "archive",
}


BADGE = re.compile(r'<small class="term.*?</small>', re.DOTALL)


def element_id(kind: str) -> str:
    """An id that is unique in the page, also after htmx has brought in another fragment."""
    return f"{kind}-{get_random_string(8)}"


@register.filter
def plain_title(title: str) -> str:
    """A heading as the browser's tab can show it: without badges and other tags."""
    return strip_tags(BADGE.sub("", str(title))).strip()


def inline(name: str, context: Mapping[str, Any]) -> SafeString:
    """A component that stands in running text: no white space before and after it."""
    return mark_safe(render_to_string(f"records/{name}.html", context).strip())  # noqa: S308 — a template's output


@register.simple_block_tag
def capture(content: str) -> SafeString:
    """`{% capture as name %}…{% endcapture %}`: what is rendered inside, to be shown in two places."""
    return mark_safe(content.strip())  # noqa: S308 — rendered by the template engine


# Small signs


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite. Without a label it is decoration and screen readers pass over it."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon icon-{}" {} focusable="false"><use href="{}#{}"></use></svg>',
        name,
        spoken,
        static("icons.svg"),
        name,
    )


@register.simple_tag
def badge(text: Any, tone: str = "neutral", icon_name: str = "", title: str = "") -> SafeString:
    """A short word about a record, quiet, with an icon where it helps."""
    if tone not in TONES:
        raise template.TemplateSyntaxError(f"badge has no tone {tone!r}; choose from {sorted(TONES)}.")
    return format_html(
        '<small class="term term-{}"{}>{}{}</small>',
        tone,
        format_html(' title="{}"', title) if title else "",
        icon(icon_name) if icon_name else "",
        text,
    )


@register.simple_tag
def state(code: str, label: Any = "") -> SafeString:
    """A state of the glossary, by its code; the label is `get_state_display`."""
    tone, sign = STATES.get(str(code), ("neutral", "point"))
    return badge(label or code, tone, sign)


@register.simple_tag
def visibility(value: str, owner: Any = "") -> SafeString:
    """Who sees a record. `owner` is the city of an own record, or its name."""
    sign, text = VISIBILITIES[str(value)]
    if value == "own" and owner:
        name = first_of(owner, "name") or str(owner)
        text = _("Seen by %(city)s only") % {"city": name}  # type: ignore[assignment]
    return format_html('<span class="visibility visibility-{}">{}{}</span>', value, icon(sign), text)


# The sides


@register.simple_tag
def side_mark(city: Any, name: bool = False) -> SafeString:
    """A side's mark: its letter on its colour, in a square. With `name=True` the name stands beside it."""
    context = {
        "code": first_of(city, "code", "side"),
        "letter": first_of(city, "letter"),
        "city": first_of(city, "name", "city"),
        "show_name": name,
    }
    return inline("side_mark", context)


@register.simple_tag
def pair(marks: Iterable[Any], size: str = "", plain: bool = False, detail: bool = False) -> SafeString:
    """The pair of marks: each city's word, side by side.

    `marks` are objects with `side`, `letter`, `city`, `word`, `who`, `when`, in the
    order to show them. `size="large"` is for a page's header; `plain=True` leaves out
    the popover (inside links, e-mails, print); `detail=True` writes the words beside.
    """
    shown = [mark_context(mark) for mark in marks or ()]
    context = {
        "marks": shown,
        "spoken": "; ".join(mark["spoken"] for mark in shown),
        "closed": len(shown) > 1 and all(mark["word"] == "given" for mark in shown),
        "size": size,
        "plain": plain,
        "detail": detail,
        "id": element_id("pair"),
    }
    return inline("pair", context)


@register.inclusion_tag("records/pair_legend.html")
def pair_legend() -> dict[str, Any]:
    """What the four marks mean; belongs under a list that shows them."""
    return {"marks": [{"drawing": drawn(word), "label": label} for word, label in WORDS.items()]}


@register.simple_block_tag
def side(content: str, city: Any) -> SafeString:
    """One side's column; put two of them into `<div class="sides">`."""
    return format_html(
        '<section class="side" data-side="{}"><h3 class="side-name">{}</h3>{}</section>',
        first_of(city, "code", "side"),
        side_mark(city, name=True),
        content,
    )


# Texts and their sources


@register.simple_tag
def text(record: Any, field: str, plain: bool = False, empty: Any = None) -> SafeString:
    """A translated field in the reader's language.

    Where that language has no text another is shown, marked with its language; a
    translation older than its original says so. `plain=True` leaves the badges out.
    """
    language = translation.get_language() or settings.LANGUAGE_CODE
    if hasattr(record, "text_state"):
        found = record.text_state(field, language)
        shown = {name: getattr(found, name) for name in ("value", "language", "fallback", "stale")}
    else:
        shown = {"value": getattr(record, field), "language": language, "fallback": False, "stale": False}
    context = {**shown, "plain": plain, "empty": empty, "language_name": language_name(shown["language"])}
    return inline("text", context)


@register.filter
def has_text(record: Any, field: str) -> bool:
    """Whether a translated field says anything, in whatever language."""
    return bool(record.text_state(field).value)


@register.simple_tag
def cite(citations: Any, field: str = "") -> SafeString:
    """Where a fact comes from: a small sign that opens the sources.

    `citations` is `{field: [citation, …]}`, or the list itself. Nothing is shown
    where there is none.
    """
    found = citations.get(field, ()) if isinstance(citations, Mapping) else citations
    listed = list(found or ())
    context = {
        "citations": listed,
        "doubt": any(first_of(item, "doubt") for item in listed),
        "disagrees": any(first_of(item, "disagrees") for item in listed),
        "derived": any(first_of(item, "derived") for item in listed),
        "id": element_id("cite"),
    }
    return inline("cite", context)


@register.simple_block_tag
def fact(content: str, label: Any, citations: Any = None, field: str = "") -> SafeString:
    """One row of `<dl class="facts">`: label, value, source."""
    value = mark_safe(content.strip()) or format_html('<span class="absent">{}</span>', _("not stated"))  # noqa: S308 — rendered by the template engine
    if not content.strip() and isinstance(citations, Mapping) and field not in citations:
        citations = None  # what is not stated has a source only where one speaks of this very field
    sources = cite(citations, field) if citations else ""
    return format_html('<div class="fact"><dt>{}</dt><dd>{}{}</dd></div>', label, value, sources)


@register.simple_block_tag
def callout(content: str, kind: str = "info", title: Any = "") -> SafeString:
    """A remark that belongs to the page. Kinds: info, good, warn, bad, doubt (of a source), closed."""
    context = {"content": mark_safe(content), "kind": kind, "title": title, "icon": ICON_OF_CALLOUT[kind]}  # noqa: S308 — rendered by the template engine
    return mark_safe(render_to_string("records/callout.html", context))  # noqa: S308


# What people do


@register.inclusion_tag("records/breadcrumbs.html")
def breadcrumbs(*parts: Any) -> dict[str, Any]:
    """The way here: label, URL, label, URL… The page itself is not part of it."""
    return {"crumbs": list(zip(parts[::2], parts[1::2], strict=True))}


@register.inclusion_tag("records/action.html", takes_context=True)
def action(
    context: template.Context,
    label: Any,
    url: str = "",
    *,
    reason: Any = "",
    remedy: Any = "",
    kind: str = "secondary",
    icon_name: str = "",
    method: str = "get",
    name: str = "",
    value: str = "",
) -> dict[str, Any]:
    """A button. One that can't be used now says why (`reason`) and what would help (`remedy`).

    With `method="post"` it is a form of its own; without a URL it submits the form it
    stands in. Kinds: primary, secondary, quiet, danger.
    """
    return {
        "csrf_token": context.get("csrf_token"),
        "label": label,
        "url": url,
        "reason": reason,
        "remedy": remedy,
        "kind": kind,
        "icon": icon_name,
        "method": method,
        "name": name,
        "value": value,
        "id": element_id("why"),
    }


@register.inclusion_tag("records/nothing.html")
def nothing(
    sentence: Any, icon_name: str = "inbox", next_label: Any = "", next_url: str = "", hint: Any = ""
) -> dict[str, Any]:
    """Nothing to show: one sentence, and what to do next."""
    return {
        "sentence": sentence,
        "icon": icon_name,
        "next_label": next_label,
        "next_url": next_url,
        "hint": hint,
    }


@register.inclusion_tag("records/progress.html")
def progress(
    sentence: Any, value: float | None = None, maximum: float = 100, state: str = "running", label: Any = ""
) -> dict[str, Any]:
    """How far long work has come. States: running, done, failed, cancelled.

    Running without a value, the end is not known yet.
    """
    return {"sentence": sentence, "value": value, "maximum": maximum, "state": state, "label": label}


@register.inclusion_tag("records/feed_item.html")
def feed_item(change: Any) -> dict[str, Any]:
    """One entry of a feed, inside `<ol class="feed">`: who did what, when."""
    return {"change": change}


@register.inclusion_tag("records/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page, parameter: str = "page") -> dict[str, Any]:
    """Previous and next, and where in the list one is. Keeps the other parameters of the address."""
    request = context.get("request")
    query = request.GET.copy() if request else None

    def address(number: int) -> str:
        if query is None:
            return f"?{urlencode({parameter: number})}"
        query[parameter] = str(number)
        return f"?{query.urlencode()}"

    return {
        "page": page,
        "previous": address(page.previous_page_number()) if page.has_previous() else "",
        "next": address(page.next_page_number()) if page.has_next() else "",
    }


@register.inclusion_tag("records/filters.html", takes_context=True)
def filters(
    context: template.Context, filterset: Any, target: str = "#results", search: str = "search"
) -> dict[str, Any]:
    """The bar above a list: a django-filter form, the search field first, what is active as chips.

    `target` is the element that the answer replaces; the page answers the same
    address with or without htmx.
    """
    request = context["request"]
    form = filterset.form
    chips = [
        {"label": form[name].label, "value": shown, "url": without(request.GET, name)}
        for name in form.fields
        if name != search and (shown := shown_value(form, name))
    ]
    return {
        "form": form,
        "search": form[search] if search in form.fields else None,
        "rest": [form[name] for name in form.fields if name != search],
        "chips": chips,
        "kept": [
            (name, value)
            for name, values in request.GET.lists()
            for value in values
            if name != "page" and name not in form.fields
        ],
        "target": target,
        "path": request.path,
    }


# Forms


@register.inclusion_tag("records/field.html")
def field(bound: forms.BoundField, label: Any = None, help: Any = None, **attrs: Any) -> dict[str, Any]:
    """A form field with label, help and its errors beside it; in conflict, with all three values.

    `label` and `help` replace the form's own. Further keywords become attributes of
    the widget; `lang="ru"` sets its language.
    """
    return field_context(bound, label, help, **attrs)


@register.inclusion_tag("records/fields.html")
def fields(form: forms.BaseForm, *names: str, record: Any = None) -> dict[str, Any]:
    """The visible fields of a form, or those named; the languages of a text come as one group."""
    rows: dict[str, dict[str, Any]] = {}
    for name in names or [bound.name for bound in form.visible_fields()]:
        if name.startswith(CONFIRM):
            continue  # stands beside the text that it is about
        text_name = name_without_language(form, name)
        rows[text_name or name] = {"text": text_name} if text_name else {"field": form[name]}
    return {"form": form, "rows": rows.values(), "record": record}


@register.inclusion_tag("records/translations.html")
def translations(form: forms.BaseForm, name: str, record: Any = None, label: Any = None) -> dict[str, Any]:
    """One translated field, its three languages side by side: `title` stands for `title_en`, `title_ru`…"""
    columns = []
    for code, language in settings.LANGUAGES:
        key = f"{name}_{code.replace('-', '_')}"
        if key not in form.fields:
            continue
        found = record.text_state(name, code) if hasattr(record, "text_state") else None
        columns.append(
            {
                **field_context(form[key], label=language, lang=code),
                "code": code,
                "original": bool(found and found.value and not found.fallback and not found.translated),
                "missing": bool(found and found.value and found.fallback),
                "stale": bool(found and not found.fallback and found.stale),
                "translated": bool(found and found.value and not found.fallback and found.translated),
                "confirm": form[CONFIRM + key] if CONFIRM + key in form.fields else None,
            }
        )
    if not columns:
        raise template.TemplateSyntaxError(f"The form has no translated field {name!r}.")
    first = columns[0]["field"]
    return {
        "columns": columns,
        "label": label if label is not None else label_without_language(first, columns[0]["code"]),
        "help": first.help_text,
        "required": any(column["required"] for column in columns),
        "in_conflict": any(column["conflict"] for column in columns),
        "id": f"{first.auto_id}-group",
    }


@register.inclusion_tag("records/form_errors.html")
def form_errors(form: forms.BaseForm) -> dict[str, Any]:
    """What is wrong with a form, at its top, each with a link to its field; conflicts first."""
    return {
        "form": form,
        "conflicts": list(conflicts_of(form).values()),
        "by": getattr(form, "changed_by", ""),
        "at": getattr(form, "changed_at", ""),
        "errors": [
            {"id": bound.id_for_label or bound.auto_id, "label": full_label(bound), "error": error}
            for bound in form
            for error in bound.errors
            if not bound.is_hidden
        ],
        "general": [
            *form.non_field_errors(),
            *(error for bound in form.hidden_fields() for error in bound.errors),
        ],
    }


@register.simple_block_tag(takes_context=True)
def version_form(
    context: template.Context,
    content: str,
    form: forms.BaseForm,
    url: str = "",
    css: str = "",
    id: str = "",
) -> SafeString:
    """An edit form that loses nothing: token, version, errors and conflicts on top, typed text kept.

    The version it started from is the form's hidden field `version`. What the person
    types is kept in their own browser until it is saved; where a page has several such
    forms, each needs an `id`.
    """
    user = context.get("user")
    version = form["version"].value() if "version" in form.fields else ""
    return mark_safe(  # noqa: S308 — rendered by the template engine
        render_to_string(
            "records/version_form.html",
            {
                **form_errors(form),
                "form": form,
                "content": mark_safe(content),  # noqa: S308
                "url": url,
                "css": css,
                "id": id,
                "version": "" if version is None else version,
                "user_key": getattr(user, "pk", None) or "",
                "csrf_token": context.get("csrf_token"),
            },
        )
    )
