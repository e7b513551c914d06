"""What differs between two versions of a pack, or between one and its drafts."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from server.adapters.packs import PackFiles
from server.checker.comparing.changes import Change
from server.domain import pack_paths
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.engine import child
from server.services.context import Context, Tools
from server.services.packs import file_titles, published_files
from server.services.packs.workspace import File, State, revision_of


@dataclass(frozen=True, kw_only=True, slots=True)
class FileChange:
    """One file that differs."""

    path: str
    title: str
    #: ``new``, ``removed`` or ``changed``
    state: State
    #: what differs in it; None where it can only be told that it does
    changes: tuple[Change, ...] | None

    @property
    def kind(self) -> str:
        """``bpmn``, ``dmn``, ``form``, ``pack``, ``scenario``, ``letter`` or ``text``."""
        return pack_paths.kind_of(self.path)


def against_newest(ctx: Context, tools: Tools, files: PackFiles) -> tuple[FileChange, ...]:
    """How the files differ from the newest published version; everything is new without one."""
    known = published_files.newest_version(ctx, files.key)
    before = published_files.newest_files(ctx, files.key) if known else None
    return between(tools, before or PackFiles(key=files.key, files={}), files)


def between(_tools: Tools, before: PackFiles, after: PackFiles) -> tuple[FileChange, ...]:
    """How the second differs from the first, by path."""
    paths = sorted({*before.files, *after.files})
    differ = [path for path in paths if before.files.get(path) != after.files.get(path)]
    asked: Json = [
        [path, _sent(before.files.get(path)), _sent(after.files.get(path))] for path in differ
    ]
    found = child.run("server.checker.comparing.answer:answer", asked) if differ else {}
    told: Mapping[str, Json] = {} if isinstance(found, Finding) else found
    titles = file_titles.titles(_files({**before.files, **after.files}))
    return tuple(
        FileChange(
            path=path,
            title=titles[path],
            state=_state(path, before, after),
            changes=_changes(told.get(path)),
        )
        for path in differ
        if told.get(path) != []  # written otherwise, and says the same
    )


def _sent(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(content).decode()


def _changes(found: Json) -> tuple[Change, ...] | None:
    return None if found is None else tuple(Change(**each) for each in found)


def _state(path: str, before: PackFiles, after: PackFiles) -> State:
    if path not in before.files:
        return "new"
    return "changed" if path in after.files else "removed"


def _files(files: Mapping[str, bytes]) -> list[File]:
    return [
        File(path=path, content=content, state="published", revision=revision_of(content))
        for path, content in files.items()
    ]
