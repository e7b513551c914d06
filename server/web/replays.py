"""重放旧案: closed cases played on the draft of a pack; to its designer, counts and no case."""

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from server.domain.access import Permission
from server.domain.cut_counts import told_in_words
from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.replays import FATE_WORDS, Fate, Result
from server.domain.texts import _
from server.http.access import requires
from server.http.headers import page_class
from server.http.problems import status_of
from server.http.site import acting, reading
from server.services.packs import pack_drafts
from server.services.replaying import reports, runs
from server.web import studio_frame
from server.web.fragments import render
from server.web.studio_frame import KEY

pages = Blueprint("replays", __name__, url_prefix="/studio")

_RUN = f"/{KEY}/replays/<string(maxlength=36):run_id>"

_Page = AnyResponse | str | tuple[str, int]


@pages.get(f"/{KEY}/replays")
@requires(Permission.PACK_PUBLISH)
def show(pack: str) -> str:
    """The runs there are, and the form that begins one."""
    return _index(pack)


@pages.post(f"/{KEY}/replays")
@requires(Permission.PACK_PUBLISH)
def begin(pack: str) -> _Page:
    try:
        with reading() as ctx:
            candidate = pack_drafts.candidate(ctx, pack)
        months = request.form.get("months", runs.PERIODS[0], int)
        with acting() as ctx:
            run_id = runs.begin(ctx, candidate, months)
    except (Conflict, Invalid) as refused:
        return _index(pack, refused), status_of(refused)
    return redirect(url_for(".run", pack=pack, run_id=run_id), 303)


@pages.get(_RUN)
@requires(Permission.PACK_PUBLISH)
@page_class("view")
def run(pack: str, run_id: str) -> str:
    """How far it is, and what came of it."""
    with reading() as ctx:
        found = reports.report(ctx, pack, run_id)
    drawn = request.args.get("procedure", "")
    if drawn not in found.procedures:
        drawn = next(iter(found.procedures), "")
    return render(
        "replays/run.html",
        frame=studio_frame.frame(pack),
        report=found,
        run=found.run,
        drawn=drawn,
        results=Result,
        fates=Fate,
        fate_words=FATE_WORDS,
        told=told_in_words,
        **studio_frame.words(),
    )


@pages.get(f"{_RUN}/status")
@requires(Permission.PACK_PUBLISH)
def status(pack: str, run_id: str) -> Response:
    """How far it is, for the page that waits; once it is over that page is loaded anew."""
    with reading() as ctx:
        found = next((each for each in reports.listed(ctx, pack) if each.id == run_id), None)
    if found is None:
        raise NotFound
    answer = Response(render_template("replays/status.html", run=found))
    if not found.is_running:
        answer.headers["HX-Refresh"] = "true"
    return answer


@pages.get(f"{_RUN}/diagram.json")
@requires(Permission.PACK_PUBLISH)
def diagram(pack: str, run_id: str) -> Response:
    """The draft that was played, with how many cases differ at an element."""
    with reading() as ctx:
        found = reports.drawn(ctx, pack, run_id, request.args.get("procedure", ""))
    elements = {
        key: {"overdue": 1, "label": told_in_words(count)} for key, count in found.elements.items()
    }
    return jsonify(xml=found.xml, elements=elements, flows=[])


@pages.post(f"{_RUN}/cancel")
@requires(Permission.PACK_PUBLISH)
def cancel(pack: str, run_id: str) -> AnyResponse:
    try:
        with acting() as ctx:
            runs.cancel(ctx, pack, run_id)
        flash(_("已取消，已经重放的部分保留"))
    except Conflict as refused:
        flash(refused.message)
    return redirect(url_for(".run", pack=pack, run_id=run_id), 303)


def _index(pack: str, refused: Conflict | Invalid | None = None) -> str:
    with reading() as ctx:
        found = reports.listed(ctx, pack)
    return render(
        "replays/index.html",
        frame=studio_frame.frame(pack),
        runs=found,
        periods=runs.PERIODS,
        most=runs.MOST,
        refused=refused,
        **studio_frame.words(),
    )
