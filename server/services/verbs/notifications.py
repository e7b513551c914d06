"""Notices of a deadline's ladder as rows: one per cause and recipient, and what is owed outside.

Who is meant is looked up on the day; a notice that finds nobody stays with its label, so that the
gap is seen. What a notice says is written down here, where the facts are known, and says no more
than its reader may know. Sending it out is the business of ``services/notices``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from server.domain import rung_texts
from server.domain.jurisdiction import Level, superior, supervising
from server.domain.packs import PolicyPack
from server.domain.rung_texts import Facts, Holding
from server.domain.rung_texts import Told as How
from server.domain.urgency import days_left
from server.models.identity import Person, Unit
from server.models.work import OPEN_STATES, work_item
from server.services.case.case_rows import CaseRow
from server.services.clocks import deadline_rows
from server.services.clocks.deadline_rows import DeadlineRow
from server.services.context import Context
from server.services.identity import people, same_kind
from server.services.law.releases import Release
from server.services.notices import owing
from server.services.notices.owing import Wanted
from server.services.verbs import absences, advance_work, case_offices, parties

_HEAD = ".head"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Told:
    """Whom a rung means: what he is called, and who that is today."""

    label: str
    #: person -> office in which he is told, None for people of the case
    people: Mapping[str, str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Held:
    """Work that a deadline hangs on."""

    role: str
    unit_id: str | None
    assignee_id: str | None
    head_only: bool
    step: str
    office: str
    person: str


def remind(ctx: Context, case: CaseRow, release: Release, row: DeadlineRow, rung: int) -> list[str]:
    """Write the notices one rung owes and return the labels they go to; again is a no-op."""
    pack = release.pack
    entry = pack.deadlines[row.rule_key].ladder[rung]
    work = _work(ctx, case, row)
    told = [_with_substitutes(ctx, each) for each in _told(ctx, case, release, row, entry.to, work)]
    wanted = [
        Wanted(
            label=each.label,
            recipient_id=recipient,
            unit_id=unit_id,
            kind="deadline",
            case_id=row.case_id,
            deadline_id=row.id,
            text=text,
            dedupe_key=f"{row.id}:{row.due_on}:{entry.at:+d}:{each.label}:{recipient or ''}",
        )
        for each, text in ((each, _text(ctx, release, row, work, each, entry.to)) for each in told)
        for recipient, unit_id in _recipients(each)
    ]
    owing.owe(ctx, wanted)
    return [each.label for each in told]


def _with_substitutes(ctx: Context, told: _Told) -> _Told:
    """Whoever is away today is told, and so is who stands in for him in that office."""
    offices = {person: unit for person, unit in told.people.items() if unit is not None}
    filled = absences.covered_by(ctx, offices)
    also = {
        substitute: unit
        for person, named in filled.items()
        for substitute, unit in named
        if unit == offices[person]
    }
    return replace(told, people={**also, **told.people})


def _recipients(told: _Told) -> list[tuple[str | None, str | None]]:
    """Who is told, and in which office; where nobody holds the post, nobody in no office."""
    found: list[tuple[str | None, str | None]] = [*sorted(told.people.items())]
    return found or [(None, None)]


def _text(
    ctx: Context, release: Release, row: DeadlineRow, work: Sequence[_Held], told: _Told, to: str
) -> str:
    how = _how_much(told.label, to, release)
    return rung_texts.told(_facts(ctx, release.pack, row, _known(work, told)), how)


def _facts(ctx: Context, pack: PolicyPack, row: DeadlineRow, work: tuple[Holding, ...]) -> Facts:
    rule, due_on = pack.deadlines[row.rule_key], row.due_on or ctx.today
    calendar = deadline_rows.calendar_of(ctx, rule.calendar)
    return Facts(
        title=rule.title,
        due_on=due_on,
        left=days_left(due_on, ctx.today, calendar),
        is_soft=row.force == "soft",
        work=work,
    )


def _known(work: Iterable[_Held], told: _Told) -> tuple[Holding, ...]:
    """The work as those who are told know it: of other offices nobody is named."""
    own = set(told.people.values())
    return tuple(
        Holding(
            step=held.step, office=held.office, person=held.person if held.unit_id in own else None
        )
        for held in work
    )


def _how_much(label: str, to: str, release: Release) -> How:
    """Who does the work himself reads the period; his head who has it; others which office."""
    if label == "assignee" or label.removesuffix(_HEAD) in advance_work.case_roles(release.pack):
        return How.PERIOD
    return How.NAMES if to == f"office{_HEAD}" else How.OFFICES


def _told(
    ctx: Context,
    case: CaseRow,
    release: Release,
    row: DeadlineRow,
    to: str,
    work: Sequence[_Held],
) -> Iterable[_Told]:
    if to == "assignee":
        return [_assignees(ctx, case, work)]
    if to == f"office{_HEAD}":
        return _heads(ctx, case, release, row)
    if to == "supervising_organ":
        return [_supervisor(ctx, case, work)]
    role = to.removesuffix(_HEAD)
    if role in advance_work.case_roles(release.pack):
        return [_Told(label=to, people=dict.fromkeys(parties.members(ctx, case.id, role)))]
    office = advance_work.office_of(ctx, case, role, Level(case.level))
    return [_Told(label=to, people=_holders(ctx, office.id if office else None, to))]


def _assignees(ctx: Context, case: CaseRow, work: Sequence[_Held]) -> _Told:
    found: dict[str, str | None] = {}
    for held in work:
        able = _able(ctx, case, held)
        mine = held.assignee_id
        found |= {mine: able[mine]} if mine and mine in able else able
    return _Told(label="assignee", people=found)


def _able(ctx: Context, case: CaseRow, held: _Held) -> dict[str, str | None]:
    """Those who can do the work today: whoever had it and has left is none of them."""
    if held.unit_id is None:
        return dict.fromkeys(parties.members(ctx, case.id, held.role))
    return _holders(ctx, held.unit_id, _HEAD if held.head_only else "")


def _heads(ctx: Context, case: CaseRow, release: Release, row: DeadlineRow) -> list[_Told]:
    offices = case_offices.answering(ctx, case, release, row.rule_key)
    if not offices:
        return [_Told(label=f"office{_HEAD}", people={})]
    return [
        _Told(label=f"{office.role}{_HEAD}", people=_holders(ctx, office.unit_id, _HEAD))
        for office in offices
    ]


def _supervisor(ctx: Context, case: CaseRow, work: Sequence[_Held]) -> _Told:
    """The supervising organ of the level above, else the same kind of office up there."""
    level = superior(Level(case.level))
    office = level and advance_work.office_of(ctx, case, "supervising_organ", level)
    if not office:
        office = next(filter(None, (_above(ctx, held.unit_id) for held in work)), None)
    return _Told(label="supervising_organ", people=_holders(ctx, office.id if office else None, ""))


def _above(ctx: Context, unit_id: str | None) -> people.Office | None:
    if unit_id is None:
        return None
    unit = people.unit(ctx, unit_id)
    return supervising(same_kind.everywhere_above(ctx, unit), unit)


def _holders(ctx: Context, unit_id: str | None, label: str) -> dict[str, str | None]:
    if unit_id is None:
        return {}
    found = people.holders(ctx, unit_id, ctx.today, head_only=label.endswith(_HEAD))
    return {holder.person_id: unit_id for holder in found}


def _work(ctx: Context, case: CaseRow, row: DeadlineRow) -> list[_Held]:
    """Open work that names this deadline; where none does, all open work of the case."""
    rows = ctx.session.execute(
        select(
            work_item.c.candidate_role,
            work_item.c.candidate_unit,
            work_item.c.assignee_id,
            work_item.c.head_only,
            work_item.c.deadline_key,
            work_item.c.title,
            Unit.name.label("office"),
            Person.name.label("person"),
        )
        .outerjoin(Unit, Unit.id == work_item.c.candidate_unit)
        .outerjoin(Person, Person.id == work_item.c.assignee_id)
        .where(work_item.c.case_id == case.id, work_item.c.state.in_(OPEN_STATES))
        .order_by(work_item.c.opened_at, work_item.c.node_key, work_item.c.id)
    ).all()
    named = [found for found in rows if found.deadline_key == row.rule_key]
    return [
        _Held(
            role=found.candidate_role,
            unit_id=found.candidate_unit,
            assignee_id=found.assignee_id,
            head_only=found.head_only,
            step=found.title,
            office=found.office or "",
            person=found.person or "",
        )
        for found in named or rows
    ]
