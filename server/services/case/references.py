"""Reference numbers: one counter per pattern and year, each number given once.

The counter's row stays locked until the commit, so a case that is not opened leaves no gap.
"""

from typing import Final

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from server.models.case import reference_counter
from server.services.context import Context

#: papers count apart from cases, even under the same pattern
_PAPER: Final = "paper "


def next_reference(ctx: Context, pattern: str, year: int) -> str:
    """The next reference of this pattern in this year, e.g. ``宛容〔2026〕3号``."""
    return pattern.format(year=year, number=_next(ctx, pattern, year))


def next_number(ctx: Context, pattern: str, year: int) -> str:
    """The next number of a series of papers in this year, e.g. ``宛容决〔2026〕3号``."""
    return pattern.format(year=year, number=_next(ctx, f"{_PAPER}{pattern}", year))


def _next(ctx: Context, pattern: str, year: int) -> int | None:
    number = _raise(ctx, pattern, year)
    if number is None:
        try:
            with ctx.session.begin_nested():
                ctx.session.execute(
                    insert(reference_counter).values(pattern=pattern, year=year, last=0)
                )
        except IntegrityError:
            pass  # somebody else opened the year's first case in this very moment
        number = _raise(ctx, pattern, year)
    return number


def _raise(ctx: Context, pattern: str, year: int) -> int | None:
    counter = reference_counter.c
    return ctx.session.execute(
        update(reference_counter)
        .where(counter.pattern == pattern, counter.year == year)
        .values(last=counter.last + 1)
        .returning(counter.last)
    ).scalar_one_or_none()
