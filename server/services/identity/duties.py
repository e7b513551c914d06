"""The three administrators: three different persons, without any other post, and never nobody.

That they hold no other post is a trigger of the database as well (SY-1); what is said here comes
first and in plain words.
"""

from datetime import date, timedelta

from sqlalchemy import or_, select

from server.domain.access import ADMINISTRATORS
from server.domain.errors import Conflict
from server.domain.texts import _
from server.models.identity import Person, Post, Unit
from server.queries import tenure
from server.services.context import Context


def check_separate(ctx: Context, person_id: str, unit_id: str, from_on: date) -> None:
    """Raise Conflict when this post and another one must not be held at the same time (SY-1)."""
    kind = ctx.session.scalar(select(Unit.kind).where(Unit.id == unit_id))
    query = (
        select(Unit.kind)
        .join(Post, Post.unit_id == Unit.id)
        .where(
            Post.person_id == person_id,
            or_(Post.to_on.is_(None), Post.to_on >= from_on),
        )
    )
    held = set(ctx.session.scalars(query))
    if held and (kind in ADMINISTRATORS or held & ADMINISTRATORS):
        raise Conflict(_("系统、安全、审计管理员由三人分任，不得同时担任其他职务"))


def check_not_last(ctx: Context, person_id: str, day: date, *, unit_id: str | None = None) -> None:
    """Raise Conflict when somebody is the last holder of an administrator's post (SY-4).

    Args:
        ctx: the use case; the administrators' units stay locked until its commit.
        person_id: who is going.
        day: the last day he is there.
        unit_id: the one post he leaves, None for all of them.
    """
    mine = select(Unit.kind).join(Post, Post.unit_id == Unit.id)
    mine = mine.where(Post.person_id == person_id, tenure.held(day), Unit.kind.in_(ADMINISTRATORS))
    if unit_id is not None:
        mine = mine.where(Unit.id == unit_id)
    leaving = set(ctx.session.scalars(mine))
    if not leaving:
        return
    ctx.session.execute(
        select(Unit.id)
        .where(Unit.kind.in_(leaving))
        .order_by(Unit.id)
        .with_for_update(key_share=True)
    ).all()
    staying = set(
        ctx.session.scalars(
            select(Unit.kind)
            .join(Post, Post.unit_id == Unit.id)
            .join(Person, Person.id == Post.person_id)
            .where(
                Unit.kind.in_(leaving),
                Person.id != person_id,
                Person.state == "active",
                tenure.held(day + timedelta(days=1)),
            )
        )
    )
    if leaving - staying:
        raise Conflict(_("这是该管理岗位的最后一人，请先安排接替人员"))
