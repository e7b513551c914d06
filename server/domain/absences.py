"""代理: somebody is away for some days, and a colleague of his organ stands in for him.

It is about posts, never about the person: what concerns the absent one himself is not shown, and
no duty of administering the program is passed on. There are no chains, and it ends by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from server.domain.access import ADMINISTRATORS, DESIGNER
from server.domain.errors import Conflict, Invalid
from server.domain.findings import Finding
from server.domain.texts import _

#: what nobody can stand in for, as kinds of unit
PERSONAL = ADMINISTRATORS | {DESIGNER}


@dataclass(frozen=True, kw_only=True, slots=True)
class Absence:
    """Who is away, who stands in for him, and for which days; both are included."""

    person_id: str
    substitute_id: str
    from_on: date
    to_on: date
    #: units whose posts it is about; None: all of them
    unit_ids: frozenset[str] | None = None
    #: ended before its last day
    is_ended: bool = False

    def holds(self, day: date) -> bool:
        """Does the substitute stand in on this day."""
        return not self.is_ended and self.from_on <= day <= self.to_on

    def covers(self, unit_id: str) -> bool:
        """Is it about the posts in this unit."""
        return self.unit_ids is None or unit_id in self.unit_ids

    def meets(self, other: "Absence") -> bool:
        """Do both hold on some day."""
        days = self.from_on <= other.to_on and other.from_on <= self.to_on
        return days and not (self.is_ended or other.is_ended)

    def shares(self, other: "Absence") -> bool:
        """Are both about some post of the same unit."""
        if self.unit_ids is None or other.unit_ids is None:
            return True
        return bool(self.unit_ids & other.unit_ids)


@dataclass(frozen=True, kw_only=True, slots=True)
class Seat:
    """A post as far as standing in is concerned: where it is, and what kind of unit that is."""

    unit_id: str
    kind: str
    #: the organ it belongs to
    organ: str


def passed_on(absence: Absence, absent: Iterable[Seat], substitute: Iterable[Seat]) -> list[Seat]:
    """The posts of the absent one that the substitute fills, with what both hold on the day.

    Nothing once he has left the organ, or while he administers the program.
    """
    own = tuple(substitute)
    if any(seat.kind in ADMINISTRATORS for seat in own):
        return []
    organs = {seat.organ for seat in own}
    return [
        seat
        for seat in absent
        if seat.organ in organs and seat.kind not in PERSONAL and absence.covers(seat.unit_id)
    ]


def refuse(new: Absence, known: Iterable[Absence], today: date) -> None:
    """Return when it can be arranged beside those there are.

    Raises:
        Invalid: its days are over, in the wrong order, or somebody would stand in for himself.
        Conflict: it overlaps another of the same posts, or would make a chain.
    """
    _refuse_odd(new, today)
    for other in known:
        if not new.meets(other):
            continue
        if other.person_id == new.person_id and new.shares(other):
            raise Conflict(_("这段时间已经安排了代理，请先结束原来的安排"))
        if other.person_id == new.substitute_id:
            raise Conflict(_("代理人这段时间也不在岗，请另选一人"))
        if other.substitute_id == new.person_id:
            raise Conflict(_("不在岗的人这段时间正代理他人，请先结束那项代理"))


def _refuse_odd(new: Absence, today: date) -> None:
    if new.to_on < new.from_on:
        raise _wrong("to_on", _("结束日期不能早于开始日期"))
    if new.from_on < today:
        raise _wrong("from_on", _("开始日期不能早于今天"))
    if new.person_id == new.substitute_id:
        raise _wrong("substitute_id", _("不能由本人代理本人"))


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(message, [Finding(code="ABSENCE", field=field, message=message)])
