"""讨论、抄送、本人事项的催办: what is said beside the papers, from the pages of task and case."""

from collections.abc import Callable
from functools import partial
from uuid import uuid4

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.errors import Conflict, Forbidden, Invalid
from server.domain.texts import _
from server.http.access import requires
from server.http.headers import page_class
from server.http.problems import status_of
from server.http.site import acting, reading
from server.http.verbs.saying import LONGEST
from server.queries.totals import MAX_TOTAL
from server.services.context import Context
from server.services.files import case_view, copy_lists
from server.services.verbs import comments, copies, urgings
from server.web import verb_forms
from server.web.cases import case_page
from server.web.fragments import render

pages = Blueprint("talks", __name__)

_Page = Response | str | tuple[Response | str, int]


@pages.post("/cases/<case_id>/comment")
@requires(Permission.CASE_READ)
@page_class("view")
def comment(case_id: str) -> _Page:
    text = request.form.get("text", "")[:LONGEST]
    persons = [each[:36] for each in request.form.getlist("persons")]
    act = partial(comments.add_to_case, case_id=case_id, text=text, persons=persons)
    try:
        verb_forms.once(act, case_id)
    except (Conflict, Forbidden, Invalid) as refused:
        return case_page(case_id, typed=text, why=refused.message), status_of(refused)
    flash(_("已发表"), "green")
    return redirect(url_for("cases.show", case_id=case_id, _anchor="talk"), 303)


@pages.post("/comments/<comment_id>/withdraw")
@requires(Permission.CASE_READ)
def withdraw_comment(comment_id: str) -> Response:
    return _back(partial(comments.withdraw, comment_id=comment_id), _("已撤回，其他人看不到内容了"))


@pages.post("/copies/<copy_id>/withdraw")
@requires(Permission.CASE_READ)
def withdraw_copy(copy_id: str) -> Response:
    return _back(partial(copies.withdraw, copy_id=copy_id), _("已撤回抄送"))


@pages.get("/copies")
@requires(Permission.CASE_READ)
def index() -> str:
    """抄送我的: what others sent the person to know of."""
    number = min(max(request.args.get("page", 1, int), 1), MAX_TOTAL)
    with reading() as ctx:
        listed = copy_lists.received(ctx, number)
    return render(
        "copies/index.html",
        listed=listed,
        page_size=copy_lists.PAGE,
        address=lambda page: url_for(".index", page=page),
    )


@pages.post("/copies/<copy_id>/read")
@requires(Permission.CASE_READ)
def read(copy_id: str) -> Response:
    """Whoever goes on to the task has read it; so has who says so."""
    with acting() as ctx:
        copies.read(ctx, copy_id)
    with reading() as ctx:
        found = copy_lists.one(ctx, copy_id)
    if found.is_above or request.form.get("then") != "go":
        return redirect(url_for(".index"), 303)
    return redirect(url_for("tasks.task", item_id=found.task_id), 303)


@pages.get("/applications/<case_id>/urge")
@requires(Permission.CASE_READ)
def urge_form(case_id: str) -> str:
    return _urge_form(case_id)


@pages.post("/applications/<case_id>/urge")
@requires(Permission.CASE_READ)
def urge(case_id: str) -> _Page:
    reason = request.form.get("reason", "")[:LONGEST]
    try:
        verb_forms.once(partial(urgings.urge_own, case_id=case_id, reason=reason), case_id)
    except (Conflict, Invalid) as refused:
        return _urge_form(case_id, reason, refused.message), status_of(refused)
    flash(_("已催办，承办机关会收到提醒"), "green")
    return redirect(url_for("applications.show", case_id=case_id), 303)


def _urge_form(case_id: str, reason: str = "", why: str = "") -> str:
    with reading() as ctx:
        head = case_view.application(ctx, case_id).head
    return render("applications/urge.html", head=head, reason=reason, why=why, once=uuid4().hex)


def _back(act: Callable[[Context], object], words: str) -> Response:
    """Back on the page it was done from."""
    with acting() as ctx:
        act(ctx)
    flash(words)
    task, case = request.form.get("task", "")[:36], request.form.get("case", "")[:36]
    if task:
        return redirect(url_for("tasks.task", item_id=task, _anchor="talk"), 303)
    return redirect(url_for("cases.show", case_id=case, _anchor="talk"), 303)
