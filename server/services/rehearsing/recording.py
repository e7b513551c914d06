"""What was played, written down as a scenario file that a lawyer can read.

Beside each step stands what was seen after it: the open tasks and their last days. It is only
written where the player says nothing himself.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from server.adapters import yaml_files
from server.domain.expressions import Json
from server.domain.lifecycle import DeadlineState
from server.queries.cases import CaseFacts
from server.services.rehearsing import values

#: a line that is longer is written over several
_WIDTH: Final = 110
#: in the order a scenario is read
_FIRST: Final = ("title", "procedure", "now", "settings", "before", "start", "steps", "expect")
_STEP: Final = (
    *("do", "claim", "release", "deliver", "until", "stop", "restart", "extend"),
    *("return", "withdraw", "suspend", "resume", "cancel", "reopen", "recuse"),
    *("import_calendar", "withdraw_application", "as", "level", "item", "at"),
    *("message", "from", "with"),
    *("refused", "problems", "expect"),
)
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_PLAIN: Final = re.compile(r"[^\W\d][\w.\-（）《》〔〕“”，。；：、？！+]*")
#: what YAML takes for something else than a text
_WORDS: Final = frozenset({"yes", "no", "on", "off", "true", "false", "null", "y", "n"})


def seen(case: CaseFacts | None) -> dict[str, Json]:
    """What is to be expected after a step: the open tasks, and their last days."""
    if case is None:
        return {}
    found: dict[str, Json] = {"open": [work.node_key for work in case.work]}
    clocks = {
        work.node_key: clock
        for work in case.work
        if work.deadline_key and (clock := case.clock_of(work.deadline_key))
    }
    due = {key: clock.due_on.isoformat() for key, clock in clocks.items() if clock.due_on}
    if due:
        found["due_on"] = next(iter(due.values())) if len(case.work) == 1 else due
    late = [key for key, clock in clocks.items() if clock.state == DeadlineState.OVERDUE]
    return {**found, "overdue": late} if late else found


def end(case: CaseFacts | None) -> dict[str, Json]:
    """What is to be expected at the end."""
    if case is None:
        return {}
    found: dict[str, Json] = {"status": case.status}
    if case.outcome:
        found["outcome"] = case.outcome
    return found


def text(document: Mapping[str, Json]) -> bytes:
    """The scenario file, which reads as the very document.

    What cannot be written so that it reads the same is written plainly by machine.
    """
    lines = [line for key in _ordered(document, _FIRST) for line in _entry(key, document[key], 0)]
    found = ("\n".join(lines) + "\n").encode()
    value, findings = yaml_files.load("scenario", found)
    if findings or values.json(value) != dict(document):
        return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
    return found


def _entry(key: str, value: Json, depth: int) -> Iterator[str]:
    indent = "  " * depth
    line = f"{indent}{key}: {_flow(value)}"
    is_long = len(line) > _WIDTH or (depth == 0 and key in ("start", "steps", "before"))
    if not is_long or not value or not isinstance(value, list | Mapping):
        yield line
    elif isinstance(value, Mapping):
        yield f"{indent}{key}:"
        for name in _ordered(value, _STEP):
            yield from _entry(_flow(name), value[name], depth + 1)
    else:
        yield f"{indent}{key}:"
        for each in value:
            yield from _item(each, depth + 1)


def _item(value: Json, depth: int) -> Iterator[str]:
    """One of a list; a mapping begins behind the dash."""
    indent = "  " * depth
    flow = f"{indent}- {_flow(value)}"
    is_step = isinstance(value, Mapping) and depth == 1 and set(value) & set(_STEP)
    if not isinstance(value, Mapping) or not value or (len(flow) <= _WIDTH and not is_step):
        yield flow
        return
    if is_step and len(value) == 1 and len(flow) <= _WIDTH:
        key, only = next(iter(value.items()))
        yield f"{indent}- {_flow(key)}: {_flow(only)}"
        return
    lines = (
        line for key in _ordered(value, _STEP) for line in _entry(_flow(key), value[key], depth + 1)
    )
    for number, line in enumerate(lines):
        yield f"{indent}- {line.lstrip()}" if number == 0 else line


def _ordered(value: Mapping[str, Json], order: tuple[str, ...]) -> list[str]:
    return [*(key for key in order if key in value), *(key for key in value if key not in order)]


def _flow(value: Json) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_flow(key)}: {_flow(value[key])}" for key in _ordered(value, _STEP))
        return f"{{{inner}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, str) and _is_plain(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def _is_plain(value: str) -> bool:
    """Does YAML read it as this very text, or as a day, which is written as one."""
    if _DATE.fullmatch(value):
        return True
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?[+\-]\d{2}:\d{2}", value):
        return True
    return bool(_PLAIN.fullmatch(value)) and value.lower() not in _WORDS
