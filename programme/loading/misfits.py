"""What a record can't be saved with, said on the line of the file where it stands."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError

from programme.loading.facts import Facts
from programme.loading.kinds import KINDS, LoadedKind
from programme.loading.marked import Problem
from programme.loading.references import Fact, facts_of
from records.errors import Invalid
from records.registry import registry
from records.services import is_column
from records.texts import columns
from records.values import write_columns

NO_ID: Final = str(UUID(int=0))


def misfits(facts: Facts) -> Iterator[Problem]:
    """What the fields of the records can't hold, all of it, before anything is saved."""
    for kind in KINDS:
        model = registry[kind.kind].model
        for position, fact in enumerate(facts_of(facts.data, kind.section)):
            values = kind.values(fact.content, position, lambda kind, key: NO_ID)
            own = {
                name: value
                for name, value in values.items()
                if is_column(model, name) and not model._meta.get_field(name).is_relation
            }
            record: Any = model()
            try:
                write_columns(record, own)
                record.clean_fields(exclude={field.name for field in model._meta.fields} - own.keys())
            except Invalid as error:
                yield from told(facts, kind, fact, error.errors)
            except ValidationError as error:
                yield from told(facts, kind, fact, error.message_dict)


def told(
    facts: Facts, kind: LoadedKind, fact: Fact, errors: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    """What a field or a service says of a record, for the place in the file that it is about."""
    names = {kind.name_of(name): name for name in fact.content}
    texts: Mapping[str, tuple[Any, ...]] = columns(registry[kind.kind].model)
    for path, sentences in errors.items():
        name, *language = texts.get(path, (path.partition("/")[0],))
        name = names.get(name, name)
        line = facts.line(*fact.path, *([name] if name else []), *language)
        for sentence in sentences:
            yield Problem(line, f"“{name}”: {sentence}" if name else sentence)
