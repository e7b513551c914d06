"""Which steps of the history still stand: a withdrawn one stays in it, and counts for nothing."""

from sqlalchemy import ColumnElement, exists

from server.models.case import case_step

_next = case_step.alias("next_step")


def stands() -> ColumnElement[bool]:
    """The step was not withdrawn: the one after it is no withdraw, which takes back but one."""
    return ~exists().where(
        _next.c.case_id == case_step.c.case_id,
        _next.c.seq == case_step.c.seq + 1,
        _next.c.command == "withdraw",
    )
