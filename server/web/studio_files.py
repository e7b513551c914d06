"""The files of a pack as the editors read, keep and check them: JSON, nothing of any case."""

from collections.abc import Mapping

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from server.domain import pack_paths
from server.domain.access import Permission
from server.domain.errors import Invalid, NotFound
from server.domain.texts import _
from server.http import problems
from server.http.access import requires
from server.http.site import acting, now, person, reading, site
from server.services.packs import (
    drawing_facts,
    drawn_checks,
    file_titles,
    pack_drafts,
    pack_entries_edit,
    workspace,
)
from server.services.packs.workspace import File, Overtaken
from server.web.context import clock_time
from server.web.studio_frame import KEY

pages = Blueprint("studio_files", __name__, url_prefix="/studio")

#: a file of 2 MB as a JSON text, each character of it escaped
_BODY = 12 * 1024 * 1024


@pages.get(f"/{KEY}/file")
@requires(Permission.PACK_PUBLISH)
def content(pack: str) -> Response:
    """The file as it stands, and as it was published."""
    with reading() as ctx:
        found = workspace.file(ctx, pack, request.args.get("path", ""))
    if found.kind in pack_paths.BINARY:
        raise NotFound
    published = found.published if found.is_draft else None
    return jsonify(
        **_told(found),
        published_content=None if published is None else published.decode(errors="replace"),
    )


@pages.post(f"/{KEY}/file")
@requires(Permission.PACK_PUBLISH, body=_BODY)
def keep(pack: str) -> Response | tuple[Response, int]:
    """Keep the file as a draft, right or wrong."""
    path, sent = request.args.get("path", ""), _sent("content", "revision")
    try:
        with acting() as ctx:
            stored = workspace.store_any(ctx, pack, path, _bytes(sent["content"]), sent["revision"])
            now = ctx.now
    except Overtaken as refused:
        return jsonify(_told(refused.file)), 409
    return jsonify(revision=stored.revision, state=stored.state, saved_at=clock_time(now))


@pages.get(f"/{KEY}/facts")
@requires(Permission.PACK_PUBLISH)
def facts(pack: str) -> Response:
    """What can be chosen while one draws."""
    with reading() as ctx:
        files = pack_drafts.whole(ctx, pack)
        titles = file_titles.titles(workspace.opened(ctx, pack).files)
    return jsonify(drawing_facts.facts(files, titles))


@pages.post(f"/{KEY}/rights")
@requires(Permission.PACK_PUBLISH)
def rights(pack: str) -> Response:
    """What a task may do with the fields of its form, written into the draft of pack.yaml."""
    document = request.get_json(silent=True)
    sent = document if isinstance(document, Mapping) else {}
    node, reason = sent.get("node"), sent.get("reason", "")
    read, hidden = _words(sent.get("read")), _words(sent.get("hidden"))
    if not isinstance(node, str) or not node or not isinstance(reason, str):
        raise Invalid(_("提交的内容不是系统接受的格式"))
    with acting() as ctx:
        before = workspace.file(ctx, pack, pack_paths.manifest(pack))
        edits = drawing_facts.rights_edits(before.content, node, read, hidden, reason)
        stored = pack_entries_edit.change(ctx, pack, edits, before.revision)
        now = ctx.now
    return jsonify(revision=stored.revision, saved_at=clock_time(now))


@pages.post(f"/{KEY}/check")
@requires(Permission.PACK_PUBLISH, body=_BODY)
def check(pack: str) -> Response:
    """Every problem of the pack as it would be with this content of one file."""
    sent = _sent("path", "content")
    more = {sent["path"]: _bytes(sent["content"])} if sent["path"] else {}
    if any(not pack_paths.is_of(pack, path) for path in more):
        raise NotFound
    with reading() as ctx:
        files = pack_drafts.whole(ctx, pack, more)
    found = drawn_checks.check(site().tools, person(), now(), files)
    return jsonify(problems=[problems.entry(finding) for finding in found])


def _told(file: File) -> dict[str, str]:
    return {
        "path": file.path,
        "content": file.content.decode(errors="replace"),
        "revision": file.revision,
        "state": file.state,
        "by": file.by,
        "at": clock_time(file.at),
    }


def _sent(*names: str) -> dict[str, str]:
    document = request.get_json(silent=True)
    if not isinstance(document, Mapping):
        raise Invalid(_("提交的内容不是系统接受的格式"))
    found = {name: document.get(name) for name in names}
    if not all(isinstance(value, str) for value in found.values()):
        raise Invalid(_("提交的内容不是系统接受的格式"))
    return {name: str(value) for name, value in found.items()}


def _words(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Invalid(_("提交的内容不是系统接受的格式"))
    return value


def _bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise Invalid(_("文件含有不能使用的字符")) from error
