"""Open a case: what ``openings`` prepared is written, and the procedure takes its first step."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import insert

from server.domain.expressions import Json
from server.domain.lifecycle import CaseStatus
from server.domain.roles import PARTIES
from server.engine.port import Start
from server.models.base import new_id
from server.models.case import case as case_table
from server.services.case import case_rows, naming, references, search
from server.services.case.case_rows import CaseRow
from server.services.context import Context
from server.services.packs import definitions
from server.services.verbs import (
    advance,
    appointed,
    campaign_joining,
    openings,
    parties,
    register_entries,
    register_finds,
)
from server.services.verbs.openings import Prepared


def open_case(ctx: Context, procedure_key: str, given: Mapping[str, Json]) -> str:
    """Open a case of the pack version in force today and return its id.

    Raises:
        NotFound: there is no such procedure in force.
        Forbidden: the actor holds none of the roles that may start it, or not in this case.
        NotOffered: this installation does not let its people start it.
        Invalid: the start form is not filled in as it asks; all problems at once.
    """
    release = definitions.in_force(ctx, procedure_key, ctx.today)
    return write(ctx, openings.prepare(ctx, release, procedure_key, given))


def write(ctx: Context, prepared: Prepared, *, campaign_id: str | None = None) -> str:
    """Write a case that was prepared, take its first step, and return its id.

    ``campaign_id``: the campaign it is opened for, as the case of one of its targets.

    Raises:
        EngineError: its first task has no competent office.
    """
    release, case = prepared.release, _insert(ctx, prepared)
    named = list(prepared.named)
    ctx.record("case.open", case.id, case.id, {"reference": case.reference})
    parties.concern(ctx, case.id, [entry for entry in named if entry.role in PARTIES])
    parties.appoint(ctx, case.id, appointed.with_subject(named))
    naming.link(ctx, case.id, prepared.cases)
    search.index_case(ctx, case.id, release)
    command = _with_finds(ctx, case, prepared)
    covered = campaign_joining.variables(ctx, case, release)
    command = replace(command, variables={**command.variables, **covered}) if covered else command
    campaign_joining.join(ctx, case, release, opened_by=campaign_id)
    advance.step(ctx, case, release, command, prepared.act())
    return case.id


def _with_finds(ctx: Context, case: CaseRow, prepared: Prepared) -> Start:
    """The first step, with what registers hold about the parties where the procedure asks."""
    command, finds = prepared.command(), prepared.procedure.finds
    if not any(find.into for find in finds):
        return command
    parties = register_finds.Parties(
        people={each.person_id for each in prepared.named if each.person_id},
        units={each.unit_id for each in prepared.named if each.unit_id},
    )
    asking = register_finds.Asking(
        case_id=case.id,
        case=register_entries.of_case(case),
        opened_at=case.opened_at,
        known=prepared.known,
    )
    found = register_finds.found(ctx, prepared.release, finds, parties, asking)
    given = register_finds.variables(prepared.procedure, found)
    return replace(command, variables={**command.variables, **given})


def _insert(ctx: Context, prepared: Prepared) -> CaseRow:
    case_id, today = new_id(), ctx.today
    pattern = prepared.procedure.reference
    ctx.session.execute(
        insert(case_table).values(
            id=case_id,
            reference=references.next_reference(ctx, pattern, today.year),
            procedure=prepared.procedure.key,
            title=prepared.title,
            pack_version_id=prepared.release.id,
            status=CaseStatus.OPEN,
            unit_id=prepared.unit.id if prepared.unit else None,
            level=prepared.level,
            opened_on=today,
            opened_at=ctx.now,
            opened_by=None if ctx.actor.is_system else ctx.actor.person_id,
            opened_for=prepared.office_id,
        )
    )
    return case_rows.lock(ctx, case_id)
