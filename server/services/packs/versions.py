"""The versions of a pack over time: published from a day, ended, and their content taken up again.

History is never changed: what was law is published again as a new version, and running cases stay
on theirs until they are moved.
"""

from datetime import date

from sqlalchemy import select

from server.adapters import yaml_edits
from server.adapters.packs import PackFiles
from server.domain import pack_paths
from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.findings import Finding
from server.domain.texts import _
from server.models.definition import PackVersion
from server.services.context import Context
from server.services.packs import pack_drafts, published_files


def files_of(ctx: Context, key: str, version: int) -> PackFiles:
    """Every file of a version, what it inherits included.

    Raises:
        NotFound: there is no such version.
    """
    return PackFiles(key=key, files=published_files.stored(ctx, _found(ctx, key, version)))


def retire(ctx: Context, key: str, version: int, *, on: date, reason: str) -> None:
    """Let nobody open a case under the version from this day on; running cases stay on it.

    Raises:
        NotFound: there is no such version.
        Invalid: the day is over, or nobody said why.
        Conflict: the version was ended before.
    """
    row = _found(ctx, key, version)
    if row.retired_on is not None:
        raise Conflict(_("该版本已定于{day}停止施行").format(day=row.retired_on.isoformat()))
    problems = []
    if on < ctx.today:
        problems.append(_finding("on", _("停止施行的日期不能早于今日")))
    if not reason.strip():
        problems.append(_finding("reason", _("写明停止施行的理由和依据")))
    if problems:
        raise Invalid(_("没有停止施行"), problems)
    row.retired_on, row.retired_reason = on, reason.strip()
    row.retired_by, row.retired_at = ctx.actor.person_id, ctx.now
    detail = {"version": version, "on": on.isoformat(), "reason": reason.strip()}
    ctx.record("pack.retire", f"pack:{row.id}", detail=detail)


def take_up(ctx: Context, key: str, version: int) -> int:
    """Make the content of an earlier version the draft of the next one; number of changed files.

    Raises:
        NotFound: there is no such version.
        Conflict: drafts wait already, or the newest version has this content.
    """
    if pack_drafts.drafts(ctx, key):
        raise Conflict(_("该政策包还有草稿，请先发布或者放弃"))
    wanted = _own(files_of(ctx, key, version))
    now = _own(published_files.newest_files(ctx, key))
    changed = [path for path in sorted({*wanted, *now}) if wanted.get(path) != now.get(path)]
    if not changed:
        raise Conflict(_("该版本的内容与最新版本相同"))
    manifest = pack_paths.manifest(key)
    # its own day is long past, and would lie before that of the version it comes after
    wanted[manifest] = yaml_edits.set_at(wanted[manifest], ("valid_from",), ctx.today)
    for path in {manifest, *changed}:
        pack_drafts.put(ctx, key, path, wanted.get(path))
    return len(changed)


def _own(files: PackFiles) -> dict[str, bytes]:
    return {path: data for path, data in files.files.items() if path.split("/", 2)[1] == files.key}


def _found(ctx: Context, key: str, version: int) -> PackVersion:
    row = ctx.session.scalars(
        select(PackVersion).where(
            PackVersion.key == key,
            PackVersion.version == version,
            PackVersion.state == "published",
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def _finding(field: str, message: str) -> Finding:
    return Finding(code="VERSION_FIELD", field=field, message=message)
