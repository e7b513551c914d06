"""案卷: the list of cases, one case file, its papers, its diagram, and the file on paper."""

from dataclasses import asdict
from uuid import uuid4

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.case_words import level_word, status_word
from server.domain.errors import NotFound
from server.domain.lifecycle import CaseStatus
from server.domain.texts import _
from server.http.access import requires
from server.http.headers import page_class
from server.http.looks import looked
from server.http.site import acting, reading
from server.http.verbs.table import CASE_VERBS
from server.queries.case_filters import Wanted
from server.services import limits
from server.services.files import (
    case_indexes,
    case_prints,
    case_view,
    families,
    found_entries,
    talks,
)
from server.services.verbs import comments, messages
from server.web import filters
from server.web.fragments import render

pages = Blueprint("cases", __name__)
pages.add_app_template_filter(level_word, "level")

#: lines of a page, and of an answer to a search, which is not paged
_PAGE = 50
_FOUND = 200
_LOOKS = {
    "case.read": _("查看案卷"),
    "correction.read": _("查看日期更正"),
    "request.read": _("查看请示"),
    "case.diagram": _("查看流程图"),
    "case.print": _("打印卷宗"),
    "paper.draft": _("查看文书草稿"),
    "paper.read": _("查看文书"),
    "paper.take": _("下载文书"),
    "application.read": _("查看本人事项"),
    "recusal.read": _("查看回避"),
    "task.read": _("查看待办"),
    "decision.read": _("查看集体研究"),
    "decision.print": _("打印表决单"),
    "ledger.export": _("导出台账"),
    "case.links": _("查看有关联的事项"),
}

#: acts the timeline shows at first
_RECENT = 12


@pages.app_template_filter("look")
def look(verb: str) -> str:
    """What people call a look at a case."""
    return _LOOKS.get(verb, _("查看"))


@pages.get("/cases")
@requires(Permission.CASE_READ)
def index() -> str | Response:
    kept = filters.opens_with("cases")
    if kept is not None:
        return kept
    wanted = Wanted(
        status=request.args.get("status", ""),
        procedure=request.args.get("procedure", ""),
        unit_id=request.args.get("unit", ""),
        is_own=False,
    )
    return _list(wanted, request.args.get("page", 1, int), _PAGE)


@pages.post("/cases")
@requires(Permission.CASE_READ)
def find() -> str:
    """What somebody looks for is sent in the body: no name stands in an address (WB-4)."""
    wanted = Wanted(
        status=request.form.get("status", ""),
        procedure=request.form.get("procedure", ""),
        q=request.form.get("q", "").strip()[:100],
        is_own=False,
    )
    looked("search", "search", limit=limits.SEARCH)
    return _list(wanted, 1, _FOUND)


def _list(wanted: Wanted, page: int, size: int) -> str:
    with reading() as ctx:
        found = case_indexes.index(ctx, wanted, page=page, page_size=size)
        kept = filters.bar(ctx, "cases")
    return render(
        "cases/index.html",
        index=found,
        kept=kept,
        wanted=wanted,
        statuses=[(status.value, status_word(status)) for status in CaseStatus],
        address=lambda number: url_for(
            "cases.index", status=wanted.status, procedure=wanted.procedure, page=number
        ),
    )


@pages.get("/cases/<case_id>")
@requires(Permission.CASE_READ)
@page_class("view")
def show(case_id: str) -> str | Response:
    return case_page(case_id)


def case_page(case_id: str, typed: str = "", why: str = "") -> str | Response:
    """The file; with the remark somebody typed and why it was refused, to be mended."""
    with reading() as ctx:
        found = case_view.case_file(ctx, case_id)
        talk = talks.of_case(ctx, found.sight, case_id, found.head.status)
        family = families.of_case(ctx, case_id)
        entries = found_entries.of_case(ctx, case_id)
        callable_people = comments.others(ctx, case_id) if talk and why else ()
    if found.sight.is_party:
        return redirect(url_for("applications.show", case_id=case_id), 303)
    looked("case.read", case_id, case_id)
    return render(
        "cases/show.html",
        file=found,
        talk=talk,
        family=family,
        entries=entries,
        callable_people=callable_people,
        typed=typed,
        why=why,
        key=uuid4().hex,
        recent=_RECENT,
        case_verbs=tuple(CASE_VERBS.values()),
        chosen=request.args.get("timeline", ""),
        correct=lambda event: url_for("corrections.new", case_id=case_id, event=event),
    )


@pages.post("/cases/<case_id>/messages/<message_id>/again")
@requires(Permission.CASE_READ)
def message_again(case_id: str, message_id: str) -> Response:
    """Try a message of the case once more; the background work hands it over."""
    with acting() as ctx:
        messages.again(ctx, message_id, case_id)
    flash(_("已安排重试该函件"), "green")
    return redirect(url_for("cases.show", case_id=case_id, _anchor="messages"), 303)


@pages.get("/cases/<case_id>/diagram.json")
@requires(Permission.CASE_READ)
def diagram(case_id: str) -> Response:
    with reading() as ctx:
        drawn = case_view.drawn(ctx, case_id)
    looked("case.diagram", case_id, case_id)
    elements = {
        key: asdict(mark) | ({"label": drawn.labels[key]} if key in drawn.labels else {})
        for key, mark in drawn.elements.items()
    }
    return jsonify(xml=drawn.xml, elements=elements, flows=drawn.flows)


@pages.get("/cases/<case_id>/papers/<int:seq>")
@requires(Permission.CASE_READ)
def paper(case_id: str, seq: int) -> str:
    with reading() as ctx:
        head, sight, sheet = case_view.paper(ctx, case_id, seq)
    looked("paper.read", f"{case_id}:{seq}", case_id)
    return render("cases/paper.html", head=head, sight=sight, sheet=sheet)


@pages.get("/cases/<case_id>/print")
@requires(Permission.CASE_READ, fresh=True)
def printed(case_id: str) -> str:
    """The whole file as it goes on paper; each print has a serial that the record names."""
    serial = uuid4().hex[:12].upper()
    with reading() as ctx:
        found = case_prints.printed(ctx, case_id)
    if found.file.sight.is_party:
        raise NotFound
    looked("case.print", case_id, case_id, {"serial": serial}, limit=limits.PRINT)
    return render("cases/print.html", file=found.file, sheets=found.sheets, serial=serial)
