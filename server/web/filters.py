"""已存筛选: the bar of kept filters above a list, and the forms that keep and remove one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from flask import Blueprint, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.errors import Invalid, NotFound
from server.domain.texts import _
from server.http.access import requires
from server.http.site import acting, reading
from server.services.context import Context
from server.services.desk import filters
from server.services.desk.filters import Kept

pages = Blueprint("filters", __name__, url_prefix="/filters")

#: what narrows the inbox
INBOX: Final = ("urgency", "step", "unit", "procedure", "reference", "new", "later")
#: list -> its page, and the words of its address that narrow it
LISTS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "inbox": (
        "inbox.index",
        ("view", *INBOX),
    ),
    "cases": ("cases.index", ("status", "procedure", "unit")),
    "ledger": (
        "ledger.index",
        ("from_on", "to_on", "procedure", "unit_id", "status", "outcome", "origin"),
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """One kept filter as a link."""

    id: str
    name: str
    address: str
    is_current: bool
    is_default: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """What stands above a list."""

    page: str
    links: tuple[Link, ...]
    #: what narrows the list now, to be kept
    query: Mapping[str, str]
    #: the list without any of it
    all: str
    longest: int = filters.LONGEST


def bar(ctx: Context, page: str) -> Bar:
    """The kept filters of a list, and what narrows it now."""
    endpoint, _words = LISTS[page]
    now = _query(page, request.args)
    links = tuple(
        Link(
            id=each.id,
            name=each.name,
            address=_address(endpoint, each.query),
            is_current=dict(each.query) == dict(now),
            is_default=each.is_default,
        )
        for each in _listed(ctx, page)
    )
    return Bar(page=page, links=links, query=now, all=url_for(endpoint, all=1))


def opens_with(page: str) -> Response | None:
    """Where a list that is opened without a word about it goes: to the filter it opens with."""
    if request.args or request.headers.get("HX-Request"):
        return None
    with reading() as ctx:
        found = next((each for each in _listed(ctx, page) if each.is_default), None)
    return redirect(_address(LISTS[page][0], found.query), 303) if found else None


@pages.post("")
@requires(Permission.CASE_READ)
def keep() -> Response:
    page = request.form.get("page", "")
    if page not in LISTS:
        raise NotFound
    query, name = _query(page, request.form), request.form.get("name", "")
    try:
        with acting() as ctx:
            is_default = request.form.get("default") == "1"
            filters.keep(ctx, page, name, query, is_default=is_default)
        flash(_("已存为筛选“{name}”").format(name=name.strip()), "green")
    except Invalid as refused:
        flash(refused.message, "amber")
    return redirect(_address(LISTS[page][0], query or {"all": "1"}), 303)


@pages.post("/<filter_id>/remove")
@requires(Permission.CASE_READ)
def remove(filter_id: str) -> Response:
    with acting() as ctx:
        page = filters.remove(ctx, filter_id)
    flash(_("已删除筛选"))
    return redirect(url_for(LISTS[page][0], all=1), 303)


def _listed(ctx: Context, page: str) -> tuple[Kept, ...]:
    """Asked once in a request, for what the list opens with and for the bar above it."""
    if "kept_filters" not in g:
        g.kept_filters = filters.listed(ctx, page)
    return cast("tuple[Kept, ...]", g.kept_filters)


def _query(page: str, given: Mapping[str, str]) -> Mapping[str, str]:
    found = {name: given.get(name, "").replace("\x00", "")[:120] for name in LISTS[page][1]}
    narrowed = {name: value for name, value in found.items() if value}
    # which of the lists it is narrows nothing
    return narrowed if narrowed.keys() - {"view"} else {}


def _address(endpoint: str, query: Mapping[str, str]) -> str:
    words: dict[str, Any] = dict(query)
    return url_for(endpoint, **words)
