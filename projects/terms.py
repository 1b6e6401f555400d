"""What two sides agree on of a project, and how their word takes effect on it.

The paths are those of the project itself (`ends_on`, `leads/XXX`) and of its parts:
`milestones/<id>/due_on` for a field of one, `milestones/<id>/archived` to take one
away, `milestones/+1` for a new one, with all its fields as the value.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

import pgtrigger
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.models import Organisation, User
from programme.models import Area, Provision
from programme.remits import deciders, decides_for, remit_refusal, within_remit
from projects.models import Contribution, Indicator, Milestone, Project
from projects.services.states import set_state, set_visibility
from projects.states import ACTS, TRANSITIONS, transition_refusal
from records import services
from records.errors import Invalid, NotAllowed
from records.models import Visibility
from records.pages.display import listed, moment
from records.registry import registry
from records.texts import LANGUAGES, column, columns, text_in, translated_fields
from records.values import is_column, path_label, read_values, write_columns

PARTS: Mapping[str, Any] = {
    "milestones": Milestone, "indicators": Indicator, "contributions": Contribution,
}  # fmt: skip
ARCHIVED = "archived"
NAMED = {"areas": Area, "provisions": Provision, "leads": Organisation, "organisation": Organisation}


class ProjectTerms:
    """`records.registry.Terms` of projects."""

    acts = ACTS

    def read(self, record: Project) -> dict[str, Any]:
        current = read_values(record, registry.of(record), Actor.system())
        values = {"state": record.state, "visibility": record.visibility}
        values |= {
            path: value for path, value in current.items() if field_of(Project, path) in Project.agreed
        }
        for plural, model in PARTS.items():
            for part in live_parts(record, plural).order_by("pk"):
                values |= {
                    f"{plural}/{part.pk}/{path}": value for path, value in part_values(part, model).items()
                }
        return values

    def label(self, record: Project, path: str) -> str:
        plural, _slash, rest = path.partition("/")
        if plural not in PARTS:
            return {
                "state": str(Project._meta.get_field("state").verbose_name),
                "visibility": str(Project._meta.get_field("visibility").verbose_name),
            }.get(path) or path_label(registry.of(Project), path)
        pk, _slash, field = rest.partition("/")
        record_type = registry.of(PARTS[plural])
        if pk.startswith("+"):
            return _("New: %(kind)s") % {"kind": record_type.label}
        part: Any = PARTS[plural].objects.filter(project=record, pk=pk).first()
        name = f"{record_type.label} “{part}”" if part else str(record_type.label)
        if field == ARCHIVED:
            return _("%(part)s: taken away") % {"part": name}
        return f"{name}: {path_label(record_type, field)}"

    def show(self, record: Project, path: str, value: Any) -> str:
        plural, _slash, rest = path.partition("/")
        if plural in PARTS:
            pk, _slash, field = rest.partition("/")
            if pk.startswith("+"):
                return shown_new(PARTS[plural], value)
            return shown(PARTS[plural], field, value)
        return shown(Project, path, value)

    def check(self, record: Project, act: str, changes: Mapping[str, Any], by: Actor) -> None:
        """Try it out and take it back: what the other side accepts must then be possible."""
        if act in TRANSITIONS and (refusal := transition_refusal(record, act)):
            raise refusal
        if act == "publish" and record.visibility != Visibility.SHARED:
            raise NotAllowed(_("Only a project that both sides see can be made public."))
        if changes and act not in {"change", "agree"}:
            raise Invalid({"": [_("Propose changes by themselves, and this act by itself.")]})
        if act == "change" and not (record.is_agreed or any(needs_both_in_draft(path) for path in changes)):
            raise NotAllowed(
                _("Nothing has been agreed on yet, so there is nothing to propose a change of."),
                _("Edit the project, then propose to agree on it."),
            )
        known = set(read_known(record))
        with tried():
            trial: Any = Project.objects.get(pk=record.pk)
            write(trial, changes, by)
            missing = untranslated(trial, None if act != "change" else changes, known)
        if missing:
            sentence = _("A proposal needs every authentic language. Missing: %(texts)s.")
            raise Invalid({"": [sentence % {"texts": listed(missing)}]})

    def decide_refusal(self, record: Project, by: Actor) -> NotAllowed | None:
        return remit_refusal(by, record.areas.all())

    def decidable(self, by: Actor) -> Any:
        return within_remit(Project.objects.all(), by)

    def decides_for(self, record: Project, by: Actor) -> User | None:
        return decides_for(by, record.areas.all())

    def deciders(self, record: Project, city_id: Any) -> Q:
        return deciders(city_id=city_id, areas=record.areas.all())

    def proposed(self, record: Project, act: str, by: Actor) -> None:
        if act == "agree" and record.state == Project.State.DRAFT:
            set_state(record, Project.State.PROPOSED, by=by)

    def dropped(self, record: Project, act: str, by: Actor) -> None:
        if act == "agree" and record.state == Project.State.PROPOSED:
            set_state(record, Project.State.DRAFT, by=by)

    def apply(self, record: Project, act: str, changes: Mapping[str, Any], by: Actor) -> None:
        write(record, changes, by)
        if act in TRANSITIONS:
            set_state(record, TRANSITIONS[act].target, by=by)
        elif act == "publish":
            set_visibility(record, Visibility.PUBLIC, by=by)


def field_of(model: Any, path: str) -> str:
    """The field that a path is about, whatever the language or side."""
    name = path.split("/")[0]
    texts = columns(model)
    return texts[name][0] if name in texts else name


def needs_both_in_draft(path: str) -> bool:
    plural, _slash, rest = path.partition("/")
    return (
        plural in PARTS and field_of(PARTS[plural], rest.rpartition("/")[2]) in PARTS[plural].always_joint
    )


def live_parts(project: Project, plural: str) -> Any:
    return PARTS[plural].objects.filter(project=project, archived_at=None)


def part_values(part: Any, model: Any) -> dict[str, Any]:
    """What is agreed on of a part, by the part's own paths."""
    current = read_values(part, registry.of(part), Actor.system())
    agreed = {path: value for path, value in current.items() if field_of(model, path) in model.agreed}
    return {**agreed, ARCHIVED: False}


# Writing what was agreed on.


def write(project: Project, changes: Mapping[str, Any], by: Actor) -> None:
    """Write changes by path to a locked project and its parts. Raises `Invalid`."""
    own = {path: value for path, value in changes.items() if path.split("/")[0] not in PARTS}
    if "areas" in own and not own["areas"]:
        raise Invalid({"areas": [_("Choose at least one area.")]})
    if {"state", "visibility"} & own.keys():
        raise Invalid({"": [_("The state follows from an act; it is not changed by itself.")]})
    if unknown := [path for path in own if field_of(Project, path) not in Project.agreed]:
        raise Invalid({unknown[0]: [_("This is not agreed on: edit it directly.")]})
    if own:
        with named_paths("", Project):
            services.amend(project, changes=own, base_version=project.version, by=by)
    grouped: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    for path, value in changes.items():
        if path not in own:
            plural, pk, field = (*path.split("/", 2), "")[:3]
            grouped[plural, pk][field] = value
    for (plural, pk), values in sorted(grouped.items()):
        with named_paths(f"{plural}/{pk}/", PARTS[plural]):
            if pk.startswith("+"):
                add_part(project, PARTS[plural], values[""], by)
            else:
                write_part(project, plural, pk, values, by)


def add_part(project: Project, model: Any, values: Any, by: Actor) -> None:
    part = model(project=project)
    if not isinstance(values, dict) or not values:
        raise Invalid({"": [_("Say what is to be added.")]})
    allowed = {path for path in read_values(part, registry.of(part), by) if is_column(model, path)}
    if unknown := set(values) - allowed:
        raise Invalid({sorted(unknown)[0]: [_("This record has no such field.")]})
    write_columns(part, values)
    services.create(part, by=by)


def write_part(project: Project, plural: str, pk: str, values: dict[str, Any], by: Actor) -> None:
    model = PARTS[plural]
    try:
        part = live_parts(project, plural).select_for_update(of=("self",)).filter(pk=UUID(pk)).first()
    except ValueError:
        part = None
    if part is None:
        raise Invalid({"": [_("There is no such record: %(id)s.") % {"id": pk}]})
    part.project = project
    gone = values.pop(ARCHIVED, False)
    if unknown := [path for path in values if field_of(model, path) not in model.agreed]:
        raise Invalid({unknown[0]: [_("This is not agreed on: edit it directly.")]})
    if values:
        services.amend(part, changes=values, base_version=part.version, by=by)
    if gone:
        services.archive(part, base_version=part.version, by=by)


@contextmanager
def named_paths(prefix: str, model: Any) -> Iterator[None]:
    """Errors by the paths of the proposal."""
    try:
        yield
    except Invalid as refusal:
        errors = {f"{prefix}{path}".rstrip("/"): texts for path, texts in refusal.errors.items()}
        raise Invalid(errors) from None
    except ValidationError as error:
        raise Invalid({prefix.rstrip("/"): error.messages}) from None


class Undone(Exception):
    """Ends a trial."""


@contextmanager
def tried() -> Iterator[None]:
    """Whatever is written inside is taken back at the end; the guards let it pass meanwhile."""
    guards = [f"{model._meta.label}:agreed" for model in (Project, *PARTS.values())]
    links = [
        "projects.Lead:agreed",
        "projects.ProjectAreasLink:agreed",
        "projects.ProjectProvisionsLink:agreed",
    ]
    try:
        with transaction.atomic(), pgtrigger.ignore(*guards, *links):
            yield
            raise Undone
    except Undone:
        pass


def read_known(project: Project) -> Iterator[UUID]:
    """The parts that are there already."""
    for plural in PARTS:
        yield from live_parts(project, plural).values_list("pk", flat=True)


def untranslated(project: Project, changes: Mapping[str, Any] | None, known: set[UUID]) -> list[str]:
    """The agreed texts that lack an authentic language.

    Of everything, or of what `changes` touches and of parts that were not `known` before.
    """
    missing = [
        path_label(registry.of(Project), column(field, language))
        for field, language in gaps(project, Project.agreed)
        if changes is None or any(field_of(Project, path) == field for path in changes)
    ]
    for plural, model in PARTS.items():
        for part in live_parts(project, plural):
            if (
                changes is None
                or part.pk not in known
                or any(path.startswith(f"{plural}/{part.pk}/") for path in changes)
            ):
                record_type = registry.of(model)
                missing += [
                    f"{record_type.label} “{part}”: {path_label(record_type, column(field, language))}"
                    for field, language in gaps(part, model.agreed)
                ]
    return missing


def gaps(record: Any, fields: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The authentic languages in which a text is missing that stands in another one."""
    for field in fields:
        if field in translated_fields(type(record)) and any(
            text_in(record, field, language) for language in LANGUAGES
        ):
            for language in record.authentic_languages():
                if not text_in(record, field, language):
                    yield field, language


# Showing what is asked for.

YES_NO = {True: gettext_lazy("yes"), False: gettext_lazy("no")}


def shown(model: Any, path: str, value: Any) -> str:
    """A plain value in a reader's words."""
    if value in (None, "", []):
        return "—"
    if isinstance(value, bool):
        return str(YES_NO[value])
    name = field_of(model, path)
    if name in NAMED:
        pks = value if isinstance(value, list) else [value]
        found = NAMED[name]._default_manager.in_bulk(pks)
        return listed([str(found.get(UUID(str(pk)), pk)) for pk in pks])
    if path in {"state", "visibility"} or is_column(model, path):
        field = model._meta.get_field(path)
        if getattr(field, "choices", None):
            return str(dict(field.flatchoices).get(value, value))
        if field.get_internal_type() == "DateField":
            return moment(date.fromisoformat(value))
    return str(value)


def shown_new(model: Any, values: Mapping[str, Any]) -> str:
    record_type = registry.of(model)
    return "\n".join(
        f"{path_label(record_type, path)}: {shown(model, path, value)}"
        for path, value in values.items()
        if value not in (None, "", [])
    )
