"""工作室: packs at work, and their files, each in its editor; nothing of any case."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.domain import pack_paths
from server.domain.access import Permission
from server.domain.errors import Invalid, NotFound
from server.domain.texts import _
from server.http.access import requires
from server.http.headers import page_class
from server.http.site import acting, reading, site
from server.queries import version_answers
from server.services.packs import workspace
from server.services.packs.workspace import Overtaken
from server.web import studio_frame
from server.web.fragments import render
from server.web.studio_frame import KEY

pages = Blueprint("studio", __name__, url_prefix="/studio")

#: a file of 2 MB, each character of it escaped
_BODY = 6 * 1024 * 1024

_Page = Response | str | tuple[str, int]


@pages.get("")
@requires(Permission.PACK_PUBLISH)
def index() -> str:
    with reading() as ctx:
        found = workspace.packs(ctx)
        answers = version_answers.unread(ctx.session, ctx.actor.person_id)
    return render("studio/index.html", packs=found, answers=answers, **studio_frame.words())


@pages.get(f"/{KEY}")
@requires(Permission.PACK_PUBLISH)
def show(pack: str) -> Response:
    """Its largest diagram; the manifest where it has none."""
    with reading() as ctx:
        files = workspace.opened(ctx, pack).files
    own = [file for file in files if file.state not in ("inherited", "removed")]
    diagrams = [file for file in own if file.kind == "bpmn"]
    first = max(diagrams, key=lambda file: len(file.content), default=None)
    path = first.path if first else pack_paths.manifest(pack)
    return redirect(studio_frame.address(pack, path), 303)


@pages.get(f"/{KEY}/edit")
@requires(Permission.PACK_PUBLISH)
def edit(pack: str) -> Response:
    """The editor of a file, by its kind."""
    return redirect(studio_frame.address(pack, _path()), 303)


@pages.get(f"/{KEY}/diagram")
@requires(Permission.PACK_PUBLISH)
@page_class("designer")
def diagram(pack: str) -> str:
    frame = studio_frame.frame(pack, _path("bpmn"))
    site().tools.drawing.ready()
    return render("studio/diagram.html", frame=frame, **studio_frame.words())


@pages.get(f"/{KEY}/text")
@requires(Permission.PACK_PUBLISH)
def text(pack: str) -> str:
    return _text(pack)


@pages.post(f"/{KEY}/text")
@requires(Permission.PACK_PUBLISH, body=_BODY, fields=_BODY)
def keep_text(pack: str) -> _Page:
    """Without a script the text comes as a form."""
    typed = request.form.get("content", "").replace("\r\n", "\n")
    revision, path = request.form.get("revision", ""), _path()
    try:
        with acting() as ctx:
            workspace.store_any(ctx, pack, path, typed.encode(), revision)
    except Invalid as refused:
        return _text(pack, wrong=refused.message, typed=typed), 422
    except Overtaken as refused:
        wrong = _("{why}。您填写的内容还在下面，可以复制留存；再次保存将替换对方的内容").format(
            why=refused.message
        )
        return _text(pack, wrong=wrong, typed=typed), 409
    flash(_("已存为草稿"))
    return redirect(studio_frame.address(pack, path), 303)


@pages.post(f"/{KEY}/remove")
@requires(Permission.PACK_PUBLISH)
def remove(pack: str) -> Response:
    """Let a file leave the pack with its next version."""
    with acting() as ctx:
        workspace.remove(ctx, pack, _path(), request.form.get("revision", ""))
    flash(_("该文件将在下一版移出，发布以前可以恢复"))
    return redirect(url_for(".index"), 303)


@pages.post(f"/{KEY}/discard")
@requires(Permission.PACK_PUBLISH)
def discard(pack: str) -> Response:
    """Give the draft of a file up."""
    path = _path()
    with acting() as ctx:
        workspace.discard(ctx, pack, path, request.form.get("revision", ""))
        try:
            workspace.file(ctx, pack, path)
        except NotFound:
            flash(_("已删除该草稿"))
            return redirect(url_for(".index"), 303)
    flash(_("已恢复为已发布的内容"))
    return redirect(studio_frame.address(pack, path), 303)


def _text(pack: str, *, wrong: str = "", typed: str | None = None) -> str:
    frame = studio_frame.frame(pack, _path())
    return render("studio/text.html", frame=frame, wrong=wrong, typed=typed, **studio_frame.words())


def _path(kind: str = "") -> str:
    """The file the page is about."""
    path = request.args.get("file", "")
    if not path or (kind and pack_paths.kind_of(path) != kind):
        raise NotFound
    return path
