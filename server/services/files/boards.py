"""The board of a head with what the packs say: limits of steps, whom a rung tells, why a clock
stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from server.domain import deadline_changes
from server.domain.deadline_changes import Correct, CorrectMet, Extend, Stop
from server.domain.deadline_lines import units as counted
from server.domain.jurisdiction import Level
from server.domain.lifecycle import DeadlineState
from server.domain.packs import PolicyPack
from server.domain.texts import _
from server.queries import board, board_clocks, corrections, names
from server.queries.board import Cell, Narrowed, Office
from server.queries.board_clocks import Changed, Rung
from server.queries.corrections import Question
from server.queries.inbox import Sheet
from server.services.context import Context
from server.services.files import recusals, work_lists
from server.services.files.recusals import View
from server.services.files.work_lists import Line
from server.services.packs import definitions
from server.services.verbs import clock_choices

#: overdue work on one page
PAGE: Final = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A column of the matrix."""

    key: str
    title: str
    #: ``5个工作日``, empty without a limit
    limit: str
    is_soft: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A rung in words."""

    rung: Rung
    #: 提前1日, 到期日, 逾期后3日
    on: str
    to: str
    #: everybody who got it alike
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Late:
    """A line of the overdue list; what lies with other offices comes without names."""

    line: Line
    rungs: tuple[Told, ...]
    is_own: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A stop, an extension or a correction in words."""

    clock: Changed
    #: title of the rule
    rule: str
    #: stop, extend or correct
    kind: str
    on: date
    reason: str
    #: units by which it was extended, or the days of a correction, in words
    by: str
    #: who stopped it, or approved the extension or correction
    person: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A date that somebody asks to correct, in words."""

    question: Question
    #: the event whose date it is
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Board:
    """Everything on the board."""

    offices: tuple[Office, ...]
    steps: tuple[Step, ...]
    cells: Mapping[tuple[str, str], Cell]
    late: tuple[Late, ...]
    #: work nobody of its office may take
    unmanned: tuple[Line, ...]
    #: how much is overdue in all, None beyond 10 000
    late_total: int | None
    page: int
    #: levels it can be narrowed to, the highest first; none where there is no choice
    levels: tuple[str, ...]
    changes: tuple[Change, ...]
    #: corrected dates that wait for his decision
    questions: tuple[Asked, ...]
    #: recusals that wait for his decision
    recusals: tuple[View, ...]
    #: what he may do to the clocks of these lists: id of the clock -> verbs
    possible: Mapping[str, tuple[str, ...]]

    def total(self, name: str, unit_id: str = "", step: str = "") -> int:
        """The sum of a count over the cells of an office, a step, or all."""
        return sum(
            getattr(cell, name)
            for (unit, key), cell in self.cells.items()
            if unit_id in ("", unit) and step in ("", key)
        )


def of_head(ctx: Context, narrowed: Narrowed, page: int = 1) -> Board:
    """The board of the actor, who brings today's posts, under filters; ``page`` of what is late."""
    session, actor, when = ctx.session, ctx.actor, work_lists.when(ctx)
    offices = board.offices(session, actor)
    cells = board.cells(session, actor, offices, when=when, narrowed=narrowed)
    entries = board.overdue(
        session, actor, offices, when=when, narrowed=narrowed, sheet=Sheet(number=page, size=PAGE)
    )
    lines = [work_lists.line(ctx, entry) for entry in entries]
    clocks = [line.entry.deadline_id or "" for line in lines]
    rungs = board_clocks.rungs(session, clocks)
    unmanned = board.unmanned(session, actor, offices, when=when, narrowed=narrowed)
    own = frozenset(office.id for office in offices)
    changed = board_clocks.changed(session, actor, offices, narrowed)
    cases = {line.entry.case_id for line in lines} | {clock.case_id for clock in changed}
    return Board(
        offices=tuple(
            office
            for office in offices
            if narrowed.unit_id in ("", office.id) and narrowed.level in ("", office.level)
        ),
        steps=tuple(_steps(ctx, cells)),
        cells={(cell.unit_id, cell.step): cell for cell in cells},
        late=tuple(
            _late(ctx, line, rungs.get(line.entry.deadline_id or "", ()), own) for line in lines
        ),
        unmanned=tuple(work_lists.line(ctx, entry) for entry in unmanned),
        late_total=board.overdue_total(session, actor, offices, when=when, narrowed=narrowed),
        page=page,
        levels=_levels(offices),
        changes=_changes(ctx, changed),
        questions=_questions(ctx),
        recusals=recusals.waiting(ctx, actor.headed),
        possible=clock_choices.of_cases(ctx, sorted(cases)),
    )


def _questions(ctx: Context) -> tuple[Asked, ...]:
    """Whatever the board is narrowed to: what waits for him is not hidden by a filter."""
    return tuple(
        Asked(question=each, title=pack.events[each.event].title)
        for each in corrections.waiting(ctx.session, ctx.actor, ctx.actor.headed)
        for pack in (definitions.release(ctx, each.pack_version_id).pack,)
    )


def _levels(offices: Sequence[Office]) -> tuple[str, ...]:
    """From the highest of his offices down: rungs tell him of work below them."""
    order = tuple(Level)
    highest = min((order.index(Level(office.level)) for office in offices), default=len(order))
    found = order[highest:]
    return found if len(found) > 1 else ()


def _steps(ctx: Context, cells: Sequence[Cell]) -> list[Step]:
    found: dict[str, Step] = {}
    for cell in cells:
        pack = definitions.release(ctx, cell.pack_version_id).pack
        rule = pack.deadlines.get(cell.deadline_key)
        found.setdefault(
            cell.step,
            Step(
                key=cell.step,
                title=cell.title,
                limit=counted(rule.n, rule.unit) if rule and rule.until is None else "",
                is_soft=rule is not None and rule.force == "soft",
            ),
        )
    return list(found.values())


def _late(ctx: Context, line: Line, rungs: Sequence[Rung], own: frozenset[str]) -> Late:
    is_own = line.entry.unit_id in own
    told = [_told(ctx, line, rung, may_name=is_own or rung.unit_id in own) for rung in rungs]
    return Late(line=line, rungs=_alike(told), is_own=is_own)


def _told(ctx: Context, line: Line, rung: Rung, *, may_name: bool) -> Told:
    """The rung in words; whom it reached in an office elsewhere, or who is party, is not named."""
    pack = definitions.release(ctx, line.entry.pack_version_id).pack
    to, offset = rung.label, rung.offset or 0
    if rung.position is not None:
        coming = pack.deadlines[line.entry.deadline_key].ladder[rung.position]
        to, offset = coming.to, coming.at
    names = (rung.name,) if rung.name and may_name else ()
    return Told(rung=rung, on=_on(offset), to=work_lists.addressee(pack, to), names=names)


def _alike(told: Sequence[Told]) -> tuple[Told, ...]:
    """One line for all who got the same notice and are as far with it."""
    found: dict[tuple[object, ...], Told] = {}
    for each in told:
        rung = each.rung
        key = (each.on, each.to, rung.is_sent, rung.is_lost, rung.read_at, rung.at, rung.fault)
        names = found[key].names if key in found else ()
        found[key] = replace(each, names=(*names, *each.names))
    return tuple(found.values())


def _on(offset: int) -> str:
    if offset == 0:
        return _("到期日")
    return (_("逾期后{n}日") if offset > 0 else _("提前{n}日")).format(n=abs(offset))


_Act = Stop | Extend | Correct | CorrectMet


def _changes(ctx: Context, clocks: Sequence[Changed]) -> tuple[Change, ...]:
    """The last stop of each clock that stands, and every extension and correction."""
    acts = [(clock, act) for clock in clocks for act in _shown(clock)]
    by_id = names.of_people(ctx.session, {_who(act) for _clock, act in acts} - {""})
    return tuple(
        _change(definitions.release(ctx, clock.pack_version_id).pack, clock, act, by_id)
        for clock, act in acts
    )


def _who(act: _Act) -> str:
    return act.by if isinstance(act, Stop) else act.approved_by


def _shown(clock: Changed) -> list[_Act]:
    acts = [deadline_changes.from_json(change) for change in clock.changes]
    stops = [act for act in acts if isinstance(act, Stop)]
    standing = stops[-1:] if clock.state == DeadlineState.STOPPED else []
    return [*standing, *(act for act in acts if isinstance(act, Extend | Correct | CorrectMet))]


def _change(pack: PolicyPack, clock: Changed, act: _Act, names: Mapping[str, str]) -> Change:
    rule = pack.deadlines[clock.rule_key]
    kind, by, reason = "correct", "", act.note
    match act:
        case Stop(reason=key):
            kind = "stop"
            reason = next((stop.title for stop in rule.stops if stop.key == key), key)
        case Extend(n=n):
            kind, by = "extend", counted(n, rule.unit)
        case Correct(was_on=was, origin_on=to) | CorrectMet(was_on=was, met_on=to):
            by = _("由{was}更正为{to}").format(was=was, to=to)
    return Change(
        clock=clock,
        rule=rule.title,
        kind=kind,
        on=act.on,
        reason=reason,
        by=by,
        person=names.get(_who(act), ""),
    )
