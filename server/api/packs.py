"""Checking and publishing packs: a whole one as a zip, or single files as drafts."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import marshmallow as ma
from flask import Response, request
from marshmallow import validate
from werkzeug.datastructures import FileStorage

from server.adapters.archives import MAX_SENT, read_archive
from server.adapters.packs import MAX_FILE, PackFiles, completed
from server.api import commands
from server.api.blueprints import Blueprint
from server.api.openapi import FindingSchema
from server.api.schemas import FileSchema
from server.domain.access import Permission
from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.domain.findings import Finding, has_errors
from server.domain.texts import _
from server.http.access import requires
from server.http.site import reading, site
from server.services import limits
from server.services.case.idempotency import Answer
from server.services.context import Context
from server.services.packs import definitions, pack_drafts, proposed_versions
from server.services.packs.definitions import Published

packs = Blueprint("packs", __name__, description=_("政策包的检查与发布"))

#: what a multipart body has besides the file
_FRAME = 64 * 1024
_KEY = "<string(maxlength=80):pack>"


class ReasonFormSchema(ma.Schema):
    """Why warnings are accepted."""

    accept_warnings = ma.fields.String(load_default="", validate=validate.Length(0, 2000))


class CheckedSchema(ma.Schema):
    """What a check came to; with errors it is a refusal instead."""

    pack = ma.fields.String(required=True)
    problems = ma.fields.List(ma.fields.Nested(FindingSchema), required=True)


class PublishedSchema(CheckedSchema):
    """A published version."""

    id = ma.fields.String(required=True)
    version = ma.fields.Integer(required=True)
    is_new = ma.fields.Boolean(
        required=True, metadata={"description": "内容与最新版本相同时为false"}
    )
    is_proposed = ma.fields.Boolean(
        required=True,
        metadata={"description": "本站发布须两人时为true：等待另一人核准，version为0"},
    )


class DraftSchema(CheckedSchema):
    """A stored draft."""

    file = ma.fields.String(required=True)


@packs.route("/packs/check", methods=["POST"])
@requires(Permission.PACK_PUBLISH)
@packs.arguments(FileSchema, location="files")
@packs.response(HTTPStatus.OK, CheckedSchema)
def check(given: dict[str, FileStorage]) -> dict[str, Json]:
    """检查政策包（zip），一次列出全部问题

    只有警告时答复200；有错误时答复422，problems列出全部问题。
    """
    files = _archive(given["file"])
    return _checked(files.key, definitions.check(site().tools, files)[1])


@packs.route("/packs", methods=["POST"])
@requires(Permission.PACK_PUBLISH, fresh=True)
@packs.doc(parameters=commands.HEADERS[:1])
@packs.arguments(FileSchema, location="files")
@packs.arguments(ReasonFormSchema, location="form")
@packs.response(HTTPStatus.CREATED, PublishedSchema)
def publish(given: dict[str, FileStorage], reason: dict[str, str]) -> Response:
    """检查并发布政策包（zip）的新版本

    有警告时须在accept_warnings写明接受的理由；内容与最新版本相同时不产生新版本。
    本站发布须两人的，只是提出，由另一人用`POST /packs/{pack}/publish`核准。
    """
    files = _archive(given["file"])
    checked = definitions.check(site().tools, files)

    def effect(ctx: Context) -> Answer:
        limits.count(ctx, limits.PUBLISH)
        release = proposed_versions.propose if _by_two() else definitions.publish
        done = release(ctx, files, accept_warnings=reason["accept_warnings"], checked=checked)
        return _published(done)

    return commands.once(effect)


@packs.route(f"/packs/{_KEY}/files/check", methods=["POST"])
@requires(Permission.PACK_PUBLISH)
@packs.arguments(FileSchema, location="files")
@packs.response(HTTPStatus.OK, CheckedSchema)
def check_file(given: dict[str, FileStorage], pack: str) -> dict[str, Json]:
    """在政策包最新版本和其他草稿之中检查一个.bpmn、.dmn或者.form.json文件"""
    with reading() as ctx:
        judged = pack_drafts.check(ctx, pack, _name(given["file"]), given["file"].stream.read())
    return _checked(pack, judged.findings)


@packs.route(f"/packs/{_KEY}/files", methods=["POST"])
@requires(Permission.PACK_PUBLISH)
@packs.doc(parameters=commands.HEADERS[:1])
@packs.arguments(FileSchema, location="files")
@packs.response(HTTPStatus.CREATED, DraftSchema)
def store_file(given: dict[str, FileStorage], pack: str) -> Response:
    """检查一个文件，存为草稿

    文件本身有错误时答复422，不存；它在包内别处引起的问题列在problems里，可由其他草稿改正。
    """
    content = given["file"].stream.read()
    with reading() as ctx:
        judged = pack_drafts.check(ctx, pack, _name(given["file"]), content)

    def effect(ctx: Context) -> Answer:
        pack_drafts.store(ctx, judged, content)
        shown = {"pack": pack, "file": judged.path, "problems": judged.findings}
        return Answer(status=HTTPStatus.CREATED, body=DraftSchema().dump(shown))

    return commands.once(effect)


@packs.route(f"/packs/{_KEY}/publish", methods=["POST"])
@requires(Permission.PACK_PUBLISH, fresh=True)
@packs.doc(parameters=commands.HEADERS[:1])
@packs.arguments(ReasonFormSchema, location="json")
@packs.response(HTTPStatus.CREATED, PublishedSchema)
def publish_drafts(reason: dict[str, str], pack: str) -> Response:
    """把全部草稿作为政策包的新版本发布

    本站发布须两人的，发布另一人提出的版本；没有等待核准的，把全部草稿提出，由另一人核准。
    """
    if not _by_two():
        return commands.once(_release(pack, reason["accept_warnings"], pack_drafts.publish))
    with reading() as ctx:
        waits = proposed_versions.waiting(ctx, pack)
    if waits is None:
        propose = proposed_versions.propose_drafts
        return commands.once(_release(pack, reason["accept_warnings"], propose))
    checked = definitions.check(site().tools, waits.files)

    def effect(ctx: Context) -> Answer:
        limits.count(ctx, limits.PUBLISH)
        return _published(proposed_versions.approve(ctx, waits, checked))

    return commands.once(effect)


def _release(
    pack: str, accept_warnings: str, release: Callable[..., Published]
) -> Callable[[Context], Answer]:
    """What becomes of the drafts, checked before it begins."""
    with reading() as ctx:
        found = pack_drafts.candidate(ctx, pack)

    def effect(ctx: Context) -> Answer:
        limits.count(ctx, limits.PUBLISH)
        return _published(release(ctx, found, accept_warnings=accept_warnings))

    return effect


def _by_two() -> bool:
    """Does this site ask for a second person (UP-23)?"""
    return site().tools.config.two_publish


def _limit() -> None:
    """Read no more than the largest file of each call may have (BU-5)."""
    largest = MAX_FILE if "pack" in (request.view_args or {}) else MAX_SENT
    request.max_content_length = largest + _FRAME
    request.max_form_parts = 100


packs.before_request(_limit)


def _archive(file: FileStorage) -> PackFiles:
    return completed(read_archive(file.stream.read()), site().tools.config.shipped / "processes")


def _name(file: FileStorage) -> str:
    return file.filename or ""


def _checked(pack: str, findings: tuple[Finding, ...]) -> dict[str, Any]:
    if has_errors(findings):
        raise Invalid(_("政策包“{key}”没有通过检查").format(key=pack), findings)
    return {"pack": pack, "problems": findings}


def _published(done: Published) -> Answer:
    shown = {
        "id": done.id,
        "pack": done.key,
        "version": done.version,
        "is_new": done.is_new,
        "is_proposed": not done.version,
        "problems": done.findings,
    }
    status = HTTPStatus.CREATED if done.is_new else HTTPStatus.OK
    return Answer(status=status, body=PublishedSchema().dump(shown))
