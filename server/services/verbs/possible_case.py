"""What a person may do with a whole case and with its clocks now.

Every verb of ``http/verbs`` that is done to a case has its place here under its name: asked
whether it would be refused to this person now, whatever is chosen then.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from server.domain.errors import Conflict, Forbidden
from server.domain.perspectives import Sight
from server.domain.requests import RequestKind
from server.queries import requests
from server.queries.requests import Requested
from server.services.case import case_rows
from server.services.case.case_rows import CaseRow
from server.services.context import Context
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import (
    acting,
    application_withdrawals,
    case_verbs,
    clock_choices,
    papers,
    priorities,
    reopenings,
)

#: what belongs to whoever may steer the case: name -> refuses where its state does not allow it
_STEERING: Final[Mapping[str, Callable[[CaseRow], object]]] = {
    "suspend": case_verbs.may_suspend,
    "resume": case_verbs.may_resume,
    "cancel": case_verbs.may_cancel,
    "retry": case_verbs.may_retry,
    "move": case_verbs.refuse_over,
    "amend": case_verbs.refuse_over,
    "hasten": priorities.may_hasten,
    "ease": priorities.may_ease,
}


#: what belongs to whoever did a step its pack has a paper for
_PAPERS: Final[Mapping[str, Callable[[Context, CaseRow], bool]]] = {
    "issue": papers.may_issue,
    "serve": papers.may_serve,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Possible:
    """The verbs a person may use on a case now."""

    #: on the whole case
    case: tuple[str, ...] = ()
    #: on one of its clocks: id of the clock -> verbs
    clocks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """Everything that is possible."""
        return frozenset(self.case).union(*self.clocks.values())


def of(ctx: Context, sight: Sight, case_id: str, asked: Collection[Requested]) -> Possible:
    """What the actor may do to a case that exists for him, his own matter or not."""
    return of_party(ctx, case_id) if sight.is_party else now(ctx, case_id, asked)


def now(ctx: Context, case_id: str, asked: Collection[Requested]) -> Possible:
    """What the actor may do, for whom the case exists and is not his own matter.

    ``asked``: the requests of the case; what waits for an answer is not asked again.
    """
    case_rows.refuse_odd(case_id)
    case = case_rows.found(ctx, case_id)
    release = definitions.release(ctx, case.pack_version_id)
    waiting = {(each.kind, each.payload["subject"]) for each in asked if each.is_open}
    extensions = [subject for kind, subject in waiting if kind == RequestKind.EXTEND]
    clocks = clock_choices.able(ctx, case, release, extensions)
    allowed = tuple(
        name
        for name, would in _STEERING.items()
        if (name, "") not in waiting and _passes(would, case)
    )
    steering = allowed if _steers(ctx, case, release) else ()
    return Possible(
        case=(*steering, *_others(ctx, case, release)),
        clocks={each.row.id: each.verbs for each in clocks},
    )


def of_party(ctx: Context, case_id: str) -> Possible:
    """What somebody may do with his own matter."""
    case = case_rows.found(ctx, case_id)
    release = definitions.release(ctx, case.pack_version_id)
    try:
        application_withdrawals.may_withdraw(ctx, case, release)
    except (Conflict, Forbidden):
        return Possible()
    return Possible(case=("withdraw-application",))


def clocks(ctx: Context, case_id: str) -> Mapping[str, tuple[str, ...]]:
    """What the actor may do to the clocks alone, as :func:`now` says it."""
    case = case_rows.found(ctx, case_id)
    release = definitions.release(ctx, case.pack_version_id)
    asked = requests.open_subjects(ctx.session, case_id, RequestKind.EXTEND)
    return {each.row.id: each.verbs for each in clock_choices.able(ctx, case, release, asked)}


def _steers(ctx: Context, case: CaseRow, release: Release) -> bool:
    try:
        acting.in_case(ctx, case, lambda who: case_verbs.refuse_not_head(who, case, release))
    except Forbidden:
        return False
    return True


def _others(ctx: Context, case: CaseRow, release: Release) -> Iterator[str]:
    """What does not belong to whoever steers the case."""
    if _reopens(ctx, case, release):
        yield "reopen"
    for name, may in _PAPERS.items():
        if any(may(who, case) for who in (ctx, *acting.names(ctx, case))):
            yield name


def _reopens(ctx: Context, case: CaseRow, release: Release) -> bool:
    try:
        acting.in_case(ctx, case, lambda who: reopenings.may_reopen(who, case, release))
    except (Conflict, Forbidden):
        return False
    return True


def _passes(would: Callable[[CaseRow], object], case: CaseRow) -> bool:
    try:
        would(case)
    except Conflict:
        return False
    return True
