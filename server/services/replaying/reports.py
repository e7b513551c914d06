"""What is told of a replay: counts in steps to a designer, cases to the heads of their desks.

A designer sees no case, no reference and no exact count (SECURITY SY-5). A head sees the cases that
his desk handles and that he is not kept out of; a case about himself is none of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from server.domain.cut_counts import told
from server.domain.errors import NotFound
from server.domain.replays import (
    Clock,
    Counts,
    Difference,
    Result,
    RunState,
    clock_of,
    counted,
    difference_of,
)
from server.domain.roles import Capacity
from server.queries import perspectives
from server.queries import replays as rows
from server.services.context import Context
from server.services.identity import posts
from server.services.law import charts, releases
from server.services.packs import definitions, pack_drafts
from server.services.replaying import runs

#: progress is told in steps: exact, it would tell how many cases there are
_TENTH = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A run as everybody may know of it."""

    id: str
    pack: str
    state: str
    by: str
    started_at: datetime
    from_on: date
    to_on: date
    #: in steps of ten
    percent: int
    #: at least so many cases of the period were not played
    left_out: int
    #: is the draft still the one that was played
    is_current: bool

    @property
    def is_running(self) -> bool:
        """Are there cases left to play."""
        return self.state == RunState.RUNNING


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A run for a designer."""

    run: Run
    counts: Counts
    #: procedures of the draft: key -> title
    procedures: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One case for a head."""

    case_id: str
    reference: str
    closed_at: datetime
    result: Result
    differences: tuple[Difference, ...]
    #: the periods of which something is otherwise
    clocks: tuple[Clock, ...]


def listed(ctx: Context, pack: str) -> list[Run]:
    """The runs of a pack, the newest first.

    Raises:
        NotFound: there is no such pack.
    """
    now = runs.hash_of(pack_drafts.whole(ctx, pack))
    return [_run(ctx, row, now) for row in rows.of_pack(ctx.session, pack)]


def report(ctx: Context, pack: str, run_id: str) -> Report:
    """What came of a run, in counts. Raises NotFound."""
    found = [each for each in listed(ctx, pack) if each.id == run_id]
    if not found:
        raise NotFound
    procedures = _draft(ctx, pack, run_id).pack.procedures
    return Report(
        run=found[0],
        counts=counted(rows.verdicts(ctx.session, run_id)),
        procedures={key: each.title for key, each in procedures.items()},
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """A diagram of the draft that was played, with the counts at its elements."""

    xml: str
    #: element -> how many cases differ there in one way at most
    elements: Mapping[str, int]


def drawn(ctx: Context, pack: str, run_id: str, procedure: str) -> Drawn:
    """The diagram of a procedure with what differs. Raises NotFound."""
    known = report(ctx, pack, run_id)
    if procedure not in known.procedures:
        raise NotFound
    draft = _draft(ctx, pack, run_id)
    files = draft.files[procedure]
    nodes = charts.chart(files).nodes
    elements: dict[str, int] = {}
    for each in known.counts.elements:
        key = each.difference.element
        if key in nodes:
            elements[key] = max(elements.get(key, 0), each.count)
    diagram = draft.pack.procedures[procedure].diagram
    return Drawn(xml=files.diagrams[diagram].decode(), elements=elements)


def desks(ctx: Context) -> dict[str, str]:
    """Packs in force in which the actor heads a desk: key -> title."""
    actor = posts.with_posts(ctx)
    headed = {post.kind for post in actor.posts if post.is_head}
    return {
        release.pack.key: release.pack.title
        for release in definitions.releases_in_force(ctx, ctx.today)
        if any(release.pack.capacities.get(kind) is Capacity.DESK for kind in headed)
    }


def for_head(ctx: Context) -> list[tuple[Run, str]]:
    """Runs of the packs whose desks the actor heads, with the titles of these."""
    known = desks(ctx)
    found = rows.of_packs(ctx.session, known)
    now = {row.pack: "" for row in found}
    for pack in now:
        now[pack] = runs.hash_of(pack_drafts.whole(ctx, pack))
    return [(_run(ctx, row, now[row.pack]), known[row.pack]) for row in found]


def cases(ctx: Context, run_id: str, result: str = "") -> tuple[Run, str, list[Line]]:
    """A run with the cases of the actor's desk, those that differ first.

    Raises:
        NotFound: there is no such run of a pack whose desk he heads.
    """
    found = next(((run, title) for run, title in for_head(ctx) if run.id == run_id), None)
    if found is None:
        raise NotFound
    actor = posts.with_posts(ctx)
    known = rows.cases(ctx.session, actor, run_id, result)
    sights = perspectives.of_each(ctx.session, actor, [row.id for row in known])
    lines = [_line(row) for row in known if row.id in sights and sights[row.id].is_office]
    return (*found, lines)


def _line(row: Row[Any]) -> Line:
    clocks = [clock_of(each) for each in row.clocks]
    return Line(
        case_id=row.id,
        reference=row.reference,
        closed_at=row.closed_at,
        result=Result(row.result),
        differences=tuple(difference_of(each) for each in row.differences),
        clocks=tuple(clock for clock in clocks if clock.differs),
    )


def _run(ctx: Context, row: Row[Any], now: str) -> Run:
    done, total = rows.progress(ctx.session, row.id)
    return Run(
        id=row.id,
        pack=row.pack,
        state=row.state,
        by=row.by,
        started_at=row.started_at,
        from_on=row.from_on,
        to_on=row.to_on,
        percent=_TENTH * done // total * (100 // _TENTH) if total else 100,
        left_out=told(row.left_out),
        is_current=row.draft_hash == now,
    )


def _draft(ctx: Context, pack: str, run_id: str) -> releases.Release:
    files = runs.files_of(rows.files(ctx.session, run_id), pack)
    return releases.load(files, ctx.tools.evaluate)
