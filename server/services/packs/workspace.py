"""The workspace of a pack: every file of it as a designer sees it, changed or as published.

Nothing is lost: whatever is typed is kept, right or wrong, and what was published stays as it is
until the whole pack is published again. Two designers do not overwrite each other: who stores a
file names the content he began from.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final, Literal

from sqlalchemy import Select, func, select

from server.adapters.packs import MAX_FILE, title_of
from server.domain import pack_paths
from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.texts import _
from server.models.definition import PackDraft, PackVersion
from server.models.identity import Person
from server.services.context import Context
from server.services.packs import pack_drafts, published_files

State = Literal["published", "changed", "new", "removed", "inherited"]

#: revision of a file that is not there
NO_FILE: Final = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """One file of a pack."""

    path: str
    #: empty for one that is to leave the pack
    content: bytes
    state: State
    #: names the content; whoever stores the file says which one he began from
    revision: str
    #: as it was published, None for a new one
    published: bytes | None = None
    #: who kept the draft, empty for what was published
    by: str = ""
    at: datetime | None = None

    @property
    def kind(self) -> str:
        """``bpmn``, ``dmn``, ``form``, ``pack``, ``scenario``, ``letter`` or ``text``."""
        return pack_paths.kind_of(self.path)

    @property
    def name(self) -> str:
        """The path inside the folder."""
        return pack_paths.name_of(self.path)

    @property
    def is_draft(self) -> bool:
        """Does it differ from what was published."""
        return self.state in ("changed", "new", "removed")


class Overtaken(Conflict):
    """Somebody else stored the file since it was opened; ``file`` is what he stored."""

    code = "overtaken"

    def __init__(self, file: File) -> None:
        super().__init__(_("该文件刚刚由{name}改过").format(name=file.by or _("他人")))
        self.file = file


@dataclass(frozen=True, kw_only=True, slots=True)
class Workspace:
    """A pack at work."""

    key: str
    title: str
    #: newest published version, 0 when there is none
    version: int
    files: tuple[File, ...]

    @property
    def drafts(self) -> tuple[File, ...]:
        """What differs from the newest version."""
        return tuple(file for file in self.files if file.is_draft)

    @property
    def last(self) -> File | None:
        """The draft that was kept last."""
        return max(self.drafts, key=lambda file: (file.at is not None, file.at), default=None)


def revision_of(content: bytes) -> str:
    """What names a content."""
    return sha256(content).hexdigest()[:16]


def packs(ctx: Context) -> list[Workspace]:
    """Every pack there is a version or a draft of, without its files, by title."""
    newest = select(PackVersion.key, func.max(PackVersion.version).label("n")).where(
        PackVersion.state == "published"
    )
    found = newest.group_by(PackVersion.key).subquery()
    rows = ctx.session.execute(
        select(PackVersion.key, PackVersion.title, PackVersion.version).join(
            found, (found.c.key == PackVersion.key) & (found.c.n == PackVersion.version)
        )
    ).all()
    known = {row.key: (row.title, row.version) for row in rows}
    begun: dict[str, list[File]] = {}
    for draft, name in ctx.session.execute(_named()).tuples():
        begun.setdefault(draft.pack, []).append(_draft(draft, None, name))
    return sorted(
        (
            Workspace(
                key=key,
                title=_title(begun.get(key, ()), key, known.get(key, ("", 0))[0]),
                version=known.get(key, ("", 0))[1],
                files=tuple(begun.get(key, ())),
            )
            for key in {*known, *begun}
        ),
        key=lambda each: (not each.files, each.title),
    )


def opened(ctx: Context, pack: str) -> Workspace:
    """The pack with every file, its own first.

    Raises:
        NotFound: there is neither a version nor a draft of it.
    """
    newest = select(PackVersion.title, PackVersion.version).where(
        PackVersion.key == pack, PackVersion.state == "published"
    )
    row = ctx.session.execute(newest.order_by(PackVersion.version.desc()).limit(1)).one_or_none()
    published = published_files.newest_files(ctx, pack).files if row else {}
    now = pack_drafts.whole(ctx, pack).files
    stored = {
        draft.path: _draft(draft, published.get(draft.path), name)
        for draft, name in ctx.session.execute(_named().where(PackDraft.pack == pack)).tuples()
    }
    files = [stored.get(path) or _untouched(pack, path, content) for path, content in now.items()]
    files += [file for path, file in stored.items() if path not in now]
    own = f"/{pack}/"
    return Workspace(
        key=pack,
        title=_title(files, pack, row.title if row else ""),
        version=row.version if row else 0,
        files=tuple(sorted(files, key=lambda file: (own not in file.path, file.path))),
    )


def file(ctx: Context, pack: str, path: str) -> File:
    """One file of the pack.

    Raises:
        NotFound: the pack has no such file.
    """
    found = _own(ctx, pack, path)
    if found is None:
        inherited = pack_drafts.whole(ctx, pack).files
        if path not in inherited:
            raise NotFound
        found = _untouched(pack, path, inherited[path])
    return found


def store_any(ctx: Context, pack: str, path: str, content: bytes, revision: str) -> File:
    """Keep the file as a draft, right or wrong; :data:`NO_FILE` begins a new one.

    Raises:
        NotFound: there is no such pack.
        Invalid: a pack has no file of this name, or it is too large or no text.
        Overtaken: the file is not what ``revision`` names any more.
    """
    _refuse(pack, path, content)
    _same(ctx, pack, path, revision)
    if content == published_files.newest_file(ctx, pack, path):
        pack_drafts.drop(ctx, pack, path)
    else:
        pack_drafts.put(ctx, pack, path, content)
    ctx.session.flush()
    return file(ctx, pack, path)


def remove(ctx: Context, pack: str, path: str, revision: str) -> None:
    """Let the file leave the pack with its next version.

    Raises:
        NotFound: the pack has no such file of its own.
        Invalid: a pack cannot be without it.
        Overtaken: the file is not what ``revision`` names any more.
    """
    found = _same(ctx, pack, path, revision)
    if found is None or found.state == "inherited":
        raise NotFound
    if path == pack_paths.manifest(pack):
        raise Invalid(_("政策包不能没有pack.yaml"))
    if found.published is None:
        pack_drafts.drop(ctx, pack, path)
    else:
        pack_drafts.put(ctx, pack, path, None)


def discard(ctx: Context, pack: str, path: str, revision: str) -> None:
    """Give the draft up: the file is as it was published, or was never there.

    Raises:
        NotFound: there is no draft of it.
        Overtaken: the file is not what ``revision`` names any more.
    """
    found = _same(ctx, pack, path, revision)
    if found is None or not found.is_draft:
        raise NotFound
    pack_drafts.drop(ctx, pack, path)


def _same(ctx: Context, pack: str, path: str, revision: str) -> File | None:
    """The file as it stands, if it is still what the revision names."""
    found = _own(ctx, pack, path)
    if found is None or (found.state == "removed" and revision == NO_FILE):
        if revision != NO_FILE:
            raise NotFound
        return found
    if found.revision != revision:
        raise Overtaken(found)
    return found


def _own(ctx: Context, pack: str, path: str) -> File | None:
    """The file as the pack itself has it, None where it has none."""
    published = published_files.newest_file(ctx, pack, path)
    named = _named().where(PackDraft.pack == pack, PackDraft.path == path)
    row = ctx.session.execute(named).tuples().one_or_none()
    if row is not None:
        return _draft(row[0], published, row[1])
    return None if published is None else _untouched(pack, path, published)


def _refuse(pack: str, path: str, content: bytes) -> None:
    if not pack_paths.PACK.fullmatch(pack):
        raise NotFound
    if not pack_paths.is_of(pack, path):
        raise Invalid(
            _(
                "政策包里不能有名为“{file}”的文件：只能是流程图、决策表、表单、演练场景和文书模板"
            ).format(file=path[-80:])
        )
    if len(content) > MAX_FILE:
        raise Invalid(_("文件“{file}”超过2MB").format(file=pack_paths.name_of(path)))
    if pack_paths.kind_of(path) not in pack_paths.BINARY:
        try:
            text = content.decode()
        except UnicodeDecodeError as error:
            raise Invalid(_("文件不是UTF-8文本")) from error
        if "\0" in text:
            raise Invalid(_("文件含有不能使用的字符"))


def _named() -> Select[tuple[PackDraft, str]]:
    return select(PackDraft, Person.name).join(Person, Person.id == PackDraft.stored_by)


def _draft(draft: PackDraft, published: bytes | None, by: str) -> File:
    state: State = "removed" if draft.removed else "new" if published is None else "changed"
    return File(
        path=draft.path,
        content=draft.content,
        state=state,
        revision=revision_of(draft.content),
        published=published,
        by=by,
        at=draft.stored_at,
    )


def _untouched(pack: str, path: str, content: bytes) -> File:
    own = path.split("/", 2)[1] == pack
    return File(
        path=path,
        content=content,
        state="published" if own else "inherited",
        revision=revision_of(content),
        published=content,
    )


def _title(files: Iterable[File], pack: str, published: str) -> str:
    """What the pack calls itself now."""
    path = pack_paths.manifest(pack)
    begun = next((each for each in files if each.path == path and each.is_draft), None)
    return (title_of(pack, begun.content) if begun else published) or pack
