"""YAML as plain data, with the line that each value stands on.

Only what a file of facts needs is read: mappings, lists, texts, whole numbers and
yes/no. Anchors, aliases and tags are refused, so that a small file stays small, and
so are files too large or too deep to have been written by hand. Dates stay texts:
`2020-09` and `1995-05-16` are periods alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 12

Path = tuple[str | int, ...]


@dataclass(frozen=True, order=True)
class Problem:
    """Why a file can't be loaded, and where that stands in it."""

    line: int
    sentence: str


@dataclass
class Marked:
    """The content of a file, the line of every path in it, and what is wrong with it."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of a path, or of the nearest thing around it that is there."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class Loader(yaml.SafeLoader):
    """SafeLoader that leaves dates as they are written."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(content: bytes) -> Marked:
    """Read the bytes of a file. What is wrong with them stands in `problems`."""
    marked = Marked()
    if len(content) > MAX_BYTES:
        marked.problems.append(Problem(1, f"The file is larger than {MAX_BYTES // 1000} kB."))
        return marked
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        marked.problems.append(Problem(content.count(b"\n", 0, error.start) + 1, "This is not UTF-8 text."))
        return marked
    try:
        marked.problems.extend(forbidden(text))
        node = None if marked.problems else yaml.compose(text, Loader)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        marked.problems.append(Problem(line, "There is a control character here."))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        marked.problems.append(Problem(mark.line + 1 if mark else 1, f"This is no YAML: {error.problem}."))
    else:
        if node is None and not marked.problems:
            marked.problems.append(Problem(1, "The file is empty."))
        elif node is not None:
            marked.data = unfold(node, (), marked)
    return marked


def forbidden(text: str) -> Iterator[Problem]:
    """What YAML allows and a file of facts does not; found before anything is built from it."""
    depth = documents = 0
    for event in yaml.parse(text, Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        documents += isinstance(event, yaml.DocumentStartEvent)
        if documents > 1:
            yield Problem(line, "A second document begins here; a file holds one.")
            return
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            yield Problem(line, "Anchors and aliases are not allowed; write the value out.")
        elif getattr(event, "tag", None):
            yield Problem(line, "Tags are not allowed.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            yield Problem(line, f"Nested deeper than {MAX_DEPTH} levels.")
            return


def unfold(node: yaml.Node, path: Path, marked: Marked) -> Any:
    """The plain value of a node. Notes its line, and what is wrong in it."""
    marked.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [unfold(item, (*path, index), marked) for index, item in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return scalar(node, marked)
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line, key = key_node.start_mark.line + 1, key_node.value
        if not isinstance(key_node, yaml.ScalarNode):
            marked.problems.append(Problem(line, "A key is one word."))
        elif key in values:
            marked.problems.append(Problem(line, f"“{key}” stands here twice."))
        else:
            marked.lines[(*path, key)] = line
            values[key] = unfold(value_node, (*path, key), marked)
    return values


def scalar(node: yaml.Node, marked: Marked) -> Any:
    line, kind = node.start_mark.line + 1, node.tag.rpartition(":")[2]
    if kind == "str":
        if node.value != node.value.strip():
            marked.problems.append(Problem(line, "The text begins or ends with a space or an empty line."))
        if any(not letter.isprintable() and letter not in "\n\u3000\u00a0\u202f" for letter in node.value):
            marked.problems.append(Problem(line, "The text holds a character that can't be printed."))
        return node.value
    if kind == "bool":
        return node.value.lower() in {"true", "yes", "on"}
    if kind == "int" and node.value.isdecimal() and len(node.value) < 10:
        return int(node.value)
    if kind == "null":
        return None
    value = node.value[:40]
    marked.problems.append(Problem(line, f"{value} is no whole number: put it in quotes if it is a text."))
    return None
