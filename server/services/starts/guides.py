"""Where a matter will go, and by when, before it is filed: the first step of the case, dry.

The start is prepared, the engine asked and the lanes, events and clocks of the pack are read by
the functions that open a case, so that what is told here is what happens then. Nothing is
written. Answers that nothing of the procedure reads need not be given yet.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from server.domain.access import APPLICANT
from server.domain.deadline_rules import DeadlineRule
from server.domain.deadlines import Due, state_at
from server.domain.errors import EngineError, Forbidden, Invalid, NotOffered
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.lifecycle import DeadlineState
from server.domain.packs import PolicyPack
from server.domain.sources import Basis
from server.domain.texts import _
from server.engine.decisions.annotations import remarks
from server.engine.port import Advance
from server.services.case import events, facts
from server.services.case.events import Happening
from server.services.case.facts import Facts
from server.services.clocks import deadlines, task_clocks
from server.services.clocks.deadlines import Beginning
from server.services.context import Context
from server.services.identity import people
from server.services.law import charts
from server.services.law.charts import Chart
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.starts import partial_starts, stated
from server.services.verbs import advance_work, openings
from server.services.verbs.advance_work import Candidates
from server.services.verbs.openings import Prepared


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstTask:
    """Work that begins when the matter is filed."""

    node_key: str
    title: str
    #: role key; for people of the case ``applicant``, ``subject`` …
    role: str
    role_title: str
    level: str
    unit_id: str | None
    #: the office, and the organ it belongs to; empty where people of the case act
    office: str
    organ: str
    deadline_key: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockTold:
    """A period that begins, or will."""

    key: str
    title: str
    #: last day; None when it cannot be known yet
    due_on: date | None
    provisional_on: date | None
    #: the worked count in one sentence
    line: str
    basis: str
    is_statutory: bool
    #: the applicant's own period: the window
    is_window: bool = False
    is_late: bool = False
    #: it begins only with a later act, counted here as if that were done today; what that is
    after: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Guide:
    """What filing this would come to today."""

    #: answers that are still needed before anything can be told, each at its field
    needed: tuple[Finding, ...] = ()
    #: answers that cannot stand
    problems: tuple[Finding, ...] = ()
    #: why it cannot be started like this, empty when it can
    trouble: str = ""
    level: str = ""
    tasks: tuple[FirstTask, ...] = ()
    #: the rows of the tables that decide, each with its article
    reasons: tuple[str, ...] = ()
    clocks: tuple[ClockTold, ...] = ()
    #: what was stated and the records say otherwise
    warnings: tuple[Finding, ...] = ()

    @property
    def is_known(self) -> bool:
        """True when it says where the matter goes."""
        return bool(self.tasks)


def guide(ctx: Context, key: str, given: Mapping[str, Json]) -> Guide:
    """Where the matter of these answers would go if it were filed now; writes nothing.

    Raises:
        NotFound: there is no such procedure in force.
        Forbidden: this person may not start it at all.
    """
    release = definitions.in_force(ctx, key, ctx.today)
    try:
        openings.may_start_at_all(ctx, release.pack.procedures[key])
    except NotOffered as closed:
        return Guide(trouble=closed.message)
    try:
        return _told(ctx, partial_starts.prepare(ctx, release, key, given))
    except Invalid as error:
        missing = tuple(each for each in error.findings if each.code == "FORM_REQUIRED")
        others = tuple(each for each in error.findings if each.code != "FORM_REQUIRED")
        return Guide(needed=missing, problems=others)
    except (Forbidden, EngineError) as error:
        return Guide(trouble=error.message)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """The case that is only thought of, as offices are looked up for it."""

    level: str
    region: str
    unit_id: str | None


def _told(ctx: Context, start: Prepared) -> Guide:
    release, key = start.release, start.procedure.key
    chart = charts.chart(release.files[key])
    after = ctx.tools.engine.advance(release.files[key], None, start.command())
    known = facts.collect(release, key, after.variables, start.answers, ctx.now)
    tasks = tuple(_tasks(ctx, start, chart, after, known))
    raised = events.raised(release.pack, start.act(), after, known, ctx.tools.evaluate)
    begun = _begun(ctx, release.pack, raised, known)
    windows = frozenset(each.deadline_key for each in tasks if each.role == APPLICANT)
    clocks = [_clock(ctx, release.pack, each, is_window=each.rule.key in windows) for each in begun]
    clocks.sort(key=lambda clock: (not clock.is_statutory, clock.due_on or date.max, clock.key))
    if not any(clock.is_statutory for clock in clocks):
        nodes = frozenset(task.node_key for task in tasks)
        clocks += next_legal(ctx, release.pack, nodes, known)
    return Guide(
        level=start.level,
        tasks=tasks,
        reasons=tuple(_reasons(release, key, after)),
        clocks=tuple(clocks),
        warnings=tuple(stated.differences(ctx, start)),
    )


def _tasks(
    ctx: Context, start: Prepared, chart: Chart, after: Advance, known: Facts
) -> Iterator[FirstTask]:
    place = _Place(
        level=start.level,
        region=start.unit.region if start.unit else "",
        unit_id=start.unit.id if start.unit else None,
    )
    pack = start.release.pack
    for task in after.opened:
        node = chart.nodes[task.node_key]
        lane = node.lane or task.lane
        held = advance_work.candidates(ctx, place, pack, replace(task, lane=lane), known)
        yield FirstTask(
            node_key=task.node_key,
            title=node.label,
            role=held.role,
            role_title=_role_title(pack, lane, held),
            level=held.level or "",
            unit_id=held.office.id if held.office else None,
            office=held.office.name if held.office else "",
            organ=_organ(ctx, held),
            deadline_key=task_clocks.rule_key(
                ctx.tools.evaluate, pack.deadlines, node.deadline, known
            ),
        )


def _role_title(pack: PolicyPack, lane: str, held: Candidates) -> str:
    role = pack.roles.get(held.role)
    return role.title if role else pack.lanes[lane].title


def _organ(ctx: Context, held: Candidates) -> str:
    above = held.office.parent_id if held.office else None
    return people.unit(ctx, above).name if above else ""


def _begun(
    ctx: Context, pack: PolicyPack, raised: Iterable[Happening], known: Facts
) -> list[Beginning]:
    """The clocks that run after the step: started by an event, and not ended by a later one."""
    running: dict[str, Beginning] = {}
    for happening in raised:
        for rule in pack.deadlines.values():
            if happening.event.key in (*rule.met_by, *rule.cancelled_by):
                running.pop(rule.key, None)
            begun = deadlines.beginning(ctx, pack, rule, happening, known)
            if begun is not None:
                running.setdefault(rule.key, begun)
    return list(running.values())


def _clock(
    ctx: Context, pack: PolicyPack, begun: Beginning, *, is_window: bool = False, after: str = ""
) -> ClockTold:
    rule, end = begun.rule, begun.end
    return ClockTold(
        key=rule.key,
        title=rule.title,
        due_on=end.on,
        provisional_on=end.provisional_on,
        line=end.line,
        basis=basis_text(pack, rule.basis),
        is_statutory=rule.force == "statutory",
        is_window=is_window,
        is_late=_is_late(ctx, rule, end),
        after=after,
    )


def _is_late(ctx: Context, rule: DeadlineRule, end: Due) -> bool:
    return state_at(rule, end, ctx.now) is DeadlineState.OVERDUE


def next_legal(
    ctx: Context, pack: PolicyPack, nodes: frozenset[str], known: Facts
) -> list[ClockTold]:
    """The first legal period that completing one of these tasks starts, as if done today."""
    for rule in pack.deadlines.values():
        event = pack.events.get(rule.origin)
        if event is None or event.node not in nodes or rule.force != "statutory" or rule.until:
            continue
        happening = Happening(event=event, on=ctx.today, at=ctx.now)
        begun = deadlines.beginning(ctx, pack, rule, happening, known)
        if begun is not None:
            return [_clock(ctx, pack, begun, after=event.title)]
    return []


def basis_text(pack: PolicyPack, basis: Basis) -> str:
    """The document and article of a rule, or the reason of a default, said to be one."""
    if basis.is_default:
        return _("系统默认设置，不是当地规定（{why}）").format(why=basis.default)
    source = pack.sources.get(basis.source)
    return f"《{source.title}》{basis.article}" if source else basis.article


def _reasons(release: Release, key: str, after: Advance) -> Iterator[str]:
    """What the rows say that decided, each once, in the order they were asked."""
    said = remarks(release.files[key].decisions)
    rows = [row for made in after.decisions for hit in made.hits.values() for row in hit]
    yield from (said.rules[row] for row in dict.fromkeys(rows) if row in said.rules)
