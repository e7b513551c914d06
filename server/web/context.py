"""What every template may use: texts, dates, assets, who is signed in, where he may go."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined
from markupsafe import Markup, escape

from server.domain.access import Permission, permits
from server.domain.calendar import CHINA_TIME
from server.domain.texts import _
from server.http.site import actor, drilling, me, now, reading, signed
from server.queries import headings, version_answers
from server.services.identity import people
from server.web.assets import Assets

#: so much work is not counted further
MANY = 100

_WEEKDAYS = "一二三四五六日"

#: endpoint, label, what it takes, blueprints that belong to it
_PLACES = (
    ("inbox.index", _("待办"), Permission.CASE_READ, ("inbox", "tasks")),
    ("notices.index", _("消息"), Permission.CASE_READ, ("notices",)),
    ("decisions.meetings", _("会议"), Permission.CASE_READ, ("decisions",)),
    ("requests.index", _("请示"), Permission.CASE_READ, ("requests",)),
    ("cases.index", _("案卷"), Permission.CASE_READ, ("cases",)),
    ("start.index", _("申请"), Permission.CASE_READ, ("start", "applications")),
    (
        "board.index",
        _("督办"),
        Permission.BOARD_READ,
        ("board", "overruns", "replay_cases", "migrations"),
    ),
    ("campaigns.index", _("专项活动"), Permission.LEDGER_READ, ("campaigns",)),
    ("ledger.index", _("台账"), Permission.LEDGER_READ, ("ledger",)),
    ("reporters.index", _("检举人"), Permission.REPORTER_KEEP, ("reporters",)),
    ("kinships.index", _("近亲属"), Permission.KIN_KEEP, ("kinships",)),
    (
        "organisation.index",
        _("组织"),
        Permission.SECURITY_ADMINISTER,
        ("organisation", "proposals"),
    ),
    ("system.index", _("运行状况"), Permission.SYSTEM_ADMINISTER, ("system",)),
    ("calendars.index", _("工作日历"), Permission.SYSTEM_ADMINISTER, ("calendars",)),
    ("drill.index", _("演练时钟"), Permission.SYSTEM_ADMINISTER, ("drill",)),
    ("audits.index", _("审计"), Permission.AUDIT_READ, ("audits",)),
    (
        "studio.index",
        _("工作室"),
        Permission.PACK_PUBLISH,
        (
            "studio",
            "studio_editors",
            "studio_entries",
            "studio_imports",
            "studio_new",
            "rehearsals",
            "replays",
            "publications",
        ),
    ),
    (
        "packs.index",
        _("版本"),
        Permission.PACK_PUBLISH,
        ("packs", "offers", "comparisons", "version_proposals", "migrations"),
    ),
)

#: entries that say how much waits there
_COUNTED = {
    "inbox.index": "work",
    "notices.index": "notices",
    "decisions.meetings": "meetings",
    "requests.index": "requests",
    "campaigns.index": "campaigns",
    "packs.index": "answers",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """An entry of the navigation."""

    url: str
    label: str
    is_current: bool
    #: what waits there, and its entry says how much of it: work, notices …, or nothing
    counts: str = ""


def install(app: Flask, assets: Assets) -> None:
    """Give the templates of the application what they may use."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= {"day": day, "moment": moment, "instant": datetime.fromisoformat}
    app.jinja_env.globals |= {"_": _, "asset": assets.url, "csrf": csrf}
    app.context_processor(_of_request)


def day(value: date | None) -> str:
    """A date with its weekday, ``2026-02-26（周四）``; empty for none."""
    return f"{value.isoformat()}（周{_WEEKDAYS[value.weekday()]}）" if value else ""


def moment(value: datetime | None) -> str:
    """A moment in the time of the country, ``2026-02-26 10:32``; empty for none."""
    return value.astimezone(CHINA_TIME).strftime("%Y-%m-%d %H:%M") if value else ""


def clock_time(value: datetime | None) -> str:
    """The time of day of a moment in the time of the country, ``10:32``; empty for none."""
    return value.astimezone(CHINA_TIME).strftime("%H:%M") if value else ""


def csrf() -> Markup:
    """The hidden field every form carries."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(
        escape(generate_csrf())
    )


def _of_request() -> dict[str, Any]:
    who = signed()
    return {
        "me": who,
        "posts": actor().posts if who else (),
        "nav": _nav() if who else (),
        "office": _office,
        "waiting": _waiting,
        "may_search": who is not None and permits(actor(), Permission.CASE_READ),
        "today": now().astimezone(CHINA_TIME).date(),
        "csrf_token": generate_csrf,
        "is_large": _is_large(),
        "drill": _("演练：单位、人员、事项均为虚构，不得录入真实案情") if drilling() else "",
    }


def first_place() -> str:
    """Where somebody who is signed in begins: the first place he may go to."""
    return next((place.url for place in _nav()), url_for("account.me"))


def _nav() -> tuple[Place, ...]:
    known = request.blueprints[-1] if request.blueprints else ""
    return tuple(
        Place(
            url=url_for(endpoint),
            label=label,
            is_current=known in blueprints,
            counts=_COUNTED.get(endpoint, ""),
        )
        for endpoint, label, permission, blueprints in _PLACES
        if endpoint in current_app.view_functions
        and permits(actor(), permission)
        and ("drill" not in blueprints or drilling())
    )


def _office() -> str:
    """Where the person serves, as the bar says it: his main post; the frame of a page asks it."""
    with reading() as ctx:
        held = people.posts_on(ctx, ctx.actor.person_id, ctx.today)
    return f"{held[0].office.name} {held[0].title}".rstrip() if held else ""


def _waiting() -> dict[str, str | None]:
    """How much waits for the person, None where he has no business; the frame of a page asks it."""
    with reading() as ctx:
        chosen = me().preferences
        found = headings.waiting(ctx.session, ctx.actor, chosen, on=ctx.today, now=ctx.now)
        designs = permits(actor(), Permission.PACK_PUBLISH)
        answers = version_answers.unread_count(ctx.session, ctx.actor.person_id) if designs else 0
    # nothing unread is no news; that there is no work is
    return {
        "work": _counted(found.work),
        "notices": _if_any(found.notices),
        "meetings": _if_any(found.meetings),
        "requests": _if_any(found.requests),
        "campaigns": _if_any(found.campaigns),
        "answers": _if_any(answers),
    }


def _if_any(n: int | None) -> str | None:
    return _counted(n) if n else None if n is None else ""


def _counted(n: int) -> str:
    return str(n) if n < MANY else f"{MANY - 1}+"


def _is_large() -> bool:
    """Large type (大字版): what the person chose, before signing in what the browser remembers."""
    who = signed()
    chosen = who.preferences.get("large_type") if who else None
    return bool(chosen) if chosen is not None else request.cookies.get("large_type") == "1"
