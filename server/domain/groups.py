"""A work group: everybody who has to do with one task, and whose turn it is.

The engine sees one task and one completion. Who signs before it is handed in, beside it or after,
and who signs or votes instead of one person, is decided here, on frozen values. An item has no
state of its own for this: whether it can be done now follows from the others of its group.

::

    main      may be handed in when nobody before, beside or among the members is owed any more
    before    before the main one is worked on at all        (前加签)
    beside    while the main one is worked on                (并加签)
    after     once the main one was handed in; who disagrees sends it back   (后加签)
    member    one of those who sign or vote together, as ``together.Together`` says
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from server.domain.errors import Conflict
from server.domain.lifecycle import WorkState, move_work
from server.domain.tallies import Choice, Tally, tally
from server.domain.texts import _
from server.domain.together import Kind, Together


class Duty(StrEnum):
    """What an item is in its group."""

    MAIN = "main"
    BEFORE = "before"
    BESIDE = "beside"
    AFTER = "after"
    MEMBER = "member"


#: those who were added by whoever has the main one
SIGNERS: Final = frozenset({Duty.BEFORE, Duty.BESIDE, Duty.AFTER})
_OPEN: Final = frozenset({WorkState.OFFERED, WorkState.CLAIMED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Seat:
    """One item of a group."""

    id: str
    person_id: str | None = None
    duty: Duty = Duty.MAIN
    state: WorkState = WorkState.CLAIMED
    #: place in the order, of those who sign one after the other
    position: int = 0
    weight: int = 1
    #: what was signed
    choice: Choice | None = None

    @property
    def is_open(self) -> bool:
        """Does it still wait for somebody."""
        return self.state in _OPEN


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """All items of one task of the engine, the oldest first."""

    seats: tuple[Seat, ...]
    #: how the members sign, None where there are none
    rule: Together | None = None
    #: the answers of the main one are kept until those after it have signed
    is_handed_in: bool = False

    def seat(self, seat_id: str) -> Seat:
        """The item with this id."""
        return next(seat for seat in self.seats if seat.id == seat_id)

    def open_of(self, *duties: Duty) -> tuple[Seat, ...]:
        """The items of these duties that still wait."""
        return tuple(seat for seat in self.seats if seat.is_open and seat.duty in duties)

    @property
    def has_main(self) -> bool:
        """Does somebody do the task itself; else it is done by signing."""
        return any(seat.duty is Duty.MAIN for seat in self.seats)

    @property
    def tally(self) -> Tally:
        """What the members have said so far."""
        return tally(
            self.rule,
            [
                (seat.weight, seat.choice if seat.state is WorkState.DONE else None)
                for seat in self.seats
                if seat.duty is Duty.MEMBER and seat.state is not WorkState.ENDED
            ],
        )

    @property
    def is_settled(self) -> bool:
        """Have the members said all that is asked of them."""
        return not self.open_of(Duty.MEMBER)


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """What comes of an act in a group."""

    group: Group
    #: the engine goes on: this happens once in the life of a group
    goes_on: bool = False
    #: it goes back to the main one, with its answers as a draft
    is_back: bool = False
    #: people who sign anew after the next time it is handed in
    again: tuple[str, ...] = ()


def offered(group: Group) -> frozenset[str]:
    """Ids of the items that can be signed or handed in now; never empty before the end."""
    return frozenset(seat.id for seat in group.seats if seat.is_open and not _waits(group, seat))


def refuse_waiting(group: Group, seat_id: str) -> None:
    """Return when it is this item's turn.

    Raises:
        Conflict: others come first; the sentence says who.
    """
    seat = group.seat(seat_id)
    if seat.is_open and (why := _waits(group, seat)):
        raise Conflict(why)


def may_fill_in(group: Group, seat_id: str) -> bool:
    """May a draft be kept: what waits only for those beside it can be worked on meanwhile."""
    seat = group.seat(seat_id)
    if seat.duty is Duty.MAIN:
        return not group.is_handed_in and not group.open_of(Duty.BEFORE)
    return not _waits(group, seat)


def add(group: Group, added: Iterable[Seat]) -> Group:
    """The group with these signers.

    Raises:
        Conflict: it has no main one, was handed in, or somebody would sign twice.
    """
    new = tuple(added)
    if not group.open_of(Duty.MAIN):
        raise Conflict(_("该待办由多人共同签署，不能再加签"))
    if group.is_handed_in and any(seat.duty is not Duty.AFTER for seat in new):
        raise Conflict(_("已经提交，只能后加签"))
    open_now = [seat for seat in (*group.seats, *new) if seat.is_open]
    taken = [seat.person_id for seat in open_now if seat.person_id]
    if len(taken) != len(set(taken)):
        raise Conflict(_("同一人在一项待办中只能签署一次"))
    return replace(group, seats=(*group.seats, *new))


def remove(group: Group, gone: Collection[str]) -> Turn:
    """The group without these signers, who have not signed yet.

    Raises:
        Conflict: one of them was not added, or has signed.
    """
    for seat in map(group.seat, gone):
        if seat.duty not in SIGNERS:
            raise Conflict(_("只能撤销加签的人员"))
        if not seat.is_open:
            raise Conflict(_("已经签署或者已经撤销，不能再撤销"))
    return _without(group, gone)


def excuse(group: Group, seat_id: str) -> Turn:
    """The group without somebody who may not sign, whoever asked him; he counts for nothing.

    Where nobody is left to sign what was handed in, whoever handed it in has it again.

    Raises:
        Conflict: nobody else is asked, so somebody has to take his place.
    """
    others = [
        seat
        for seat in group.seats
        if seat.duty is Duty.MEMBER and seat.id != seat_id and seat.state is not WorkState.ENDED
    ]
    if group.seat(seat_id).duty is Duty.MEMBER and not others:
        raise Conflict(_("没有其他可以签署的人员，须有人接替"))
    left = _without(group, [seat_id])
    if left.goes_on and left.group.has_main:
        return Turn(group=replace(left.group, is_handed_in=False), is_back=True)
    return left


def hand_in(group: Group, main_id: str) -> Turn:
    """The main one is handed in: the engine goes on, or those after it sign first.

    Raises:
        Conflict: others come first.
    """
    refuse_waiting(group, main_id)
    if group.open_of(Duty.AFTER):
        return Turn(group=replace(group, is_handed_in=True))
    return Turn(group=_done(group, main_id, None), goes_on=True)


def back(group: Group) -> Turn:
    """The main one has again what it handed in; whoever signed it afterwards does so anew."""
    signed = [
        seat.person_id
        for seat in group.seats
        if seat.duty is Duty.AFTER and seat.state is WorkState.DONE and seat.person_id
    ]
    waiting = {seat.person_id for seat in group.open_of(Duty.AFTER)}
    anew = tuple(person for person in dict.fromkeys(signed) if person not in waiting)
    return Turn(group=replace(group, is_handed_in=False), is_back=True, again=anew)


def sign(group: Group, seat_id: str, choice: Choice) -> Turn:
    """Somebody signs.

    Raises:
        Conflict: others come first, or nothing waits for him.
    """
    refuse_waiting(group, seat_id)
    signed = _done(group, seat_id, choice)
    duty = group.seat(seat_id).duty
    if duty is Duty.AFTER:
        return _after(signed, choice)
    return _settled(signed) if duty is Duty.MEMBER else Turn(group=signed)


def _settled(group: Group) -> Turn:
    """The members' part is over as soon as nothing they may say is asked any more."""
    if not (_is_decided(group) or group.is_settled):
        return Turn(group=group)
    closed = _ended(group, [seat.id for seat in group.open_of(Duty.MEMBER)])
    return Turn(group=closed, goes_on=not closed.has_main)


def _without(group: Group, gone: Collection[str]) -> Turn:
    left = _ended(group, gone)
    if any(group.seat(seat_id).duty is Duty.MEMBER for seat_id in gone):
        return _settled(left)
    return Turn(group=left, goes_on=left.is_handed_in and not left.open_of(Duty.AFTER))


def _after(signed: Group, choice: Choice) -> Turn:
    """Who disagrees sends it back, and all after it sign anew; else the last one lets it go on."""
    if choice is Choice.DISAGREE:
        return back(signed)
    return Turn(group=signed, goes_on=not signed.open_of(Duty.AFTER))


def _waits(group: Group, seat: Seat) -> str:
    """Why it is not this item's turn, empty when it is."""
    if seat.duty is Duty.MAIN:
        return _main_waits(group)
    if seat.duty is Duty.AFTER and not group.is_handed_in:
        return _("主办人还没有提交，提交后再签署")
    if seat.duty is Duty.MEMBER and group.rule and group.rule.kind is Kind.SEQUENCE:
        first = min(each.position for each in group.open_of(Duty.MEMBER))
        return _("在前的人员签署后再签署") if seat.position > first else ""
    return ""


def _main_waits(group: Group) -> str:
    if group.is_handed_in:
        return _("已经提交，后加签的人员签署后转入下一步")
    if group.open_of(Duty.BEFORE):
        return _("前加签的人员签署后才能办理")
    if group.open_of(Duty.BESIDE):
        return _("并加签的人员签署后才能提交，可以先填写、暂存")
    if group.open_of(Duty.MEMBER):
        return _("会签的人员签署后才能提交，可以先填写、暂存")
    return ""


def _is_decided(group: Group) -> bool:
    rule = group.rule
    if rule is None:
        return False
    if rule.kind is Kind.OR_SIGN:
        return any(seat.duty is Duty.MEMBER and seat.choice is not None for seat in group.seats)
    return rule.is_early and group.tally.is_certain


def _done(group: Group, seat_id: str, choice: Choice | None) -> Group:
    seat = group.seat(seat_id)
    done = replace(seat, state=move_work(seat.state, WorkState.DONE), choice=choice)
    return replace(group, seats=tuple(done if each.id == seat_id else each for each in group.seats))


def _ended(group: Group, gone: Collection[str]) -> Group:
    return replace(
        group,
        seats=tuple(
            replace(seat, state=WorkState.ENDED) if seat.id in gone else seat
            for seat in group.seats
        ),
    )
