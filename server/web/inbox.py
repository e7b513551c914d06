"""待办: the lists of an official."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from flask import Blueprint, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from server.domain.access import Permission, faces, permits
from server.domain.texts import _
from server.domain.urgency import Urgency
from server.http.access import requires
from server.http.site import me, reading
from server.queries import inbox, inbox_choices
from server.queries.inbox import Filters, Sheet, View
from server.services.calendar import calendar_gaps
from server.services.context import Context
from server.services.files import work_lists
from server.services.identity import proposal_lists
from server.services.packs import definitions
from server.web import filters
from server.web.fragments import render

pages = Blueprint("inbox", __name__)

_PAGE_SIZE = 50

#: largest number of a page that is asked for
_LAST = 100_000

TABS: tuple[tuple[View, str], ...] = (
    ("mine", _("我的待办")),
    ("queue", _("本室待领")),
    ("overdue", _("逾期")),
    ("done", _("已办")),
)

#: urgency, shape of its sign, word
URGENCIES = (
    (Urgency.OVERDUE, "overdue", _("逾期")),
    (Urgency.SOON, "soon", _("今明到期")),
    (Urgency.NORMAL, "normal", _("正常")),
    (Urgency.SOFT, "soft", _("提示类")),
    (Urgency.UNTIMED, "waiting", _("不计期限")),
    (Urgency.STOPPED, "stopped", _("停计")),
    (Urgency.UNDETERMINED, "undetermined", _("待定")),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What an address asks for."""

    view: View
    filters: Filters
    sheet: Sheet
    #: the line that is open
    opened: str
    is_new: bool

    def address(self, **changed: str | int | None) -> str:
        """The same with parts of it changed; a filter changed begins at the first page."""
        now: dict[str, str | int | None] = {
            "view": self.view,
            "urgency": self.filters.urgency,
            "step": self.filters.step,
            "unit": self.filters.unit_id,
            "procedure": self.filters.procedure,
            "reference": self.filters.reference,
            "new": 1 if self.is_new else None,
            "later": 1 if self.filters.is_later else None,
            "page": self.sheet.number if not changed.keys() - {"open"} else None,
            "open": None,
        }
        wanted: dict[str, Any] = {key: value for key, value in (now | changed).items() if value}
        return url_for("inbox.index", **wanted)

    @property
    def is_narrowed(self) -> bool:
        """Is the list narrowed to a part of it."""
        return self.filters != Filters()


@pages.get("/inbox")
@requires(Permission.CASE_READ)
def index() -> str | Response:
    kept = filters.opens_with("inbox")
    if kept is not None:
        return kept
    asked = _asked(request.args, me().previous_at)
    with reading() as ctx:
        return render("inbox/index.html", **_context(ctx, asked))


def _context(ctx: Context, asked: Asked) -> dict[str, Any]:
    when = work_lists.when(ctx)
    session, actor, since = ctx.session, ctx.actor, me().previous_at
    listed = work_lists.listed(
        ctx, asked.view, filters=asked.filters, sheet=asked.sheet, opened=asked.opened
    )
    found = inbox_choices.choices(session, actor, asked.view, when=when)
    is_head = permits(actor, Permission.BOARD_READ)
    return {
        "asked": asked,
        "once": uuid4().hex,
        "kept": filters.bar(ctx, "inbox"),
        "listed": listed,
        "tabs": TABS,
        "urgencies": URGENCIES,
        "urgency_words": [(kind.value, word) for kind, _shape, word in URGENCIES],
        "tallies": inbox.tallies(session, actor, when=when),
        "news": inbox_choices.news(session, actor, since=since, when=when) if since else None,
        "since": since,
        "gap": calendar_gaps.missing_year(ctx) if is_head else None,
        "resets": proposal_lists.resets(ctx) if is_head else 0,
        "choices": found,
        "procedures": _titles(ctx, found.procedures),
        "units": {post.unit_id for each in faces(actor) for post in each.posts},
        "stands_in": [absent.name for absent in actor.stands_in],
        "pager_address": _pager(asked),
    }


def _titles(ctx: Context, procedures: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    return [
        (key, definitions.release(ctx, version).pack.procedures[key].title)
        for key, version in procedures
    ]


def _pager(asked: Asked) -> Callable[[int], str]:
    return lambda number: asked.address(page=number)


def _asked(given: MultiDict[str, str], since: datetime | None) -> Asked:
    """What the address says; a word that means nothing narrows nothing."""
    values = {name: given.get(name, "").replace("\x00", "").strip()[:120] for name in filters.INBOX}
    view = given.get("view", "mine")
    urgency = values["urgency"]
    is_new = values["new"] == "1" and since is not None
    wanted = Filters(
        urgency=Urgency(urgency) if urgency in set(Urgency) else None,
        step=values["step"],
        unit_id=values["unit"],
        procedure=values["procedure"],
        reference=values["reference"],
        opened_after=since if is_new else None,
        is_later=values["later"] == "1" and view == "mine",
    )
    number = given.get("page", "1")
    return Asked(
        view=next((tab for tab, _word in TABS if tab == view), "mine"),
        filters=wanted,
        sheet=Sheet(number=_number(number), size=_PAGE_SIZE),
        opened=given.get("open", "").replace("\x00", "")[:36],
        is_new=is_new,
    )


def _number(text: str) -> int:
    return min(max(int(text), 1), _LAST) if text.isascii() and text.isdigit() else 1
