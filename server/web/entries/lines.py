"""What the list of a section says of each entry, in words."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from server.adapters import yaml_words
from server.domain.texts import _
from server.web.entries.book import Entry
from server.web.entries.parts import Kind, Part
from server.web.entries.schemas import Offered

#: longest text of a cell
_MOST: Final = 60


def told(kind: Kind, entries: Sequence[Entry], offered: Offered) -> list[tuple[str, ...]]:
    """One row for each entry: what its columns say."""
    parts = {part.key: part for part in kind.parts}
    return [
        tuple(_said(parts[key], _held(each.value, key), offered) for key in kind.columns)
        for each in entries
    ]


def _held(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None


def _said(part: Part, value: Any, offered: Offered) -> str:
    if value is None:
        return ""
    if part.key == "basis" and isinstance(value, Mapping):
        return _basis(value, offered)
    if part.key == "interval" and isinstance(value, Mapping):
        return _interval(part, value)
    if part.control == "rows" and isinstance(value, list):
        return _("{n}条").format(n=len(value))
    names = dict(part.options) | dict(offered.get(part.source, ()))
    values = value if isinstance(value, list) else [value]
    return _short("、".join(names.get(each, _plain(each)) for each in map(_hashed, values)))


def _basis(value: Mapping[str, Any], offered: Offered) -> str:
    if value.get("default"):
        return _("系统默认")
    title = dict(offered.get("sources", ())).get(str(value.get("source")), str(value.get("source")))
    return _short(f"{title.partition('（')[0]}{value.get('article', '')}")


def _interval(part: Part, value: Mapping[str, Any]) -> str:
    if value.get("until"):
        return _short(_("到{until}").format(until=value["until"]))
    units = next((dict(each.options) for each in part.parts if each.key == "unit"), {})
    unit = value.get("unit", "working")
    return f"{value.get('n', '')}{units.get(unit, unit)}"


def _hashed(value: Any) -> Any:
    return value if isinstance(value, str | int | bool) else _plain(value)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else yaml_words.flow(value)


def _short(text: str) -> str:
    return text if len(text) <= _MOST else text[: _MOST - 1] + "…"
