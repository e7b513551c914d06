"""What somebody said when he was asked whether he has to keep away from a case.

To claim a task is to declare that one has no reason to keep away; once for a person, a case and a
role is enough. Whoever appoints somebody answers for him in the form; a voter is asked before he
votes.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from sqlalchemy import String, bindparam, exists, insert, literal, select

from server.domain.expressions import Json
from server.domain.recusal import declares
from server.domain.recusal_rules import NONE, Statement
from server.models.base import new_id
from server.models.recusal import declaration
from server.services.context import Context

_COLUMNS: Final = ("id", "case_id", "person_id", "occasion", "capacity", "subject_id", "answer")


def note(
    ctx: Context, case_id: str, person_id: str, occasion: str, subject_id: str, answer: str
) -> None:
    """Keep an answer, unless the same person gave the same one on such an occasion before.

    ``occasion``: claim, appointment or vote; ``answer``: ``none``, or a ground of the pack.
    ``subject_id``: the task or the decision; a vote is asked for anew with every decision.
    """
    said = {"case_id": case_id, "person_id": person_id, "subject_id": subject_id}
    _say(ctx, {**said, "occasion": occasion, "answer": answer, "capacity": ""})


def of_claim(ctx: Context, case_id: str, item_id: str, role: str) -> None:
    """The actor claims a task in this role: he has no reason to keep away.

    Whose matter it is is asked nothing.
    """
    if not declares(role):
        return
    said = {"case_id": case_id, "person_id": ctx.actor.person_id, "subject_id": item_id}
    _say(ctx, {**said, "occasion": "claim", "answer": NONE, "capacity": role})


def of_appointment(
    ctx: Context,
    case_id: str,
    subject_id: str,
    statements: Iterable[Statement],
    given: Mapping[str, Json],
) -> None:
    """Keep what whoever fills in a form says about the people he names in it."""
    said = {"case_id": case_id, "occasion": "appointment", "subject_id": subject_id}
    found = dict(_answered(statements, given)).items()
    rows = [
        {**said, "person_id": person_id, "answer": answer, "capacity": ""}
        for person_id, answer in found
    ]
    if rows:
        _say(ctx, *rows)


def _say(ctx: Context, *said: Mapping[str, str]) -> None:
    ctx.session.execute(_NOTE, [{"id": new_id(), "at": ctx.now, **each} for each in said])


def _answered(
    statements: Iterable[Statement], given: Mapping[str, Json]
) -> Iterator[tuple[str, str]]:
    asked = tuple(statements)
    rows = [given, *(row for rows in given.values() for row in _rows(rows))]
    for row in rows:
        for one in asked:
            person = row.get(one.person)
            if isinstance(person, str) and person:
                yield person, str(row.get(one.answer) or NONE)[:40]


def _rows(value: Json) -> list[Mapping[str, Json]]:
    listed = value if isinstance(value, list) else []
    return [row for row in listed if isinstance(row, Mapping)]


_SAME: Final = (
    declaration.c.case_id == bindparam("case_id"),
    declaration.c.person_id == bindparam("person_id"),
    declaration.c.occasion == bindparam("occasion"),
    declaration.c.capacity == bindparam("capacity"),
    declaration.c.answer == bindparam("answer"),
    (declaration.c.occasion != "vote") | (declaration.c.subject_id == bindparam("subject_id")),
)
# noted with every claim, so it is one statement that is built once
_NOTE: Final = insert(declaration).from_select(
    [*_COLUMNS, "at"],
    select(
        *(bindparam(name, type_=String()) for name in _COLUMNS),
        bindparam("at", type_=declaration.c.at.type),
    ).where(~exists(select(literal(1)).select_from(declaration).where(*_SAME))),
)
