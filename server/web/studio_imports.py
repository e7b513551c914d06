"""Files and whole packs that come from elsewhere or go there; without a script."""

import base64
import binascii
from collections.abc import Mapping
from io import BytesIO

from flask import Blueprint, Response, flash, redirect, request, send_file, url_for
from werkzeug.wrappers import Response as Answer

from server.adapters.archives import MAX_SENT, read_archive
from server.adapters.packs import MAX_FILE
from server.domain import pack_paths
from server.domain.access import Permission
from server.domain.errors import Invalid, NotFound
from server.domain.findings import Finding, Severity
from server.domain.texts import _
from server.http.access import requires
from server.http.headers import page_class
from server.http.site import acting, reading
from server.services.packs import importing, workspace
from server.services.packs.importing import Preview
from server.services.packs.workspace import Overtaken
from server.web import studio_frame
from server.web.fragments import render
from server.web.studio_frame import KEY

pages = Blueprint("studio_imports", __name__, url_prefix="/studio")

#: a file, or what was previewed of it as a field: in base64, and what stands around it
_FILE = MAX_FILE * 4 // 3 + 64 * 1024
_PACK = MAX_SENT * 4 // 3 + 64 * 1024

_Page = Answer | str | tuple[str, int]


@pages.get(f"/{KEY}/import")
@requires(Permission.PACK_PUBLISH)
def show(pack: str) -> str:
    return _form(pack)


@pages.post(f"/{KEY}/import")
@requires(Permission.PACK_PUBLISH, body=_FILE, fields=_FILE)
def look(pack: str) -> _Page:
    """What the file brings, before anything of it is kept."""
    try:
        name, raw = _sent(MAX_FILE, _("文件超过2 MB"))
        with reading() as ctx:
            path = _place(pack, name)
            found = importing.preview(ctx, pack, path, raw, _chosen())
    except Invalid as refused:
        return _form(pack, wrong=refused.message, findings=refused.findings), 422
    return _previewed(pack, found, raw)


@pages.post(f"/{KEY}/import/keep")
@requires(Permission.PACK_PUBLISH, body=_FILE, fields=_FILE)
def keep(pack: str) -> _Page:
    """Keep what was previewed as a draft; what it would replace must be what was shown."""
    try:
        name, raw = _sent(MAX_FILE, _("文件超过2 MB"))
        with reading() as ctx:
            found = importing.preview(ctx, pack, _place(pack, name), raw, _chosen())
    except Invalid as refused:
        return _form(pack, wrong=refused.message, findings=refused.findings), 422
    seen, revision = request.form.get("path", ""), request.form.get("revision", "")
    if found.content is None:
        return _previewed(pack, found, raw), 422
    if found.replaces and (seen, revision) != (found.path, found.revision):
        return _previewed(pack, found, raw, wrong=_taken(found)), 409
    try:
        with acting() as ctx:
            importing.keep(ctx, pack, found, found.revision)
    except Overtaken as refused:
        return _previewed(pack, found, raw, wrong=refused.message), 409
    flash(_("已存为草稿：{file}").format(file=pack_paths.name_of(found.path)))
    return redirect(studio_frame.address(pack, found.path), 303)


@pages.post(f"/{KEY}/import/pack")
@requires(Permission.PACK_PUBLISH, body=_PACK, fields=_PACK)
def look_at_pack(pack: str) -> _Page:
    """What a whole archive would change, or with ``seen`` the changing itself."""
    try:
        _name, raw = _sent(MAX_SENT, _("压缩包超过20MB"))
        files = read_archive(raw)
        with reading() as ctx:
            changes = importing.compared(ctx, pack, files)
        if "seen" in request.form:
            seen = dict(zip(request.form.getlist("seen"), _changes(), strict=False))
            with acting() as ctx:
                count = importing.keep_all(ctx, pack, files, seen)
            flash(_("已按压缩包更新草稿，共{n}个文件").format(n=count))
            return redirect(url_for("studio.show", pack=pack), 303)
    except Invalid as refused:
        return _form(pack, wrong=refused.message, findings=refused.findings), 422
    frame = studio_frame.frame(pack)
    sent = base64.b64encode(raw).decode()
    return render(
        "studio/import_pack.html", frame=frame, changes=changes, sent=sent, **studio_frame.words()
    )


@pages.get(f"/{KEY}/download")
@requires(Permission.PACK_PUBLISH)
@page_class("file")
def download(pack: str) -> Response:
    """The whole pack with its drafts."""
    with reading() as ctx:
        content = importing.archive(ctx, pack)
    return send_file(
        BytesIO(content), "application/zip", as_attachment=True, download_name=f"{pack}.zip"
    )


@pages.get(f"/{KEY}/file/download")
@requires(Permission.PACK_PUBLISH)
@page_class("file")
def download_file(pack: str) -> Response:
    """One file as it stands."""
    with reading() as ctx:
        found = workspace.file(ctx, pack, request.args.get("path", ""))
    if found.state == "removed":
        raise NotFound
    name = found.path.rsplit("/", 1)[-1]
    return send_file(
        BytesIO(found.content), "application/octet-stream", as_attachment=True, download_name=name
    )


@pages.get(f"/{KEY}/letter")
@requires(Permission.PACK_PUBLISH)
def letter(pack: str) -> str:
    """A template of a letter: written in Word or WPS, so it is taken away and brought back."""
    path = request.args.get("file", "")
    if pack_paths.kind_of(path) != "letter":
        raise NotFound
    frame = studio_frame.frame(pack, path)
    return render("studio/letter.html", frame=frame, **studio_frame.words())


def _form(pack: str, *, wrong: str = "", findings: tuple[Finding, ...] = ()) -> str:
    frame = studio_frame.frame(pack)
    return render(
        "studio/import.html", frame=frame, wrong=wrong, findings=findings, **studio_frame.words()
    )


def _previewed(pack: str, found: Preview, raw: bytes, *, wrong: str = "") -> str:
    with reading() as ctx:
        procedures = importing.procedures(ctx, pack)
    return render(
        "studio/import_preview.html",
        frame=studio_frame.frame(pack),
        found=found,
        refused=found.of(Severity.ERROR),
        warned=found.of(Severity.WARNING),
        changed=found.of(Severity.INFO),
        procedures=procedures,
        name=found.path.rsplit("/", 1)[-1],
        sent=base64.b64encode(raw).decode(),
        wrong=wrong,
        **studio_frame.words(),
    )


def _sent(most: int, too_large: str) -> tuple[str, bytes]:
    """Name and bytes of the file: chosen now, or previewed before."""
    file = request.files.get("file")
    if file is not None and file.filename:
        name, raw = file.filename, file.stream.read(most + 1)
        file.close()
    else:
        name, raw = request.form.get("name", ""), _again(request.form.get("sent", ""))
    if not raw:
        raise Invalid(_("请选择文件"))
    if len(raw) > most:
        raise Invalid(too_large)
    return name, raw


def _again(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid(_("提交的内容不是系统接受的格式")) from error


def _place(pack: str, name: str) -> str:
    """Where the file goes: to the place of the letter that was open, else by its own name."""
    onto = request.form.get("onto", "")
    if onto and pack_paths.kind_of(onto) != pack_paths.kind_of(importing.place_of(pack, name)):
        raise Invalid(_("请选择同一种文件"))
    return onto or importing.place_of(pack, name)


def _chosen() -> Mapping[str, str] | None:
    """Processes that shall run, and as what; None: as the file says."""
    if "chosen" not in request.form:
        return None
    return {each: request.form.get(f"as.{each}", "") for each in request.form.getlist("runs")}


def _changes() -> list[str]:
    return request.form.getlist("change")


def _taken(found: Preview) -> str:
    return _("本包已有文件“{file}”，再次保存将替换它").format(file=pack_paths.name_of(found.path))
