"""A step that the engine could not do costs nothing but the case's pace.

The use case is rolled back whole; then the case is suspended in a second small transaction, so
that nobody walks into the same fault again before a designer has looked at it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import update

from server.domain.access import SYSTEM, Actor
from server.domain.errors import EngineError, RongcuoError
from server.domain.lifecycle import CaseStatus
from server.models.case import case
from server.services.context import Context, Tools, transaction


@contextmanager
def acting(tools: Tools, actor: Actor, now: datetime) -> Iterator[Context]:
    """One use case that may move a case; an engine fault suspends the case it moved.

    Raises:
        RongcuoError: as the verb raised it.
    """
    stepped: set[str] = set()
    try:
        with transaction(tools, actor, now) as ctx:
            stepped = ctx.stepped
            yield ctx
    except EngineError as error:
        if is_fault(error):
            for case_id in sorted(stepped):
                suspend(tools, now, case_id, error)
        raise


def is_fault(error: RongcuoError) -> bool:
    """Is this trouble with the procedure itself, and no mere race of two people."""
    return isinstance(error, EngineError) and error.code == EngineError.code


def suspend(tools: Tools, now: datetime, case_id: str, error: RongcuoError) -> None:
    """Mark the case as standing still because of a fault; a case that was never stored is left."""
    with transaction(tools, SYSTEM, now) as ctx:
        done = ctx.session.execute(
            update(case)
            .where(case.c.id == case_id, case.c.status == CaseStatus.OPEN)
            .values(
                status=CaseStatus.SUSPENDED,
                status_reason=error.message,
                version=case.c.version + 1,
            )
            .returning(case.c.id)
        )
        if done.one_or_none() is not None:
            element = error.element if isinstance(error, EngineError) else ""
            detail = {"error": type(error).__name__, "element": element}
            ctx.record("case.incident", case_id, case_id, detail)
