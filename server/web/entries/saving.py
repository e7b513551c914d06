"""What a form that came back changes in pack.yaml, and where in a text a problem lies."""

import re
from dataclasses import replace
from typing import Any, Final

from server.adapters import yaml_places
from server.domain.errors import Invalid
from server.domain.texts import _
from server.services.packs.pack_entries_edit import Edit
from server.web.entries.book import ONLY, Book, Entry
from server.web.entries.sheets import Sheet

#: in addresses: an entry that is not there yet
NEW: Final = "new"
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_\-]{0,79}")


def key_of(known: Book, form: Sheet, typed: str) -> str:
    """The key of what is kept.

    Raises:
        Invalid: the key that was typed is none, or is taken.
    """
    entry = form.entry
    if entry.key != NEW:
        return (
            str(_next(known, entry))
            if not entry.is_own and entry.kind.shape == "list"
            else entry.key
        )
    if entry.kind.shape == "list":
        return str(_next(known, entry))
    name = typed.strip()
    refuse_name(name)
    if any(each.key == name and each.is_own for each in known.entries(entry.kind)):
        raise Invalid(_("“{key}”已经有了，请换一个").format(key=name))
    return name


def _next(known: Book, entry: Entry) -> int:
    held = known.own.get(entry.kind.key)
    return len(held) if isinstance(held, list) else 0


def refuse_name(name: str) -> None:
    """Return when an entry may have this key.

    Raises:
        Invalid: it may not.
    """
    if not _NAME.fullmatch(name) or name in (NEW, ONLY):
        raise Invalid(_("标识须以小写英文字母开头，只含英文字母、数字和下划线"))


def edits(known: Book, entry: Entry, name: str, value: Any) -> list[Edit]:
    """What is written so that the entry is this value, under this key."""
    entry = replace(entry, key=name)
    if entry.kind.key == "pack":
        keys = {part.key for part in entry.kind.parts}
        changed = [key for key in keys if value.get(key) != known.own.get(key)]
        return [
            Edit(verb="set", path=(key,), value=value[key])
            if key in value
            else Edit(verb="remove", path=(key,))
            for key in sorted(changed)
        ]
    if entry.kind.shape == "single" and not value:
        return [Edit(verb="remove", path=entry.path)] if entry.kind.key in known.own else []
    if entry.kind.shape != "single" and not known.own.get(entry.kind.key):
        whole = [value] if entry.kind.shape == "list" else {name: value}
        return [Edit(verb="set", path=entry.path[:1], value=whole)]
    return [Edit(verb="set", path=entry.path, value=value)]


def removal(known: Book, entry: Entry) -> list[Edit]:
    """What is written so that the entry is gone; with the last one goes its section."""
    is_last = len(entry.path) == 2 and len(known.own[entry.kind.key]) == 1
    return [Edit(verb="remove", path=entry.path[:1] if is_last else entry.path)]


def line_of(text: str, place: str) -> int:
    """The line of the text a problem is in; 0 where it cannot be said."""
    steps = [
        int(part[1:-1]) if part.startswith("[") else part
        for part in re.findall(r"\[\d{1,4}\]|[^.\[\]]+", place)
    ]
    try:
        paper = yaml_places.sheet(text.encode())
    except Invalid:
        return 0
    while steps and paper.at(steps) is None:
        steps.pop()
    found = paper.at(steps)
    at = (found.key or found.node) if found and steps else None
    return at.start_mark.line + 1 if at else 1
