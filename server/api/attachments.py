"""Files: taken in before the form that names them, handed out to who may read the paper."""

from http import HTTPStatus
from typing import BinaryIO, cast
from uuid import UUID

import marshmallow as ma
from flask import Response
from werkzeug.datastructures import FileStorage

from server.api import commands
from server.api.blueprints import Blueprint
from server.api.schemas import FileSchema
from server.domain.access import Permission
from server.domain.texts import _
from server.http.access import requires
from server.http.downloads import as_download
from server.http.headers import page_class
from server.http.looks import looked
from server.http.site import reading, site
from server.services.case.idempotency import Answer
from server.services.context import Context
from server.services.files import attachments as service

attachments = Blueprint("attachments", __name__, description=_("附件"))


class AttachmentSchema(ma.Schema):
    """A file that was taken in; its id goes into the form's file field."""

    id = ma.fields.String(required=True)
    name = ma.fields.String(required=True)
    size = ma.fields.Integer(required=True)


@attachments.route("/attachments", methods=["POST"])
@requires(Permission.CASE_READ)
@attachments.doc(parameters=commands.HEADERS[:1])
@attachments.arguments(FileSchema, location="files")
@attachments.response(HTTPStatus.CREATED, AttachmentSchema)
def create(given: dict[str, FileStorage]) -> Response:
    """上传附件

    得到的id填入表单的附件字段，事项还没有登记时也可以。
    """
    file = given["file"]
    received = service.receive(site().tools, cast("BinaryIO", file.stream), file.filename or "")
    file.stream.seek(0)

    def effect(ctx: Context) -> Answer:
        shown = {
            "id": service.add(ctx, received),
            "name": received.name,
            "size": received.content.size,
        }
        return Answer(status=HTTPStatus.CREATED, body=AttachmentSchema().dump(shown))

    return commands.once(effect)


@attachments.route("/attachments/<uuid:attachment>")
@requires(Permission.CASE_READ)
@page_class("file")
@attachments.response(
    HTTPStatus.OK,
    {"type": "string", "format": "binary"},
    content_type="application/octet-stream",
)
def show(attachment: UUID) -> Response:
    """下载附件"""
    with reading() as ctx:
        found = service.open_for(ctx, str(attachment))
    if found.case_id is not None:
        looked("attachment.read", found.id, found.case_id)
    return as_download(found)
