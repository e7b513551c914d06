"""Changes to organs, people and posts; what is closed or ended stays, so that old cases hold."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.texts import _
from server.models.base import new_id
from server.models.identity import LEVELS, Person, Post, Unit
from server.services.context import Context


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
    ctx.record("unit.create", f"unit:{row.id}")
    return row.id


def create_person(ctx: Context, *, login: str, name: str, managed_by: str | None = None) -> str:
    """Create a person and give the id. Raises Conflict when the login is taken."""
    if ctx.session.scalar(select(Person.id).where(Person.login == login)) is not None:
        raise Conflict(_("登录名“{login}”已经使用").format(login=login))
    row = Person(id=new_id(), login=login, name=name, managed_by=managed_by)
    ctx.session.add(row)
    ctx.record("person.create", f"person:{row.id}")
    return row.id


def appoint(
    ctx: Context,
    person_id: str,
    unit_id: str,
    *,
    title: str,
    from_on: date,
    is_head: bool = False,
) -> str:
    """Give a person a post from a day on and give its id. Raises NotFound."""
    for model, key in ((Person, person_id), (Unit, unit_id)):
        if ctx.session.get(model, key) is None:
            raise NotFound
    row = Post(
        id=new_id(),
        person_id=person_id,
        unit_id=unit_id,
        title=title,
        is_head=is_head,
        from_on=from_on,
    )
    ctx.session.add(row)
    ctx.record("post.create", f"post:{row.id}", detail={"from_on": from_on.isoformat()})
    return row.id


def end_post(ctx: Context, post_id: str, to_on: date) -> None:
    """End a post; ``to_on`` is its last day, the row stays.

    Raises NotFound, Conflict when it has ended, Invalid when it would end before it began.
    """
    row = ctx.session.get(Post, post_id)
    if row is None:
        raise NotFound
    if row.to_on is not None:
        raise Conflict(_("该职务已经免去"))
    if to_on < row.from_on:
        raise Invalid(_("免职日期早于任职日期"))
    row.to_on = to_on
    ctx.record("post.end", f"post:{row.id}", detail={"to_on": to_on.isoformat()})
