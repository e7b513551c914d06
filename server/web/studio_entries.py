"""名单和期限: the entries of pack.yaml as forms; each save is a draft, and nothing of any case."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.adapters import yaml_files
from server.adapters.packs import PackFiles, parse
from server.domain import pack_paths
from server.domain.access import Permission
from server.domain.errors import Conflict, Invalid, NotFound, RongcuoError
from server.domain.findings import Finding
from server.domain.texts import _
from server.http.access import requires
from server.http.problems import status_of
from server.http.site import acting, reading, site
from server.services.packs import definitions, pack_drafts, pack_entries_edit, workspace
from server.services.packs.pack_entries_edit import Edit
from server.web import studio_frame
from server.web.entries import saving
from server.web.entries.book import ONLY, Book, Entry, book
from server.web.entries.kinds import CHAPTERS, KINDS
from server.web.entries.lines import told
from server.web.entries.mentions import mentions, renaming
from server.web.entries.offered import offered
from server.web.entries.parts import Kind
from server.web.entries.saving import NEW
from server.web.entries.sheets import Sheet, count_at, findings_at, sheet
from server.web.fragments import render
from server.web.studio_frame import KEY

pages = Blueprint("studio_entries", __name__, url_prefix="/studio")

_SECTION: Final = f"/{KEY}/entries/<string(maxlength=40):section>"
_ENTRY: Final = f"{_SECTION}/<string(maxlength=120):key>"
_BODY: Final = 2 * 1024 * 1024

_Page = Response | str | tuple[str, int]


@pages.get(f"/{KEY}/entries")
@requires(Permission.PACK_PUBLISH)
def index(pack: str) -> str:
    files = _files(pack)
    known = book(files)
    findings = known.findings or _checked(files)
    counts = {}
    for kind in KINDS.values():
        entries = known.entries(kind)
        counts[kind.key] = {
            "own": sum(each.is_own for each in entries),
            "inherited": sum(not each.is_own for each in entries),
            "wrong": sum(count_at(entries, pack, findings).values()),
        }
    return _render("index", pack, chapters=CHAPTERS, counts=counts, findings=findings)


@pages.get(_SECTION)
@requires(Permission.PACK_PUBLISH)
def section(pack: str, section: str) -> _Page:
    kind = _kind(section)
    if kind.shape == "single":
        return redirect(url_for(".show", pack=pack, section=section, key=ONLY), 303)
    files = _files(pack)
    known = book(files)
    entries = known.entries(kind)
    return _render(
        "section",
        pack,
        kind=kind,
        entries=entries,
        lines=told(kind, entries, offered(known)),
        wrong=count_at(entries, pack, _checked(files)),
        findings=known.findings,
    )


@pages.get(_ENTRY)
@requires(Permission.PACK_PUBLISH)
def show(pack: str, section: str, key: str) -> str:
    """The form of an entry; after it was kept with what the whole check says of it."""
    files = _files(pack)
    known = book(files)
    form = sheet(known, _entry(known, _kind(section), key))
    is_asked = bool(request.args.get("checked"))
    findings = definitions.check(site().tools, files)[1] if is_asked else _checked(files)
    return _form(files, form, findings=findings, is_checked=is_asked)


@pages.post(_ENTRY)
@requires(Permission.PACK_PUBLISH, body=_BODY)
def save(pack: str, section: str, key: str) -> _Page:
    files = _files(pack)
    known = book(files)
    form = sheet(known, _entry(known, _kind(section), key))
    act = {"remove": _removed, "rename": _renamed}.get(request.form.get("act", ""), _kept)
    try:
        return act(pack, known, form)
    except _Step as step:
        return _form(files, form, step.answers)
    except RongcuoError as refused:
        return _form(files, form, _typed(form), refused), status_of(refused)


class _Step(Exception):
    """Rows were added, taken away or moved: the form goes on."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        super().__init__()
        self.answers = answers


def _kept(pack: str, known: Book, form: Sheet) -> Response:
    given = form.posted(request.form)
    if given.is_step:
        raise _Step(given.answers)
    name = saving.key_of(known, form, request.form.get("name", ""))
    edits = saving.edits(known, form.entry, name, _value(form, given.answers))
    if request.form.get("digest", "") != form.entry.digest:
        raise Conflict(_("这一条刚刚由他人改过。您填写的内容还在下面；再次保存将替换对方的内容"))
    _keep(pack, known, edits)
    flash(_("已存为草稿"))
    return redirect(_checked_page(pack, form.entry.kind.key, name), 303)


def _removed(pack: str, known: Book, form: Sheet) -> Response:
    entry = form.entry
    if not entry.is_own or entry.kind.key == "pack":
        raise NotFound
    _keep(pack, known, saving.removal(known, entry))
    flash(_("已删除，发布以前可以放弃草稿恢复"))
    return redirect(url_for(".section", pack=pack, section=entry.kind.key), 303)


def _renamed(pack: str, known: Book, form: Sheet) -> Response:
    entry = form.entry
    name = request.form.get("name", "").strip()
    saving.refuse_name(name)
    if name in {each.key for each in known.entries(entry.kind)}:
        raise Invalid(_("“{key}”已经有了，请换一个").format(key=name))
    if not entry.is_own or entry.kind.shape != "table":
        raise NotFound
    _keep(pack, known, renaming(known, entry, name))
    flash(_("标识已改；图、表单和演练场景里提到旧标识的地方，请逐处改正"))
    return redirect(_checked_page(pack, entry.kind.key, name), 303)


def _checked_page(pack: str, section: str, key: str) -> str:
    """The form again, in the way it was filled in, with what the whole check says."""
    mode: Any = {"as": "text"} if "text" in request.form else {}
    return url_for(".show", pack=pack, section=section, key=key, checked=1, **mode)


def _keep(pack: str, known: Book, edits: Sequence[Edit]) -> None:
    """Written when pack.yaml is still what was looked at, in one use case."""
    path = pack_paths.manifest(pack)
    with acting() as ctx:
        now = workspace.file(ctx, pack, path)
        if now.content != known.files.files[path]:
            raise workspace.Overtaken(now)
        pack_entries_edit.change(ctx, pack, edits, now.revision)


def _value(form: Sheet, given: Mapping[str, Any]) -> Any:
    if "text" not in request.form:
        return form.value(given)
    text = request.form.get("text", "").replace("\r\n", "\n")
    value, findings = yaml_files.load(pack_paths.manifest(form.book.files.key), text.encode())
    if findings:
        raise Invalid(findings[0].message, findings)
    return value


def _typed(form: Sheet) -> dict[str, Any]:
    return form.begun if "text" in request.form else form.posted(request.form).answers


def _form(
    files: PackFiles,
    form: Sheet,
    given: Mapping[str, Any] | None = None,
    refused: RongcuoError | None = None,
    *,
    findings: Sequence[Finding] = (),
    is_checked: bool = False,
) -> str:
    answers = form.begun if given is None else given
    entry = form.entry
    here = findings_at(entry, files.key, findings)
    is_text = request.args.get("as") == "text" or "text" in request.form
    text = request.form.get("text", form.text)
    return _render(
        "entry",
        files.key,
        kind=entry.kind,
        entry=entry,
        is_new=entry.key == NEW,
        name=request.form.get("name", ""),
        names=form.offered.get(entry.kind.key_source, ()),
        controls=form.drawn(answers, here, site().tools.evaluate),
        suggestions=form.suggestions,
        problems=form.problems(answers, here),
        message=refused.message if refused else "",
        is_checked=is_checked,
        elsewhere=len(findings) - len(here),
        is_text=is_text,
        text=text,
        text_problems=[(saving.line_of(text, each.field), each) for each in here]
        if is_text
        else [],
        mentions=mentions(form.book, entry) if entry.key != NEW else [],
        digest=entry.digest,
    )


def _entry(known: Book, kind: Kind, key: str) -> Entry:
    if key == NEW and kind.shape != "single":
        copied = request.args.get("copy", "")
        value = known.entry(kind, copied).value if copied else {}
        pack = known.files.key
        return Entry(kind=kind, key=NEW, value=value, pack=pack, is_own=True)
    return known.entry(kind, key, request.args.get("from", ""))


def _kind(section: str) -> Kind:
    if section not in KINDS:
        raise NotFound
    return KINDS[section]


def _files(pack: str) -> PackFiles:
    with reading() as ctx:
        return pack_drafts.whole(ctx, pack)


def _checked(files: PackFiles) -> list[Finding]:
    """What reading pack.yaml alone finds: at once, where the whole check takes its time."""
    return parse(files)[1]


def _render(page: str, pack: str, **told: Any) -> str:
    frame = studio_frame.frame(pack, pack_paths.manifest(pack))
    return render(
        f"studio/entries/{page}.html", frame=frame, pack=pack, **told, **studio_frame.words()
    )
