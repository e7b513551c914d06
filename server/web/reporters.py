"""检举人: recorded by the petition office, opened with a reason; no name stands in an address."""

from collections.abc import Callable
from datetime import date

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission, permits
from server.domain.errors import Conflict, Forbidden, Invalid, RongcuoError
from server.domain.reporting import FORM_WORDS, KIND_WORDS, FeedbackForm, ReporterKind, wrong
from server.domain.texts import _
from server.http.access import requires
from server.http.looks import looked
from server.http.problems import status_of
from server.http.site import acting, actor, reading
from server.services.context import Context
from server.services.files import reporters as files
from server.services.verbs import reporter_deeds, reporters
from server.web import verb_forms
from server.web.fragments import render

pages = Blueprint("reporters", __name__, url_prefix="/reporters")

_Page = Response | str | tuple[str, int]
_REFUSED = (Conflict, Forbidden, Invalid)
_FIELDS = ("reference", "kind", "name", "contact", "note", "person")


@pages.get("")
@requires(Permission.CASE_READ)
def index() -> str:
    with reading() as ctx:
        found = files.listed(ctx)
    looked("reporter.list", "list")
    keeps = permits(actor(), Permission.REPORTER_KEEP)
    return render("reporters/index.html", sheets=found, keeps=keeps)


@pages.get("/new")
@requires(Permission.REPORTER_KEEP)
def new() -> str:
    return _new()


@pages.post("/new")
@requires(Permission.REPORTER_KEEP)
def record() -> _Page:
    if request.form.get("step") == "find":
        return _new()
    given = {name: _typed(name) for name in _FIELDS}
    try:
        if given["kind"] not in set(ReporterKind):
            raise wrong("kind", _("请选择实名或者匿名"))
        with acting() as ctx:
            made = reporters.record(ctx, **given)
    except _REFUSED as refused:
        return _new(refused), status_of(refused)
    flash(_("已经登记；检举人信息只供本机构查看"), "green")
    return redirect(url_for(".show", reporter_id=made), 303)


@pages.get("/<reporter_id>")
@requires(Permission.CASE_READ)
def show(reporter_id: str) -> str:
    return _closed(reporter_id)


@pages.post("/<reporter_id>")
@requires(Permission.CASE_READ)
def open_(reporter_id: str) -> _Page:
    """The record itself: what is read is recorded in the same transaction, or not shown."""
    try:
        return _opened(reporter_id, _typed("reason"))
    except _REFUSED as refused:
        return _closed(reporter_id, refused), status_of(refused)


@pages.post("/<reporter_id>/names")
@requires(Permission.CASE_READ)
def name(reporter_id: str) -> _Page:
    if request.form.get("step") == "find":
        return _closed(reporter_id)

    def act(ctx: Context) -> None:
        reporter_deeds.name(ctx, reporter_id, person=_typed("person"), reason=_typed("why"))

    return _done(act, reporter_id, _("已经指定，对方会收到通知"))


@pages.post("/<reporter_id>/names/<entry_id>/end")
@requires(Permission.CASE_READ)
def unname(reporter_id: str, entry_id: str) -> _Page:
    def act(ctx: Context) -> None:
        reporter_deeds.unname(ctx, reporter_id, entry_id)

    return _done(act, reporter_id, _("已经取消，对方不能再查看"))


@pages.post("/<reporter_id>/feedback")
@requires(Permission.CASE_READ)
def feedback(reporter_id: str) -> _Page:
    def act(ctx: Context) -> None:
        if _typed("form") not in set(FeedbackForm):
            raise wrong("form", _("请选择反馈的形式"))
        if _typed("acknowledged") not in ("yes", "no"):
            raise wrong("acknowledged", _("请选择检举人是否认可"))
        reporter_deeds.feed_back(
            ctx,
            reporter_id,
            form=_typed("form"),
            given_on=_day("given_on"),
            content=_typed("content"),
            acknowledged=_typed("acknowledged") == "yes",
            answer=_typed("answer"),
        )

    return _done(act, reporter_id, _("反馈已经登记"))


@pages.get("/<reporter_id>/<any(names, feedback):_part>")
@requires(Permission.CASE_READ)
def again(reporter_id: str, _part: str) -> Response:
    """The page a refused form left behind is asked for again."""
    return redirect(url_for(".show", reporter_id=reporter_id), 303)


@pages.get("/<reporter_id>/names/<entry_id>/end")
@requires(Permission.CASE_READ)
def end_again(reporter_id: str, entry_id: str) -> Response:  # part of the address
    return redirect(url_for(".show", reporter_id=reporter_id), 303)


def _done(act: Callable[[Context], None], reporter_id: str, words: str) -> _Page:
    try:
        with acting() as ctx:
            act(ctx)
    except _REFUSED as refused:
        return _closed(reporter_id, refused), status_of(refused)
    flash(words, "green")
    return redirect(url_for(".show", reporter_id=reporter_id), 303)


def _new(refused: RongcuoError | None = None) -> str:
    with reading() as ctx:
        offered = files.people(ctx, _typed("q"), _typed("person"))
    return render(
        "reporters/new.html",
        kinds=[(str(kind), word) for kind, word in KIND_WORDS.items()],
        offered=[(one.value, one.label) for one in offered],
        typed=request.form,
        **verb_forms.refusal(refused),
    )


def _closed(reporter_id: str, refused: RongcuoError | None = None) -> str:
    with reading() as ctx:
        sheet = files.sheet(ctx, reporter_id)
        offered = files.people(ctx, _typed("q"), _typed("person")) if sheet.is_kept else ()
        today = ctx.today.isoformat()
    looked("reporter.list", sheet.line.id)
    return render(
        "reporters/one.html",
        sheet=sheet,
        opened=None,
        offered=[(one.value, one.label) for one in offered],
        forms=[(str(form), word) for form, word in FORM_WORDS.items()],
        latest=today,
        typed=request.form,
        **verb_forms.refusal(refused),
    )


def _opened(reporter_id: str, reason: str) -> str:
    with acting() as ctx:
        found = files.opened(ctx, reporter_id, reason=reason)
        today = ctx.today.isoformat()
    return render(
        "reporters/one.html",
        sheet=found.sheet,
        opened=found,
        offered=[],
        forms=[(str(form), word) for form, word in FORM_WORDS.items()],
        latest=today,
        typed={},
        **verb_forms.refusal(None),
    )


def _typed(name: str) -> str:
    return request.form.get(name, "").strip()[:4000]


def _day(name: str) -> date:
    try:
        return date.fromisoformat(_typed(name))
    except ValueError:
        raise wrong(name, _("请填写日期")) from None
