"""One task: what is asked, until when and by which rule; claim it, give it back, hand it in."""

from collections.abc import Callable, Mapping
from functools import partial

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.errors import (
    Conflict,
    EngineError,
    Forbidden,
    Invalid,
    NotCompetent,
    NotFound,
)
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.texts import _
from server.http.access import requires
from server.http.headers import page_class
from server.http.looks import looked
from server.http.problems import status_of
from server.http.site import acting, now, reading
from server.services.case.idempotency import Answer
from server.services.context import Context
from server.services.files import onward, sheets
from server.services.files.sheet_forms import FormSheet
from server.services.files.sheets import Sheet
from server.services.verbs import drafts, work
from server.services.verbs.drafts import Saved
from server.web import sent, task_pages
from server.web.context import moment
from server.web.plain_forms.posted import Posted, posted
from server.web.plain_forms.uploads import taken_in
from server.web.task_pages import Typed
from server.web.verb_forms import answered, seen

pages = Blueprint("tasks", __name__, url_prefix="/tasks")

#: refusals after which what was typed is shown to be copied
_REFUSED = (Conflict, Forbidden, EngineError, NotCompetent)

_Page = Response | str | tuple[str, int]


@pages.get("/<item_id>")
@requires(Permission.CASE_READ)
@page_class("view")
def task(item_id: str) -> str:
    with reading() as ctx:
        sheet = sheets.sheet(ctx, item_id)
        page = task_pages.page(ctx, sheet)
    looked("task.read", item_id, sheet.case.id)
    return page


@pages.get("/<item_id>/form.json")
@requires(Permission.CASE_READ)
def form_json(item_id: str) -> Response:
    with reading() as ctx:
        sheet = sheets.sheet(ctx, item_id)
        form = _form(sheet)
        data = task_pages.data(ctx, form)
    looked("task.form", item_id, sheet.case.id)
    return jsonify(schema=form.schema, data=data, readonly=not form.is_open, draft=form.draft_mark)


@pages.post("/<item_id>/claim")
@requires(Permission.CASE_READ)
@page_class("view")
def claim(item_id: str) -> _Page:
    return _moved(item_id, partial(work.claim, item_id=item_id, seen=seen()), _("已签收"))


@pages.post("/<item_id>/release")
@requires(Permission.CASE_READ)
@page_class("view")
def release(item_id: str) -> _Page:
    act = partial(work.release, item_id=item_id, seen=seen())
    return _moved(item_id, act, _("已退签，本机构的其他人可以签收"))


@pages.post("/<item_id>/complete")
@requires(Permission.CASE_READ)
@page_class("view")
def complete(item_id: str) -> _Page:
    if request.is_json:
        return jsonify(location=_completed(item_id, sent.variables()))
    with reading() as ctx:
        sheet = sheets.sheet(ctx, item_id)
    added, refused = taken_in(request.files) if _is_open(sheet) else ({}, ())
    schema = sheet.form.schema if sheet.form else {}
    filled = posted(schema, request.form, added)
    typed = Typed(
        answers=filled.answers, searches=filled.searches, findings=refused, step_at=filled.step_at
    )
    if filled.is_step:
        return _again(item_id, typed), 200
    if refused:
        return _again(item_id, typed), 422
    try:
        return redirect(_completed(item_id, filled.answers), 303)
    except Invalid as error:
        return _refused(item_id, filled, error)
    except _REFUSED as error:
        return task_pages.conflict(_now(item_id), typed, error.message), status_of(error)


@pages.post("/<item_id>/draft")
@requires(Permission.CASE_READ)
@page_class("view")
def draft(item_id: str) -> _Page:
    """Keep what is typed so far; a program is told the version, a person is led back."""
    if request.is_json:
        saved = _kept(item_id, sent.variables(), sent.word("draft"))
        return jsonify(version=saved.version, draft=saved.mark, at=moment(now())[11:])
    with reading() as ctx:
        sheet = sheets.sheet(ctx, item_id)
    added, refused = taken_in(request.files) if _is_open(sheet) else ({}, ())
    filled = posted(sheet.form.schema if sheet.form else {}, request.form, added)
    if refused:
        return _again(item_id, Typed(answers=filled.answers, findings=refused)), 422
    try:
        _kept(item_id, filled.answers, request.form.get("draft"))
    except Invalid as error:
        return _refused(item_id, filled, error)
    except _REFUSED as error:
        typed = Typed(answers=filled.answers)
        return task_pages.conflict(_now(item_id), typed, error.message), status_of(error)
    flash(_("已暂存，还没有提交"))
    return redirect(url_for(".task", item_id=item_id), 303)


@pages.post("/<item_id>/draft/drop")
@requires(Permission.CASE_READ)
@page_class("view")
def drop_draft(item_id: str) -> _Page:
    act = partial(drafts.drop, item_id=item_id, seen=seen())
    return _moved(item_id, act, _("已放弃草稿"))


@pages.get("/<item_id>/<any(claim, release, complete, draft):verb>")
@requires(Permission.CASE_READ)
def reopened(item_id: str, verb: str) -> Response:
    """A page that a refused form left behind is asked for again: the task itself."""
    return redirect(url_for(".task", item_id=item_id), 303)


def _completed(item_id: str, given: Mapping[str, Json]) -> str:
    """Where the person goes on; the same form sent twice is done once."""

    def effect(ctx: Context) -> Answer:
        case_id = sheets.case_of(ctx, item_id)
        work.complete(ctx, item_id, given, seen=seen())
        went = onward.onward(ctx, case_id)
        location = url_for(".task", item_id=went.task_id) if went.task_id else "/inbox"
        body = {"location": location, "words": went.words}
        return Answer(status=303, body=body, case_id=case_id)

    body = answered(effect).body
    flash(body["words"])
    return str(body["location"])


def _kept(item_id: str, given: Mapping[str, Json], after: str | None) -> Saved:
    with acting() as ctx:
        return drafts.save(ctx, item_id, given, seen=seen(), after=after)


def _moved(item_id: str, act: Callable[[Context], None], words: str) -> _Page:
    """Back on the page after a verb without answers; a refusal says how the task stands now."""
    try:
        with acting() as ctx:
            act(ctx)
    except _REFUSED as error:
        now = _now(item_id)
        return task_pages.conflict(now, Typed(answers={}), error.message), status_of(error)
    flash(words)
    return redirect(url_for(".task", item_id=item_id), 303)


def _now(item_id: str) -> Sheet:
    with reading() as ctx:
        sheet = sheets.sheet(ctx, item_id)
    looked("task.read", item_id, sheet.case.id)
    return sheet


def _refused(item_id: str, filled: Posted, error: Invalid) -> _Page:
    findings = error.findings or (Finding(code=error.code, message=error.message),)
    return _again(item_id, Typed(answers=filled.answers, findings=findings)), 422


def _again(item_id: str, typed: Typed) -> str:
    with reading() as ctx:
        sheet = sheets.sheet(ctx, item_id)
        page = task_pages.page(ctx, sheet, typed)
    looked("task.read", item_id, sheet.case.id)
    return page


def _form(sheet: Sheet) -> FormSheet:
    if sheet.form is None:
        raise NotFound
    return sheet.form


def _is_open(sheet: Sheet) -> bool:
    return sheet.form is not None and sheet.form.is_open
