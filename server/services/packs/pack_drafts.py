"""Single files of a pack that wait to be published together as its next version.

A pack is the unit of release: a file alone is always judged inside the newest version of its
pack, with the other drafts beside it. Whose drafts they are does not matter; who stored each is
on record.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select

from server.adapters import yaml_edits
from server.adapters.packs import MAX_FILE, MAX_FILES, PackFiles, completed, restricted
from server.domain import pack_paths
from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.expressions import Json
from server.domain.findings import Finding, Severity
from server.domain.texts import _
from server.models.definition import PackDraft
from server.services.context import Context
from server.services.packs import definitions, published_files
from server.services.packs.definitions import Checked, Published, Why

_NAME: Final = re.compile(r"[\w\-]{1,120}(\.bpmn|\.dmn|\.form\.json)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A file inside its pack."""

    pack: str
    path: str
    #: problems of the whole pack with the drafts, errors first
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        """No error lies in the file itself; what it breaks elsewhere, other drafts may mend."""
        return not any(
            found.severity is Severity.ERROR and found.file == self.path for found in self.findings
        )


def check(ctx: Context, pack: str, name: str, content: bytes) -> Judged:
    """What the pack would be with this file and the drafts there are; nothing is stored.

    Raises:
        NotFound: no such pack was ever published.
        Invalid: it is no file of a kind that can be a draft.
    """
    path = _path(pack, name)
    if len(content) > MAX_FILE:
        raise Invalid(_("文件“{file}”超过2MB").format(file=name))
    files = whole(ctx, pack, {path: content})
    return Judged(pack=pack, path=path, findings=definitions.check(ctx.tools, files)[1])


def store(ctx: Context, judged: Judged, content: bytes) -> None:
    """Keep the file as a draft, in place of an earlier one of the same name.

    Raises:
        Invalid: the file itself has errors; all of them.
        Conflict: the pack has as many drafts as it may.
    """
    if not judged.is_sound:
        raise Invalid(_("文件没有通过检查"), judged.findings)
    put(ctx, judged.pack, judged.path, content)


def put(ctx: Context, pack: str, path: str, content: bytes | None) -> None:
    """Keep this as the draft of the file, None: the file is to leave the pack.

    Raises:
        Conflict: the pack has as many drafts as it may have files.
    """
    known = drafts(ctx, pack)
    draft = next((each for each in known if each.path == path), None)
    if draft is None and len(known) >= MAX_FILES:
        raise Conflict(_("该政策包的草稿已达{n}个，请先发布").format(n=MAX_FILES))
    if draft is None:
        draft = PackDraft(pack=pack, path=path, base=published_files.newest_version(ctx, pack))
        ctx.session.add(draft)
    draft.content, draft.removed = content or b"", content is None
    draft.stored_by, draft.stored_at = ctx.actor.person_id, ctx.now
    ctx.record("pack.draft", f"pack:{pack}", detail={"file": path})


def drop(ctx: Context, pack: str, path: str) -> None:
    """Forget the draft of a file: it stays as it was published."""
    ctx.session.execute(delete(PackDraft).where(PackDraft.pack == pack, PackDraft.path == path))
    ctx.record("pack.draft", f"pack:{pack}", detail={"file": path, "dropped": True})


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """What would be published, and what the check said of it."""

    files: PackFiles
    checked: Checked
    #: the drafts it was made of, before the day and the label were written into it
    drafted: PackFiles


def candidate(ctx: Context, pack: str, *, dated: Mapping[str, Json] | None = None) -> Candidate:
    """The newest version with its drafts, checked; before the transaction that publishes it.

    ``dated``: entries of the manifest that are set at publishing, ``valid_from`` and ``version``.

    Raises:
        NotFound: there is neither a version nor a draft of the pack.
        Invalid: pack.yaml cannot be written into.
    """
    drafted = whole(ctx, pack)
    files = dict(drafted.files)
    manifest = pack_paths.manifest(pack)
    for key, value in (dated or {}).items():
        files[manifest] = yaml_edits.set_at(files.get(manifest, b""), (key,), value)
    found = PackFiles(key=pack, files=files)
    return Candidate(files=found, checked=definitions.check(ctx.tools, found), drafted=drafted)


def publish(
    ctx: Context, found: Candidate, *, accept_warnings: str = "", why: Why | None = None
) -> Published:
    """Release the candidate as the next version; the drafts are used up.

    Raises:
        Conflict: there are no drafts, some came in between, or somebody publishes at this moment.
        Invalid: it has errors, or warnings that nobody gave a reason for accepting.
    """
    refuse_changed(ctx, found)
    pack = found.files.key
    done = definitions.publish(
        ctx, found.files, accept_warnings=accept_warnings, checked=found.checked, why=why
    )
    ctx.session.execute(delete(PackDraft).where(PackDraft.pack == pack))
    return done


def refuse_changed(ctx: Context, found: Candidate) -> None:
    """Return when the candidate still is what the drafts make of the newest version.

    Raises:
        Conflict: there are no drafts, or some came in between.
    """
    if not drafts(ctx, found.files.key):
        raise Conflict(_("该政策包没有待发布的草稿"))
    if whole(ctx, found.files.key) != found.drafted:
        raise Conflict(_("该政策包的草稿或者版本刚刚有变化，请重试"))


def whole(ctx: Context, pack: str, more: Mapping[str, bytes] | None = None) -> PackFiles:
    """The pack as it would be published now: the newest version with its drafts, and ``more``.

    A pack that was never published is made of its drafts alone, and of what they extend.

    Raises:
        NotFound: there is neither a version nor a draft of it.
    """
    waiting = drafts(ctx, pack)
    if published_files.newest_version(ctx, pack):
        files = dict(published_files.newest_files(ctx, pack).files)
    elif waiting:
        files = {}
    else:
        raise NotFound
    files |= {draft.path: draft.content for draft in waiting}
    for draft in waiting:
        if draft.removed:
            del files[draft.path]
    files |= more or {}
    shelf = ctx.tools.config.shipped / "processes"
    return restricted(completed(PackFiles(key=pack, files=files), shelf))


def drafts(ctx: Context, pack: str) -> Sequence[PackDraft]:
    """What waits to be published, by path."""
    return ctx.session.scalars(
        select(PackDraft).where(PackDraft.pack == pack).order_by(PackDraft.path)
    ).all()


def _path(pack: str, name: str) -> str:
    if not re.fullmatch(r"[\w.\-]{1,80}", pack):
        raise NotFound
    if not _NAME.fullmatch(name):
        finding = Finding(
            code="DRAFT_NAME",
            field="file",
            message=_("只能上传.bpmn、.dmn或者.form.json文件"),
            fix=_("检查文件名"),
        )
        raise Invalid(_("不能作为草稿的文件"), [finding])
    root = "forms" if pack_paths.kind_of(name) == "form" else "processes"
    return f"{root}/{pack}/{name}"
