"""Who names an entry: other entries, diagrams, forms, scenarios; and what a new key changes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from server.domain import pack_paths
from server.domain.texts import _
from server.services.packs.pack_entries_edit import Edit, Path
from server.web.entries.book import Book, Entry
from server.web.entries.kinds import KINDS
from server.web.entries.parts import Kind, Part


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """One place that names the entry."""

    #: what people call the place
    place: str
    #: the entry that names it, None for a file beside pack.yaml
    entry: Entry | None = None
    #: that file, empty for pack.yaml
    file: str = ""
    #: is it changed together with the key
    follows: bool = False

    @property
    def is_scenario(self) -> bool:
        """Is it a rehearsal."""
        return bool(self.file) and pack_paths.kind_of(self.file) == "scenario"


def mentions(book: Book, entry: Entry) -> list[Mention]:
    """Every place of the pack that names the entry; none for what has no key of its own."""
    if entry.kind.shape != "table":
        return []
    followed = {(kind.key, each.key) for kind, each, _path in _followed(book, entry)}
    in_texts, in_files = _patterns(entry)
    found = [
        Mention(
            place=_("{kind}：{title}").format(kind=kind.title, title=each.title or _number(each)),
            entry=each,
            follows=(kind.key, each.key) in followed
            or (each.is_own and _is_key(kind, each, entry)),
        )
        for kind, each in _every(book)
        if (kind.key, each.key) != (entry.kind.key, entry.key)
        and (
            (kind.key, each.key) in followed
            or _is_key(kind, each, entry)
            or any(in_texts.search(text) for text in _texts(each.value))
        )
    ]
    return found + [
        Mention(place=pack_paths.name_of(path), file=path)
        for path, content in sorted(book.files.files.items())
        if pack_paths.is_of(book.files.key, path)
        and pack_paths.kind_of(path) in ("bpmn", "dmn", "form", "scenario")
        and in_files.search(content.decode("utf-8", "replace"))
    ]


def _patterns(entry: Entry) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """How expressions name such an entry, and how files beside pack.yaml do."""
    key = re.escape(entry.key)
    quoted, never = rf'"{key}"', r"(?!)"
    expressions = {
        "settings": rf"settings\.{key}\b",
        "roles": quoted,
        "deadlines": rf"\({quoted}",
        "lists": rf"\blist_{key}\b",
    }
    files = {
        **expressions,
        "deadlines": rf'deadline="[^"]*\b{key}\b|(deadline|reminder)\({quoted}',
        "roles": rf"{quoted}|\bas: {key}\b",
        "lanes": rf"lane\b[^>]* id={quoted}",
        "messages": rf"message\b[^>]* name={quoted}|\bmessage: {key}\b",
        "procedures": rf"process\b[^>]* id={quoted}|\bprocedure: {key}\b",
    }
    kind = entry.kind.key
    return re.compile(expressions.get(kind, never)), re.compile(files.get(kind, never))


def _number(entry: Entry) -> str:
    if entry.kind.shape == "list":
        return _("第{n}条").format(n=int(entry.key) + 1)
    return entry.key if entry.kind.shape == "table" else entry.kind.title


def renaming(book: Book, entry: Entry, name: str) -> list[Edit]:
    """The edits of pack.yaml that give an own entry another key, wherever entries name it."""
    edits = [Edit(verb="set", path=path, value=name) for _k, _e, path in _followed(book, entry)]
    keyed = [
        Edit(verb="rename", path=each.path, value=name)
        for kind, each in _every(book)
        if each.is_own and _is_key(kind, each, entry)
    ]
    return [*edits, *keyed, Edit(verb="rename", path=entry.path, value=name)]


def _is_key(kind: Kind, each: Entry, entry: Entry) -> bool:
    return kind.key_source == entry.kind.key and each.key == entry.key


def _followed(book: Book, entry: Entry) -> Iterator[tuple[Kind, Entry, Path]]:
    """Own entries that name it where nothing but such a key can stand."""
    for kind, each in _every(book):
        if each.is_own:
            for path in _named(kind.parts, each.value, each.path, entry):
                yield kind, each, path


def _every(book: Book) -> Iterator[tuple[Kind, Entry]]:
    for kind in KINDS.values():
        if kind.key != "pack":
            for each in book.entries(kind):
                yield kind, each


def _named(parts: Any, value: Any, path: Path, entry: Entry) -> Iterator[Path]:
    if not isinstance(value, Mapping):
        return
    for part in parts:
        held, here = value.get(part.key), (*path, part.key)
        if part.control in ("group", "rows"):
            rows = enumerate(held) if isinstance(held, list) else [("", held)]
            for index, row in rows:
                inner = here if index == "" else (*here, index)
                yield from _named(part.parts, row, inner, entry)
        elif _can_name(part, entry):
            yield from _equal(held, here, entry.key)


def _equal(held: Any, path: Path, key: str) -> Iterator[Path]:
    if held == key:
        yield path
    for index, one in enumerate(held if isinstance(held, list) else ()):
        if one == key:
            yield (*path, index)


def _can_name(part: Part, entry: Entry) -> bool:
    return part.source == entry.kind.key or (part.source == "ladder" and entry.kind.key == "roles")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
