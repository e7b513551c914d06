"""Who could do what to a case: read from its rows alone, before the program is asked.

The order of everything here depends on no id, so that the same choices mean the same in every run.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from server.models.case import case, case_request
from server.models.identity import Person, Post, Unit
from server.models.outbox import message_subscription
from server.models.recusal import HOLDS, recusal
from server.models.time import deadline
from server.models.work import OPEN_STATES, work_item
from tests.factories.random_pack import APPLICANT

#: office of the county -> who works there, its head first
STAFF: Final[Mapping[str, tuple[str, ...]]] = {
    f"county1.{office}": tuple(f"county1.{office}.{each}" for each in who)
    for office, who in {
        "case_supervision": ("head", "1", "2"),
        "audit": ("head", "1"),
        "petitions": ("head", "1"),
    }.items()
}
#: who steers cases of this county
LEADER: Final = "county1.case_supervision.head"
#: of another office of the same organ, with no work of its own
NEIGHBOUR: Final = "county1.petition.1"
PEOPLE: Final = (APPLICANT, *(each for some in STAFF.values() for each in some), NEIGHBOUR)
#: whom a case of this county concerns in no way
STRANGERS: Final = ("county3.case_supervision.1", "p.system_admin.head", "p.designer.head")
#: who may stand in for whom: of the same organ
SUBSTITUTES: Final[Mapping[str, tuple[str, ...]]] = {
    each: tuple(other for other in (*some, *near) if other != each)
    for key, some in STAFF.items()
    for near in [(NEIGHBOUR,) if key.endswith("supervision") else ()]
    for each in some
}

#: somebody and the item he would do it to
Pair = tuple[str, Any]

_COLUMNS: Final = (
    *("id", "node_key", "instance", "state", "form_key", "duty", "position", "group_id"),
    *("parent_id", "candidate_role", "candidate_unit", "opened_at", "closed_at"),
)

_OWNER, _GIVER, _SOURCE = aliased(Person), aliased(Person), aliased(Unit)
_ITEMS: Final = (
    select(
        *(work_item.c[name] for name in _COLUMNS),
        Person.login,
        Unit.key,
        _OWNER.login.label("owner"),
        _GIVER.login.label("giver"),
        _SOURCE.key.label("source"),
    )
    .outerjoin(Person, Person.id == work_item.c.assignee_id)
    .outerjoin(Unit, Unit.id == work_item.c.candidate_unit)
    .outerjoin(_OWNER, _OWNER.id == work_item.c.owner_id)
    .outerjoin(_GIVER, _GIVER.id == work_item.c.handed_by)
    .outerjoin(_SOURCE, _SOURCE.id == work_item.c.handed_from)
    .where(work_item.c.case_id == bindparam("of_case"))
)


def staff(row: Any) -> tuple[str, ...]:
    """The people of the office that has an item, or whom the case names."""
    if row.key is None:
        return (APPLICANT,)
    return STAFF.get(row.key, (f"{row.key}.head", f"{row.key}.1"))


def items(session: Session, case_id: str) -> list[Any]:
    """Everything that waits or waited, what waits first."""
    return sorted(session.execute(_ITEMS, {"of_case": case_id}).all(), key=_place)


def _place(row: Any) -> tuple[Any, ...]:
    return (
        row.state not in OPEN_STATES,
        row.node_key,
        row.instance or "",
        row.duty,
        row.position,
        row.key or "",
        row.login or "",
        row.opened_at,
        row.closed_at or row.opened_at,
    )


def _offered(rows: Sequence[Any]) -> Iterator[Pair]:
    for row in rows:
        if row.state == "offered":
            yield from ((each, row) for each in staff(row))


def _held(rows: Sequence[Any]) -> Iterator[Pair]:
    yield from ((row.login, row) for row in rows if row.state == "claimed" and row.login)


def _held_alone(rows: Sequence[Any]) -> Iterator[Pair]:
    yield from ((who, row) for who, row in _held(rows) if row.duty == "main")


def _by_office(rows: Sequence[Any]) -> Iterator[Pair]:
    for row in rows:
        if row.state in OPEN_STATES and row.key is not None:
            yield from ((each, row) for each in staff(row))


def _held_of_office(rows: Sequence[Any]) -> Iterator[Pair]:
    yield from ((who, row) for who, row in _held_alone(rows) if row.key is not None)


def _urgeable(rows: Sequence[Any]) -> Iterator[Pair]:
    did = {row.login for row in rows if row.state == "done" and row.key is not None}
    for row in rows:
        if row.state in OPEN_STATES:
            some = [*sorted(did - {None}), *(staff(row)[:1] if row.key else ())]
            yield from ((each, row) for each in dict.fromkeys(some) if each != row.login)


def _last_done(rows: Sequence[Any]) -> Iterator[Pair]:
    done = [row for row in rows if row.state == "done"]
    if done:
        last = max(done, key=lambda row: row.closed_at)
        yield last.login, last


def _on_their_way(rows: Sequence[Any]) -> Iterator[Any]:
    yield from (row for row in rows if row.state == "offered" and row.source is not None)


def _recallable(rows: Sequence[Any]) -> Iterator[Pair]:
    yield from ((row.owner, row) for row in rows if row.state == "claimed" and row.owner)
    known = {row.id: row for row in rows}
    for row in _on_their_way(rows):
        if row.giver is not None and row.parent_id in known:
            yield row.giver, known[row.parent_id]


def _declinable(rows: Sequence[Any]) -> Iterator[Pair]:
    for row in _on_their_way(rows):
        if row.giver is not None:
            yield from ((each, row) for each in staff(row))


def _led(rows: Sequence[Any]) -> Iterator[Pair]:
    for row in rows:
        head = staff(row)[0]
        if row.state == "claimed" and row.key is not None and row.login != head:
            yield head, row


def _signed_with(rows: Sequence[Any]) -> Iterator[Pair]:
    asked = {row.group_id for row in rows if row.state in OPEN_STATES and row.duty not in _OWN}
    yield from ((who, row) for who, row in _held_alone(rows) if row.group_id in asked)


_OWN: Final = ("main", "member")
_MEANT: Final[Mapping[str, Callable[[Sequence[Any]], Iterator[Pair]]]] = {
    "claim": _offered,
    "withdraw": _last_done,
    "recall": _recallable,
    "decline": _declinable,
    "take-back": _led,
    "remove-signers": _signed_with,
    "add-signers": _held_of_office,
    "delegate": _held_of_office,
    "transfer": _held_of_office,
    "hand-over": _held_of_office,
    "return": _held_of_office,
    "cc": _by_office,
    "comment": _by_office,
    "urge": _urgeable,
}


def meant(verb: str, rows: Sequence[Any]) -> list[Pair]:
    """Who might do this to which item; the program decides."""
    return list(_MEANT.get(verb, _held)(rows))


def handlers(rows: Sequence[Any]) -> tuple[str, ...]:
    """The people of the offices that have something to do now, else of all."""
    found = [each for row in rows if row.state in OPEN_STATES and row.key for each in staff(row)]
    return tuple(dict.fromkeys(found)) or tuple(each for some in STAFF.values() for each in some)


def requests(
    session: Session, case_id: str, kind: str = "%"
) -> list[tuple[str, str, tuple[str, ...]]]:
    """What waits for another person's consent: id, who asked, who decides."""
    rows = session.execute(
        select(case_request.c.id, case_request.c.office_id, Person.login)
        .join(Person, Person.id == case_request.c.asked_by)
        .where(
            case_request.c.case_id == case_id,
            case_request.c.state == "asked",
            case_request.c.kind.like(kind),
        )
        .order_by(case_request.c.asked_at)
    )
    return [(row.id, row.login, _heads(session, row.office_id)) for row in rows]


def recusals(session: Session, case_id: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """Who may have to keep away and is not decided about: id, who said so, who decides."""
    rows = session.execute(
        select(recusal.c.id, recusal.c.office_id, Person.login)
        .join(Person, Person.id == recusal.c.by_id)
        .where(
            recusal.c.case_id == case_id,
            recusal.c.state.in_(("asked", *HOLDS)),
            recusal.c.decided_by.is_(None),
        )
        .order_by(recusal.c.at)
    )
    return [(row.id, row.login, _heads(session, row.office_id)) for row in rows]


def _heads(session: Session, unit_id: str | None) -> tuple[str, ...]:
    wanted = select(Person.login).join(Post, Post.person_id == Person.id)
    wanted = wanted.where(Post.unit_id == unit_id, Post.is_head)
    return tuple(session.scalars(wanted.order_by(Person.login)))


def messages(session: Session, case_id: str) -> list[str]:
    """What the case waits for."""
    wanted = select(message_subscription.c.message).where(
        message_subscription.c.case_id == case_id, message_subscription.c.state == "open"
    )
    return sorted(session.scalars(wanted))


def status(session: Session, case_id: str) -> str:
    """How the case stands; ``fault`` where it stopped by itself."""
    row = session.execute(select(case).where(case.c.id == case_id)).one()
    is_fault = row.status == "suspended" and row.suspended_by is None
    return "fault" if is_fault else str(row.status)


def stopped(session: Session, case_id: str) -> bool:
    """Does one of its clocks stand."""
    wanted = select(deadline.c.id).where(
        deadline.c.case_id == case_id, deadline.c.state == "stopped"
    )
    return session.scalar(wanted.limit(1)) is not None
