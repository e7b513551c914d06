"""接续办理: a head takes over the running matters of his office from a workbook."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.errors import Invalid, NotFound, RongcuoError
from server.domain.findings import Finding
from server.domain.texts import _
from server.http.access import requires
from server.http.downloads import as_workbook
from server.http.problems import status_of
from server.http.site import acting, reading, site
from server.services.context import Context
from server.services.files import attachments
from server.services.takeover import books, openings, own
from server.services.takeover.books import Book
from server.web.fragments import render

pages = Blueprint("takeovers", __name__, url_prefix="/takeover")


_Page = Response | str | tuple[str, int]


@pages.get("")
@requires(Permission.BOARD_READ, fresh=True)
def index() -> str:
    return _page()


@pages.get("/<key>/template.xlsx")
@requires(Permission.BOARD_READ, fresh=True)
def template(key: str) -> Response:
    with reading() as ctx:
        content = books.template(ctx, key)
    name = _("接续办理（{key}）.xlsx").format(key=key)
    return as_workbook(content, name)


@pages.post("")
@requires(Permission.BOARD_READ, fresh=True)
def check() -> _Page:
    """What each row comes to; the workbook is kept until it is confirmed, and changes nothing."""
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            message = _("没有收到文件")
            raise Invalid(message, [Finding(code="TAKEOVER_FILE", field="file", message=message)])
        received = attachments.receive(site().tools, file.stream, file.filename)
        with acting() as ctx:
            kept = attachments.add(ctx, received)
        with reading() as ctx:
            return _page(_checked(ctx, kept), kept)
    except Invalid as refused:
        return _page(refused=refused), status_of(refused)


@pages.get("/open")
@requires(Permission.BOARD_READ)
def again() -> Response:
    """The page a refused confirmation left behind is asked for again: the upload."""
    return redirect(url_for(".index"), 303)


@pages.post("/open")
@requires(Permission.BOARD_READ, fresh=True)
def confirm() -> _Page:
    """The rows are checked once more as things are now, and opened."""
    kept = request.form.get("kept", "")[:36]
    try:
        with acting() as ctx:
            book = _checked(ctx, kept)
            by, some = ctx.actor.person_id, request.form.get("valid_rows") == "1"
            done = openings.open_all(ctx, book, by, valid_rows=some)
    except Invalid as refused:
        return _page(refused=refused), status_of(refused)
    flash(_("已经接续{n}件").format(n=len(done)), "green")
    return redirect(url_for("cases.index"), 303)


def _checked(ctx: Context, kept: str) -> Book:
    """The workbook of the actor's own draft, row by row, as far as it is his business."""
    opened = attachments.open_for(ctx, kept)
    if opened.case_id is not None:
        raise NotFound
    with site().tools.storage.opened(opened.content) as stored:
        return own.of_head(ctx, books.check(ctx, stored.read()))


def _page(book: Book | None = None, kept: str = "", refused: RongcuoError | None = None) -> str:
    with reading() as ctx:
        procedures = books.procedures(ctx)
    return render(
        "takeovers/index.html",
        book=book,
        kept=kept,
        procedures=procedures,
        message=refused.message if refused else "",
        findings=refused.findings if isinstance(refused, Invalid) else (),
    )
