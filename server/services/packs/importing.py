"""Files and whole packs brought from elsewhere: looked at first, then kept as drafts.

Nothing is published by it. What is kept goes the way of every draft: two designers do not
overwrite each other, and what has an error cannot be released.
"""

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from server.adapters import packs
from server.adapters.packs import PackFiles
from server.checker import bringing
from server.checker.bringing import Judged
from server.domain import pack_paths
from server.domain.errors import Invalid
from server.domain.findings import Finding, Severity
from server.domain.texts import _
from server.services.context import Context
from server.services.packs import definitions, pack_drafts, workspace
from server.services.packs.workspace import NO_FILE, File

#: suffix of a file -> folder and suffix inside a pack
_PLACES: Final = {
    ".bpmn": ("processes", "", ".bpmn"),
    ".bpmn20.xml": ("processes", "", ".bpmn"),
    ".xml": ("processes", "", ".bpmn"),
    ".dmn": ("processes", "", ".dmn"),
    ".form.json": ("forms", "", ".form.json"),
    ".json": ("forms", "", ".form.json"),
    ".form": ("forms", "", ".form.json"),
    ".docx": ("processes", "letters/", ".docx"),
}
_ODD: Final = re.compile(r"[^\w\-]+")
#: every archive of the same files has the same bytes
_ALWAYS: Final = (1980, 1, 1, 0, 0, 0)

Change = Literal["new", "changed", "gone", "same"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What keeping a file would do."""

    path: str
    judged: Judged
    #: the file of the pack it would take the place of, None for a new one
    replaces: File | None

    @property
    def content(self) -> bytes | None:
        """What would be kept, None when nothing can be."""
        return self.judged.brought.content

    @property
    def revision(self) -> str:
        """What the place looked like when this was found."""
        return self.replaces.revision if self.replaces else NO_FILE

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """Findings of this weight in the file."""
        found = self.judged.brought.findings
        return tuple(each for each in found if each.severity is severity)

    @property
    def elsewhere(self) -> int:
        """How many errors the pack would have in its other files."""
        return sum(each.severity is Severity.ERROR for each in self.judged.elsewhere)


def procedures(ctx: Context, pack: str) -> dict[str, str]:
    """Key -> title of the procedures of the pack, empty while pack.yaml cannot be read.

    Raises:
        NotFound: there is no such pack.
    """
    found = packs.parse(pack_drafts.whole(ctx, pack))[0]
    return {each.key: each.title for each in found.procedures.values()} if found else {}


def place_of(pack: str, name: str) -> str:
    """Where a file of this name lies in the pack.

    Raises:
        Invalid: a pack has no files of this kind.
    """
    plain = name.replace("\\", "/").rsplit("/", 1)[-1]
    suffix = next((each for each in _PLACES if plain.lower().endswith(each)), "")
    if not suffix:
        raise Invalid(_("只能导入.bpmn、.dmn、.form.json、.docx文件，或者整个政策包的.zip"))
    folder, inside, ending = _PLACES[suffix]
    stem = _ODD.sub("_", plain[: -len(suffix)]).strip("_")[:100] or "imported"
    return f"{folder}/{pack}/{inside}{stem}{ending}"


def preview(
    ctx: Context, pack: str, path: str, raw: bytes, chosen: Mapping[str, str] | None = None
) -> Preview:
    """What the file brings, and what the pack would be with it; nothing is stored.

    Raises:
        NotFound: there is no such pack.
        Invalid: a pack has no file of this name.
    """
    if not pack_paths.is_of(pack, path):
        raise Invalid(_("政策包里不能有名为“{file}”的文件").format(file=path[-80:]))
    files = pack_drafts.whole(ctx, pack)
    judged = bringing.bring(files, definitions.calendars_of(ctx.tools), path, raw, chosen)
    return Preview(path=path, judged=judged, replaces=_standing(ctx, pack, path))


def keep(ctx: Context, pack: str, found: Preview, revision: str) -> File:
    """Keep what was previewed as a draft; ``revision`` is that of the preview he saw.

    Raises:
        Invalid: nothing of it can be kept.
        Overtaken: the place is not what he saw any more.
    """
    if found.content is None:
        raise Invalid(_("该文件不能导入"), found.judged.brought.findings)
    return workspace.store_any(ctx, pack, found.path, found.content, revision)


def compared(ctx: Context, pack: str, files: PackFiles) -> dict[str, Change]:
    """Path -> what the archive would do to the pack's own files, in order of their paths.

    Raises:
        NotFound: there is no such pack.
        Invalid: the archive is another pack, or has a file no pack may have.
    """
    if files.key != pack:
        raise Invalid(
            _("压缩包里是政策包“{other}”，不是“{pack}”").format(other=files.key, pack=pack)
        )
    odd = [path for path in files.files if not pack_paths.is_of(pack, path)]
    if odd:
        raise Invalid(_("政策包里不能有名为“{file}”的文件").format(file=odd[0][-80:]))
    if pack_paths.manifest(pack) not in files.files:
        raise Invalid(_("压缩包里没有pack.yaml"))
    now = {file.path: file.content for file in _own(ctx, pack)}
    return {
        path: _change(now.get(path), files.files.get(path)) for path in sorted({*now, *files.files})
    }


def keep_all(ctx: Context, pack: str, files: PackFiles, seen: Mapping[str, str]) -> int:
    """Make the drafts what the archive holds; how many files that changed.

    Raises:
        Invalid: a file is no text, or the pack changed since ``seen`` was found.
    """
    changes = compared(ctx, pack, files)
    if changes != seen:
        raise Invalid(_("政策包的草稿刚刚有变化，请重新核对"))
    revisions = {file.path: file.revision for file in workspace.opened(ctx, pack).files}
    touched = [path for path, change in changes.items() if change != "same"]
    for path in touched:
        revision = revisions.get(path, NO_FILE)
        if changes[path] == "gone":
            workspace.remove(ctx, pack, path, revision)
        else:
            workspace.store_any(ctx, pack, path, files.files[path], revision)
    return len(touched)


def archive(ctx: Context, pack: str) -> bytes:
    """The pack's own files with their drafts, as :func:`read_archive` takes them back.

    Raises:
        NotFound: there is no such pack.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for file in _own(ctx, pack):
            entry = zipfile.ZipInfo(file.path, _ALWAYS)
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, file.content)
    return out.getvalue()


def _own(ctx: Context, pack: str) -> list[File]:
    files = workspace.opened(ctx, pack).files
    return [file for file in files if file.state not in ("inherited", "removed")]


def _standing(ctx: Context, pack: str, path: str) -> File | None:
    files = workspace.opened(ctx, pack).files
    found = next((file for file in files if file.path == path), None)
    return None if found is None or found.state in ("inherited", "removed") else found


def _change(before: bytes | None, after: bytes | None) -> Change:
    if before is None:
        return "new"
    if after is None:
        return "gone"
    return "same" if before == after else "changed"
