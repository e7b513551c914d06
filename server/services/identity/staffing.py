"""Changes to organs, people and posts; what is closed or ended stays, so that old cases hold."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.texts import _
from server.models.base import new_id
from server.models.identity import LEVELS, Person, Post, Unit
from server.services.context import Context
from server.services.identity import duties, people, sessions_end

#: locks a row, but not against rows that only refer to it
_WEAK: Any = {"key_share": True}


@dataclass(frozen=True, kw_only=True, slots=True)
class NewUnit:
    """What a unit is when it is created; ``affiliation`` is its level unless led from above."""

    key: str
    name: str
    kind: str
    level: str
    region: str
    parent_id: str | None = None
    affiliation: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPost:
    """What a post is when somebody is appointed to it."""

    person_id: str
    unit_id: str
    title: str
    #: first day of the post
    from_on: date
    is_head: bool = False
    #: False for a post held beside another one
    is_main: bool = True


def create_unit(ctx: Context, new: NewUnit) -> str:
    """Create a unit and give its id. Raises Conflict when the key is taken, NotFound, Invalid."""
    if ctx.session.scalar(select(Unit.id).where(Unit.key == new.key)) is not None:
        raise Conflict(_("单位标识“{key}”已经使用").format(key=new.key))
    if new.level not in LEVELS:
        raise Invalid(_("单位“{name}”的层级不正确").format(name=new.name))
    above = None if new.parent_id is None else ctx.session.get(Unit, new.parent_id)
    if above is None and new.parent_id is not None:
        raise NotFound
    row = Unit(
        id=new_id(),
        key=new.key,
        name=new.name,
        kind=new.kind,
        level=new.level,
        affiliation=new.affiliation or new.level,
        region=new.region,
        parent_id=new.parent_id,
        path=new.key if above is None else f"{above.path}/{new.key}",
    )
    ctx.session.add(row)
    people.forget_offices(ctx)
    ctx.record("unit.create", f"unit:{row.id}")
    return row.id


def close_unit(ctx: Context, unit_id: str, closed_on: date) -> None:
    """Close a unit; ``closed_on`` is its last day, the row stays. Raises NotFound, Conflict."""
    row = ctx.session.get(Unit, unit_id)
    if row is None:
        raise NotFound
    if row.closed_on is not None:
        raise Conflict(_("该单位已经撤销"))
    row.closed_on = closed_on
    people.forget_offices(ctx)
    ctx.record("unit.close", f"unit:{row.id}", detail={"closed_on": closed_on.isoformat()})


def create_person(ctx: Context, *, login: str, name: str, managed_by: str | None = None) -> str:
    """Create a person and give the id. Raises Conflict when the login is taken."""
    if ctx.session.scalar(select(Person.id).where(Person.login == login)) is not None:
        raise Conflict(_("登录名“{login}”已经使用").format(login=login))
    row = Person(id=new_id(), login=login, name=name, managed_by=managed_by)
    ctx.session.add(row)
    ctx.record("person.create", f"person:{row.id}")
    return row.id


def appoint(ctx: Context, new: NewPost) -> str:
    """Give a person a post and give its id; what he does meanwhile ends first.

    Raises NotFound, Conflict when an administrator would hold another post.
    """
    if ctx.session.get(Person, new.person_id) is None or ctx.session.get(Unit, new.unit_id) is None:
        raise NotFound
    duties.check_separate(ctx, new.person_id, new.unit_id, new.from_on)
    sessions_end.hold(ctx, new.person_id)
    row = Post(
        id=new_id(),
        person_id=new.person_id,
        unit_id=new.unit_id,
        title=new.title,
        is_head=new.is_head,
        is_main=new.is_main,
        from_on=new.from_on,
    )
    ctx.session.add(row)
    ctx.record("post.create", f"post:{row.id}", detail={"from_on": new.from_on.isoformat()})
    return row.id


def end_post(ctx: Context, post_id: str, to_on: date) -> None:
    """End a post; ``to_on`` is its last day, the row stays.

    What its holder does meanwhile is over first.

    Raises NotFound, Conflict when it has ended or its holder is the last of the administrators,
    Invalid when it would end before it began.
    """
    row = ctx.session.get(Post, post_id)
    if row is None:
        raise NotFound
    if row.to_on is not None:
        raise Conflict(_("该职务已经免去"))
    if to_on < row.from_on:
        raise Invalid(_("免职日期早于任职日期"))
    duties.check_not_last(ctx, row.person_id, to_on, unit_id=row.unit_id)
    sessions_end.hold(ctx, row.person_id)
    row.to_on = to_on
    ctx.record("post.end", f"post:{row.id}", detail={"to_on": to_on.isoformat()})


def disable(ctx: Context, person_id: str) -> None:
    """Close an account at once, with every session of it; posts and cases stay as they are.

    Raises NotFound, Conflict when it is closed or its holder is the last of the administrators.
    """
    row = _account(ctx, person_id)
    if row.state != "active":
        raise Conflict(_("该账号已经停用"))
    duties.check_not_last(ctx, person_id, ctx.today)
    row.state = "disabled"
    ctx.session.flush()
    sessions_end.of_person(ctx, person_id, why="disabled")
    ctx.record("person.disable", f"person:{person_id}")


def enable(ctx: Context, person_id: str) -> None:
    """Open a closed account again. Raises NotFound, Conflict when it is open."""
    row = _account(ctx, person_id)
    if row.state == "active":
        raise Conflict(_("该账号没有停用"))
    row.state = "active"
    ctx.record("person.enable", f"person:{person_id}")


def _account(ctx: Context, person_id: str) -> Person:
    row = ctx.session.get(Person, person_id, populate_existing=True, with_for_update=_WEAK)
    if row is None:
        raise NotFound
    return row
