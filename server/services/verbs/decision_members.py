"""Members of a body in one decision: who they are now, where they are, whether they may take part.

While nobody has voted the members are whoever holds a post of the body today; from the first vote
on they are those who were asked to it, and only a recusal takes one of them out.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import delete, insert, select, update

from server.domain.jurisdiction import Level
from server.domain.recusal import barred
from server.domain.votes import Attendance, Member
from server.models.decision import decision_member
from server.models.recusal import HOLDS, recusal
from server.services.case.case_rows import CaseRow
from server.services.context import Context
from server.services.identity import people
from server.services.identity.people import Holder, Office
from server.services.verbs import advance_work, work_rows
from server.services.verbs.work_rows import ItemRow

#: a recusal the data of the case shows; which ground, the body is not told
BY_DATA: Final = "data"
_HEAD: Final = ".head"
#: who can take the chair
_ABLE: Final = (Attendance.UNKNOWN, Attendance.PRESENT)


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberRow:
    """One member as stored, or as he will be."""

    person_id: str
    title: str = ""
    is_chair: bool = False
    weight: int = 1
    attends: bool | None = None
    absence_reason: str = ""
    recusal: str = ""
    left_at: datetime | None = None
    has_voted: bool = False
    spoken: int | None = None
    opinion: str = ""
    is_dissent: bool = False
    confirmed_at: datetime | None = None
    signed_at: datetime | None = None

    @property
    def attendance(self) -> Attendance:
        """Where he is."""
        if self.recusal:
            return Attendance.RECUSED
        if self.attends is None:
            return Attendance.UNKNOWN
        if not self.attends:
            return Attendance.ABSENT
        return Attendance.LEFT if self.left_at else Attendance.PRESENT

    @property
    def counted(self) -> Member:
        """As the count sees him."""
        return Member(
            person_id=self.person_id,
            attendance=self.attendance,
            has_voted=self.has_voted,
            is_chair=self.is_chair,
            weight=self.weight,
        )


def spoilt(members: Sequence[MemberRow]) -> bool:
    """Did somebody vote who is recused by now, or did the chair go while others had voted."""
    has_begun = any(one.has_voted for one in members)
    return any(one.recusal and one.has_voted for one in members) or (
        has_begun and not any(one.is_chair and not one.recusal for one in members)
    )


def write(ctx: Context, decision_id: str, members: Sequence[MemberRow]) -> None:
    """Store the members as they are now."""
    stored = {row.person_id: row for row in _stored(ctx, decision_id)}
    of_decision = decision_member.c.decision_id == decision_id
    for gone in stored.keys() - {row.person_id for row in members}:
        ctx.session.execute(
            delete(decision_member).where(of_decision, decision_member.c.person_id == gone)
        )
    for row in members:
        columns = {name: getattr(row, name) for name in MemberRow.__slots__}
        if row.person_id not in stored:
            ctx.session.execute(insert(decision_member).values(decision_id=decision_id, **columns))
        elif row != stored[row.person_id]:
            ctx.session.execute(
                update(decision_member)
                .where(of_decision, decision_member.c.person_id == row.person_id)
                .values(columns)
            )


def _stored(ctx: Context, decision_id: str) -> list[MemberRow]:
    columns = [decision_member.c[name] for name in MemberRow.__slots__]
    rows = ctx.session.execute(select(*columns).where(decision_member.c.decision_id == decision_id))
    return [MemberRow(**row._mapping) for row in rows]


def of(
    ctx: Context,
    case: CaseRow,
    item: ItemRow,
    offices: Sequence[str],
    kept: tuple[str, bool] | None,
) -> tuple[MemberRow, ...]:
    """Members as they are now; those of a decision that was closed as they were then.

    ``offices``: whose holders they are, none for the office of the item alone. ``kept`` is the id
    of its row and whether it was closed, None for none.
    """
    stored = _stored(ctx, kept[0]) if kept else []
    if kept is not None and kept[1]:
        return tuple(sorted(stored, key=_place))
    holders = _holders(ctx, case, item, offices, ctx.today)
    known = {one.person_id: one for one in stored}
    fresh = [
        replace(known.get(each.person_id, MemberRow(person_id=each.person_id)), title=each.title)
        for each in {each.person_id: each for each in reversed(holders)}.values()
    ][::-1]
    has_begun = any(one.has_voted for one in stored)
    now = stored if has_begun else fresh
    out = _kept_out(ctx, case, item, [one.person_id for one in now])
    marked = [
        replace(one, recusal=one.recusal or out.get(one.person_id, ""), is_chair=one.is_chair)
        for one in now
    ]
    leading = {one.person_id for one in people.holders(ctx, item.candidate_unit or "", ctx.today)}
    may_lead = leading if offices else {one.person_id for one in marked}
    return tuple(sorted(_chaired(marked, may_lead, has_begun=has_begun), key=_place))


def in_office(
    ctx: Context, case: CaseRow, item: ItemRow, offices: Sequence[str], day: date
) -> tuple[str, ...]:
    """Ids of who were members of the body on that day, the head first, without the recused."""
    holders = _holders(ctx, case, item, offices, day)
    ids = list(dict.fromkeys(one.person_id for one in holders))
    out = _kept_out(ctx, case, item, ids)
    return tuple(one for one in ids if one not in out)


def meeting_offices(
    ctx: Context, case: CaseRow, item: ItemRow, offices: Sequence[str]
) -> dict[str, Office]:
    """The offices that decide besides the one the item lies with, by role; who is missing is not.

    Raises NotCompetent: the region has more than one of a kind.
    """
    if not offices or item.candidate_unit is None:
        return {}
    level = Level(people.unit(ctx, item.candidate_unit).level)
    found = {
        role: advance_work.office_of(ctx, case, role.removesuffix(_HEAD), level) for role in offices
    }
    return {
        role: office
        for role, office in found.items()
        if office is not None and office.id != item.candidate_unit
    }


def _holders(
    ctx: Context, case: CaseRow, item: ItemRow, offices: Sequence[str], day: date
) -> list[Holder]:
    """Who holds a post of these offices on the day, those of the item's office first."""
    own = item.candidate_unit or ""
    heads = any(role == f"{item.candidate_role}{_HEAD}" for role in offices)
    found = list(people.holders(ctx, own, day, head_only=heads))
    for role, office in meeting_offices(ctx, case, item, offices).items():
        found += people.holders(ctx, office.id, day, head_only=role.endswith(_HEAD))
    return found


def _chaired(
    members: list[MemberRow], may_lead: Collection[str], *, has_begun: bool
) -> list[MemberRow]:
    """With somebody in the chair: who was given it, else the first who is there and may."""
    able = [one for one in members if one.attendance in _ABLE and one.person_id in may_lead]
    if has_begun or any(one.is_chair for one in able) or not able:
        return [replace(one, is_chair=one.is_chair and not one.recusal) for one in members]
    first = able[0].person_id
    return [replace(one, is_chair=one.person_id == first) for one in members]


def _place(one: MemberRow) -> tuple[bool, bool, bool, int]:
    """In the order of speaking, the chair last; then the absent, then the recused."""
    return (bool(one.recusal), one.attends is False, one.is_chair, one.spoken or 999)


def _kept_out(ctx: Context, case: CaseRow, item: ItemRow, ids: Sequence[str]) -> Mapping[str, str]:
    """Who of these is recused, with the ground."""
    rows = ctx.session.execute(
        select(recusal.c.person_id, recusal.c.ground).where(
            recusal.c.case_id == case.id, recusal.c.state.in_(HOLDS)
        )
    )
    found = {row.person_id: row.ground for row in rows}
    concerned = work_rows.judged(ctx, item, case).parties
    for one in ids:
        if one not in found and barred(one, item.candidate_role, concerned) is not None:
            found[one] = BY_DATA
    return found
