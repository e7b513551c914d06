"""搜索: what stands in the search box of every page."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.search_terms import MAX_QUERY
from server.http.access import requires
from server.http.looks import looked
from server.http.site import reading
from server.services import limits
from server.services.files import searches
from server.web.fragments import render

pages = Blueprint("search", __name__)


@pages.post("/search")
@requires(Permission.CASE_READ)
def found() -> str:
    """What somebody looks for is sent in the body: no name stands in an address (WB-4)."""
    text = request.form.get("q", "").replace("\x00", "").strip()[:MAX_QUERY]
    looked("search", "search", limit=limits.SEARCH)
    with reading() as ctx:
        answer = searches.find(ctx, text)
    return render("search/index.html", q=text, answer=answer, most=searches.MOST)


@pages.get("/search")
@requires(Permission.CASE_READ)
def again() -> Response:
    """Whoever comes back to the address alone, after signing in again, begins at the list."""
    return redirect(url_for("cases.index"), 303)
