"""Who holds a post on a day: authority follows the post, and both its days belong to it."""

from datetime import date

from sqlalchemy import ColumnElement, Select, and_, or_, select

from server.models.identity import Person, Post
from server.models.work import work_item


def held(day: date) -> ColumnElement[bool]:
    """The condition on ``post``: true for the posts somebody holds on this day."""
    return and_(Post.from_on <= day, or_(Post.to_on.is_(None), Post.to_on >= day))


def manning(day: date) -> Select[tuple[str]]:
    """The posts that a work item of an office is offered to, as far as who holds them is at work.

    Said inside a statement over ``work_item``; whether something else keeps such a person from the
    item is asked by whoever uses it.
    """
    return (
        select(Post.id)
        .join(Person, Person.id == Post.person_id)
        .where(
            Post.unit_id == work_item.c.candidate_unit,
            or_(Post.is_head, ~work_item.c.head_only),
            Person.state == "active",
            held(day),
        )
    )
