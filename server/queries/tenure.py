"""Who holds a post on a day: authority follows the post, and both its days belong to it."""

from datetime import date

from sqlalchemy import ColumnElement, and_, or_

from server.models.identity import Post


def held(day: date) -> ColumnElement[bool]:
    """The condition on ``post``: true for the posts somebody holds on this day."""
    return and_(Post.from_on <= day, or_(Post.to_on.is_(None), Post.to_on >= day))
