"""One step of the engine, written as rows in the transaction of its cause.

The only caller of the engine and the only writer of ``case_state``; every verb that moves a case
goes through :func:`step`. A step that fails changes nothing; who called decides what becomes of
the case (``incidents``).
"""

from collections.abc import Iterable, Mapping

from server.domain.expressions import Feel, Json
from server.domain.lifecycle import CaseStatus, move_case
from server.engine.port import Advance, Command, Migrate
from server.services.case import (
    asked,
    attachment_binding,
    case_rows,
    case_state,
    events,
    facts,
    search,
    subscriptions,
    undoing,
)
from server.services.case.asked import Asked
from server.services.case.case_rows import CaseRow
from server.services.case.case_state import Act, Log
from server.services.case.events import Happening
from server.services.case.facts import Facts
from server.services.clocks import deadlines, returned_clocks
from server.services.context import Context
from server.services.law import charts
from server.services.law.charts import Chart
from server.services.law.releases import Release
from server.services.verbs import (
    advance_timers,
    advance_work,
    members,
    outcomes,
    register_entries,
)
from server.telemetry import STEP_SECONDS


def step(
    ctx: Context,
    case: CaseRow,
    release: Release,
    command: Command,
    act: Act,
    *,
    since: Release | None = None,
) -> Advance:
    """Advance the locked case by one command and write everything the step did.

    ``since``: the law it ran on until now, where the command moves it to ``release``.

    Raises:
        EngineError: the step could not be done, or its next task has no competent office.
        Invalid: an entered event date lies in the future.
        Conflict: the case moved since it was locked.
    """
    chart = charts.chart(release.files[case.procedure])
    ran = (since or release).files[case.procedure]
    before = None if act.command == "open" else case_state.load(ctx, case.id)
    ctx.engine_used(case.id)
    with STEP_SECONDS.time():
        after = ctx.tools.engine.advance(ran, before.state if before else None, command)
    version = case_state.store(ctx, case.id, before, after, definition=chart.content_hash)
    attachment_binding.bind(ctx, case.id, version, release, act)
    search.index_step(ctx, case.id, version, release, act)
    known = facts.collect(release, case.procedure, after.variables, act.answers, ctx.now)
    done = act.work_item_id if act.command == "complete" else None
    advance_work.close(ctx, case, release.pack, after.closed, done)
    if act.went_back is not None:
        returned_clocks.turn(ctx, case, release.pack, act.went_back)
        outcomes.take_back(ctx, case.id, release, act.went_back.nodes)
        register_entries.take_back(ctx, case, release.pack, act.went_back, act.command)
    happenings = events.raised(release.pack, act, after, known, ctx.tools.evaluate)
    for happening in happenings:
        deadlines.happened(ctx, case, release.pack, happening, known, version)
    advance_work.open_(ctx, case, release, version, after.opened, known)
    members.join(ctx, case, release, after.opened)
    _rewire(ctx, case, release, version, after)
    outcomes.decide(ctx, case.id, release, act)
    register_entries.happened(ctx, case, release, version, happenings, known)
    ending = CaseStatus.CANCELLED if act.command == "cancel" else CaseStatus.CLOSED
    _settle(ctx, case, release, after, _outcome(ctx, chart, after, known), ending)
    log = Log(asked=_asked(command, after, release, since), undo=_undo(ctx, case, act))
    case_state.append(ctx, case.id, before, after, act, log)
    ctx.settle()
    ctx.after_commit(lambda: ctx.tools.engine.keep(case.id, version, after.state))
    return after


def _asked(command: Command, after: Advance, release: Release, since: Release | None) -> Asked:
    if isinstance(command, Migrate):
        return asked.migrated(command, release.id if since is None else since.id, release.id)
    return asked.of(command, after.place)


def _undo(ctx: Context, case: CaseRow, act: Act) -> dict[str, Json] | None:
    """What a withdraw would put back: only what somebody handed in can be taken back."""
    if act.command != "complete":
        return None
    return undoing.kept(ctx.buffers, outcome=case.outcome)


def arrive(
    ctx: Context,
    case: CaseRow,
    release: Release,
    after: Advance,
    act: Act,
    happened: Iterable[tuple[Happening, Facts]],
) -> None:
    """Let a new case stand where a way came to that was walked outside of it (``takeover``).

    What happened on the way starts and ends its clocks, in that order; nothing is sent anywhere.

    Raises:
        EngineError: a task has no competent office.
    """
    chart = charts.chart(release.files[case.procedure])
    version = case_state.store(ctx, case.id, None, after, definition=chart.content_hash)
    # the way was walked elsewhere: it is not in the log, and cannot be played again
    case_state.append(ctx, case.id, None, after, act, Log())
    known = facts.collect(release, case.procedure, after.variables, {}, ctx.now)
    for happening, then in happened:
        deadlines.happened(ctx, case, release.pack, happening, then, version)
        register_entries.happened(ctx, case, release, version, [happening], then)
    advance_work.open_(ctx, case, release, version, after.opened, known)
    members.join(ctx, case, release, after.opened)
    _rewire(ctx, case, release, version, after)


def _rewire(ctx: Context, case: CaseRow, release: Release, version: int, after: Advance) -> None:
    """Timers and messages: what no longer waits goes, what began to wait comes."""
    advance_timers.drop(ctx, case.id, after.timers_dropped)
    advance_timers.arm(ctx, release.pack, case.id, after.timers_wanted)
    subscriptions.close(ctx, case.id, after.unsubscribed)
    subscriptions.open_(ctx, case.id, after.subscribed)
    subscriptions.send(ctx, release.pack, case.id, version, after.messages)


def _settle(
    ctx: Context,
    case: CaseRow,
    release: Release,
    after: Advance,
    outcome: str,
    ending: CaseStatus,
) -> None:
    """The outcome of the ends that were reached, and the end of the case itself."""
    values: dict[str, Json] = {}
    if outcome:
        values["outcome"] = outcome
    if after.ended:
        move_case(CaseStatus(case.status), ending)
        values |= {"status": ending, "closed_at": ctx.now}
        wind_up(ctx, case, release)
        if ending is CaseStatus.CLOSED:
            outcomes.close(ctx, case.id, outcome or case.outcome)
            ctx.record("case.close", case.id, case.id, {"outcome": outcome or case.outcome})
    if values:
        case_rows.change(ctx, case, **values)


def wind_up(ctx: Context, case: CaseRow, release: Release) -> None:
    """Nothing of a case that is over waits, runs or fires any more."""
    deadlines.cancel_all(ctx, release.pack, case.id)
    advance_timers.cancel_all(ctx, case.id)
    subscriptions.close_all(ctx, case.id)


def _outcome(ctx: Context, chart: Chart, after: Advance, known: Facts) -> str:
    """The outcome of the last end reached that has one; ``none`` says: none on purpose."""
    found = ""
    for node_key in after.visited:
        node = chart.nodes.get(node_key)
        if node is not None and node.outcome not in ("", "none"):
            found = _told(ctx, node.outcome, known)
    return found


def _told(ctx: Context, text: str, known: Facts) -> str:
    if not text.startswith("="):
        return text
    value = facts.value(ctx.tools.evaluate, Feel(text[1:].strip()), known)
    return "" if value is None else str(value)


def routing(release: Release, procedure: str, answers: Mapping[str, Json]) -> dict[str, Json]:
    """The answers that gateways, tables and the rest of the pack read; nothing else enters the
    engine."""
    return {name: answers[name] for name in release.routing.get(procedure, {}) if name in answers}
