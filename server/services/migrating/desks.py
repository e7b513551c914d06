"""What the pages on moving cases show: counts to who designs, cases to the head of their office."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, select

from server.domain.access import Permission, permits
from server.domain.cut_counts import told
from server.domain.errors import NotFound
from server.domain.migrations import (
    Effects,
    ProposalState,
    Reason,
    Verdict,
    effects_of,
    percent,
)
from server.models.definition import PackVersion
from server.queries import migrations as rows
from server.services.case import case_rows
from server.services.context import Context
from server.services.identity import posts
from server.services.migrating import comparing, proposals, steering, verdicts
from server.services.migrating.comparing import Gone
from server.services.packs import definitions
from server.services.verbs import case_verbs

#: cases on a page
PAGE: Final = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """How many cases stand at one element of the old version, in whole steps of five."""

    element: str
    label: str
    can: int
    cannot: int
    #: why the others cannot, with how many each: element, its label, sentence, count
    why: tuple[tuple[str, str, str, int], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """What a designer learns of a proposal."""

    can: int
    cannot: int
    spots: tuple[Spot, ...]
    #: cases are still being judged
    is_open: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One case as its head sees it."""

    id: str
    reference: str
    procedure: str
    title: str
    unit: str
    status: str
    #: labels of the steps where it waits
    steps: tuple[str, ...]
    verdict: Verdict
    #: the run it waits for, None for none
    run_id: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Mine:
    """What a head learns of a proposal."""

    can: int
    cannot: int
    lines: tuple[Line, ...]
    runs: tuple[Row[Any], ...]

    @property
    def total(self) -> int:
        """All of them."""
        return self.can + self.cannot


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a run is."""

    run: Row[Any]
    proposal: Row[Any]
    total: int
    done: int
    percent: int
    moves: tuple[Row[Any], ...]


def listed(ctx: Context, pack: str) -> tuple[Row[Any], ...]:
    """The proposals that are the actor's business, the latest first."""
    found = rows.proposals(ctx.session, pack, tuple(ProposalState))
    if permits(posts.with_posts(ctx), Permission.PACK_PUBLISH):
        return tuple(found)
    return tuple(row for row in found if row.state == ProposalState.OFFERED)


def one(ctx: Context, migration_id: str) -> Row[Any]:
    """A proposal that is the actor's business. Raises NotFound."""
    if permits(posts.with_posts(ctx), Permission.PACK_PUBLISH):
        found = rows.proposal(ctx.session, migration_id)
        if found is None:
            raise NotFound
        return found
    return steering.offered(ctx, migration_id)


def versions(ctx: Context) -> list[Row[Any]]:
    """Every version cases may run on or move to, by pack, the newest first."""
    wanted = select(PackVersion.key, PackVersion.version, PackVersion.title, PackVersion.label)
    wanted = wanted.where(PackVersion.state != "proposed")
    order = (PackVersion.key, PackVersion.version.desc())
    return list(ctx.session.execute(wanted.order_by(*order)).all())


def counted(ctx: Context, proposal: Row[Any]) -> Counted:
    """Counts by element, none below five and none that tells one."""
    groups = [
        (
            rows.read(row.elements),
            [Reason(**each) for each in rows.read(row.reasons)],
            row.can,
            row.n,
        )
        for row in rows.groups(ctx.session, proposal.id)
    ]
    elements = sorted({element for waits, _why, _can, _n in groups for element in waits})
    labels = _labels(ctx, proposal)
    spots = []
    for element in elements:
        here = [each for each in groups if element in each[0]]
        can = told(sum(n for _waits, _why, can, n in here if can))
        cannot = told(sum(n for _waits, _why, can, n in here if not can))
        if can or cannot:
            spots.append(
                Spot(
                    element=element,
                    label=labels.get(element, element),
                    can=can,
                    cannot=cannot,
                    why=tuple(_why(here)),
                )
            )
    return Counted(
        can=told(sum(n for _waits, _why, can, n in groups if can)),
        cannot=told(sum(n for _waits, _why, can, n in groups if not can)),
        spots=tuple(spots),
        is_open=bool(rows.unjudged(ctx.session, proposal.id, 1)),
    )


def _why(here: Iterable[Any]) -> Iterator[tuple[str, str, str, int]]:
    """Why cases at one element cannot move: what at least five of them have in common."""
    found: dict[tuple[str, str, str], int] = {}
    for _waits, reasons, _can, n in here:
        for each in reasons:
            key = (each.element, each.label, each.message)
            found[key] = found.get(key, 0) + n
    for (element, label, message), n in sorted(found.items(), key=lambda entry: -entry[1]):
        if told(n):
            yield element, label, message, told(n)


def _labels(ctx: Context, proposal: Row[Any]) -> dict[str, str]:
    return comparing.labels(definitions.release(ctx, proposal.from_id))


def mine(ctx: Context, proposal: Row[Any], page: int, *, can: bool | None) -> Mine:
    """The cases of the head who asks, with what would come of each."""
    actor = posts.with_posts(ctx)
    is_his = rows.steerable(actor, steering.roles(ctx, proposal))
    labels = _labels(ctx, proposal)
    titles = definitions.release(ctx, proposal.from_id).pack.procedures
    part = slice((page - 1) * PAGE, page * PAGE)
    found = rows.cases(ctx.session, proposal.id, is_his, can=can, part=part)
    movable, stuck = rows.counts(ctx.session, proposal.id, is_his)
    return Mine(
        can=movable,
        cannot=stuck,
        lines=tuple(
            Line(
                id=row.id,
                reference=row.reference,
                procedure=titles[row.procedure].title,
                title=row.title,
                unit=row.unit or "",
                status=row.status,
                steps=tuple(labels.get(each, each) for each in row.elements),
                verdict=_verdict(row),
                run_id=row.run_id,
            )
            for row in found
        ),
        runs=tuple(rows.runs(ctx.session, ctx.actor.person_id, proposal.id)),
    )


def _verdict(row: Row[Any]) -> Verdict:
    return Verdict(
        seen=row.seen,
        elements=tuple(row.elements),
        reasons=_reasons(row.reasons),
        effects=effects_of(row.effects),
    )


def _reasons(stored: Iterable[Any]) -> tuple[Reason, ...]:
    return tuple(Reason(**each) for each in stored)


def preview(ctx: Context, proposal: Row[Any], case_id: str) -> tuple[Line, Effects]:
    """What would come of one case now, judged anew.

    Raises:
        NotFound: the case does not exist for the actor, or is none of this proposal.
        Forbidden: he may not steer it.
    """
    case = case_rows.found(ctx, case_id)
    release = case_verbs.refuse_unsteered(ctx, case)
    if case.pack_version_id != proposal.from_id:
        raise NotFound
    target = definitions.release(ctx, proposal.to_id)
    verdict = verdicts.plan(ctx, case, target, proposal.mapping).verdict
    labels = _labels(ctx, proposal)
    line = Line(
        id=case.id,
        reference=case.reference,
        procedure=release.pack.procedures[case.procedure].title,
        title="",
        unit="",
        status=case.status,
        steps=tuple(labels.get(each, each) for each in verdict.elements),
        verdict=verdict,
        run_id=None,
    )
    return line, verdict.effects


def progress(ctx: Context, run_id: str, page: int) -> Progress:
    """How far a run of the actor is, with what became of each case. Raises NotFound."""
    run = rows.run(ctx.session, run_id)
    if run is None or run.by_id != ctx.actor.person_id:
        raise NotFound
    proposal = rows.proposal(ctx.session, run.migration_id)
    if proposal is None:
        raise NotFound
    done = run.total - run.n_waiting
    part = slice((page - 1) * PAGE, page * PAGE)
    return Progress(
        run=run,
        proposal=proposal,
        total=run.total,
        done=done,
        percent=percent(done, run.total),
        moves=tuple(rows.moves(ctx.session, run_id, posts.with_posts(ctx), part)),
    )


def gone(ctx: Context, pack: str, old: int, new: int) -> tuple[Gone, ...]:
    """The elements and periods a designer has to say something about. Raises NotFound."""
    source, target = proposals.pair(ctx, pack, old, new)
    return (*comparing.gone(source, target), *comparing.gone_rules(source.pack, target.pack))


def mapped(ctx: Context, proposal: Row[Any]) -> tuple[tuple[str, str], ...]:
    """What of the old version is what of the new one by names people know; empty: nothing."""
    source, target = (definitions.release(ctx, each) for each in (proposal.from_id, proposal.to_id))
    return tuple(comparing.named(source, target, proposal.mapping))
