"""What proposals call the things that they change: paths inside, the API's names outside.

| inside | outside |
|---|---|
| `title_ru` | `title.ru` |
| `leads/XXX` | `leads.XXX` |
| `milestones/<id>/due_on` | `milestones.<id>.due_on` |
| `milestones/+1` with columns as its value | `milestones.+1`, with names as its value |
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Func, JSONField
from django.utils.translation import gettext as _

from records.errors import Invalid
from records.texts import LANGUAGES, column

SUFFIXES = {column("", language): language for language in LANGUAGES}  # "_zh_hans" → "zh-hans"


def name_of(path: str) -> str:
    """A path as the API names it."""
    name = path.replace("/", ".")
    for suffix, language in SUFFIXES.items():
        if name.endswith(suffix):
            return f"{name.removesuffix(suffix)}.{language}"
    return name


def path_of(name: str) -> str:
    """A name of the API as a path."""
    path, _dot, last = name.replace("/", ".").rpartition(".")
    if last in LANGUAGES and path:
        return column(path, last).replace(".", "/")
    return name.replace(".", "/")


def paths_of(changes: Mapping[str, Any], current: Mapping[str, Any]) -> dict[str, Any]:
    """What a call asks for, as path → value.

    A text can come as `{"ru": …}` and what differs by side as `{"XXX": …}`, as a project
    itself is written; a value as `{"from": …, "to": …}`, and then `from` has to be what
    stands in `current`. Raises `Invalid`.
    """
    result: dict[str, Any] = {}
    for name, value in changes.items():
        path = path_of(name)
        if isinstance(value, Mapping) and "to" in value and set(value) <= {"from", "to"}:
            if "from" in value and value["from"] != current.get(path):
                raise Invalid({name: [_("This is not what stands now: look at the record once more.")]})
            result[path] = inner(path, value["to"])
        elif isinstance(value, Mapping) and "+" not in path:
            result |= {path_of(f"{name}.{key}"): item for key, item in value.items()}
        else:
            result[path] = inner(path, value)
    return result


def inner(path: str, value: Any) -> Any:
    """The value of a new part by its columns; any other value as it is."""
    if not isinstance(value, Mapping):
        return "" if value is None and path.startswith("leads/") else value
    columns: dict[str, Any] = {}
    for name, item in value.items():
        if isinstance(item, Mapping):
            columns |= {path_of(f"{name}.{language}"): text or "" for language, text in item.items()}
        else:
            columns[path_of(name)] = item
    return columns


def names_of(errors: Mapping[str, Any]) -> dict[str, Any]:
    """Errors by the API's names."""
    return {f"changes.{name_of(path)}" if path else path: sentences for path, sentences in errors.items()}


class ByName(Func):
    """`changes` by the API's names, as PostgreSQL writes them; the same as `name_of`."""

    output_field = JSONField()
    name = (
        r"replace(regexp_replace(replace({key}, '/', '.'), '_(en|ru|zh_hans)$', '.\1'), "
        r"'.zh_hans', '.zh-hans')"
    )
    # Nothing in it comes from outside.
    value = (
        "CASE WHEN jsonb_typeof({value}) = 'object' THEN (SELECT jsonb_object_agg("  # noqa: S608
        + name.format(key="part.key")
        + ", part.value) FROM jsonb_each({value}) AS part) ELSE {value} END"
    )
    template = (
        "(SELECT coalesce(jsonb_object_agg("  # noqa: S608
        + name.format(key="change.key")
        + ", jsonb_build_object('from', "
        + value.format(value="(change.value->'from')")
        + ", 'to', "
        + value.format(value="(change.value->'to')")
        + ")), '{{}}'::jsonb) FROM jsonb_each(%(expressions)s) AS change)"
    ).replace("{{}}", "{}")
