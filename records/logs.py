"""What a log line may say: never anything of a person.

A database puts whole rows into its errors, a mail server the address that it refuses, and a
value that can't be read stands in the message of the error. So an error is told by its class
and by where it happened; of its message remains what programmers wrote.
"""

import re
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

ADDRESS = re.compile(r"[^\s<>@\"'(),;:=]+@[^\s<>@\"'(),;:=]+\.[^\s<>@\"'(),;:=]+")
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|“[^”]*”|«[^»]*»|=\(.*?\)|\{.*\}|\[.*\]", re.S)
# Their messages name parts of the program only.
OF_THE_PROGRAM = (AttributeError, NameError, ImportError, NotImplementedError, AssertionError)
LONGEST = 300

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def told(error: BaseException) -> str:
    """An error in one line, without the values that it is about."""
    name = type(error).__qualname__
    message = str(error).partition("\n")[0][:LONGEST]
    if not isinstance(error, OF_THE_PROGRAM):
        message = QUOTED.sub("…", message)
    return f"{name}: {ADDRESS.sub('…', message)}" if message else name


def traced(error: BaseException) -> str:
    """An error with its causes and the lines of code that led to each."""
    parts: list[str] = []
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        frames = "".join(traceback.format_tb(each.__traceback__))
        parts.append(f"Traceback (most recent call last):\n{frames}{told(each)}\n")
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
    return "\nwhich came of:\n\n".join(parts)


def format_exc_info(exc_info: ExcInfo) -> str:
    """For structlog's `ExceptionRenderer`."""
    return traced(exc_info[1])


Event = MutableMapping[str, Any]


def without_addresses(_logger: Any, _name: str, event: Event) -> Event:
    """Take e-mail addresses and what an error quotes out of every value of a log line."""
    for name, value in event.items():
        if isinstance(value, BaseException):
            event[name] = told(value)
        elif isinstance(value, str):
            value = QUOTED.sub("…", value.partition("\n")[0]) if name == "error" else value
            event[name] = ADDRESS.sub("…", value)
    return event
