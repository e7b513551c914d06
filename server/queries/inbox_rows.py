"""Which work items belong to whom, as conditions that one index each answers.

``mine``, ``queue``, ``overdue`` and ``done`` are selections of the few columns that sort, count and
page a list; ``inbox`` adds what people read. A selection walks the person's own work and that of
his offices, never that of others: candidates are posts (office and dates) or parts in the case.
"""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, union, union_all
from sqlalchemy.orm import InstrumentedAttribute

from server.domain.access import Actor, Permission, PostHeld, permits
from server.domain.groups import Duty
from server.domain.lifecycle import WorkState
from server.domain.roles import PARTIES
from server.domain.urgency import Rank, first_key
from server.models.case import subject
from server.models.identity import Post
from server.models.work import IS_DONE, OPEN_STATES, WAITING, participant, work_item
from server.queries import tenure
from server.queries.visibility import closed_for, recused_from, seen_by

View = Literal["mine", "queue", "overdue", "done"]

#: what every selection gives
COLUMNS = (
    work_item.c.id,
    work_item.c.order_key,
    work_item.c.expires_at,
)

Rows = Select[Any]
Wanted = Collection[ColumnElement[bool]]


def selection(
    actor: Actor, view: View, *, on: date, now: datetime, also: Wanted = ()
) -> tuple[Rows, ...]:
    """The rows of a list, in parts that have nothing in common; ``also`` narrows each of them.

    ``actor`` brings the posts of the day ``on``. Administrators have no work and see none.
    """
    also = (*also, work_item.c.case_id.not_in(recused_from(actor)))
    if not permits(actor, Permission.CASE_READ):
        return (select(*COLUMNS, work_item.c.closed_at).where(false()),)
    if view == "mine":
        return _mine(actor).where(*also), *(each.where(*also) for each in _theirs(actor))
    if view == "queue":
        filled = (each.where(*also) for each in _for_others(actor, on))
        return _of_offices(actor, on).where(*also), _by_name(actor, on).where(*also), *filled
    if view == "overdue":
        return (_overdue(actor, now).where(*also),)
    return (_done(actor).where(*also),)


def together(parts: tuple[Rows, ...]) -> Any:
    """The parts as one list of rows."""
    return union_all(*parts).subquery() if len(parts) > 1 else parts[0].subquery()


def unit_ids(posts: Collection[PostHeld]) -> list[str]:
    """The units of these posts, each once."""
    return sorted({post.unit_id for post in posts})


def is_past(now: datetime) -> ColumnElement[bool]:
    """The period that law sets for the item is over; a target is none."""
    return and_(
        work_item.c.order_key < first_key(Rank.SOFT),
        work_item.c.expires_at <= now,
    )


def _mine(actor: Actor) -> Rows:
    """What he has claimed, as long as he is one of those it is offered to."""
    return select(*COLUMNS).where(
        WAITING,
        work_item.c.assignee_id == actor.person_id,
        work_item.c.state == WorkState.CLAIMED,
        _IS_HIS_TURN,
        or_(_offered_to_offices(actor), _offered_by_name(actor)),
        or_(_IS_OF_PARTY, is_not_about(actor.person_id)),
    )


def _theirs(actor: Actor) -> Iterator[Rows]:
    """What the absent people he stands in for have claimed in the offices it is about."""
    for absent in actor.stands_in:
        yield select(*COLUMNS).where(
            WAITING,
            work_item.c.assignee_id == absent.person_id,
            work_item.c.state == WorkState.CLAIMED,
            _IS_HIS_TURN,
            _offered_to_offices(absent),
            *_nobodys_own(actor, absent),
        )


def _for_others(actor: Actor, on: date) -> Iterator[Rows]:
    """What only those he stands in for could take: each row once."""
    before = [_offered_to_offices(actor)]
    for absent in actor.stands_in:
        yield select(*COLUMNS).where(
            WAITING,
            _CAN_BE_TAKEN,
            _offered_to_offices(absent),
            _is_free(_works_there(on), is_about(work_item.c.assignee_id)),
            *(~each for each in before),
            *_nobodys_own(actor, absent),
        )
        before.append(_offered_to_offices(absent))


def _nobodys_own(actor: Actor, absent: Actor) -> tuple[ColumnElement[bool], ...]:
    """It concerns neither of the two, and neither is kept out of it."""
    return (
        is_not_about(actor.person_id),
        work_item.c.case_id.not_in(closed_for(absent)),
    )


def _of_offices(actor: Actor, on: date) -> Rows:
    return select(*COLUMNS).where(
        WAITING,
        _CAN_BE_TAKEN,
        _offered_to_offices(actor),
        _is_free(_works_there(on), is_about(work_item.c.assignee_id)),
        is_not_about(actor.person_id),
    )


def _by_name(actor: Actor, on: date) -> Rows:
    part = _parts(actor).subquery()
    return (
        select(*COLUMNS)
        .join(
            part,
            and_(
                part.c.case_id == work_item.c.case_id,
                part.c.role_key == work_item.c.candidate_role,
            ),
        )
        .where(
            WAITING,
            work_item.c.candidate_unit.is_(None),
            _CAN_BE_TAKEN,
            _is_free(_has_part_still(on), and_(is_about(work_item.c.assignee_id), ~_IS_OF_PARTY)),
            or_(_IS_OF_PARTY, is_not_about(actor.person_id)),
        )
    )


def _overdue(actor: Actor, now: datetime) -> Rows:
    """Past its date by law, in a case he may know of."""
    return select(*COLUMNS).where(WAITING, is_past(now), work_item.c.case_id.in_(seen_by(actor)))


def _done(actor: Actor) -> Rows:
    """What he completed, in cases he may still know of."""
    units = unit_ids(actor.posts)
    return select(*COLUMNS, work_item.c.closed_at).where(
        IS_DONE,
        work_item.c.assignee_id == actor.person_id,
        or_(
            work_item.c.candidate_unit.in_(units),
            work_item.c.case_id.in_(seen_by(actor)),
        ),
    )


def _offered_to_offices(actor: Actor) -> ColumnElement[bool]:
    """The rows of offices ``domain/access.is_candidate`` says yes to."""
    return and_(
        work_item.c.candidate_unit.in_(unit_ids(actor.posts)),
        or_(~work_item.c.head_only, work_item.c.candidate_unit.in_(actor.headed)),
    )


def _offered_by_name(actor: Actor) -> ColumnElement[bool]:
    part = exists().where(
        *_in_this_part(),
        or_(
            participant.c.person_id == actor.person_id,
            participant.c.unit_id.in_(unit_ids(actor.posts)),
        ),
    )
    return and_(work_item.c.candidate_unit.is_(None), part)


def _parts(actor: Actor) -> Any:
    """The parts he has in cases, himself or through an office, each once."""
    columns = (participant.c.case_id, participant.c.role_key)
    return union(
        select(*columns).where(
            participant.c.person_id == actor.person_id, participant.c.to_at.is_(None)
        ),
        select(*columns).where(
            participant.c.unit_id.in_(unit_ids(actor.posts)), participant.c.to_at.is_(None)
        ),
    )


def _is_free(is_held: ColumnElement[bool], is_barred: ColumnElement[bool]) -> ColumnElement[bool]:
    """Nobody has it, or whoever has it cannot do it any more."""
    left_behind = and_(work_item.c.state == WorkState.CLAIMED, or_(~is_held, is_barred))
    return or_(work_item.c.state == WorkState.OFFERED, left_behind)


def _works_there(on: date) -> ColumnElement[bool]:
    """The assignee still holds a post of the office it is offered to."""
    return tenure.manning(on).where(Post.person_id == work_item.c.assignee_id).exists()


def _has_part_still(on: date) -> ColumnElement[bool]:
    """The assignee still has the part in the case it is offered to."""
    return exists().where(
        *_in_this_part(),
        or_(
            participant.c.person_id == work_item.c.assignee_id,
            select(Post.id)
            .where(
                Post.person_id == work_item.c.assignee_id,
                Post.unit_id == participant.c.unit_id,
                tenure.held(on),
            )
            .correlate(participant, work_item)
            .exists(),
        ),
    )


def _in_this_part() -> tuple[ColumnElement[bool], ...]:
    return (
        participant.c.case_id == work_item.c.case_id,
        participant.c.role_key == work_item.c.candidate_role,
        participant.c.to_at.is_(None),
    )


#: offered to a party of the case, who speaks in it for himself
_IS_OF_PARTY = and_(work_item.c.candidate_unit.is_(None), work_item.c.candidate_role.in_(PARTIES))


_main, _ahead = work_item.alias(), work_item.alias()
#: signers after it: it has been handed in
_IS_HANDED_IN = exists().where(
    _main.c.group_id == work_item.c.group_id,
    _main.c.duty == Duty.MAIN,
    _main.c.state.in_(OPEN_STATES),
    _main.c.answers.is_not(None),
)
#: those who sign one after the other have different places, all others the same: nobody is before
_IS_NEXT = ~exists().where(
    _ahead.c.group_id == work_item.c.group_id,
    _ahead.c.duty == Duty.MEMBER,
    _ahead.c.state.in_(OPEN_STATES),
    _ahead.c.position < work_item.c.position,
)
#: the rows of a group ``domain/groups.offered`` names, but for the main one: that is shown as soon
#: as it is somebody's, so that he sees for whom it waits
_IS_HIS_TURN = or_(
    work_item.c.duty.in_((Duty.MAIN, Duty.BEFORE, Duty.BESIDE)),
    and_(work_item.c.duty == Duty.AFTER, _IS_HANDED_IN),
    and_(work_item.c.duty == Duty.MEMBER, _IS_NEXT),
)
#: signers were asked themselves: nobody takes their place
_CAN_BE_TAKEN = or_(work_item.c.duty == Duty.MAIN, and_(work_item.c.duty == Duty.MEMBER, _IS_NEXT))


def is_not_about(person_id: str) -> ColumnElement[bool]:
    """It is not his own matter (``domain/recusal``)."""
    return work_item.c.case_id.not_in(_matters_of(subject.c.person_id == person_id))


def is_about(person_id: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """It is the own matter of the person in this column of a post, or of the work itself."""
    own = _matters_of(subject.c.person_id == person_id, subject.c.case_id == work_item.c.case_id)
    return own.correlate(work_item, Post).exists()


def _matters_of(*who: ColumnElement[bool]) -> Rows:
    """Cases about a person: named in them as the subject, or the applicant where nobody is."""
    other = subject.alias()
    has_subject = exists().where(other.c.case_id == subject.c.case_id, other.c.kind == "subject")
    return select(subject.c.case_id).where(*who, or_(subject.c.kind == "subject", ~has_subject))
