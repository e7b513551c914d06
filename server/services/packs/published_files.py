"""The files of published versions, as they were stored: each by the hash of its content."""

from hashlib import sha256

from sqlalchemy import func, insert, select

from server.adapters.packs import PackFiles
from server.domain import pack_paths
from server.domain.errors import NotFound, StateUnreadable
from server.domain.texts import _
from server.models.definition import PackVersion, ProcessDefinition
from server.services.context import Context


def newest_files(ctx: Context, key: str) -> PackFiles:
    """Every file of the newest version of a pack, what it inherits included.

    Raises:
        NotFound: no such pack was ever published.
    """
    row = newest(ctx, key)
    if row is None:
        raise NotFound
    return PackFiles(key=key, files=stored(ctx, row))


def newest_version(ctx: Context, key: str) -> int:
    """Number of the newest version of a pack, 0 when none was ever published."""
    return (
        ctx.session.scalar(
            select(func.max(PackVersion.version)).where(
                PackVersion.key == key, PackVersion.state == "published"
            )
        )
        or 0
    )


def newest_file(ctx: Context, key: str, path: str) -> bytes | None:
    """One file of the newest version, None where the version has none of this path."""
    row = newest(ctx, key)
    if row is None or path not in row.files:
        return None
    content = select(ProcessDefinition.content)
    return ctx.session.scalar(content.where(ProcessDefinition.hash == row.files[path]))


def newest(ctx: Context, key: str) -> PackVersion | None:
    """The newest published version, None when none ever was."""
    return ctx.session.scalars(
        select(PackVersion)
        .where(PackVersion.key == key, PackVersion.state == "published")
        .order_by(PackVersion.version.desc())
    ).first()


def stored(ctx: Context, row: PackVersion) -> dict[str, bytes]:
    """Path -> content of every file of a version.

    Raises:
        StateUnreadable: a stored file is missing or not what was published.
    """
    contents = {
        each.hash: each.content
        for each in ctx.session.execute(
            select(ProcessDefinition.hash, ProcessDefinition.content).where(
                ProcessDefinition.hash.in_(set(row.files.values()))
            )
        )
    }
    for path, one in row.files.items():
        if sha256(contents.get(one, b"")).hexdigest() != one:
            raise StateUnreadable(_("已发布的政策包无法读取"), detail=path)
    return {path: contents[one] for path, one in row.files.items()}


def hashes(files: PackFiles) -> tuple[dict[str, str], str]:
    """Path -> hash of every file, and one hash over all of them."""
    each = {path: sha256(content).hexdigest() for path, content in sorted(files.files.items())}
    whole = sha256("\n".join(f"{path} {one}" for path, one in each.items()).encode())
    return each, whole.hexdigest()


def store(ctx: Context, files: PackFiles, by_path: dict[str, str]) -> None:
    """Keep the content of every file for ever, each content once."""
    known = set(
        ctx.session.scalars(
            select(ProcessDefinition.hash).where(ProcessDefinition.hash.in_(by_path.values()))
        )
    )
    for path, one in by_path.items():
        if one in known:
            continue
        known.add(one)
        kind = pack_paths.kind_of(path)
        versions = select(func.count()).where(
            ProcessDefinition.kind == kind, ProcessDefinition.key == path
        )
        ctx.session.execute(
            insert(ProcessDefinition).values(
                hash=one,
                kind=kind,
                key=path,
                version=(ctx.session.scalar(versions) or 0) + 1,
                content=files.files[path],
                created_at=ctx.now,
            )
        )
