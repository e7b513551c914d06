"""Files people add to a case: taken in as a draft, bound to the step they are handed in with.

::

    receive (bytes on the disk) -> add (a draft of its uploader) -> attachment_binding.bind

A draft is seen by whoever uploaded it. A file in a case is seen by whoever may read the paper it
was handed in with (``domain/perspectives``). Never in task data: answers hold ids only.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO, Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, func, insert, select, update

from server import config
from server.adapters.file_types import is_what_it_says
from server.adapters.storage import Stored, TooLarge
from server.domain.errors import Invalid, NotFound
from server.domain.findings import Finding
from server.domain.texts import _
from server.models.base import new_id
from server.models.document import attachment
from server.queries import corrections, papers
from server.queries import issued_papers as issued_rows
from server.queries.papers import Attached
from server.services.case import case_rows, sights
from server.services.context import Context, Tools
from server.services.files import sheet_signing
from server.services.identity import posts
from server.services.packs import definitions
from server.services.papers import issued_papers

_UNSEEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_LONGEST: Final = 120
#: files looked up at once
_AT_ONCE: Final = 500

_MEDIA: Final[Mapping[str, str]] = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "txt": "text/plain",
    "csv": "text/csv",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """A file that lies in the storage and was found acceptable; nobody refers to it yet."""

    name: str
    kind: str
    content: Stored


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """A file that may be handed out."""

    id: str
    name: str
    media_type: str
    #: None: still a draft
    case_id: str | None
    content: Stored


def receive(tools: Tools, stream: IO[bytes], name: str) -> Received:
    """Take the bytes in, outside of any transaction: a large file holds nobody up.

    Raises:
        Invalid: it is too large, of a kind that is not accepted, or not what its name says.
    """
    kept = _name(name)
    kind = PurePosixPath(kept).suffix.lstrip(".").lower()
    if kind not in config.ATTACHMENT_KINDS:
        accepted = "、".join(config.ATTACHMENT_KINDS)
        raise refusal(
            "ATTACHMENT_KIND", _("不接受这种文件"), _("改用{kinds}").format(kinds=accepted)
        )
    try:
        content = tools.storage.put(stream, config.ATTACHMENT_SIZE)
    except TooLarge:
        most = config.ATTACHMENT_SIZE // (1024 * 1024)
        message = _("文件超过{most} MB").format(most=most)
        raise refusal("ATTACHMENT_SIZE", message, _("压缩或者拆分后重新上传")) from None
    with tools.storage.opened(content) as stored:
        if not is_what_it_says(stored, kind):
            message = _("文件内容与扩展名不符，或者含有宏、嵌入对象、程序")
            raise refusal("ATTACHMENT_CONTENT", message, _("另存为不含宏的普通文件后重新上传"))
    return Received(name=kept, kind=kind, content=content)


def add(ctx: Context, received: Received) -> str:
    """A draft of the actor, until a form hands it in; its id.

    Raises:
        Invalid: he has too many drafts that were never handed in.
    """
    count, size = ctx.session.execute(
        select(func.count(), func.coalesce(func.sum(attachment.c.size), 0)).where(_drafts(ctx))
    ).one()
    held = size + received.content.size
    if count >= config.ATTACHMENT_DRAFTS or held > config.ATTACHMENT_DRAFT_BYTES:
        message = _("您还没有提交的文件过多")
        raise refusal("ATTACHMENT_DRAFTS", message, _("先提交已经上传的文件"))
    attachment_id = new_id()
    ctx.session.execute(
        insert(attachment).values(
            id=attachment_id,
            version=1,
            name=received.name,
            media_type=_MEDIA.get(received.kind, "application/octet-stream"),
            size=received.content.size,
            content_hash=received.content.hash,
            uploaded_by=ctx.actor.person_id,
            uploaded_at=ctx.now,
            state="draft",
        )
    )
    ctx.record("attachment.add", attachment_id, detail={"hash": received.content.hash})
    return attachment_id


def listed(ctx: Context, case_id: str) -> tuple[Attached, ...]:
    """The files of a case that the actor may read, the oldest first.

    Raises:
        NotFound: the case does not exist for him.
    """
    readable = _readable(ctx, case_id)
    return tuple(
        each
        for each in papers.attached(ctx.session, case_id)
        if (case_id, each.step_seq) in readable
    )


def names(ctx: Context, ids: Sequence[str]) -> dict[str, str]:
    """What files are called that the actor may read; others are left out."""
    rows = ctx.session.execute(_wanted().where(attachment.c.id.in_(ids))).all() if ids else []
    cases = {row.case_id: _readable_or_none(ctx, row.case_id) for row in rows if row.case_id}
    return {row.id: row.name for row in rows if _may_read(ctx, row, cases.get(row.case_id, set()))}


def open_for(ctx: Context, attachment_id: str) -> Opened:
    """A file the actor may read, and where its bytes are.

    Raises:
        NotFound: there is none, or it does not exist for him: the same answer for both.
    """
    case_rows.refuse_odd(attachment_id)
    row = ctx.session.execute(_wanted().where(attachment.c.id == attachment_id)).one_or_none()
    if row is None:
        raise NotFound
    readable = _readable(ctx, row.case_id) if row.case_id else set()
    if not (_may_read(ctx, row, readable) or _is_evidence(ctx, row)):
        raise NotFound
    return Opened(
        id=row.id,
        name=row.name,
        media_type=row.media_type,
        case_id=row.case_id,
        content=Stored(row.content_hash, row.size),
    )


def _drafts(ctx: Context) -> ColumnElement[bool]:
    return and_(
        attachment.c.uploaded_by == ctx.actor.person_id,
        attachment.c.state == "draft",
        attachment.c.uploaded_at >= ctx.now - config.ATTACHMENT_DRAFT_LIFE,
    )


def forget_drafts(ctx: Context) -> None:
    """What nobody handed in for so long is nobody's draft any more."""
    ctx.session.execute(
        update(attachment)
        .where(
            attachment.c.state == "draft",
            attachment.c.uploaded_at < ctx.now - config.ATTACHMENT_DRAFT_LIFE,
        )
        .values(state="removed", version=attachment.c.version + 1)
    )


def drop_orphans(tools: Tools, now: datetime) -> int:
    """Remove bytes that no draft and no case has had for a while; how many files those were.

    ``now`` is the real time: it is compared with the times of the files.
    """
    before, dropped = now - config.ORPHANS_KEPT, 0
    old = tools.storage.older_than(before)
    for start in range(0, len(old), _AT_ONCE):
        tools.go_on()
        some = old[start : start + _AT_ONCE]
        with tools.readers() as session:
            kept = issued_rows.held(session, some) | set(
                session.scalars(
                    select(attachment.c.content_hash).where(
                        attachment.c.content_hash.in_(some), attachment.c.state != "removed"
                    )
                )
            )
        dropped += sum(tools.storage.drop(each, before) for each in some if each not in kept)
    return dropped


def _wanted() -> Select[Any]:
    return select(attachment).where(attachment.c.state != "removed")


def _may_read(ctx: Context, row: Row[Any], readable: set[tuple[str, int]]) -> bool:
    """His own draft, what he is to sign, or a file of a paper he may read."""
    if row.case_id is None:
        is_kept = row.uploaded_at >= ctx.now - config.ATTACHMENT_DRAFT_LIFE
        return bool(row.uploaded_by == ctx.actor.person_id and is_kept)
    if row.step_seq is None and row.work_item_id is not None:
        return sheet_signing.is_for(ctx.session, ctx.actor.person_id, row.work_item_id)
    return (row.case_id, row.step_seq) in readable


def _is_evidence(ctx: Context, row: Row[Any]) -> bool:
    """What a corrected date or the service of a paper rests on, for whoever may know of it."""
    if row.case_id is None or row.step_seq is not None:
        return False
    actor = posts.with_posts(ctx)
    sight = sights.of(ctx, row.case_id)
    is_known = corrections.is_evidence(ctx.session, sight, actor.headed, row.id)
    return is_known or issued_papers.is_receipt(ctx, row.id)


def _readable(ctx: Context, case_id: str) -> set[tuple[str, int]]:
    """The papers of the case that the actor may read. Raises NotFound without sight of it."""
    sights.of(ctx, case_id)
    pack = definitions.release(ctx, case_rows.found(ctx, case_id).pack_version_id).pack
    return sights.readable(ctx, case_id, pack)


def _readable_or_none(ctx: Context, case_id: str) -> set[tuple[str, int]]:
    """The same, nothing for a case that does not exist for him."""
    try:
        return _readable(ctx, case_id)
    except NotFound:
        return set()


def _name(name: str) -> str:
    """The name without folders, without what nobody sees, and not too long."""
    plain = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    plain = " ".join(_UNSEEN.sub("", plain).split()).strip(". ")
    path = PurePosixPath(plain or _("未命名"))
    return path.stem[: _LONGEST - len(path.suffix)] + path.suffix[:_LONGEST]


def refusal(code: str, message: str, fix: str, field: str = "") -> Invalid:
    """The refusal of a file, at its field where it has one."""
    return Invalid(message, [Finding(code=code, field=field, message=message, fix=fix)])
