"""What two sides agree on of a project, and how their word takes effect on it.

The paths are those of the project itself (`ends_on`, `leads/XXX`) and of its parts:
`milestones/<id>/due_on` for a field of one, `milestones/<id>/archived` to take one
away, `milestones/+1` for a new one, with all its fields as the value.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pgtrigger
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from programme.remits import deciders, decides_for, remit_refusal, within_remit
from projects.models import Project
from projects.reading import ARCHIVED, PARTS, field_of, terms_read
from projects.services.states import set_state, set_visibility
from projects.states import ACTS, TRANSITIONS, transition_refusal
from projects.wording import Names, is_text, label_of, overview, place, show_value
from records import services
from records.errors import Invalid, NotAllowed
from records.models import Visibility
from records.pages.display import listed
from records.registry import Described, registry
from records.texts import LANGUAGES, column, text_in, translated_fields
from records.values import is_column, path_label, read_values, write_columns

ENDS = ("from", "to")


class ProjectTerms:
    """`records.registry.Terms` of projects."""

    acts = ACTS

    def read(self, record: Project) -> dict[str, Any]:
        return terms_read(record.pk)

    def describe(self, record: Project, changes: Mapping[str, Mapping[str, Any]]) -> list[Described]:
        names = Names.of(record, *({path: change[end] for path, change in changes.items()} for end in ENDS))
        return [
            Described(
                path,
                label_of(path, names),
                show_value(path, changes[path]["from"], names),
                show_value(path, changes[path]["to"], names),
                is_text=is_text(path),
            )
            for path in sorted(changes, key=place)
        ]

    def overview(self, record: Project, values: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
        return overview(values, Names.of(record, values))

    def propose_url(self, record: Project, act: str) -> str:
        if act == "change":
            return reverse("projects:project-propose-change", args=[record.pk])
        return f"{reverse('projects:project-propose', args=[record.pk])}?{urlencode({'act': act})}"

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


def needs_both_in_draft(path: str) -> bool:
    plural, _slash, rest = path.partition("/")
    return (
        plural in PARTS and field_of(PARTS[plural], rest.rpartition("/")[2]) in PARTS[plural].always_joint
    )


def live_parts(project: Project, plural: str) -> Any:
    return PARTS[plural].objects.filter(project=project, archived_at=None)


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
