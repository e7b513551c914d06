"""代理: who stands in for me, for whom I stand in; arranged and ended."""

from datetime import date
from functools import partial
from uuid import uuid4

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.domain.absences import Absence
from server.domain.access import Permission
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Conflict, Forbidden, Invalid, RongcuoError
from server.domain.findings import Finding
from server.domain.texts import _
from server.http.access import requires
from server.http.problems import status_of
from server.http.site import acting, me, now, reading
from server.services.files import absence_lists
from server.services.identity import people
from server.services.verbs import absences
from server.web import verb_forms
from server.web.fragments import render

pages = Blueprint("absences", __name__, url_prefix="/me/absences")

_Page = Response | str | tuple[str, int]


@pages.get("")
@requires(Permission.CASE_READ)
def index() -> str:
    return _page()


@pages.post("")
@requires(Permission.CASE_READ)
def arrange() -> _Page:
    try:
        reason = request.form.get("reason", "")
        verb_forms.once(partial(absences.arrange, wanted=_wanted(), reason=reason))
    except (Conflict, Forbidden, Invalid) as refused:
        return _page(refused), status_of(refused)
    flash(_("已安排代理"), "green")
    return redirect(url_for(".index"), 303)


@pages.post("/<uuid:absence_id>/end")
@requires(Permission.CASE_READ)
def end(absence_id: object) -> _Page:
    try:
        with acting() as ctx:
            absences.end(ctx, str(absence_id))
    except Conflict as refused:
        return _page(refused), status_of(refused)
    flash(_("已结束代理"))
    return redirect(url_for(".index"), 303)


def _wanted() -> Absence:
    """What the form says. Raises Invalid at its fields."""
    days = {key: _day(key) for key in ("from_on", "to_on")}
    substitute = request.form.get("substitute_id", "")[:36]
    problems = [
        Finding(code="ABSENCE", field=key, message=_("请填写日期"))
        for key, day in days.items()
        if day is None
    ]
    if not substitute:
        message = _("请选择代理人")
        problems.append(Finding(code="ABSENCE", field="substitute_id", message=message))
    if problems:
        raise Invalid(_("填写的内容有{n}处问题").format(n=len(problems)), problems)
    return Absence(
        person_id=request.form.get("person_id", "")[:36] or me().person_id,
        substitute_id=substitute,
        from_on=days["from_on"] or date.min,
        to_on=days["to_on"] or date.min,
        unit_ids=frozenset(each[:36] for each in request.form.getlist("unit_ids")) or None,
    )


def _day(key: str) -> date | None:
    try:
        return date.fromisoformat(request.form.get(key, ""))
    except ValueError:
        return None


def _page(refused: RongcuoError | None = None) -> str:
    with reading() as ctx:
        listed = absence_lists.listed(ctx)
        of = absence_lists.people(ctx)
        able = absence_lists.substitutes(ctx)
        held = people.posts_on(ctx, me().person_id, ctx.today)
    named = partial(map, lambda each: (each.id, f"{each.name}（{each.post}）"))
    return render(
        "account/absences.html",
        away=[each for each in listed if each.is_own],
        standing=[each for each in listed if each.stands_in],
        others=[each for each in listed if not (each.is_own or each.stands_in)],
        people=list(named(of)),
        substitutes=[pair for pair in named(able) if pair[0] != me().person_id or len(of) > 1],
        units=[(each.office.id, each.office.name) for each in held],
        typed=request.form,
        longest=absences.LONGEST,
        once=uuid4().hex,
        begins_on=now().astimezone(CHINA_TIME).date().isoformat(),
        **verb_forms.refusal(refused),
    )
