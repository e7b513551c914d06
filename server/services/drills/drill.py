"""Drills: a data directory for training, its clock, and the accounts a visitor tries.

What a data directory is, is decided once, while it is empty: the mark is in the database and in
the first record of the act chain, so that no drill passes for ordinary work and no ordinary
installation for a drill. The clock of a drill is the real one and a distance, which only grows.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import aliased

from server.adapters.demo_accounts import read_accounts
from server.domain.access import Permission, permits
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Conflict, Forbidden, Invalid
from server.domain.lifecycle import TimerState
from server.domain.texts import _
from server.models.audit import AuditEvent, AuditHead
from server.models.case import case
from server.models.identity import Person, Post, Unit
from server.models.installation import drill
from server.models.time import timer
from server.services import audit
from server.services.context import Context, Tools
from server.services.identity import posts
from server.services.verbs import ticks

#: verb of the chain's first record in a drill
MARK = "drill.mark"

#: what the demo accounts' password is until somebody sets one of his own
KNOWN_PASSWORD = "rongcuo-demo"  # noqa: S105  # shown on the sign-in page of every drill

#: who of the made-up region is worth trying, and for what
ACCOUNTS = Path(__file__).resolve().parents[2] / "demo" / "accounts" / "accounts.yaml"

Password = Literal["none", "known", "own"]
_NOBODY: Password = "none"
_KNOWN: Password = "known"


#: timers looked at for the days that come, and most days of an answer
_LOOKED_AT = 1000
_DAYS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Drill:
    """What is known of a drill."""

    #: real moment of the marking
    marked_at: datetime
    #: what the drill's clock showed then
    clock_at: datetime
    #: how far the drill's clock is ahead of the real one; may be negative
    ahead: timedelta
    demo_password: Password

    @property
    def shown_password(self) -> str:
        """The password of the demo accounts for the sign-in page; empty when it is not known."""
        return KNOWN_PASSWORD if self.demo_password == _KNOWN else ""


#: how far the clock is moved at once: a slip of the hand must not end a drill in another century
_FURTHEST = timedelta(days=366)


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoAccount:
    """An account a visitor may try."""

    login: str
    name: str
    #: the organ of the main post
    organ: str
    #: office and title of the main post
    post: str
    #: the step of the procedure he does
    step: str
    what: str
    #: heading he is listed under
    group: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Coming:
    """A day on which something becomes due."""

    on: date
    count: int


def mark(ctx: Context, clock_at: datetime, real_now: datetime) -> None:
    """Make a new data directory a drill whose clock shows ``clock_at`` now; a drill stays as it is.

    Raises Conflict for an ordinary data directory: one in which anything was ever done.
    """
    if state(ctx) is not None:
        return
    if not is_new(ctx):
        raise Conflict(_("该数据目录已用于正式办理，不能改作演练；请另用一个空目录"))
    ctx.session.execute(
        insert(drill).values(
            id=1,
            marked_at=real_now,
            clock_at=clock_at,
            ahead=(clock_at - real_now).total_seconds(),
            demo_password=_NOBODY,
        )
    )
    detail = {"clock_at": clock_at.isoformat(), "marked_at": real_now.isoformat()}
    ctx.record(MARK, "installation", detail=detail)


def is_new(ctx: Context) -> bool:
    """True as long as nothing was ever done in this database."""
    done = ctx.session.scalar(select(AuditHead.seq).where(AuditHead.chain == audit.ACT))
    people = ctx.session.scalar(select(func.count()).select_from(Person))
    cases = ctx.session.scalar(select(func.count()).select_from(case))
    return not (done or people or cases)


def state(ctx: Context) -> Drill | None:
    """The drill this installation is, None for an ordinary one."""
    row = ctx.session.execute(select(drill)).one_or_none()
    if row is None:
        return None
    return Drill(
        marked_at=row.marked_at,
        clock_at=row.clock_at,
        ahead=timedelta(seconds=row.ahead),
        demo_password=row.demo_password,
    )


def verify(ctx: Context) -> None:
    """Compare the mark with the chain's first record; a new database has neither.

    Raises Invalid when one says drill and the other does not: somebody changed the database.
    """
    first = ctx.session.execute(
        select(AuditEvent.verb, AuditEvent.text).where(
            AuditEvent.chain == audit.ACT, AuditEvent.seq == 1
        )
    ).one_or_none()
    found = state(ctx)
    recorded = json.loads(first.text) if first is not None and first.verb == MARK else None
    if (found is None) != (recorded is None) or (
        found is not None
        and recorded is not None
        and datetime.fromisoformat(recorded["clock_at"]) != found.clock_at
    ):
        raise Invalid(_("数据库的演练标记与审计记录的第一条不一致，数据库可能被改动，拒绝启动"))


def now(tools: Tools, real_now: datetime) -> datetime:
    """What the clock of this installation shows, in the time of the country."""
    with tools.readers() as session:
        ahead = session.scalar(select(drill.c.ahead))
    return (real_now + timedelta(seconds=ahead or 0)).astimezone(CHINA_TIME)


def move(ctx: Context, to: datetime) -> None:
    """Move the drill's clock forward; what became due on the way happens right after the commit.

    Raises:
        Forbidden: the actor is not the system administrator.
        Conflict: this is no drill.
        Invalid: the moment lies before what the clock shows, or more than a year after it.
    """
    if not permits(posts.with_posts(ctx), Permission.SYSTEM_ADMINISTER):
        raise Forbidden(_("只有系统管理员可以调整演练时钟"))
    row = ctx.session.execute(select(drill).with_for_update()).one_or_none()
    if row is None:
        raise Conflict(_("这不是演练环境，时钟不能调整"))
    if to.tzinfo is None or to < ctx.now:
        raise Invalid(_("演练时钟只能向前调整"))
    if to - ctx.now > _FURTHEST:
        raise Invalid(_("演练时钟一次最多向前调一年；调过头就回不来了"))
    ctx.session.execute(
        update(drill).values(
            ahead=row.ahead + (to - ctx.now).total_seconds(), version=row.version + 1
        )
    )
    ctx.record("drill.move", "installation", detail={"to": to.isoformat()})
    tools = ctx.tools
    ctx.after_commit(lambda: _settle(tools, to))


def due(ctx: Context, to: datetime) -> int:
    """How many timers wait that are due at this moment."""
    return (
        ctx.session.scalar(
            select(func.count())
            .select_from(timer)
            .where(timer.c.state == TimerState.ARMED, timer.c.due_at <= to)
        )
        or 0
    )


def coming(ctx: Context) -> tuple[Coming, ...]:
    """The next days on which something becomes due; how much, nothing of the cases."""
    moments = ctx.session.scalars(
        select(timer.c.due_at)
        .where(timer.c.state == TimerState.ARMED)
        .order_by(timer.c.due_at)
        .limit(_LOOKED_AT)
    )
    days = Counter(moment.astimezone(CHINA_TIME).date() for moment in moments)
    return tuple(Coming(on=on, count=count) for on, count in list(days.items())[:_DAYS])


def accounts(ctx: Context) -> tuple[DemoAccount, ...]:
    """The demo accounts in the order of the procedures' steps; nobody outside a drill with them.

    Names and posts are those of the database; who is not in it is left out.
    """
    found = state(ctx)
    if found is None or found.demo_password == _NOBODY:
        return ()
    entries, problems = read_accounts(ACCOUNTS)
    if problems:
        raise Invalid(_("演练账号文件有问题"), problems)
    known = _main_posts(ctx, [entry.login for entry in entries])
    return tuple(
        DemoAccount(
            login=entry.login,
            name=known[entry.login].name,
            organ=known[entry.login].organ or "",
            post=f"{known[entry.login].office} {known[entry.login].title}",
            step=entry.step,
            what=entry.what,
            group=entry.group,
        )
        for entry in entries
        if entry.login in known
    )


def password_set(ctx: Context, password: Password) -> None:
    """Note whether the demo accounts have the password everybody knows."""
    ctx.session.execute(update(drill).values(demo_password=password))


def _settle(tools: Tools, to: datetime) -> None:
    ticks.run_due(tools, to)


def _main_posts(ctx: Context, logins: Sequence[str]) -> dict[str, Row[Any]]:
    organ = aliased(Unit)
    rows = ctx.session.execute(
        select(
            Person.login,
            Person.name,
            Post.title,
            Unit.name.label("office"),
            organ.name.label("organ"),
        )
        .join(Post, Post.person_id == Person.id)
        .join(Unit, Unit.id == Post.unit_id)
        .join(organ, organ.id == Unit.parent_id, isouter=True)
        .where(Person.login.in_(logins), Person.state == "active", Post.is_main)
    )
    return {row.login: row for row in rows}
