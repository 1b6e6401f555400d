"""What the sides agree on of a project, in a reader's words, and in one query for all names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, Value
from django.db.models.functions import JSONObject
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.models import Organisation
from programme.models import Area, Provision
from projects.models import Project
from projects.reading import ARCHIVED, PARTS, field_of
from records.pages.display import listed, moment
from records.registry import registry
from records.texts import LANGUAGES, column, columns
from records.values import is_column, path_label

NAMED: Mapping[str, tuple[Any, str]] = {
    "areas": (Area, "name"),
    "provisions": (Provision, "title"),
    "leads": (Organisation, "name"),
    "organisation": (Organisation, "name"),
}
TITLES = {"milestones": "title", "indicators": "name", "contributions": "description"}
YES_NO = {True: gettext_lazy("yes"), False: gettext_lazy("no")}
ORDER = ["state", "visibility", "title", "areas", "provisions", "leads", "starts_on", "ends_on", *PARTS]


def place(path: str) -> tuple[int, str]:
    """Where a path stands in a list: the project's own fields in their order, then its parts."""
    name = path.split("/")[0]
    field = name if name in PARTS else field_of(Project, path)
    return (ORDER.index(field) if field in ORDER else len(ORDER), path)


def is_id(value: Any) -> bool:
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class Names:
    """Id → how a record is called, of every record that paths and values speak of."""

    by_id: Mapping[str, str]

    @classmethod
    def of(cls, record: Project, *sets: Mapping[str, Any]) -> "Names":
        wanted: dict[Any, set[str]] = {}
        for values in sets:
            for path, value in values.items():
                for model, pk in mentioned(path, value):
                    wanted.setdefault(model, set()).add(pk)
        queries = [named_rows(model, pks, record) for model, pks in wanted.items()]
        if not queries:
            return cls({})
        found = queries[0].union(*queries[1:], all=True) if len(queries) > 1 else queries[0]
        return cls({row["id"]: called(row) for row in found.values_list("json", flat=True)})

    def __getitem__(self, pk: Any) -> str:
        return self.by_id.get(str(pk), str(pk))


def mentioned(path: str, value: Any) -> Iterable[tuple[Any, str]]:
    plural, _slash, rest = path.partition("/")
    if plural in PARTS:
        pk, _slash, field = rest.partition("/")
        if is_id(pk):
            yield PARTS[plural], pk
        if isinstance(value, Mapping):
            for name, inner in value.items():
                yield from mentioned_by(name, inner)
            return
        yield from mentioned_by(field, value)
    else:
        yield from mentioned_by(plural, value)


def mentioned_by(field: str, value: Any) -> Iterable[tuple[Any, str]]:
    if field in NAMED:
        for pk in value if isinstance(value, list) else [value]:
            if is_id(pk):
                yield NAMED[field][0], str(pk)


def named_rows(model: Any, pks: set[str], record: Project) -> Any:
    """Rows of one JSON column, so that all kinds fit into one query."""
    title = next((TITLES[plural] for plural, part in PARTS.items() if part is model), None) or next(
        name for found, name in NAMED.values() if found is model
    )
    rows = model._base_manager.filter(pk__in=pks).order_by()
    if model in PARTS.values():
        rows = rows.filter(project=record)
    texts = {language: F(column(title, language)) for language in LANGUAGES}
    code = F("code") if model is Provision else Value("")
    return rows.annotate(json=JSONObject(id=F("pk"), code=code, **texts)).values("json")


def called(row: Mapping[str, Any]) -> str:
    asked = translation.get_language() or settings.LANGUAGE_CODE
    text = next((row[language] for language in (asked, *LANGUAGES) if row.get(language)), "")
    return f"{row['code']} {text}".strip() or "—"


def label_of(path: str, names: Names) -> str:
    """A path in a reader's words."""
    plural, _slash, rest = path.partition("/")
    if plural not in PARTS:
        if plural in {"state", "visibility"}:
            return str(Project._meta.get_field(plural).verbose_name)  # type: ignore[union-attr]
        return path_label(registry.of(Project), path)
    pk, _slash, field = rest.partition("/")
    record_type = registry.of(PARTS[plural])
    if pk.startswith("+"):
        return _("New: %(kind)s") % {"kind": record_type.label}
    name = f"{record_type.label} “{names[pk]}”"
    if field == ARCHIVED:
        return _("%(part)s: taken away") % {"part": name}
    return f"{name}: {path_label(record_type, field)}"


def is_text(path: str) -> bool:
    """Whether a path leads to what people wrote, so that differences within it are worth showing."""
    plural, _slash, rest = path.partition("/")
    model = PARTS.get(plural, Project)
    return (rest.rpartition("/")[2] if plural in PARTS else path) in columns(model)


def show_value(path: str, value: Any, names: Names) -> str:
    """A plain value in a reader's words."""
    plural, _slash, rest = path.partition("/")
    if plural not in PARTS:
        return shown(Project, path, value, names)
    pk, _slash, field = rest.partition("/")
    if pk.startswith("+"):
        return shown_new(PARTS[plural], value or {}, names)
    return shown(PARTS[plural], field, value, names)


def shown(model: Any, path: str, value: Any, names: Names) -> str:
    if value in (None, "", []):
        return "—"
    if isinstance(value, bool):
        return str(YES_NO[value])
    if field_of(model, path) in NAMED:
        return listed(names[pk] for pk in (value if isinstance(value, list) else [value]))
    if is_column(model, path):
        field = model._meta.get_field(path)
        if field.choices:
            return str(dict(field.flatchoices).get(value, value))
        if field.get_internal_type() == "DateField":
            try:
                return moment(date.fromisoformat(value))
            except (TypeError, ValueError):
                return str(value)
    return str(value)


def shown_new(model: Any, values: Mapping[str, Any], names: Names) -> str:
    record_type = registry.of(model)
    between = pgettext("between a name and what is said of it", ": ")
    return (
        "\n".join(
            f"{path_label(record_type, path)}{between}{shown(model, path, value, names)}"
            for path, value in values.items()
            if value not in (None, "", [])
        )
        or "—"
    )


# Everything at once, as it is read before somebody agrees to it.


def overview(values: Mapping[str, Any], names: Names) -> list[tuple[str, list[str]]]:
    """A heading and its lines for each thing that is agreed on; what is empty is left out."""
    found: dict[str, list[str]] = {}
    own = sorted((path for path in values if path.split("/")[0] not in PARTS), key=place)
    for path in own:
        if path not in {"state", "visibility"} and values[path] not in (None, "", []):
            label = label_of(path, names)
            many = isinstance(values[path], list)
            found[label] = (
                [names[pk] for pk in values[path]] if many else [show_value(path, values[path], names)]
            )
    for plural, model in PARTS.items():
        lines = part_lines(plural, values, names)
        if lines:
            found[str(registry.of(model).plural)] = lines
    return list(found.items())


def part_lines(plural: str, values: Mapping[str, Any], names: Names) -> list[str]:
    model = PARTS[plural]
    grouped: dict[str, dict[str, Any]] = {}
    for path, value in values.items():
        if path.startswith(f"{plural}/"):
            pk, field = path.split("/")[1:3]
            grouped.setdefault(pk, {})[field] = value
    texts = set(columns(model))
    lines = []
    for pk, fields in grouped.items():
        told = [
            f"{path_label(registry.of(model), name)} {shown(model, name, value, names)}"
            for name, value in fields.items()
            if name not in texts and name != ARCHIVED and value not in (None, "", [])
        ]
        lines.append(
            (str(fields.get("due_on") or ""), f"{names[pk]} ({listed(told)})" if told else names[pk])
        )
    return [line for _due, line in sorted(lines)]
