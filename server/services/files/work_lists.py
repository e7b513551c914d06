"""The lists of an official with what a pack says of their lines: titles, rules, days that are left.

Rows come from ``queries/inbox``; nothing here decides who may see or do what.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from server.domain import deadline_changes
from server.domain.access import Actor
from server.domain.calendar import WorkingCalendar
from server.domain.deadline_lines import units
from server.domain.deadline_verbs import Clock
from server.domain.groups import SIGNERS, Duty
from server.domain.lifecycle import DeadlineState, TimerState
from server.domain.packs import PolicyPack
from server.domain.recusal import declares
from server.domain.texts import _
from server.domain.urgency import DaysLeft, days_left, next_working_day
from server.models.time import timer
from server.queries import inbox, line_clocks
from server.queries.inbox import ALL, FIRST, Came, Entry, Filters, Page, Sheet, View, When
from server.services.calendar import calendars
from server.services.clocks import deadline_rows, deadline_sheets
from server.services.clocks.deadline_sheets import DeadlineSheet
from server.services.context import Context
from server.services.desk import follow_ups
from server.services.desk.follow_ups import FollowUp
from server.services.identity import posts
from server.services.law import charts
from server.services.packs import definitions


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of a list."""

    entry: Entry
    #: title of the procedure
    procedure: str
    #: office it is offered to, or the part in the case, in words
    office: str
    #: who sent it, and what he did
    sender: str
    reason: str
    #: in which way it is signed with others, in words; empty for nothing
    tag: str
    #: what its clock says at this moment, empty for none
    state: str
    is_soft: bool
    #: until the due date, None where that is not known or nothing runs
    left: DaysLeft | None
    #: what a clock that stands still has to run, with its unit; empty: it does not stand
    kept: str
    #: the due date is a Saturday or Sunday that is worked
    is_makeup: bool
    #: its pack lets it be handed in with others of its step
    may_batch: bool
    #: whoever claims it declares that he has no ground to keep away
    declares: bool
    #: when he wanted to look at it again, None: no such day
    again: FollowUp | None
    #: the absent person it is shown for, empty where it is the reader's own
    in_name_of: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Next:
    """The next notice a clock will give."""

    at: datetime
    to: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """What a line shows when it is opened: what is asked, and how its days were counted."""

    item_id: str
    instruction: str
    clock: DeadlineSheet | None
    next_notice: Next | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """One page of a list with everything it shows."""

    view: View
    page: Page
    lines: tuple[Line, ...]
    opened: Opened | None = None


def when(ctx: Context) -> When:
    """The moment a list is looked at; what is due by the next working day is due soon."""
    soon_on = next_working_day(ctx.today, _calendar(ctx))
    return When(now=ctx.now, on=ctx.today, soon_on=soon_on)


def listed(
    ctx: Context,
    view: View,
    *,
    filters: Filters = ALL,
    sheet: Sheet = FIRST,
    opened: str = "",
) -> Listed:
    """One page of a list of the actor, who brings today's posts; ``opened`` is a line of it."""
    found = inbox.page(ctx.session, ctx.actor, view, when=when(ctx), filters=filters, sheet=sheet)
    again = follow_ups.of(ctx, [entry.id for entry in found.items]) if view == "mine" else {}
    lines = tuple(line(ctx, entry, again.get(entry.id)) for entry in found.items)
    chosen = next((entry for entry in found.items if entry.id == opened), None)
    return Listed(
        view=view,
        page=found,
        lines=lines,
        opened=_opened(ctx, chosen) if chosen is not None else None,
    )


def clock_state(entry: Entry) -> str:
    """What the clock of a line says at the moment it is looked at, empty for none."""
    clock = entry.deadline
    if clock is None:
        return ""
    if clock.state in (DeadlineState.RUNNING, DeadlineState.OVERDUE):
        return DeadlineState.OVERDUE if entry.is_over else DeadlineState.RUNNING
    return clock.state


def line(ctx: Context, entry: Entry, again: FollowUp | None = None) -> Line:
    """The line with what its pack and the calendar say."""
    pack = definitions.release(ctx, entry.pack_version_id).pack
    calendar, state = _calendar(ctx), clock_state(entry)
    due_on = entry.deadline.due_on if entry.deadline else None
    runs = state in (DeadlineState.RUNNING, DeadlineState.OVERDUE)
    return Line(
        entry=entry,
        procedure=pack.procedures[entry.procedure].title,
        office=entry.unit_name or role_title(pack, entry.role),
        sender=entry.asked_by or (_sender(entry.came) if entry.came else ""),
        reason=_asked(entry) or (_reason(entry.came) if entry.came else ""),
        tag=_tag(entry),
        state=state,
        is_soft=entry.deadline is not None and entry.deadline.force == "soft",
        left=days_left(due_on, ctx.today, calendar) if runs and due_on else None,
        kept=_kept(ctx, pack, entry.deadline) if state == DeadlineState.STOPPED else "",
        is_makeup=due_on is not None and _is_makeup(due_on, calendar),
        may_batch=entry.key in pack.desk.batch,
        declares=declares(entry.role),
        again=again,
        in_name_of=_in_name_of(posts.with_posts(ctx), entry),
    )


def _in_name_of(actor: Actor, entry: Entry) -> str:
    """Whose work it is, or whose post alone it is offered to, if not the reader's."""
    own = {post.unit_id for post in actor.posts if post.is_head or not entry.head_only}
    if entry.assignee_id == actor.person_id or (entry.assignee_id is None and entry.unit_id in own):
        return ""
    names = (
        absent.name
        for absent in actor.stands_in
        if entry.assignee_id in (None, absent.person_id)
        and any(post.unit_id == entry.unit_id for post in absent.posts)
    )
    return next(names, "")


def _kept(ctx: Context, pack: PolicyPack, found: line_clocks.Clock | None) -> str:
    if found is None:
        return ""
    rule = pack.deadlines[found.key]
    clock = Clock(
        rule=rule,
        origin_on=found.origin_on,
        changes=tuple(map(deadline_changes.from_json, found.changes)),
        calendar=deadline_rows.calendar_of(ctx, rule.calendar),
        until=found.until_on,
    )
    n = clock.kept(ctx.today)
    return "" if n is None else units(n, rule.unit)


def _tag(entry: Entry) -> str:
    if entry.duty == Duty.MEMBER:
        return _("会签")
    return _("加签") if entry.duty in SIGNERS else ""


def _asked(entry: Entry) -> str:
    """What whoever asked for a signature asked for."""
    words = {
        Duty.BEFORE: _("请您前加签"),
        Duty.BESIDE: _("请您并加签"),
        Duty.AFTER: _("请您后加签"),
    }
    return words.get(Duty(entry.duty), "") if entry.asked_by else ""


def _sender(came: Came) -> str:
    if came.command in ("timer", "deliver"):
        return _("系统")
    if came.name:
        return came.name
    return came.unit or _("申请方或者当事方")


def _reason(came: Came) -> str:
    words = {
        "open": _("提出"),
        "timer": _("期限到了，自动转入"),
        "deliver": _("收到来函或者关联事项的消息"),
        "return": _("退回"),
        "withdraw": _("撤回"),
    }
    if came.command in words:
        return words[came.command]
    return _("办结“{step}”").format(step=came.step) if came.step else ""


def _is_makeup(day: date, calendar: WorkingCalendar) -> bool:
    return calendar.covers(day.year) and day in calendar.years[day.year].makeup_workdays


def _opened(ctx: Context, entry: Entry) -> Opened:
    release = definitions.release(ctx, entry.pack_version_id)
    node = charts.chart(release.files[entry.procedure]).nodes.get(entry.key)
    clock = (
        deadline_sheets.newest(ctx, release.pack, entry.case_id, entry.deadline_key)
        if entry.deadline_key
        else None
    )
    return Opened(
        item_id=entry.id,
        instruction=node.documentation if node else "",
        clock=clock,
        next_notice=_next_notice(ctx, release.pack, clock) if clock else None,
    )


def _next_notice(ctx: Context, pack: PolicyPack, clock: DeadlineSheet) -> Next | None:
    row = ctx.session.execute(
        select(timer.c.due_at, timer.c.rung)
        .where(
            timer.c.deadline_id == clock.id,
            timer.c.kind == "rung",
            timer.c.state == TimerState.ARMED,
        )
        .order_by(timer.c.due_at)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return Next(at=row.due_at, to=addressee(pack, pack.deadlines[clock.key].ladder[row.rung].to))


def addressee(pack: PolicyPack, to: str) -> str:
    """Whom a rung of a ladder tells, in words."""
    known = {
        "assignee": _("经办人"),
        "office.head": _("本室负责人"),
        "supervising_organ": _("上级机关"),
    }
    if to in known:
        return known[to]
    role, _dot, head = to.partition(".")
    title = role_title(pack, role)
    return _("{office}负责人").format(office=title) if head else title


def role_title(pack: PolicyPack, role: str) -> str:
    """What the pack calls an office or a part in the case."""
    if role in pack.roles:
        return pack.roles[role].title
    lane = next((lane for lane in pack.lanes.values() if lane.office == role), None)
    return lane.title if lane else ""


def _calendar(ctx: Context) -> WorkingCalendar:
    return deadline_rows.calendar_of(ctx, calendars.CN)
