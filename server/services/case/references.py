"""Reference numbers: each counter gives a number once.

Cases count by pattern and year over the installation: a reference names a case wherever it goes.
Papers count by pattern and year for each organ that issues them (发文字号). The counter's row stays
locked until the commit, so a case that is not opened and a paper that is not issued leave no gap.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import Table, insert, select, update
from sqlalchemy.exc import IntegrityError

from server.models.case import reference_counter
from server.models.paper import paper_counter
from server.services.context import Context

#: counts papers that no organ issues
NOBODY: Final = ""
#: counted the papers of all organs together, before each had a counter of its own
TOGETHER: Final = "*"


def next_reference(ctx: Context, pattern: str, year: int) -> str:
    """The next reference of this pattern in this year, e.g. ``宛容〔2026〕3号``."""
    key = {"pattern": pattern, "year": year}
    return pattern.format(year=year, number=_next(ctx, reference_counter, key, lambda: 0))


def next_number(ctx: Context, pattern: str, year: int, issuer_id: str | None) -> str:
    """The next number of the organ's papers of this series in the year: ``宛容决〔2026〕3号``.

    In a year in which all organs counted together, the organ goes on behind what was given then.
    """
    key = {"issuer": issuer_id or NOBODY, "pattern": pattern, "year": year}
    counter = paper_counter.c
    together = select(counter.last).where(
        counter.issuer == TOGETHER, counter.pattern == pattern, counter.year == year
    )
    number = _next(ctx, paper_counter, key, lambda: ctx.session.scalar(together) or 0)
    return pattern.format(year=year, number=number)


def _next(
    ctx: Context, counter: Table, key: Mapping[str, Any], before: Callable[[], int]
) -> int | None:
    number = _raise(ctx, counter, key)
    if number is None:
        first = {**key, "last": before()}
        try:
            with ctx.session.begin_nested():
                ctx.session.execute(insert(counter).values(first))
        except IntegrityError:
            pass  # somebody else took the year's first number in this very moment
        number = _raise(ctx, counter, key)
    return number


def _raise(ctx: Context, counter: Table, key: Mapping[str, Any]) -> int | None:
    return ctx.session.execute(
        update(counter)
        .where(*(counter.c[name] == value for name, value in key.items()))
        .values(last=counter.c.last + 1)
        .returning(counter.c.last)
    ).scalar_one_or_none()
