"""事项迁移: who designs sees counts and proposes, the head of an office moves his cases."""

from typing import Final
from uuid import uuid4

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission, permits
from server.domain.cut_counts import told_in_words
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound, RongcuoError
from server.domain.texts import _
from server.http.access import requires
from server.http.headers import page_class
from server.http.looks import looked
from server.http.problems import status_of
from server.http.site import acting, actor, reading
from server.queries.totals import MAX_TOTAL
from server.services.case.idempotency import Answer
from server.services.context import Context
from server.services.migrating import desks, proposals, runs
from server.services.migrating.proposals import Wish
from server.web import verb_forms
from server.web.fragments import render

pages = Blueprint("migrations", __name__, url_prefix="/migrations")

_Page = Response | str | tuple[str, int]
_REFUSED = (Conflict, Forbidden, Invalid)

_STEERED: Final = {
    "pause": _("已暂停，正在迁移的一件完成后停下"),
    "resume": _("继续迁移"),
    "cancel": _("已停止，尚未迁移的事项保持原样"),
}


@pages.get("")
@requires(Permission.MIGRATION_READ)
def index() -> str:
    pack = request.args.get("pack", "")[:80].replace("\x00", "?")
    with reading() as ctx:
        found = desks.listed(ctx, pack)
    return render("migrations/index.html", proposals=found, pack=pack, **_rights())


@pages.get("/new")
@requires(Permission.PACK_PUBLISH)
def new() -> str:
    return _form()


@pages.post("/new")
@requires(Permission.PACK_PUBLISH)
def propose() -> _Page:
    def effect(ctx: Context) -> Answer:
        return Answer(status=303, body=proposals.propose(ctx, _wish()))

    try:
        answer = verb_forms.answered(effect)
    except _REFUSED as refused:
        return _form(refused), status_of(refused)
    flash(_("已提出，系统正在逐件判断在办事项能否迁移"), "green")
    return redirect(url_for(".show", migration_id=answer.body), 303)


@pages.get("/<uuid:migration_id>")
@requires(Permission.MIGRATION_READ)
@page_class("view")
def show(migration_id: object) -> str:
    return _page(str(migration_id))


@pages.post("/<uuid:migration_id>/<any(offer, withdraw):act>")
@requires(Permission.PACK_PUBLISH)
def decide(migration_id: object, act: str) -> _Page:
    verb = proposals.offer if act == "offer" else proposals.withdraw
    try:
        with acting() as ctx:
            verb(ctx, str(migration_id), seen=verb_forms.seen())
    except _REFUSED as refused:
        return _page(str(migration_id), refused), status_of(refused)
    flash(_("各机构主要负责人现在可以迁移本机构的事项") if act == "offer" else _("迁移方案已撤回"))
    return redirect(url_for(".show", migration_id=migration_id), 303)


@pages.get("/<uuid:migration_id>/cases/<uuid:case_id>")
@requires(Permission.BOARD_READ)
@page_class("view")
def preview(migration_id: object, case_id: object) -> str:
    with reading() as ctx:
        proposal = desks.one(ctx, str(migration_id))
        line, effects = desks.preview(ctx, proposal, str(case_id))
    looked("migration.preview", str(migration_id), str(case_id))
    return render(
        "migrations/preview.html", proposal=proposal, line=line, effects=effects, once=uuid4().hex
    )


@pages.post("/<uuid:migration_id>/apply")
@requires(Permission.BOARD_READ)
def apply(migration_id: object) -> _Page:
    def effect(ctx: Context) -> Answer:
        reason = request.form.get("reason", "")[: proposals.LONGEST]
        run_id = runs.begin(ctx, str(migration_id), _chosen(), reason=reason)
        return Answer(status=303, body=run_id)

    try:
        answer = verb_forms.answered(effect)
    except _REFUSED as refused:
        return _page(str(migration_id), refused), status_of(refused)
    return redirect(url_for(".run", run_id=answer.body), 303)


@pages.get("/runs/<uuid:run_id>")
@requires(Permission.BOARD_READ)
@page_class("view")
def run(run_id: object) -> str:
    return _run(str(run_id))


@pages.post("/runs/<uuid:run_id>/<any(pause, resume, cancel):word>")
@requires(Permission.BOARD_READ)
def steer(run_id: object, word: str) -> _Page:
    try:
        with acting() as ctx:
            runs.steer(ctx, str(run_id), word, seen=None)
    except _REFUSED as refused:
        return _run(str(run_id), refused), status_of(refused)
    flash(_STEERED[word])
    return redirect(url_for(".run", run_id=run_id), 303)


def _rights() -> dict[str, bool]:
    return {
        "designs": permits(actor(), Permission.PACK_PUBLISH),
        "heads": permits(actor(), Permission.BOARD_READ),
    }


def _page(migration_id: str, refused: RongcuoError | None = None) -> str:
    rights, page = _rights(), _number("page")
    which = {"can": True, "cannot": False}.get(request.args.get("which", ""))
    with reading() as ctx:
        proposal = desks.one(ctx, migration_id)
        counted = desks.counted(ctx, proposal) if rights["designs"] else None
        mapped = desks.mapped(ctx, proposal)
        is_his = rights["heads"] and proposal.state == "offered"
        mine = desks.mine(ctx, proposal, page, can=which) if is_his else None
    return render(
        "migrations/show.html",
        told=told_in_words,
        proposal=proposal,
        counted=counted,
        mapped=mapped,
        mine=mine,
        page=page,
        page_size=desks.PAGE,
        which=request.args.get("which", ""),
        address=lambda number: url_for(
            ".show", migration_id=migration_id, page=number, which=request.args.get("which")
        ),
        typed=request.form,
        once=uuid4().hex,
        **rights,
        **verb_forms.refusal(refused),
    )


def _run(run_id: str, refused: RongcuoError | None = None) -> str:
    page = _number("page")
    with reading() as ctx:
        found = desks.progress(ctx, run_id, page)
    return render(
        "migrations/run.html",
        found=found,
        page=page,
        page_size=desks.PAGE,
        address=lambda number: url_for(".run", run_id=run_id, page=number),
        **verb_forms.refusal(refused),
    )


def _form(refused: RongcuoError | None = None) -> str:
    pack, old, new_ = _asked("pack"), _version("from_version"), _version("to_version")
    with reading() as ctx:
        every = desks.versions(ctx)
        try:
            gone = desks.gone(ctx, pack, old, new_) if old and new_ > old else None
        except NotFound:
            gone = None
    own = [each for each in every if each.key == pack]
    return render(
        "migrations/new.html",
        packs={each.key: each.title for each in reversed(every)},
        pack=pack,
        versions=[
            (str(each.version), _("第{n}版（{label}）").format(n=each.version, label=each.label))
            for each in own
        ],
        old=old or (own[1].version if len(own) > 1 else 0),
        new_=new_ or (own[0].version if own else 0),
        gone=gone,
        typed=request.values,
        once=uuid4().hex,
        **verb_forms.refusal(refused),
    )


def _wish() -> Wish:
    """What the form says; ``-`` for a boundary event that goes."""
    given = request.form
    mapping = {
        key.removeprefix("map-"): "" if value == "-" else value[:200]
        for key, value in given.items()
        if key.startswith("map-") and value
    }
    return Wish(
        pack=_asked("pack"),
        from_version=_version("from_version"),
        to_version=_version("to_version"),
        mapping=mapping,
        reason=given.get("reason", ""),
        basis=given.get("basis", ""),
    )


def _chosen() -> dict[str, int] | None:
    """Case -> version of its state that was seen; None: all that can be moved."""
    if request.form.get("every"):
        return None
    pairs = (text.partition(":") for text in request.form.getlist("case"))
    return {
        case_id[:36].replace("\x00", "?"): int(seen)
        for case_id, _colon, seen in pairs
        if seen.isdecimal() and len(seen) < 10
    }


def _asked(name: str) -> str:
    return request.values.get(name, "")[:80].replace("\x00", "?")


def _version(name: str) -> int:
    text = request.values.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 7 else 0


def _number(name: str) -> int:
    return min(max(request.args.get(name, 1, int), 1), MAX_TOTAL)
