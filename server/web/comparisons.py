"""比较: two versions of a pack, or one and the drafts, file by file and drawn."""

from typing import Final

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from server.adapters.packs import PackFiles
from server.domain.access import Permission
from server.domain.errors import NotFound
from server.domain.texts import _
from server.http.access import requires
from server.http.headers import page_class
from server.http.site import reading, site
from server.queries import pack_versions
from server.services.context import Context
from server.services.packs import comparing, pack_drafts, published_files, versions
from server.web.fragments import render

pages = Blueprint("comparisons", __name__)

_KEY: Final = "<string(maxlength=80):key>"
DRAFT: Final = "draft"


@pages.get(f"/packs/{_KEY}/compare")
@requires(Permission.PACK_PUBLISH)
@page_class("designer")
def show(key: str) -> str:
    """Two of its versions; without a choice the newest one and the drafts."""
    with reading() as ctx:
        known = pack_versions.published(ctx.session, key)
        drafts = pack_drafts.drafts(ctx, key)
        before, after = _chosen(ctx, key)
        one, other = _files(ctx, key, before), _files(ctx, key, after)
    changes = comparing.between(site().tools, one, other)
    return render(
        "packs/compare.html",
        key=key,
        title=known[0].title if known else key,
        choices=[
            *([(DRAFT, _("草稿"))] if drafts else []),
            *((str(each.version), _("第{n}版").format(n=each.version)) for each in known),
        ],
        before=before,
        after=after,
        changes=changes,
        drawn=[file for file in changes if file.kind == "bpmn" and file.state == "changed"],
    )


@pages.get(f"/packs/{_KEY}/compare.json")
@requires(Permission.PACK_PUBLISH)
def drawings(key: str) -> Response:
    """The two drawings of one diagram."""
    path = request.args.get("path", "")
    with reading() as ctx:
        before, after = _chosen(ctx, key)
        one, other = _files(ctx, key, before), _files(ctx, key, after)
    if path not in one.files or path not in other.files or not path.endswith(".bpmn"):
        raise NotFound
    return jsonify(
        before=one.files[path].decode(errors="replace"),
        after=other.files[path].decode(errors="replace"),
    )


def _chosen(ctx: Context, key: str) -> tuple[str, str]:
    newest = published_files.newest_version(ctx, key)
    if not newest:
        raise NotFound
    has_drafts = bool(pack_drafts.drafts(ctx, key))
    after = request.args.get("after") or (DRAFT if has_drafts else str(newest))
    earlier = newest if after == DRAFT else max(1, _number(after) - 1)
    return request.args.get("before") or str(earlier), after


def _files(ctx: Context, key: str, which: str) -> PackFiles:
    if which == DRAFT:
        return pack_drafts.whole(ctx, key)
    return versions.files_of(ctx, key, _number(which))


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 6:
        raise NotFound
    return int(text)
