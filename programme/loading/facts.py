"""Read a file of facts and find everything that is wrong with it before any of it is loaded."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from programme.loading import marked, references
from programme.loading.marked import MAX_BYTES, Marked, Problem

SCHEMA = Path(__file__).resolve().parent.parent / "facts" / "schema.json"


class FactsRefused(Exception):
    """The file can't be loaded. Nothing of it was saved."""

    def __init__(self, name: str, problems: list[Problem]) -> None:
        self.problems = sorted(set(problems))
        self.report = [f"{name}:{problem.line}: {problem.sentence}" for problem in self.problems]
        super().__init__("\n".join(self.report))


@dataclass(frozen=True)
class Facts:
    """The content of a file that is whole and consistent, with the line of every path."""

    name: str
    data: dict[str, Any]
    marked: Marked

    def line(self, *path: str | int) -> int:
        return self.marked.line(path)


@cache
def schema() -> dict[str, Any]:
    return json.loads(SCHEMA.read_text(encoding="utf-8"))


def read_facts(path: Path, name: str = "") -> Facts:
    """Read a file of facts; `name` is how problems call it, by default its path.

    Raises `FactsRefused` with every problem that was found.
    """
    name = name or str(path)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FactsRefused(name, [Problem(1, f"The file can't be read: {error.strerror}.")]) from None
    found = marked.read(content)
    if not found.problems:
        found.problems.extend(shape_problems(found))
    if not found.problems:
        found.problems.extend(references.problems(found, schema()))
    if found.problems:
        raise FactsRefused(name, found.problems)
    return Facts(name, found.data, found)


def shape_problems(found: Marked) -> Iterator[Problem]:
    """Where the file is not what the schema describes."""
    for error in Draft202012Validator(schema()).iter_errors(found.data):
        path = tuple(error.absolute_path)
        if error.validator == "additionalProperties":
            # One problem for each surplus name, on its own line.
            expected: Any = error.schema
            known, patterns = expected.get("properties", {}), expected.get("patternProperties", {})
            content: Any = error.instance
            for key in content:
                if key not in known and not any(re.search(pattern, key) for pattern in patterns):
                    yield Problem(found.line((*path, key)), f"“{key}” is not known here.")
        else:
            yield Problem(found.line(path), sentence(error))


def sentence(error: ValidationError) -> str:
    """What the schema finds wrong, said to whoever writes the file."""
    name = next((str(step) for step in reversed(error.absolute_path) if isinstance(step, str)), "")
    where = f"“{name}”: " if name else ""
    wanted: Any = error.validator_value
    value: Any = error.instance
    match error.validator:
        case "required":
            missing = [key for key in wanted if key not in value]
            return f"{where}{', '.join(missing)} missing."
        case "dependentRequired":
            return f"{where}{error.message}."
        case "type" if wanted == "string" and isinstance(value, int | bool):
            return f"{where}put {json.dumps(value)} in quotes; it is read as a text."
        case "type":
            return f"{where}this should be {'an' if wanted[0] in 'aeio' else 'a'} {wanted}."
        case "enum":
            choices = ", ".join(item or "(empty)" for item in wanted)
            return f"{where}{shown(value)} is none of {choices}."
        case "const":
            return f"{where}this can only be {json.dumps(wanted)}."
        case "pattern" | "minLength" | "maxLength":
            expected: Any = error.schema
            return f"{where}{shown(value)} does not fit. Expected: {expected['title']}."
        case "uniqueItems":
            return f"{where}the same entry stands here twice."
        case "minItems":
            return f"{where}at least {wanted} needed."
    return f"{where}{error.message[:200]}"


def shown(value: Any) -> str:
    text = str(value)
    return f"“{text[:60]}…”" if len(text) > 60 else f"“{text}”"
