"""我的申请: the matters somebody is party to, in plain words: own papers, state, clocks."""

from flask import Blueprint, request, url_for

from server.domain.access import Permission
from server.http.access import requires
from server.http.looks import looked
from server.http.site import reading
from server.http.verbs.table import CASE_VERBS
from server.queries.case_filters import Wanted
from server.services.files import case_indexes, case_view
from server.web.fragments import render

pages = Blueprint("applications", __name__)


@pages.get("/applications")
@requires(Permission.CASE_READ)
def index() -> str:
    page = request.args.get("page", 1, int)
    with reading() as ctx:
        found = case_indexes.index(ctx, Wanted(is_own=True), page=page)
    return render(
        "applications/index.html",
        index=found,
        address=lambda number: url_for("applications.index", page=number),
    )


@pages.get("/applications/<case_id>")
@requires(Permission.CASE_READ)
def show(case_id: str) -> str:
    with reading() as ctx:
        found = case_view.application(ctx, case_id)
    looked("application.read", case_id, case_id)
    return render("applications/show.html", file=found, case_verbs=CASE_VERBS)
