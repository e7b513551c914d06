"""People the case itself names (``appointed``): applicant, subject, team; kept as rows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import select

from server.domain import incompatible, recusal
from server.domain.errors import Invalid
from server.domain.findings import Finding
from server.domain.incompatible import Incompatible
from server.domain.recusal import Parties
from server.domain.roles import OF_THE_UNIT, PARTIES
from server.domain.texts import _
from server.models.case import subject
from server.models.work import participant
from server.queries import bars, circles
from server.queries.bars import Bars
from server.queries.circles import Circle
from server.services.buffers import Buffer, Shelf
from server.services.context import Context
from server.services.identity import people
from server.services.verbs.appointed import Named

#: whom the case is about
SUBJECTS: Final = Shelf(subject)
#: the parts people have now
PARTS: Final = Shelf(participant, participant.c.to_at.is_(None))
#: where a use case remembers what keeps people from acting
_BARS: Final = "bars of the case"


def refuse_own(ctx: Context, found: Iterable[Named]) -> None:
    """Return when the actor, who starts a case for his office, is none of those it is about.

    Raises:
        Forbidden: it is his own matter.
    """
    own = {entry.person_id for entry in found if entry.role in PARTIES and entry.person_id}
    recusal.refuse_barred(ctx.actor.person_id, "", Parties(subjects=frozenset(own)))


def refuse_barred(ctx: Context, case_id: str, found: Iterable[Named]) -> None:
    """Return when nobody is named for a part in a case he may not act in.

    Raises:
        Invalid: somebody is; the sentence is the same for every ground.
    """
    concerned = of_case(ctx, case_id)
    problems = [
        Finding(
            code="ANSWER_BARRED",
            field=entry.field,
            message=_("所填的人员有依法应当回避的情形"),
            fix=_("更换人员"),
        )
        for entry in found
        if entry.person_id and recusal.barred(entry.person_id, entry.role, concerned)
    ]
    if problems:
        raise Invalid(_("填写的内容有{n}处问题").format(n=len(problems)), problems)


def appoint(ctx: Context, case_id: str, found: Iterable[Named]) -> None:
    """Give each who is named the role in the case from now on; who has it keeps it once.

    Nobody who is not told of the case has a part in it.
    """
    for entry in (each for each in found if not each.is_untold):
        for who in _parts(ctx, entry):
            _join(ctx, case_id, entry.role, who)


def join_office(ctx: Context, case_id: str, role: str, unit_id: str) -> None:
    """Give an office a part in the case from now on; one that has it keeps it once."""
    _join(ctx, case_id, role, _Who(unit_id=unit_id))


def replace_members(ctx: Context, case_id: str, found: Iterable[Named]) -> None:
    """Give each who is named the role, and take it from those who had it and are not named.

    A role for which nobody is named stays with whom it was.
    """
    named_now: dict[str, set[_Who]] = {}
    for entry in found:
        named_now.setdefault(entry.role, set()).update(_parts(ctx, entry))
    for role, whos in named_now.items():
        for who in _standing(ctx, case_id, role) - whos:
            _leave(ctx, case_id, role, who)
        for who in sorted(whos):
            _join(ctx, case_id, role, who)


def leave(ctx: Context, case_id: str, person_id: str) -> tuple[str, ...]:
    """End the parts that this person was given in handling the case; the roles they were."""
    roles = {
        row["role_key"]
        for row in _roster(ctx, case_id)
        if row["person_id"] == person_id and row["to_at"] is None
    } - PARTIES
    for role in sorted(roles):
        _leave(ctx, case_id, role, _Who(person_id=person_id))
    return tuple(sorted(roles))


def rejoin(ctx: Context, case_id: str, person_id: str, ended_at: datetime) -> None:
    """Let the parts begin again that ended at this moment."""
    ended = select(participant.c.role_key).where(
        participant.c.case_id == case_id,
        participant.c.person_id == person_id,
        participant.c.to_at == ended_at,
    )
    for role in sorted(set(ctx.session.scalars(ended))):
        _join(ctx, case_id, role, _Who(person_id=person_id))


def concern(ctx: Context, case_id: str, found: Iterable[Named]) -> None:
    """Note applicants and subjects as whom the case is about."""
    kept = ctx.rows(SUBJECTS, case_id)
    for entry in found:
        kept.add(
            case_id=case_id,
            kind=entry.role,
            person_id=entry.person_id,
            unit_id=entry.unit_id,
            untold=entry.is_untold,
            **card(ctx, entry),
        )


def of_case(ctx: Context, case_id: str) -> Parties:
    """Whom the case is about and who keeps away from it, for recusal.

    A person who applies for himself is concerned.
    """
    rows = list(ctx.rows(SUBJECTS, case_id))
    others = any(row["kind"] == "subject" for row in rows)
    concerned = {
        row["person_id"]
        for row in rows
        if row["person_id"] and (row["kind"] == "subject" or not others)
    }
    known = bars_of(ctx, case_id)
    return Parties(
        subjects=frozenset(concerned),
        applicants=members(ctx, case_id, "applicant") - concerned,
        kin=known.kin,
        recused=known.recused,
        reporters=known.shut,
    )


def for_task(
    ctx: Context, case_id: str, rules: Iterable[Incompatible], node: str, role: str
) -> Parties:
    """The same for one task: whoever did what is incompatible with it is barred from it, too."""
    did = bars_of(ctx, case_id).did
    return replace(of_case(ctx, case_id), unfit=incompatible.unfit(rules, node, role, did))


def bars_of(ctx: Context, case_id: str) -> Bars:
    """What keeps people from acting in the case, read once in a use case."""
    known = ctx.memo.get((_BARS, case_id))
    if not isinstance(known, Bars):
        known = ctx.memo[_BARS, case_id] = bars.of_case(ctx.session, case_id, ctx.tools.ring)
    return known


def circle(ctx: Context, case_id: str) -> Circle:
    """Everybody the case exists for today."""
    return circles.of(ctx.session, case_id, ctx.today, bars_of(ctx, case_id).shut)


def forget_bars(ctx: Context, case_id: str) -> None:
    """Read them anew: work was completed, or a recusal changed, in the same use case."""
    ctx.memo.pop((_BARS, case_id), None)


def members(ctx: Context, case_id: str, role: str) -> frozenset[str]:
    """Ids of the people who hold this role in the case today."""
    standing = _standing(ctx, case_id, role)
    holding = _holding(ctx, sorted({who.unit_id for who in standing if who.unit_id}))
    return frozenset(holding | {who.person_id for who in standing if who.person_id})


def _holding(ctx: Context, units: list[str]) -> frozenset[str]:
    """Who holds a post of these units; no verb of a case changes a post, so it is asked once."""
    key = ("holders of units of the case", *units)
    known = ctx.memo.get(key)
    if not isinstance(known, frozenset):
        known = ctx.memo[key] = people.holders_of(ctx, units, ctx.today)
    return known


@dataclass(frozen=True, slots=True, order=True)
class _Who:
    """Who has a part: a person, or an office; the other one is empty."""

    person_id: str = ""
    unit_id: str = ""

    @property
    def columns(self) -> dict[str, str | None]:
        return {"person_id": self.person_id or None, "unit_id": self.unit_id or None}


def _roster(ctx: Context, case_id: str) -> Buffer:
    """The parts people have in the case now."""
    return ctx.rows(PARTS, case_id)


def _standing(ctx: Context, case_id: str, role: str) -> set[_Who]:
    return {
        _Who(row["person_id"] or "", row["unit_id"] or "")
        for row in _roster(ctx, case_id)
        if row["role_key"] == role and row["to_at"] is None
    }


def _parts(ctx: Context, entry: Named) -> list[_Who]:
    if entry.person_id:
        return [_Who(person_id=entry.person_id)]
    offices = people.offices_of_unit(ctx, OF_THE_UNIT, entry.unit_id or "")
    return [_Who(unit_id=offices[kind].id) for kind in sorted(offices)]


def _join(ctx: Context, case_id: str, role: str, who: _Who) -> None:
    if who in _standing(ctx, case_id, role):
        return
    _roster(ctx, case_id).add(case_id=case_id, role_key=role, from_at=ctx.now, **who.columns)
    ctx.record("participant.join", who.person_id or who.unit_id, case_id, {"role": role})


def _leave(ctx: Context, case_id: str, role: str, who: _Who) -> None:
    roster = _roster(ctx, case_id)
    for row in roster:
        held = _Who(row["person_id"] or "", row["unit_id"] or "")
        if row["role_key"] == role and row["to_at"] is None and held == who:
            roster.change(row, to_at=ctx.now)
    ctx.record("participant.leave", who.person_id or who.unit_id, case_id, {"role": role})


def card(ctx: Context, entry: Named) -> dict[str, str | None]:
    """What is kept of a party beside who it is: its name, and who manages it."""
    if entry.person_id:
        person = people.person(ctx, entry.person_id)
        return {"name": person.name, "managed_by": person.managed_by}
    unit = people.unit(ctx, entry.unit_id or "")
    return {"name": unit.name, "managed_by": unit.affiliation}
