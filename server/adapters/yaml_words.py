"""A value as YAML text, written as the shipped packs are: flow where it fits in a line."""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from server.adapters import yaml_files

#: a collection longer than this is written one entry to a line
WIDTH: Final = 100

_NOT_PRINTED: Final = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
_QUOTED_ONCE: Final = re.compile(r"[\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]*")


def scalar(value: Any, *, style: str | None = None) -> str:
    """One value on one line; a text keeps its quotes, or gets those it cannot do without."""
    if isinstance(value, str):
        return _text(value, style)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(k)}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(each) for each in value) + "]"
    return scalar(value)


def after_key(value: Any, indent: int, *, is_block: bool = False) -> str:
    """What follows the colon of a key that stands at this indentation."""
    if is_literal(value):
        return _literal(value, indent + 2)
    line = flow(value)
    if not _is_filled(value) or (not is_block and _fits(value, line, indent)):
        return f" {line}"
    pad = "\n" + " " * (indent + 2)
    if isinstance(value, Mapping):
        return "".join(f"{pad}{scalar(k)}:{after_key(v, indent + 2)}" for k, v in value.items())
    return "".join(f"{pad}-{after_dash(each, indent + 2)}" for each in value)


def after_dash(value: Any, indent: int) -> str:
    """What follows the dash of an item that stands at this indentation."""
    line = flow(value)
    if not isinstance(value, Mapping) or not value or _fits(value, line, indent):
        return _literal(value, indent + 2) if is_literal(value) else f" {line}"
    pad = "\n" + " " * (indent + 2)
    keys = [f"{scalar(k)}:{after_key(v, indent + 2)}" for k, v in value.items()]
    return f" {pad.join(keys)}"


def is_literal(value: Any) -> bool:
    """Is it a text of several lines that can stand as it is, line under line."""
    return (
        isinstance(value, str)
        and "\n" in value.strip("\n")
        and not value[0].isspace()
        and not value.endswith("\n\n")
        and all(
            _QUOTED_ONCE.fullmatch(line) and line == line.rstrip() for line in value.split("\n")
        )
    )


def _literal(value: str, indent: int) -> str:
    mark = "|" if value.endswith("\n") else "|-"
    pad = " " * indent
    lines = value.removesuffix("\n").split("\n")
    return "\n".join([f" {mark}", *(f"{pad}{line}" if line else "" for line in lines)])


def _is_filled(value: Any) -> bool:
    return isinstance(value, Mapping | list | tuple) and bool(value)


def _fits(value: Any, line: str, indent: int) -> bool:
    return len(line) + indent <= WIDTH and not _has_lines(value)


def _has_lines(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_has_lines(each) for each in value.values())
    if isinstance(value, list | tuple):
        return any(_has_lines(each) for each in value)
    return is_literal(value)


def _text(value: str, style: str | None) -> str:
    if style not in ("'", '"') and _is_plain(value):
        return value
    once = _QUOTED_ONCE.fullmatch(value) is not None
    if once and style != '"' and (style == "'" or '"' in value or "\\" in value):
        return "'" + value.replace("'", "''") + "'"
    written = json.dumps(value, ensure_ascii=False)
    return _NOT_PRINTED.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def _is_plain(value: str) -> bool:
    """Does it read as itself without quotes, wherever it stands?"""
    if not value or not _QUOTED_ONCE.fullmatch(value) or value != value.strip():
        return False
    # as a value, in a list, and as a key of one; before a comment it must not become one
    text = f"[{{{value}: 1}}, {value}, {value}]"
    read, problems = yaml_files.load("", text.encode("utf-8", "surrogatepass"))
    return not problems and read == [{value: 1}, value, value] and _is_block_plain(value)


def _is_block_plain(value: str) -> bool:
    read, problems = yaml_files.load("", f"- {value}\n- a: {value}\n".encode())
    return not problems and read == [value, {"a": value}]
