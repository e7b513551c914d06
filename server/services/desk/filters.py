"""已存筛选: how somebody narrows his lists again and again, under names of his own.

What is kept are the words of an address; what they show is asked anew each time, with the rights
of the day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, insert, select, update

from server.domain.errors import Invalid, NotFound
from server.domain.findings import Finding
from server.domain.texts import _
from server.models.base import new_id
from server.models.desk import saved_filter
from server.services.case.case_rows import refuse_odd
from server.services.context import Context

#: longest name, and most filters of one page
LONGEST: Final = 20
MOST: Final = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """One filter of one page."""

    id: str
    name: str
    query: Mapping[str, str]
    #: the page opens with it
    is_default: bool


def listed(ctx: Context, page: str) -> tuple[Kept, ...]:
    """The actor's filters of a page, by name; one statement."""
    rows = ctx.session.execute(
        select(
            saved_filter.c.id,
            saved_filter.c.name,
            saved_filter.c.query,
            saved_filter.c.is_default,
        )
        .where(saved_filter.c.person_id == ctx.actor.person_id, saved_filter.c.page == page)
        .order_by(saved_filter.c.name)
    )
    return tuple(Kept(**row._mapping) for row in rows)


def keep(ctx: Context, page: str, name: str, query: Mapping[str, str], *, is_default: bool) -> None:
    """Keep a filter under a name; one of the same name is replaced.

    Raises:
        Invalid: no name, or too long a one; nothing is narrowed; or there are too many.
    """
    said = name.strip()
    if not said or len(said) > LONGEST:
        raise _wrong(_("请给筛选起一个不超过{n}字的名称").format(n=LONGEST))
    if not query:
        raise _wrong(_("现在没有筛选条件，不需要保存"))
    others = [each for each in listed(ctx, page) if each.name != said]
    if len(others) >= MOST:
        raise _wrong(_("已存筛选最多{n}个，请先删除不用的").format(n=MOST))
    mine = (saved_filter.c.person_id == ctx.actor.person_id, saved_filter.c.page == page)
    ctx.session.execute(delete(saved_filter).where(*mine, saved_filter.c.name == said))
    if is_default:
        ctx.session.execute(update(saved_filter).where(*mine).values(is_default=False))
    row = {
        "id": new_id(),
        "person_id": ctx.actor.person_id,
        "page": page,
        "name": said,
        "query": dict(query),
        "is_default": is_default,
    }
    ctx.session.execute(insert(saved_filter).values(**row))
    ctx.record("filter.keep", f"filter:{row['id']}")


def remove(ctx: Context, filter_id: str) -> str:
    """Keep a filter no longer; the page it was of. Raises NotFound: it is none of the actor's."""
    refuse_odd(filter_id)
    page = ctx.session.scalar(
        delete(saved_filter)
        .where(saved_filter.c.id == filter_id, saved_filter.c.person_id == ctx.actor.person_id)
        .returning(saved_filter.c.page)
    )
    if page is None:
        raise NotFound
    ctx.record("filter.remove", f"filter:{filter_id}")
    return str(page)


def _wrong(message: str) -> Invalid:
    return Invalid(message, [Finding(code="FILTER", field="name", message=message)])
