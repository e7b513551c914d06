"""Entries of pack.yaml changed one by one in the draft; the rest of the file stays as written.

Whatever was asked happens together or not at all, and nobody overwrites another: who changes
something names the revision of the file he saw.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from server.adapters import yaml_edits
from server.domain import pack_paths
from server.domain.errors import NotFound
from server.services.context import Context
from server.services.packs import workspace
from server.services.packs.workspace import File

Verb = Literal["set", "remove", "insert", "move", "rename"]
Path = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """One change: ``Edit(verb="set", path=("deadlines", "review", "interval", "n"), value=6)``."""

    verb: Verb
    #: of the entry; for ``insert`` and ``move`` of the list
    path: Path
    #: what is to stand there; for ``rename`` the new key
    value: Any = None
    #: which item is moved, or before which one is put in
    index: int = 0
    #: where it is moved to
    to: int = 0


def change(ctx: Context, pack: str, edits: Iterable[Edit], revision: str) -> File:
    """The draft of pack.yaml with these changes, made one after the other.

    Raises:
        NotFound: there is no such pack, or an edit names an entry that is not there.
        Invalid: the file cannot be read, or a change cannot be written into it.
        Overtaken: the file is not what ``revision`` names any more.
    """
    path = pack_paths.manifest(pack)
    before = workspace.file(ctx, pack, path)
    if before.revision != revision:
        raise workspace.Overtaken(before)
    content = before.content
    for edit in edits:
        content = applied(content, edit)
    if content == before.content:
        return before
    return workspace.store_any(ctx, pack, path, content, revision)


def applied(content: bytes, edit: Edit) -> bytes:
    """The file with one change.

    Raises:
        NotFound: the edit names an entry that is not there.
        Invalid: the file cannot be read, or the change cannot be written into it.
    """
    if not edit.path:
        raise NotFound
    if edit.verb == "set":
        return yaml_edits.set_at(content, edit.path, edit.value)
    if edit.verb == "remove":
        return yaml_edits.remove_at(content, edit.path)
    if edit.verb == "rename":
        return yaml_edits.rename_key(content, edit.path, str(edit.value))
    if edit.verb == "insert":
        return yaml_edits.insert_at(content, edit.path, edit.index, edit.value)
    return yaml_edits.move_at(content, edit.path, edit.index, edit.to)
