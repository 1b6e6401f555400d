"""The form in which one side proposes a change of what both agreed on."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.core import signing
from django.forms.models import fields_for_model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.order import sides_in_order
from approvals.forms import MessageForm
from programme.models import Area, Provision
from projects.choices import belonging, give, leading, many_field, one_field
from projects.models import Contribution, Milestone, Project
from projects.reading import ARCHIVED, PARTS, terms_read
from projects.terms import ProjectTerms
from records.errors import Invalid
from records.pages.dates import date_field
from records.texts import LANGUAGES, column
from records.values import plain, write_columns

SALT = "projects.change-base"
NEW = ("+1", "+2", "+3")
TITLES = [column("title", language) for language in LANGUAGES]
TERMS = ProjectTerms()


def number_field(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, min_value=0)


class ChangeForm(MessageForm):
    """All that is agreed on, filled in as it stands; what differs at the end is what is proposed.

    It carries, signed, the values that its author saw: what the sides agreed on meanwhile
    is never proposed back by a form that was open. `asked` (path → value) fills in what
    another proposal asks for, which this one answers.
    """

    base = forms.CharField(widget=forms.HiddenInput, max_length=200_000)

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        project: Project,
        actor: Any,
        asked: Mapping[str, Any] | None = None,
        whole: bool = True,
    ) -> None:
        self.project, self.actor = project, actor
        self.values = plain(terms_read(project.pk))
        self.paths: dict[str, str] = {}
        super().__init__(data, files)
        if whole:
            self.add_own()
        self.parts = {plural: self.parts_there(plural) for plural in PARTS}
        self.parts["milestones"].sort(key=lambda milestone: milestone.due_on)
        for milestone in self.parts["milestones"]:
            self.add_milestone(milestone, whole)
        if whole:
            for number in NEW:
                self.add_new(number)
            for indicator in self.parts["indicators"]:
                self.add_fields("indicators", indicator, ("goal", number_field(_("Goal"))),
                                ("goal_on", date_field(_("To be reached by"))))  # fmt: skip
            for contribution in self.parts["contributions"]:
                if contribution.kind == Contribution.Kind.MONEY:
                    planned = number_field(f"{_('Planned')}, {contribution.currency}")
                    self.add_fields("contributions", contribution, ("planned", planned))
        for name, path in self.paths.items():
            self.fields[name].initial = self.values.get(path)
        self.fields["base"].initial = signing.dumps(
            [str(project.pk), self.values], salt=SALT, compress=True
        )
        self.kept: dict[str, Any] = {}
        self.fill_in(asked or {})

    def parts_there(self, plural: str) -> list[Any]:
        """The parts as far as the terms tell of them, which is enough to name them."""
        found: dict[str, dict[str, Any]] = {}
        for path, value in self.values.items():
            kind, _slash, rest = path.partition("/")
            if kind == plural:
                pk, _slash, name = rest.partition("/")
                found.setdefault(pk, {})[name] = value
        parts = []
        for pk, values in found.items():
            part = PARTS[plural](pk=UUID(pk))
            write_columns(part, {name: value for name, value in values.items() if name != ARCHIVED})
            parts.append(part)
        return parts

    def add_own(self) -> None:
        self.fields.update(fields_for_model(Project, fields=TITLES))
        self.paths.update({name: name for name in TITLES})
        for name, model, label in (
            ("areas", Area, _("Areas of cooperation")),
            ("provisions", Provision, _("Provisions")),
        ):
            self.add(name, name, many_field(label, required=name == "areas"))
            give(self.fields[name], belonging(model, self.project, self.actor, self.values[name]))
        self.cities = sides_in_order(self.project.programme.cities.all(), actor=self.actor)
        paths = {city.pk: f"leads/{city.code}" for city in self.cities}
        offered = leading(self.cities, [self.values[path] for path in paths.values()])
        for city in self.cities:
            name = f"lead_{city.code}"
            self.add(name, paths[city.pk], one_field(_("Lead organisation")))
            give(self.fields[name], offered[city.pk])
        self.add("starts_on", "starts_on", date_field(_("Starts")))
        self.add("ends_on", "ends_on", date_field(_("Ends")))

    def add(self, name: str, path: str, field: forms.Field) -> None:
        self.fields[name] = field
        self.paths[name] = path

    def add_fields(self, plural: str, part: Any, *fields: tuple[str, forms.Field]) -> None:
        for name, field in fields:
            self.add(f"{plural[:-1]}_{part.pk.hex}_{name}", f"{plural}/{part.pk}/{name}", field)

    def add_milestone(self, milestone: Milestone, whole: bool) -> None:
        achieved = date_field(_("Achieved on (both sides confirm it)"))
        if whole:
            due = date_field(_("Due"))
            due.required = True
            texts = fields_for_model(Milestone, fields=TITLES)
            away = forms.BooleanField(label=_("Take this milestone away"), required=False)
            self.add_fields("milestones", milestone, *texts.items(), ("due_on", due))
            self.add_fields("milestones", milestone, ("achieved_on", achieved), ("archived", away))
        else:
            self.add_fields("milestones", milestone, ("achieved_on", achieved))

    def add_new(self, number: str) -> None:
        """A new milestone: its fields are one value of one path."""
        for name, field in fields_for_model(Milestone, fields=TITLES).items():
            field.required = False
            self.fields[f"new_{number[1:]}_{name}"] = field
        self.fields[f"new_{number[1:]}_due_on"] = date_field(_("Due"))

    def fill_in(self, asked: Mapping[str, Any]) -> None:
        """What another proposal asks for. What has no field here can be kept as it was asked."""
        names = {path: name for name, path in self.paths.items()}
        new = [number for number in NEW if f"new_{number[1:]}_due_on" in self.fields]
        unnamed = {}
        for path, value in asked.items():
            if path in names:
                self.fields[names[path]].initial = value
            elif path.startswith("milestones/+") and new and set(value) <= {*TITLES, "due_on"}:
                number = new.pop(0)[1:]
                for name, inner in value.items():
                    self.fields[f"new_{number}_{name}"].initial = inner
            else:
                unnamed[path] = value
        described = TERMS.describe(
            self.project, {path: {"from": None, "to": value} for path, value in unnamed.items()}
        ) if unnamed else []  # fmt: skip
        for index, item in enumerate(described):
            name = f"keep_{index}"
            self.kept[name] = (item.path, unnamed[item.path])
            self.fields[name] = forms.BooleanField(
                label=f"{item.label}: {item.after}", required=False, initial=True
            )

    # What the page shows, group by group.

    @property
    def sides(self) -> list[dict[str, Any]]:
        return [{"city": city, "lead": self[f"lead_{city.code}"]} for city in self.cities]

    def of_part(self, plural: str) -> Iterator[dict[str, Any]]:
        for part in self.parts[plural]:
            prefix = f"{plural[:-1]}_{part.pk.hex}"
            mine = [name for name in self.fields if name.startswith(f"{prefix}_")]
            names = {name.removeprefix(f"{prefix}_"): name for name in mine}
            if names:
                yield {
                    "part": part,
                    "title": f"{prefix}_title" if "title_en" in names else "",
                    "bounds": {name: self[full] for name, full in names.items()},
                    "changed": any(self[full].errors for full in names.values()),
                }

    @property
    def milestones(self) -> list[dict[str, Any]]:
        return list(self.of_part("milestones"))

    @property
    def indicators(self) -> list[dict[str, Any]]:
        return list(self.of_part("indicators"))

    @property
    def contributions(self) -> list[dict[str, Any]]:
        return list(self.of_part("contributions"))

    @property
    def new_milestones(self) -> list[dict[str, Any]]:
        return [
            {
                "title": f"new_{number[1:]}_title",
                "due_on": self[f"new_{number[1:]}_due_on"],
                "open": number == "+1" or any(
                    self[name].value() or self[name].errors
                    for name in self.fields
                    if name.startswith(f"new_{number[1:]}_")
                ),
            }
            for number in NEW
            if f"new_{number[1:]}_due_on" in self.fields
        ]  # fmt: skip

    @property
    def keeps(self) -> list[Any]:
        return [self[name] for name in self.kept]

    # What was typed.

    def clean_base(self) -> dict[str, Any]:
        try:
            pk, values = signing.loads(self.cleaned_data["base"], salt=SALT)
        except (signing.BadSignature, ValueError, TypeError):
            pk, values = "", {}
        if pk != str(self.project.pk):
            raise forms.ValidationError(
                _("This page is older than the system. Copy what you typed, and open it again.")
            )
        return values

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("The end must not lie before the start."))
        for number in NEW:
            texts = [cleaned.get(f"new_{number[1:]}_{name}") for name in TITLES]
            due = f"new_{number[1:]}_due_on"
            if any(texts) and due in self.fields and not cleaned.get(due):
                self.add_error(due, _("Say by when."))
            elif cleaned.get(due) and not any(texts):
                self.add_error(f"new_{number[1:]}_{TITLES[0]}", _("Say what is to be reached."))
        if "base" in cleaned:
            self.check_moved(cleaned["base"])
        return cleaned

    def check_moved(self, base: Mapping[str, Any]) -> None:
        """What the sides agreed on meanwhile is not overridden unseen."""
        moved = {
            path: {"from": base.get(path), "to": current}
            for name, path in self.paths.items()
            if name in self.cleaned_data
            and (current := self.values.get(path)) != base.get(path)
            and self.typed(name) not in (base.get(path), current)
        }
        if not moved:
            return
        names = {path: name for name, path in self.paths.items()}
        for item in TERMS.describe(self.project, moved):
            sentence = _("Both sides agreed on this meanwhile: %(value)s. Look once more.")
            self.add_error(names[item.path], sentence % {"value": item.after})
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        self.data = data
        data["base"] = self.fields["base"].initial

    def typed(self, name: str) -> Any:
        value = plain(self.cleaned_data.get(name))
        return "" if value is None and isinstance(self.values.get(self.paths[name]), str) else value

    def changes(self) -> dict[str, Any]:
        """What would change: path → the value asked for, as far as it differs from what stands."""
        base = self.cleaned_data["base"]
        filled_in = {
            name for name, path in self.paths.items() if self.fields[name].initial != self.values.get(path)
        }
        asked = {
            path: self.typed(name)
            for name, path in self.paths.items()
            if self.typed(name) != self.values.get(path)
            and (self.typed(name) != base.get(path) or name in filled_in)
        }
        taken_away = {
            path.rpartition("/")[0] for path, value in asked.items() if path.endswith("/archived")
        }
        asked = {
            path: value
            for path, value in asked.items()
            if path.endswith("/archived") or path.rpartition("/")[0] not in taken_away
        }
        for number in NEW:
            names = {name: f"new_{number[1:]}_{name}" for name in (*TITLES, "due_on")}
            new = {name: plain(self.cleaned_data.get(full) or "") for name, full in names.items()}
            if any(new.values()):
                asked[f"milestones/{number}"] = {name: value for name, value in new.items() if value}
        return asked | {
            path: value for name, (path, value) in self.kept.items() if self.cleaned_data.get(name)
        }

    def refuse(self, refusal: Invalid) -> None:
        """Put a service's sentences beside their fields."""
        names = {path: name for name, path in self.paths.items()}
        for number in NEW:
            for name in (*TITLES, "due_on"):
                names[f"milestones/{number}/{name}"] = f"new_{number[1:]}_{name}"
            names[f"milestones/{number}"] = f"new_{number[1:]}_due_on"
        renamed = {names.get(path, path): sentences for path, sentences in refusal.errors.items()}
        super().refuse(Invalid(renamed))


NOTHING_CHANGED = gettext_lazy("Nothing differs from what stands, so there is nothing to propose.")
