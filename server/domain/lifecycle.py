"""States of a case, a work item, a deadline and a timer, and which may follow which.

::

    case      open <-> suspended    open <-> closed (reopen)    open|suspended -> cancelled
    item      offered <-> claimed -> done    offered|claimed -> ended (return, cancel, timer)
              a withdraw opens the same row again: done -> claimed, ended -> offered|claimed
    timer     armed -> fired|cancelled|failed    failed|cancelled -> armed (retry, withdraw)
    deadline  see :class:`DeadlineState`; derived by ``deadlines.state_at``, never set by hand
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from server.domain.errors import Conflict
from server.domain.texts import _


class CaseStatus(StrEnum):
    """Where a case stands as a whole."""

    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    CANCELLED = "cancelled"


#: nothing more is done in the case, unless it is reopened
OVER: Final = frozenset({CaseStatus.CLOSED, CaseStatus.CANCELLED})


class WorkState(StrEnum):
    """Where one entry of an inbox stands."""

    #: anyone of the competent office may claim it
    OFFERED = "offered"
    CLAIMED = "claimed"
    #: completed by its assignee
    DONE = "done"
    #: over without completion: returned, cancelled, taken away by a timer
    ENDED = "ended"


class DeadlineState(StrEnum):
    """What the clock of a period says at a moment (CONTRACTS section 3)."""

    RUNNING = "running"
    STOPPED = "stopped"
    UNDETERMINED = "undetermined"
    OVERDUE = "overdue"
    MET = "met"
    MET_LATE = "met_late"
    CANCELLED = "cancelled"


class TimerState(StrEnum):
    """Whether a future moment still waits."""

    ARMED = "armed"
    FIRED = "fired"
    CANCELLED = "cancelled"
    FAILED = "failed"


_CASE: Mapping[CaseStatus, frozenset[CaseStatus]] = {
    CaseStatus.OPEN: frozenset({CaseStatus.SUSPENDED, CaseStatus.CLOSED, CaseStatus.CANCELLED}),
    CaseStatus.SUSPENDED: frozenset({CaseStatus.OPEN, CaseStatus.CANCELLED}),
    CaseStatus.CLOSED: frozenset({CaseStatus.OPEN}),
    CaseStatus.CANCELLED: frozenset(),
}

_WORK: Mapping[WorkState, frozenset[WorkState]] = {
    WorkState.OFFERED: frozenset({WorkState.CLAIMED, WorkState.ENDED}),
    WorkState.CLAIMED: frozenset({WorkState.OFFERED, WorkState.DONE, WorkState.ENDED}),
    WorkState.DONE: frozenset({WorkState.CLAIMED}),
    WorkState.ENDED: frozenset({WorkState.OFFERED, WorkState.CLAIMED}),
}

#: deadlines that still need watching: recomputed when a year is published, met by an event
OPEN_DEADLINES = frozenset(
    {
        DeadlineState.RUNNING,
        DeadlineState.STOPPED,
        DeadlineState.UNDETERMINED,
        DeadlineState.OVERDUE,
    }
)


def may_case_become(now: CaseStatus, then: CaseStatus) -> bool:
    """True when a case may go from one status to the other."""
    return then in _CASE[now]


def move_case(now: CaseStatus, then: CaseStatus) -> CaseStatus:
    """The new status.

    Raises:
        Conflict: the case is not in a status from which this is possible.
    """
    if not may_case_become(now, then):
        raise Conflict(_("该事项{state}，不能这样操作").format(state=_case_word(now)))
    return then


def move_work(now: WorkState, then: WorkState) -> WorkState:
    """The new state of a work item.

    Raises:
        Conflict: the item is not in a state from which this is possible.
    """
    if then not in _WORK[now]:
        raise Conflict(_("该待办{state}，请刷新后再试").format(state=_work_word(now)))
    return then


def _case_word(status: CaseStatus) -> str:
    return {
        CaseStatus.OPEN: _("正在办理"),
        CaseStatus.SUSPENDED: _("已暂停"),
        CaseStatus.CLOSED: _("已办结"),
        CaseStatus.CANCELLED: _("已终止"),
    }[status]


def _work_word(state: WorkState) -> str:
    return {
        WorkState.OFFERED: _("尚未签收"),
        WorkState.CLAIMED: _("已签收"),
        WorkState.DONE: _("已办"),
        WorkState.ENDED: _("已结束"),
    }[state]
