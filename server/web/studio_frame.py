"""What stands around every page of the studio: the pack, how its draft stands, its files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import current_app, url_for

from server.domain import pack_paths
from server.domain.texts import _
from server.http.site import reading
from server.services.packs import file_titles, workspace
from server.services.packs.workspace import File, Workspace

#: a pack in the address of a page
KEY: Final = "<string(maxlength=80):pack>"

#: kind of file -> the page it is edited on
_EDITORS: Final = {
    "bpmn": "studio.diagram",
    "dmn": "studio_editors.table",
    "form": "studio_editors.form",
    "pack": "studio_entries.index",
    "letter": "studio_imports.letter",
}

#: groups of the list beside an editor: kind, heading
_GROUPS: Final = (
    ("bpmn", _("流程图")),
    ("dmn", _("决策表")),
    ("form", _("表单")),
    ("pack", _("名单和期限")),
    ("scenario", _("演练场景")),
    ("letter", _("文书模板")),
    ("text", _("说明")),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A file in the list beside an editor."""

    file: File
    title: str
    url: str
    is_current: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """A pack, and where in it somebody is."""

    space: Workspace
    #: heading -> its files
    groups: Mapping[str, tuple[Entry, ...]]
    #: the file that is open, None on a page that is about the whole pack
    current: Entry | None

    @property
    def counts(self) -> Mapping[str, int]:
        """State -> how many drafts there are of it."""
        states = [file.state for file in self.space.drafts]
        return {state: states.count(state) for state in ("new", "changed", "removed")}


def frame(pack: str, path: str = "") -> Frame:
    """The pack as it stands, at this file.

    Raises:
        NotFound: there is no such pack, or it has no such file.
    """
    with reading() as ctx:
        if path:
            workspace.file(ctx, pack, path)
        space = workspace.opened(ctx, pack)
    titles = file_titles.titles(space.files)
    entries = [
        Entry(
            file=file,
            title=titles[file.path],
            url=address(pack, file.path),
            is_current=file.path == path,
        )
        for file in space.files
    ]
    groups = {
        heading: tuple(
            entry
            for entry in entries
            if entry.file.kind == kind and (entry.file.state != "inherited" or entry.is_current)
        )
        for kind, heading in _GROUPS
    }
    return Frame(
        space=space,
        groups={heading: found for heading, found in groups.items() if found},
        current=next((entry for entry in entries if entry.is_current), None),
    )


def address(pack: str, path: str) -> str:
    """The page a file is edited on."""
    endpoint = _EDITORS.get(pack_paths.kind_of(path), "studio.text")
    if endpoint not in current_app.view_functions:
        endpoint = "studio.text"
    return url_for(endpoint, pack=pack, file=path)


def source(pack: str, path: str) -> str:
    """Where an editor reads and keeps the file."""
    return url_for("studio_files.content", pack=pack, path=path)


def words() -> dict[str, Any]:
    """What the templates of the studio may use beside the frame."""
    return {"source": source, "address": address, "link": link}


def link(endpoint: str, **given: Any) -> str:
    """The address of a page, empty where this program has no such page."""
    known = endpoint in current_app.view_functions
    return url_for(endpoint, **given) if known else ""
