"""A pack that was not there before, begun as drafts: from the template, or from another pack."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from server.adapters import pack_copies
from server.adapters.pack_copies import TEMPLATE, Wanted
from server.adapters.packs import PackFiles, completed, read_folder
from server.domain import pack_paths
from server.domain.errors import Conflict, Invalid
from server.domain.findings import Finding, has_errors
from server.domain.texts import _
from server.models.definition import PackDraft, PackVersion
from server.services.context import Context, Tools
from server.services.packs import definitions, published_files, workspace
from server.services.packs.workspace import NO_FILE

#: longest title, mark and name of a locality
MAX_TITLE, MAX_MARK, MAX_LOCALITY = 60, 8, 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Begun:
    """A new pack before it is stored."""

    files: PackFiles
    #: what the check says of it: warnings and hints, never an error
    findings: tuple[Finding, ...]


def bases(ctx: Context) -> list[tuple[str, str]]:
    """Key and title of every pack a new one can be copied from, the template first."""
    rows = ctx.session.execute(
        select(PackVersion.key, PackVersion.title).order_by(PackVersion.version.desc())
    )
    found: dict[str, str] = {}
    for row in rows:
        found.setdefault(row.key, row.title)
    known = sorted(found.items(), key=lambda each: each[1])
    return [(TEMPLATE, _("样板：申请、审查、集体研究、反馈四步")), *known]


def source(ctx: Context, base: str) -> PackFiles:
    """The files a new pack is copied from.

    Raises:
        NotFound: there is no such pack.
    """
    if base == TEMPLATE:
        return read_folder(ctx.tools.config.shipped / "processes" / TEMPLATE)
    return published_files.newest_files(ctx, base)


def refuse(ctx: Context, wanted: Wanted) -> None:
    """Return when there may be such a pack.

    Raises:
        Invalid: one finding for each field that is wrong, the key being taken among them.
    """
    findings = list(_wrong(wanted))
    if not findings and wanted.key in _taken(ctx):
        text = _("“{key}”已经有了，请换一个").format(key=wanted.key)
        findings.append(Finding(code="PACK_KEY", field="key", message=text))
    if findings:
        raise Invalid(_("有{n}处要改").format(n=len(findings)), findings)


def begin(tools: Tools, base: PackFiles, wanted: Wanted) -> Begun:
    """The new pack, checked as a publication would be; nothing is stored.

    Raises:
        Invalid: it has errors; all of them.
    """
    shelf = tools.config.shipped / "processes"
    inherited = {
        path: content for path, content in base.files.items() if path.split("/")[1] != base.key
    }
    files = {**inherited, **pack_copies.copied(base, wanted)}
    whole = completed(PackFiles(key=wanted.key, files=files), shelf)
    findings = definitions.check(tools, whole)[1]
    if has_errors(findings):
        raise Invalid(_("这样建立的政策包没有通过检查"), findings)
    return Begun(files=whole, findings=findings)


def store(ctx: Context, begun: Begun) -> None:
    """Keep the new pack as drafts; nothing of it holds before it is published.

    Raises:
        Conflict: somebody began a pack of this key, or published one of its procedures.
    """
    key = begun.files.key
    if key in _taken(ctx):
        raise Conflict(_("“{key}”刚刚由他人建立，请换一个").format(key=key))
    mine = set(pack_copies.procedures_of(begun.files.files, key))
    for procedures in ctx.session.scalars(select(PackVersion.procedures)):
        if mine & set(procedures):
            raise Conflict(_("程序的标识已被其他政策包使用，请换一个标识"))
    for path, content in sorted(begun.files.files.items()):
        if pack_paths.is_of(key, path):
            workspace.store_any(ctx, key, path, content, NO_FILE)


def _taken(ctx: Context) -> set[str]:
    """Keys that packs have: published, drafted, or on the shelf of the program."""
    published = ctx.session.scalars(select(PackVersion.key).distinct())
    drafted = ctx.session.scalars(select(PackDraft.pack).distinct())
    shelf = ctx.tools.config.shipped / "processes"
    return {*published, *drafted, *(each.name for each in shelf.iterdir())}


def _wrong(wanted: Wanted) -> Sequence[Finding]:
    told = []
    if not pack_paths.PACK.fullmatch(wanted.key) or len(wanted.key) > 30:
        told.append(("key", _("标识须以小写英文字母开头，只含小写字母、数字和下划线，最多30个")))
    for field, text, most in (
        ("title", wanted.title, MAX_TITLE),
        ("mark", wanted.mark, MAX_MARK),
    ):
        if not text or len(text) > most:
            told.append((field, _("须填写，最多{n}个字").format(n=most)))
        elif not _is_plain(text):
            told.append((field, _("不能含有引号、括号和斜线等符号")))
    if len(wanted.locality) > MAX_LOCALITY or not _is_plain(wanted.locality):
        told.append(("locality", _("最多{n}个字，不能含有符号").format(n=MAX_LOCALITY)))
    return [Finding(code="PACK_NEW", field=field, message=text) for field, text in told]


def _is_plain(text: str) -> bool:
    """Nothing that means something in a diagram, a table or pack.yaml."""
    return not set(text) & set("<>&\"'{}[]\\/:#=\n\r\t,|*%@`!?") and text == text.strip()
