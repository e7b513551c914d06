"""Files: taken in as drafts, handed out as downloads and never shown inside a page."""

from flask import Blueprint, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from server.domain.access import Permission
from server.domain.errors import Invalid
from server.domain.texts import _
from server.http.access import requires
from server.http.downloads import as_download
from server.http.headers import page_class
from server.http.looks import looked
from server.http.problems import wants_document
from server.http.site import acting, reading, site
from server.services.files import attachments

pages = Blueprint("attachments", __name__)


@pages.post("/attachments")
@requires(Permission.CASE_READ)
def add() -> AnyResponse | tuple[AnyResponse, int]:
    """One file (``file``); its id goes into the file field of a form."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid(_("没有收到文件"))
    received = attachments.receive(site().tools, file.stream, file.filename)
    with acting() as ctx:
        attachment_id = attachments.add(ctx, received)
    if not wants_document():
        return redirect(f"/attachments/{attachment_id}", 303)
    size = received.content.size
    return jsonify(id=attachment_id, name=received.name, size=size), 201


@pages.get("/attachments/<attachment_id>")
@requires(Permission.CASE_READ)
@page_class("file")
def download(attachment_id: str) -> Response:
    with reading() as ctx:
        opened = attachments.open_for(ctx, attachment_id)
    looked("attachment.read", attachment_id, opened.case_id, {"hash": opened.content.hash})
    return as_download(opened)
