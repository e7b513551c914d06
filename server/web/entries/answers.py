"""Between what pack.yaml says and what a form shows: there, and back again.

What a designer did not change is given back as it stood, also what no form knows. What cannot
be read as it should (a word for a number) is kept as typed: the draft keeps it, and the check
says at the field what is wrong.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from server.adapters import yaml_files, yaml_words
from server.web.entries.parts import Part

Value = Any

#: nothing is to stand there
ABSENT: Final = object()


def shown(parts: Sequence[Part], value: Value) -> dict[str, Value]:
    """The answers with which the form of an entry begins."""
    held = value if isinstance(value, Mapping) else {}
    return {part.key: _shown(part, held.get(part.key)) for part in parts}


def taken(parts: Sequence[Part], answers: Mapping[str, Value], old: Value) -> dict[str, Value]:
    """The entry as these answers have it, its keys in the order of the form."""
    held = old if isinstance(old, Mapping) else {}
    found: dict[str, Value] = {}
    for part in parts:
        value = _taken(part, answers.get(part.key), held.get(part.key, ABSENT))
        if value is not ABSENT:
            found[part.key] = value
    known = {part.key for part in parts}
    return found | {key: value for key, value in held.items() if key not in known}


def _shown(part: Part, value: Value) -> Value:
    held: Callable[[Part, Value], Value] | None = _SHOWN.get(part.control)
    if held is not None:
        return held(part, value)
    if value is None:
        return part.default if part.control == "choice" else None
    return _SAID.get(part.control, _as_text)(value)


def _pairs_shown(part: Part, value: Value) -> list[dict[str, Value]]:
    name, inner = part.parts
    if isinstance(value, list):
        value = dict.fromkeys(str(one) for one in value)
    held = value if isinstance(value, Mapping) else {}
    return [{name.key: str(key), inner.key: _shown(inner, one)} for key, one in held.items()]


def _taken(part: Part, answer: Value, old: Value) -> Value:
    before = _shown(part, None if old is ABSENT else old)
    if part.control == "refs":
        return _refs(part, answer or [], before or [], old)
    if _plain(answer) == _plain(before):
        return old
    if part.control == "group":
        value: Value = taken(part.parts, answer or {}, None if old is ABSENT else old)
    elif part.control == "rows":
        value = _rows(part, answer or [], old)
    elif part.control == "pairs":
        value = _pairs(part, answer or [], old)
    else:
        value = _read(part, answer)
    if value in ({}, [], "", None):
        return [] if part.keeps_empty else ABSENT
    if value == part.default and (old is ABSENT or part.control == "flag"):
        return ABSENT
    return value


def _read(part: Part, answer: Value) -> Value:
    if not isinstance(answer, str):
        return answer
    lines = [line.strip() for line in answer.split("\n") if line.strip()]
    # a line ends without blanks, as it was typed in a line
    if part.control in ("texts", "worths"):
        return lines if part.control == "texts" else [_value(line) for line in lines]
    single = {"worth": _value, "day": _day}.get(part.control, str)
    return single(answer.strip())


def _day(text: str) -> Value:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _refs(part: Part, chosen: Sequence[str], before: Sequence[str], old: Value) -> Value:
    """In the order they stood in, new ones behind."""
    if set(chosen) == set(before):
        return [] if old is ABSENT and part.keeps_empty else old
    kept = [one for one in before if one in chosen]
    value = kept + [one for one in chosen if one not in before]
    return value if value or part.keeps_empty else ABSENT


def _rows(part: Part, answers: Sequence[Mapping[str, Value]], old: Value) -> list[Value]:
    """Each row that was there as it stood; a changed one on top of the one at its place."""
    left = list(old) if isinstance(old, list) else []
    rows: list[Value] = [ABSENT] * len(answers)
    for at, answer in enumerate(answers):
        same = next((r for r in left if _plain(shown(part.parts, r)) == _plain(answer)), ABSENT)
        if same is not ABSENT:
            left.remove(same)
            rows[at] = same
    for at, answer in enumerate(answers):
        if rows[at] is ABSENT:
            near = max(left, key=lambda row: _alike(part, row, answer), default=None)
            if near is not None and _alike(part, near, answer):
                left.remove(near)
            else:
                near = None
            rows[at] = taken(part.parts, answer, near)
    return [row for row in rows if row]


def _alike(part: Part, row: Value, answer: Mapping[str, Value]) -> int:
    known = shown(part.parts, row)
    return sum(bool(one) and _plain(one) == _plain(answer.get(key)) for key, one in known.items())


def _pairs(part: Part, answers: Sequence[Mapping[str, Value]], old: Value) -> Value:
    name, inner = part.parts
    held = old if isinstance(old, Mapping) else {}
    found: dict[str, Value] = {}
    for answer in answers:
        key = str(answer.get(name.key) or "").strip()
        if key:
            value = _taken(inner, answer.get(inner.key), held.get(key, ABSENT))
            found[key] = None if value is ABSENT else value
    if not isinstance(old, Mapping):
        # words nobody wrote: the codes alone
        return found if any(one is not None for one in found.values()) else list(found)
    return found


def _value(text: str) -> Value:
    """A single value as YAML reads it; what it cannot read is text, and so is FEEL."""
    if text.startswith("="):
        return text
    value, findings = yaml_files.load("", text.encode())
    return text if findings else value


def _written(value: Value) -> str:
    if isinstance(value, str) and value.startswith("="):
        return value
    return yaml_words.flow(value)


def _as_text(value: Value) -> str:
    return value if isinstance(value, str) else yaml_words.flow(value)


def _flag(part: Part, value: Value) -> Value:
    return value if isinstance(value, bool) else bool(part.default)


def _rows_shown(part: Part, value: Value) -> Value:
    return [shown(part.parts, row) for row in value] if isinstance(value, list) else []


def _lines(write: Callable[[Value], str]) -> Callable[[Value], str]:
    return lambda value: "\n".join(map(write, value if isinstance(value, list) else [value]))


#: what is shown also where nothing is said
_SHOWN: Final[Mapping[str, Callable[[Part, Value], Value]]] = {
    "flag": _flag,
    "group": lambda part, value: shown(part.parts, value),
    "rows": _rows_shown,
    "pairs": _pairs_shown,
}
_SAID: Final[Mapping[str, Callable[[Value], Value]]] = {
    "refs": lambda value: list(map(str, value)) if isinstance(value, list) else [str(value)],
    "texts": _lines(str),
    "worths": _lines(_written),
    "worth": _written,
    "whole": lambda value: value if type(value) is int else str(value),
}


def _plain(answer: Value) -> Value:
    """Answers without what makes no difference: nothing is nothing, however it is said."""
    if isinstance(answer, Mapping):
        return {
            key: _plain(one) for key, one in answer.items() if _plain(one) not in (None, {}, [])
        }
    if isinstance(answer, list):
        return [_plain(one) for one in answer]
    if isinstance(answer, str):
        return answer.replace("\r\n", "\n").strip() or None
    return answer
