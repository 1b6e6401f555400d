"""Everything that the sides agree on of a project, read in one query."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DecimalField, F, OuterRef, Subquery, TextField
from django.db.models.functions import Cast, JSONObject

from accounts.models import City
from projects.models import Contribution, Indicator, Lead, Milestone, Project
from records.registry import registry
from records.texts import columns
from records.values import edited_columns, plain

PARTS: Mapping[str, Any] = {
    "milestones": Milestone, "indicators": Indicator, "contributions": Contribution,
}  # fmt: skip
ARCHIVED = "archived"


def field_of(model: Any, path: str) -> str:
    """The field that a path is about, whatever the language or side."""
    name = path.split("/")[0]
    texts = columns(model)
    return texts[name][0] if name in texts else name


def agreed_columns(model: Any) -> list[str]:
    """The columns that are agreed on, each language of a text on its own."""
    edited = edited_columns(registry.of(model))
    return [name for name in edited if field_of(model, name) in model.agreed]


def as_json(model: Any, names: list[str]) -> JSONObject:
    """Columns as a JSON object. Decimals go as texts, which keep every digit."""

    def value(name: str) -> Any:
        exact = isinstance(model._meta.get_field(name), DecimalField)
        return Cast(F(name), TextField()) if exact else F(name)

    return JSONObject(**{name: value(name) for name in names})


def linked(manager: str) -> ArraySubquery:
    """The ids of the areas, say, of a project."""
    through = getattr(Project, manager).through
    target = getattr(Project, manager).field.m2m_reverse_field_name()
    return ArraySubquery(through.objects.filter(project=OuterRef("pk")).values(f"{target}_id"))


def by_side(name: str) -> ArraySubquery:
    """Each side of the programme with the id in this column of its lead row, or none."""
    led = Lead.objects.filter(project=OuterRef(OuterRef("pk")), city=OuterRef("pk"))
    sides = City.objects.filter(programmes=OuterRef("programme"))
    pair = JSONObject(code=F("code"), id=Subquery(led.values(name)[:1]))
    return ArraySubquery(sides.annotate(json=pair).values("json"))


def parts(model: Any) -> ArraySubquery:
    """What there is of one kind of part, archived ones left out."""
    rows = model.objects.filter(project=OuterRef("pk"), archived_at=None).order_by()
    return ArraySubquery(rows.annotate(json=as_json(model, ["id", *agreed_columns(model)])).values("json"))


def terms_read(pk: UUID) -> dict[str, Any]:
    """Path → plain value of everything agreed on, its state and visibility with it."""
    whole = {
        "areas": linked("areas"),
        "provisions": linked("provisions"),
        "leads": by_side("organisation_id"),
    }
    whole |= {plural: parts(model) for plural, model in PARTS.items()}
    own = ["state", "visibility", *agreed_columns(Project)]
    found = (
        Project.objects.filter(pk=pk)
        .annotate(json=as_json(Project, own), **{f"all_{name}": query for name, query in whole.items()})
        .values_list("json", *(f"all_{name}" for name in whole))
        .get()
    )
    values, rest = dict(columns_read(Project, found[0])), dict(zip(whole, found[1:], strict=True))
    for name in ("areas", "provisions"):
        values[name] = sorted(str(pk) for pk in rest[name])
    for lead in rest["leads"]:
        values[f"leads/{lead['code']}"] = lead["id"] or ""
    for plural, model in PARTS.items():
        for row in sorted(rest[plural], key=lambda row: row["id"]):
            path = f"{plural}/{row.pop('id')}"
            values |= {f"{path}/{name}": value for name, value in columns_read(model, row)}
            values[f"{path}/{ARCHIVED}"] = False
    return values


def columns_read(model: Any, row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Values as they come from JSON, as `records.values.plain` writes them."""
    for name, value in row.items():
        field = model._meta.get_field(name)
        if value is None:
            yield name, "" if field.get_internal_type() in {"CharField", "TextField"} else None
        elif isinstance(field, DecimalField):
            yield name, plain(Decimal(value))
        else:
            yield name, value
