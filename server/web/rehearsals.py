"""演练: a scenario played on the diagram of a pack's draft, by hand or as it is written.

Everything happens in the made-up region; the page holds the scenario, the server what comes of it.
"""

import re
from collections.abc import Mapping
from typing import Final

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.domain.texts import _
from server.http.access import requires
from server.http.headers import page_class
from server.http.site import acting, actor, reading, site
from server.services.packs import workspace
from server.services.rehearsing import rooms
from server.services.rehearsing.rooms import Rehearsed
from server.services.rehearsing.session import MOST_STEPS
from server.web import studio_frame
from server.web.fragments import render
from server.web.studio_frame import KEY

pages = Blueprint("rehearsals", __name__, url_prefix="/studio")

_NAME: Final = re.compile(r"[\w\-]{1,80}")


@pages.get(f"/{KEY}/rehearse")
@requires(Permission.PACK_PUBLISH)
@page_class("designer")
def show(pack: str) -> str:
    frame = studio_frame.frame(pack)
    return render("studio/rehearse.html", frame=frame, **studio_frame.words())


@pages.get(f"/{KEY}/rehearse/stage")
@requires(Permission.PACK_PUBLISH)
def stage(pack: str) -> Response | tuple[Response, int]:
    """What is played on; as long as it is being set up, that it is."""
    found = rooms.overview(site().tools, actor(), _pack(pack))
    return (jsonify(preparing=True), 202) if found is None else jsonify(found)


@pages.post(f"/{KEY}/rehearse/<any(play, form, record):act>")
@requires(Permission.PACK_PUBLISH)
def play(pack: str, act: str) -> Response:
    """Where the scenario stands, the form of a task, or the scenario with what was seen."""
    sent = _sent()
    question = {"act": act, "document": _document(sent), "upto": _upto(sent)}
    if act == "form" and question["upto"]:
        question["step"] = _step(sent)
    return jsonify(rooms.ask(site().tools, actor(), _pack(pack), question))


@pages.post(f"/{KEY}/rehearse/coverage")
@requires(Permission.PACK_PUBLISH)
def coverage(pack: str) -> Response:
    """How the scenarios of the pack go: asked again until none is left; or what is known of it."""
    found = _pack(pack)
    if _sent().get("known") is True:
        return jsonify(rooms.known(found))
    return jsonify(rooms.performed(site().tools, actor(), found))


@pages.post(f"/{KEY}/rehearse/propose")
@requires(Permission.PACK_PUBLISH)
def propose(pack: str) -> Response:
    """A scenario that takes a flow: asked again until it is found or given up."""
    sent, found = _sent(), _pack(pack)
    flow = sent.get("flow")
    if not isinstance(flow, str):
        raise Invalid(_("提交的内容不是系统接受的格式"))
    question = {
        "act": "propose",
        "flow": flow,
        "anew": sent.get("anew") is True,
        "documents": dict(found.documents),
    }
    return jsonify(rooms.ask(site().tools, actor(), found, question))


@pages.post(f"/{KEY}/rehearse/store")
@requires(Permission.PACK_PUBLISH)
def store(pack: str) -> Response:
    """Keep what was played as a scenario of the pack's draft."""
    sent, name = _sent(), str(_sent().get("name") or "")
    if not _NAME.fullmatch(name):
        raise Invalid(_("文件名只能用文字、数字、下划线和连字符，不超过80个字"))
    question = {"act": "record", "document": _document(sent), "upto": 0}
    said = rooms.ask(site().tools, actor(), _pack(pack), question)
    path = f"processes/{pack}/scenarios/{name}.yaml"
    with acting() as ctx:
        known = {file.path: file.revision for file in workspace.opened(ctx, pack).files}
        if path in known and sent.get("replace") is not True:
            raise Invalid(_("已经有名为“{name}”的场景").format(name=name))
        content = said["text"].encode()
        revision = known.get(path, workspace.NO_FILE)
        workspace.store_any(ctx, pack, path, content, revision)
    return jsonify(file=f"{name}.yaml", document=said["document"], text=said["text"])


def _pack(pack: str) -> Rehearsed:
    with reading() as ctx:
        return rooms.pack(ctx, pack)


def _sent() -> Mapping[str, Json]:
    document = request.get_json(silent=True)
    if not isinstance(document, Mapping):
        raise Invalid(_("提交的内容不是系统接受的格式"))
    return document


def _document(sent: Mapping[str, Json]) -> Mapping[str, Json]:
    found = sent.get("document")
    if isinstance(found, Mapping):
        parts = [found.get("start"), *(found.get("steps") or ())]
        if all(isinstance(each, Mapping) for each in parts):
            return found
    raise Invalid(_("不能演练：场景写得不对"))


def _upto(sent: Mapping[str, Json]) -> int:
    found = sent.get("upto", 0)
    if not isinstance(found, int) or not 0 <= found <= MOST_STEPS:
        raise Invalid(_("场景最多{n}步").format(n=MOST_STEPS))
    return found


def _step(sent: Mapping[str, Json]) -> Mapping[str, Json]:
    found = sent.get("step")
    if not isinstance(found, Mapping) or not all(
        isinstance(found.get(key), str) for key in ("do", "as")
    ):
        raise Invalid(_("提交的内容不是系统接受的格式"))
    return found
