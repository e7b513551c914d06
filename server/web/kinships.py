"""近亲属: somebody's ties, recorded and ended by two people of the personnel offices."""

from collections.abc import Callable
from datetime import date
from functools import partial

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.errors import Conflict, Forbidden, Invalid, RongcuoError
from server.domain.findings import Finding
from server.domain.texts import _
from server.http.access import requires
from server.http.looks import looked
from server.http.problems import status_of
from server.http.site import acting, reading
from server.services.context import Context
from server.services.files import kinships as files
from server.services.identity import choices
from server.services.verbs import kinships
from server.web import verb_forms
from server.web.fragments import render

pages = Blueprint("kinships", __name__, url_prefix="/kinships")

_Page = Response | str | tuple[str, int]
_REFUSED = (Conflict, Forbidden, Invalid)


@pages.get("")
@requires(Permission.KIN_KEEP)
def index() -> str:
    return _index()


@pages.post("")
@requires(Permission.KIN_KEEP)
def find() -> str:
    return _index(request.form.get("q", "").strip()[:100])


@pages.get("/people/<person_id>")
@requires(Permission.KIN_KEEP)
def person(person_id: str) -> str:
    return _person(person_id)


@pages.post("/people/<person_id>")
@requires(Permission.KIN_KEEP)
def propose(person_id: str) -> _Page:
    if request.form.get("step") == "find":
        return _person(person_id)
    names = ("relative", "relation", "reason")
    relative, relation, reason = (request.form.get(name, "").strip()[:2000] for name in names)
    act = partial(
        kinships.propose, person=person_id, relative=relative, relation=relation, reason=reason
    )
    return _done(act, person_id, _("已经提出，由另一人确认"))


@pages.post("/people/<person_id>/<tie_id>/end")
@requires(Permission.KIN_KEEP)
def end(person_id: str, tie_id: str) -> _Page:
    def act(ctx: Context) -> None:
        kinships.propose_end(
            ctx, tie_id, ended_on=_day("ended_on"), reason=request.form.get("reason", "")[:2000]
        )

    return _done(act, person_id, _("已经提出，由另一人确认"))


@pages.post("/proposals/<proposal_id>/<any(confirm, refuse, withdraw):act>")
@requires(Permission.KIN_KEEP)
def decide(proposal_id: str, act: str) -> _Page:
    verbs: dict[str, Callable[[Context], None]] = {
        "confirm": partial(kinships.confirm, proposal_id=proposal_id),
        "refuse": partial(
            kinships.refuse,
            proposal_id=proposal_id,
            answer=request.form.get("answer", "")[:2000],
        ),
        "withdraw": partial(kinships.withdraw, proposal_id=proposal_id),
    }
    done = {"confirm": _("已经确认，随即生效"), "refuse": _("已经退回"), "withdraw": _("已经撤回")}
    try:
        with acting() as ctx:
            verbs[act](ctx)
    except _REFUSED as refused:
        return _index(refused=refused), status_of(refused)
    flash(done[act], "green")
    return redirect(url_for(".index"), 303)


@pages.get("/people/<person_id>/<tie_id>/end")
@requires(Permission.KIN_KEEP)
def end_again(person_id: str, tie_id: str) -> Response:
    """The page a refused form left behind is asked for again."""
    return redirect(url_for(".person", person_id=person_id), 303)


@pages.get("/proposals/<proposal_id>/<any(confirm, refuse, withdraw):act>")
@requires(Permission.KIN_KEEP)
def decide_again(proposal_id: str, act: str) -> Response:
    """The page a refused answer left behind is asked for again."""
    return redirect(url_for(".index"), 303)


def _done(act: Callable[[Context], object], person_id: str, words: str) -> _Page:
    try:
        with acting() as ctx:
            act(ctx)
    except _REFUSED as refused:
        return _person(person_id, refused), status_of(refused)
    flash(words, "green")
    return redirect(url_for(".person", person_id=person_id), 303)


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError as wrong:
        message = _("请填写日期")
        finding = Finding(code="KINSHIP", field=name, message=message)
        raise Invalid(message, [finding]) from wrong


def _index(typed: str = "", refused: RongcuoError | None = None) -> str:
    with reading() as ctx:
        waiting = files.waiting(ctx)
        found = files.found(ctx, typed)
    looked("kinship.read", "waiting")
    return render(
        "kinships/index.html",
        changes=waiting,
        typed=typed,
        found=found,
        **verb_forms.refusal(refused),
    )


def _person(person_id: str, refused: RongcuoError | None = None) -> str:
    sought = request.form.get("q", "").strip()[:100]
    with reading() as ctx:
        view = files.of_person(ctx, person_id)
        chosen = [request.form["relative"]] if request.form.get("relative") else []
        offered = choices.offered(ctx, "person", typed=sought, chosen=chosen, most=20)
        today = ctx.today.isoformat()
    looked("kinship.read", person_id)
    return render(
        "kinships/person.html",
        view=view,
        offered=[(one.value, one.label) for one in offered if one.value != person_id]
        if sought or chosen
        else [],
        typed=request.form,
        latest=today,
        **verb_forms.refusal(refused),
    )
