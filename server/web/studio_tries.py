"""Trying out what stands in an editor, stored or not: JSON, nothing of any case."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from server.domain import pack_paths
from server.domain.access import Permission
from server.domain.errors import Invalid, NotFound
from server.domain.texts import _
from server.http.access import requires
from server.http.site import reading
from server.services.packs import pack_drafts, trials
from server.services.packs.trials import Asked
from server.web.studio_frame import KEY

pages = Blueprint("studio_tries", __name__, url_prefix="/studio")

#: a file of 2 MB as a JSON text, each character of it escaped
_BODY = 12 * 1024 * 1024
_DATES: Final = frozenset({"date", "time", "dateTime"})


@pages.post(f"/{KEY}/try")
@requires(Permission.PACK_PUBLISH, body=_BODY)
def decide(pack: str) -> Response:
    """What a decision of this content would be; nothing is stored."""
    content, asked = _sent()
    if not pack_paths.is_of(pack, asked.path):
        raise NotFound
    with reading() as ctx:
        files = pack_drafts.whole(ctx, pack, {asked.path: content})
        now = ctx.now
    return jsonify(trials.decide(files, asked, now))


def _sent() -> tuple[bytes, Asked]:
    try:
        document = orjson.loads(request.get_data())
    except orjson.JSONDecodeError as error:
        raise Invalid(_("提交的内容不是系统接受的格式")) from error
    if not isinstance(document, Mapping) or not _is_sound(document):
        raise Invalid(_("提交的内容不是系统接受的格式"))
    asked = Asked(
        path=document["path"],
        decision=document["decision"],
        inputs=document["inputs"],
        types=document.get("types", {}),
    )
    return document["content"].encode(), asked


def _is_sound(document: Mapping[str, Any]) -> bool:
    types = document.get("types", {})
    return (
        all(isinstance(document.get(key), str) for key in ("path", "content", "decision"))
        and isinstance(document.get("inputs"), Mapping)
        and isinstance(types, Mapping)
        and all(value in _DATES for value in types.values())
    )
