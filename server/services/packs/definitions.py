"""Published law: packs are checked, stored by content for ever, and loaded as releases.

A published version never changes and holds everything it runs on, what it inherits included, so
that a case opened on it reads the same in ten years. Which checks there are is the checker's
business.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, func, select
from sqlalchemy.exc import IntegrityError

from server.adapters.calendars import keys_in
from server.adapters.packs import PackFiles, parse
from server.checker import check as checker
from server.domain.access import SYSTEM
from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.findings import Finding, Severity, has_errors
from server.domain.packs import PolicyPack
from server.domain.texts import _
from server.models.base import new_id
from server.models.definition import PackVersion
from server.services.context import Context, Tools
from server.services.law import releases
from server.services.law.releases import Release
from server.services.packs import published_files


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """What publishing came to."""

    id: str
    key: str
    version: int
    #: False when the newest version had this content already
    is_new: bool
    findings: tuple[Finding, ...] = ()


#: a pack, None as long as it has errors, and every problem found in it
Checked = tuple[PolicyPack | None, tuple[Finding, ...]]


def check(tools: Tools, files: PackFiles) -> Checked:
    """Every problem of a pack at once; the pack is None as long as one of them is an error."""
    return _checked(files, checker.check(files, calendars_of(tools)))


def check_ours(tools: Tools, packs: Sequence[PackFiles]) -> list[Checked]:
    """The same of packs that come with the program, in a fraction of the time."""
    found = checker.check_ours(packs, calendars_of(tools))
    return [_checked(files, findings) for files, findings in zip(packs, found, strict=True)]


def is_superseded(ctx: Context, files: PackFiles) -> bool:
    """Is a newer version of ours there than what comes with the program?

    What a designer published here stands until a designer publishes something else: neither a
    start nor an upgrade of the program takes his work away.
    """
    newest = published_files.newest(ctx, files.key)
    return newest is not None and newest.published_by != SYSTEM.person_id


def count(ctx: Context) -> int:
    """How many versions of packs there are: it grows with every publication."""
    return ctx.session.scalar(select(func.count()).select_from(PackVersion)) or 0


def is_published(ctx: Context, files: PackFiles) -> bool:
    """Has the newest version of this pack this content?"""
    newest = published_files.newest(ctx, files.key)
    return newest is not None and newest.content_hash == published_files.hashes(files)[1]


@dataclass(frozen=True, kw_only=True, slots=True)
class Why:
    """Why a version is there."""

    reason: str = ""
    #: document and article that asks for it
    basis: str = ""


def publish(
    ctx: Context,
    files: PackFiles,
    *,
    accept_warnings: str = "",
    checked: Checked | None = None,
    why: Why | None = None,
) -> Published:
    """Check a pack and release it as its next version; the same content again changes nothing.

    A check takes seconds, and SQLite has one writer: where others are at work, ``checked`` is what
    :func:`check` said of the same files before the transaction began.

    Raises:
        Invalid: it has errors, or warnings that nobody gave a reason for accepting.
        Conflict: somebody published the same version number at this moment.
    """
    newest = published_files.newest(ctx, files.key)
    if newest is not None and newest.content_hash == published_files.hashes(files)[1]:
        return Published(id=newest.id, key=files.key, version=newest.version, is_new=False)
    row, findings = prepare(
        ctx, files, accept_warnings=accept_warnings, checked=checked, why=why or Why()
    )
    return make_law(ctx, row, findings)


def prepare(
    ctx: Context,
    files: PackFiles,
    *,
    accept_warnings: str,
    checked: Checked | None = None,
    why: Why,
) -> tuple[PackVersion, tuple[Finding, ...]]:
    """Store the files of a version that is to be, and give its row: not added, no number yet.

    Raises:
        Invalid: it has errors, or warnings that nobody gave a reason for accepting.
    """
    pack, findings = refuse_wrong(
        ctx, files, checked or check(ctx.tools, files), accept_warnings=accept_warnings
    )
    hashes, whole = published_files.hashes(files)
    row = PackVersion(
        id=new_id(),
        key=files.key,
        version=0,
        reason=why.reason,
        basis=why.basis,
        label=pack.version,
        title=pack.title,
        content_hash=whole,
        files=hashes,
        procedures=sorted(pack.procedures),
        legal_basis=[
            {"key": source.key, "title": source.title, "issuer": source.issuer}
            for source in pack.sources.values()
        ],
        valid_from=pack.valid_from,
        state="proposed",
        accepted=accept_warnings or None,
    )
    published_files.store(ctx, files, hashes)
    return row, findings


def refuse_wrong(
    ctx: Context, files: PackFiles, checked: Checked, *, accept_warnings: str
) -> tuple[PolicyPack, tuple[Finding, ...]]:
    """The pack with what is to be said of it, when it may become law here and now.

    Raises:
        Invalid: it has errors, or warnings that nobody gave a reason for accepting.
    """
    pack, found = checked
    findings = (*found, *_taken(ctx, pack)) if pack else found
    if pack is None or has_errors(findings):
        raise Invalid(_("政策包“{key}”没有通过检查").format(key=files.key), findings)
    if not accept_warnings and any(one.severity is Severity.WARNING for one in findings):
        raise Invalid(_("政策包“{key}”有警告，须写明接受的理由").format(key=files.key), findings)
    return pack, findings


def make_law(ctx: Context, row: PackVersion, findings: tuple[Finding, ...]) -> Published:
    """Number a prepared row as the newest version of its pack, and record it with all hashes.

    Raises:
        Conflict: somebody published the same version number at this moment.
    """
    row.version = published_files.newest_version(ctx, row.key) + 1
    row.state = "published"
    row.published_by, row.published_at = ctx.actor.person_id, ctx.now
    ctx.session.add(row)
    try:
        ctx.session.flush()
    except IntegrityError as error:
        raise Conflict(_("该政策包刚刚由他人发布，请重试")) from error
    detail = {"version": row.version, "hash": row.content_hash, "files": row.files}
    ctx.record("pack.publish", f"pack:{row.id}", detail=detail)
    return Published(id=row.id, key=row.key, version=row.version, is_new=True, findings=findings)


def release(ctx: Context, pack_version_id: str) -> Release:
    """The pack version, loaded; kept in memory, since it never changes.

    Raises:
        NotFound: there is no such version.
        StateUnreadable: a stored file is missing or not what was published.
    """
    held = ctx.tools.releases.get(pack_version_id)
    if held is not None:
        return held
    row = ctx.session.get(PackVersion, pack_version_id)
    if row is None:
        raise NotFound
    loaded = releases.load(
        PackFiles(key=row.key, files=published_files.stored(ctx, row)),
        ctx.tools.evaluate,
        id=row.id,
        version=row.version,
    )
    ctx.tools.releases[pack_version_id] = loaded
    return loaded


def in_force(ctx: Context, procedure: str, on: date) -> Release:
    """The release a case of this procedure opened on the day is bound to.

    Of the published versions valid on the day that bring the procedure, the one valid since the
    latest day, and of these the newest. Raises NotFound when there is none.
    """
    found = bound(ctx, procedure, on)
    if found is None:
        raise NotFound(_("没有正在施行的程序“{key}”").format(key=procedure))
    return release(ctx, found)


def bound(ctx: Context, procedure: str, on: date) -> str | None:
    """Id of the version :func:`in_force` gives, None where nobody may open such a case."""
    for row in _valid(ctx, on):
        if procedure in row.procedures:
            is_over = row.retired_on is not None and row.retired_on <= on
            return None if is_over else row.id
    return None


def all_in_force(ctx: Context, on: date) -> dict[str, Release]:
    """Every procedure that may be opened on the day, with the release it is bound to, by key."""
    bound: dict[str, str | None] = {}
    for row in _valid(ctx, on):
        is_over = row.retired_on is not None and row.retired_on <= on
        for procedure in row.procedures:
            bound.setdefault(procedure, None if is_over else row.id)
    return {procedure: release(ctx, found) for procedure, found in sorted(bound.items()) if found}


def releases_in_force(ctx: Context, on: date) -> list[Release]:
    """Every release some procedure may be opened under on the day, each once."""
    return list({each.id: each for each in all_in_force(ctx, on).values()}.values())


def calendars_of(tools: Tools) -> frozenset[str]:
    """Keys of the working calendars that come with the program."""
    return keys_in(tools.config.shipped / "processes" / "_calendars")


def _checked(files: PackFiles, findings: list[Finding]) -> Checked:
    return (None if has_errors(findings) else parse(files)[0]), tuple(findings)


def _taken(ctx: Context, pack: PolicyPack) -> Iterator[Finding]:
    """A procedure belongs to one pack: no other pack may take its place."""
    rows = ctx.session.execute(
        select(PackVersion.key, PackVersion.procedures).where(
            PackVersion.key != pack.key, PackVersion.state == "published"
        )
    )
    for row in rows:
        for procedure in sorted(set(row.procedures) & set(pack.procedures)):
            yield Finding(
                code="PACK_PROCEDURE_TAKEN",
                file=f"processes/{pack.key}/pack.yaml",
                element="procedures",
                field=procedure,
                message=_("程序“{procedure}”已由政策包“{key}”发布").format(
                    procedure=procedure, key=row.key
                ),
                fix=_("为本包的程序另取标识，并同样改正流程图中的标识"),
            )


def _valid(ctx: Context, on: date) -> Sequence[Row[tuple[str, list[str], date | None]]]:
    """The versions whose day has come, the one that counts first.

    One that was superseded does not come back when its successor is retired: what was law once is
    published again, or it is not law.
    """
    wanted = select(PackVersion.id, PackVersion.procedures, PackVersion.retired_on)
    return ctx.session.execute(
        wanted.where(PackVersion.state == "published", PackVersion.valid_from <= on).order_by(
            PackVersion.valid_from.desc(), PackVersion.version.desc()
        )
    ).all()
