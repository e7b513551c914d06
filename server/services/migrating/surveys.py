"""What would come of each running case, found in the background and kept until the case moves on.

A verdict is of one state of the case. It is there to be counted and chosen from; a case is judged
anew, under its lock, when it is moved.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert

from server.domain.access import SYSTEM
from server.domain.errors import RongcuoError
from server.domain.expressions import Json
from server.domain.migrations import ProposalState, Reason, Verdict
from server.models.migration import migration_verdict
from server.queries import migrations as rows
from server.services.case import case_rows, case_state
from server.services.context import Context, Tools, reading, transaction
from server.services.migrating import verdicts
from server.services.packs import definitions

#: cases judged in one go
PORTION = 50


def survey(tools: Tools, now: datetime) -> bool:
    """Judge one portion of cases of some proposal; False where none is left to judge."""
    states = (ProposalState.PROPOSED, ProposalState.OFFERED)
    with reading(tools, SYSTEM, now) as ctx:
        for proposal in rows.proposals(ctx.session, "", states):
            ids = rows.unjudged(ctx.session, proposal.id, PORTION)
            if ids:
                found = {each: judge(ctx, each, proposal) for each in ids}
                break
        else:
            return False
    with transaction(tools, SYSTEM, now) as ctx:
        for case_id, verdict in found.items():
            keep(ctx, proposal.id, case_id, verdict)
    return True


def judge(ctx: Context, case_id: str, proposal: Row[Any]) -> Verdict:
    """What would come of one case; writes nothing."""
    try:
        target = definitions.release(ctx, proposal.to_id)
        case = case_rows.found(ctx, case_id)
        return verdicts.plan(ctx, case, target, proposal.mapping).verdict
    except RongcuoError as error:
        why = Reason(code="MIGRATION_UNREADABLE", element="", label="", message=error.message)
        return Verdict(seen=case_state.load(ctx, case_id).version, reasons=(why,))


def keep(ctx: Context, migration_id: str, case_id: str, verdict: Verdict) -> None:
    """Keep a verdict in place of the one before."""
    table = migration_verdict.c
    ctx.session.execute(
        delete(migration_verdict).where(
            table.migration_id == migration_id, table.case_id == case_id
        )
    )
    row: dict[str, Json] = {
        "migration_id": migration_id,
        "case_id": case_id,
        "seen": verdict.seen,
        "can": verdict.can,
        "elements": list(verdict.elements),
        "reasons": [reason_row(each) for each in verdict.reasons],
        "effects": verdict.effects.as_json(),
        "at": ctx.now,
    }
    ctx.session.execute(insert(migration_verdict), row)


def reason_row(reason: Reason) -> dict[str, Json]:
    """A reason as it is stored."""
    return {name: getattr(reason, name) for name in Reason.__slots__}
