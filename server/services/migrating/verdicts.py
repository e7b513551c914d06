"""Whether a running case may move to another version of its pack, and what would change.

The engine is asked and nothing is stored (``verbs/case_moves`` does the same for a token). What a
verdict says is what :mod:`moving` does: both read the same plan, the second under the lock.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select

from server.domain.errors import EngineError, MigrationRefused
from server.domain.migrations import Effects, Reason, Verdict
from server.domain.texts import _
from server.engine.port import Advance, Migrate, Stayed
from server.models.case import case_step
from server.models.time import correction
from server.models.work import OPEN_STATES, participant
from server.services.case import case_state, facts
from server.services.case.case_rows import CaseRow
from server.services.clocks import adopted_clocks, work_clocks
from server.services.context import Context
from server.services.law import charts
from server.services.law.releases import Release
from server.services.migrating import carried_work
from server.services.migrating.carried_work import Kept, Move
from server.services.packs import definitions
from server.services.verbs import advance_timers, advance_work
from server.services.verbs.advance_timers import Carried, Renamed


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A verdict, with everything it takes to act on it."""

    verdict: Verdict
    #: None where the case cannot move
    move: Move | None = None
    command: Migrate | None = None
    stayed: Stayed = field(default_factory=Stayed)
    work: tuple[Kept, ...] = ()
    timers: tuple[Carried, ...] = ()


def plan(ctx: Context, case: CaseRow, target: Release, mapping: Mapping[str, str]) -> Plan:
    """What would come of moving the case to this version; writes nothing."""
    source = definitions.release(ctx, case.pack_version_id)
    before = case_state.load(ctx, case.id)
    elements = _elements(ctx, case.id)
    if case.procedure not in target.files:
        label = source.pack.procedures[case.procedure].title
        message = _("新版本没有本程序")
        why = Reason(
            code="MIGRATION_PROCEDURE", element=case.procedure, label=label, message=message
        )
        return Plan(verdict=Verdict(seen=before.version, elements=elements, reasons=(why,)))
    chart = charts.chart(source.files[case.procedure])
    files = source.files[case.procedure]
    command = Migrate(target=target.files[case.procedure], now=ctx.now, mapping=mapping)
    try:
        after = ctx.tools.engine.advance(files, before.state, command)
    except MigrationRefused as refused:
        reasons = tuple(
            Reason(
                code=each.code,
                element=each.element,
                label=chart.label(each.element),
                message=each.message,
            )
            for each in refused.reasons
        )
        return Plan(verdict=Verdict(seen=before.version, elements=elements, reasons=reasons))
    except EngineError as error:
        why = Reason(
            code="MIGRATION_ENGINE",
            element=error.element,
            label=chart.label(error.element),
            message=error.message,
        )
        return Plan(verdict=Verdict(seen=before.version, elements=elements, reasons=(why,)))
    move = Move(case=case, source=source, target=target, mapping=mapping, variables=after.variables)
    return _planned(ctx, move, command, after, Verdict(seen=before.version, elements=elements))


def _planned(ctx: Context, move: Move, command: Migrate, after: Advance, bare: Verdict) -> Plan:
    """With what becomes of the rows of the case."""
    stayed = after.stayed or Stayed()
    target = move.target.pack
    clocks = adopted_clocks.judged(ctx, move.case.id, move.laws)
    work = carried_work.judged(ctx, move, stayed.work)
    reasons = (*work.reasons, *clocks.reasons, *_besides(ctx, move, after))
    if reasons:
        return Plan(verdict=Verdict(seen=bare.seen, elements=bare.elements, reasons=reasons))
    renamed = Renamed(mapping=move.mapping, due=clocks.due)
    timers = tuple(advance_timers.carried(ctx, target, move.case.id, stayed.timers, renamed))
    new = charts.chart(move.target.files[move.case.procedure])
    old = charts.chart(move.source.files[move.case.procedure])
    effects = Effects(
        opens=tuple(sorted(new.label(task.node_key) for task in after.opened)),
        closes=tuple(sorted(old.label(task.node_key) for task in after.closed)),
        renamed=tuple(
            sorted({each.labels for each in work.kept if each.labels[0] != each.labels[1]})
        ),
        clocks=clocks.moved,
        forms=tuple(sorted({each.labels[1] for each in work.kept if each.has_other_form})),
        offices=tuple(sorted({each.labels[1] for each in work.kept if each.has_other_office})),
        timers=tuple(
            (new.label(each.wanted.element), _iso(each.row["due_at"]), _iso(each.at))
            for each in timers
            if each.is_other
        ),
    )
    verdict = Verdict(seen=bare.seen, elements=bare.elements, effects=effects)
    return Plan(
        verdict=verdict,
        move=move,
        command=command,
        stayed=stayed,
        work=work.kept,
        timers=timers,
    )


def _elements(ctx: Context, case_id: str) -> tuple[str, ...]:
    """Where the case waits for somebody."""
    items = work_clocks.open_items(ctx, case_id)
    return tuple(sorted({item["node_key"] for item in items if item["state"] in OPEN_STATES}))


def _besides(ctx: Context, move: Move, after: Advance) -> Iterator[Reason]:
    """What keeps the case besides its steps, its work and its clocks."""
    case, target = move.case, move.target
    if after.ended:
        message = _("迁移后事项会随即结束")
        yield Reason(code="MIGRATION_ENDS", element="", label="", message=message)
    lost = advance_work.case_roles(move.source.pack) - advance_work.case_roles(target.pack)
    for role in sorted(lost & _parts(ctx, case.id)):
        known = move.source.pack.roles.get(role)
        label = known.title if known else role
        message = _("本案有人担任“{role}”，新版本没有这一角色").format(role=label)
        yield Reason(code="MIGRATION_ROLE", element=role, label=label, message=message)
    for event in sorted(_corrected(ctx, case.id) - target.pack.events.keys()):
        label = move.source.pack.events[event].title
        message = _("“{event}”的日期曾提出更正，新版本没有这一事项").format(event=label)
        yield Reason(code="MIGRATION_EVENT", element=event, label=label, message=message)
    for name in sorted(_answered(ctx, move)):
        message = _("新版本按“{field}”决定去向，本案以前填过，旧版本没有作为流转的依据").format(
            field=name
        )
        yield Reason(code="MIGRATION_ANSWER", element=name, label=name, message=message)
    yield from _without_office(ctx, move, after)


def _answered(ctx: Context, move: Move) -> frozenset[str]:
    """What only the newer version goes by, and somebody answered under the older one.

    The engine was never told: it would decide as though nobody had answered.
    """
    procedure = move.case.procedure
    source, target = (each.routing.get(procedure, {}) for each in (move.source, move.target))
    new = target.keys() - source.keys()
    if not new:
        return frozenset()
    wanted = select(case_step.c.answers).where(case_step.c.case_id == move.case.id)
    return frozenset(
        name
        for answers in ctx.session.scalars(wanted)
        for name, value in (answers or {}).items()
        if name in new and value is not None
    )


def _without_office(ctx: Context, move: Move, after: Advance) -> Iterator[Reason]:
    """Steps that would open and that no office is competent for."""
    case, target = move.case, move.target
    known = facts.collect(target, case.procedure, after.variables, {}, ctx.now)
    chart = charts.chart(target.files[case.procedure])
    for task in after.opened:
        try:
            advance_work.candidates(
                ctx,
                case,
                target.pack,
                replace(task, lane=chart.nodes[task.node_key].lane or task.lane),
                known,
            )
        except EngineError as error:
            label = chart.label(task.node_key)
            code = "MIGRATION_NO_OFFICE"
            yield Reason(code=code, element=task.node_key, label=label, message=error.message)


def _parts(ctx: Context, case_id: str) -> frozenset[str]:
    wanted = select(participant.c.role_key).where(
        participant.c.case_id == case_id, participant.c.to_at.is_(None)
    )
    return frozenset(ctx.session.scalars(wanted))


def _corrected(ctx: Context, case_id: str) -> frozenset[str]:
    return frozenset(
        ctx.session.scalars(select(correction.c.event).where(correction.c.case_id == case_id))
    )


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
