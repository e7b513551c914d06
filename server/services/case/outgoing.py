"""A message a case owes: its row, what its expressions see, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import insert, select, update

from server.domain.expressions import Evaluate, Json
from server.domain.findings import Finding
from server.domain.links import CASE, ITEM, Fault
from server.domain.packs import Message
from server.models.base import new_id
from server.models.case import subject
from server.models.outbox import outbox
from server.services.case import facts
from server.services.case.case_rows import CaseRow
from server.services.case.facts import Facts
from server.services.context import Context
from server.services.law.releases import TYPED, Release


@dataclass(frozen=True, kw_only=True, slots=True)
class Owed:
    """A message of one case that has not been handed over."""

    id: str
    case_id: str
    message: str
    data: Mapping[str, Json]
    attempts: int = 0
    #: of one that begins a case for each item of a list: which item, None for the whole
    part: int | None = None
    item: Json = None


def read(payload: Mapping[str, Json], *, id: str, case_id: str, attempts: int) -> Owed:
    """The row of the outbox as a message."""
    return Owed(
        id=id,
        case_id=case_id,
        message=payload["message"],
        data=payload["data"],
        attempts=attempts,
        part=payload.get("part"),
        item=payload.get(ITEM),
    )


def hold(ctx: Context, owed: Owed) -> bool:
    """Is it still owed; the row stays locked until the transaction ends."""
    row = select(outbox.c.id).where(outbox.c.id == owed.id, outbox.c.state == "pending")
    return ctx.session.scalar(row.with_for_update()) is not None


def known(ctx: Context, sender: CaseRow, release: Release, declared: Message, owed: Owed) -> Facts:
    """What the expressions of the message see: what it carries, its case, the switches."""
    types = facts.known_names(release, sender.procedure)
    carried = {name: owed.data.get(name) for name in declared.carries}
    item = {} if owed.part is None else {ITEM: owed.item}
    return Facts(
        values={
            **carried,
            **item,
            CASE: _of_case(ctx, sender),
            "settings": facts.settings_of(release),
        },
        types={name: types[name] for name in carried if types.get(name) in TYPED},
        now=ctx.now,
    )


def parts(evaluate: Evaluate, declared: Message, seen: Facts) -> list[Json]:
    """The items of ``each``; a single value counts as a list of one, none as an empty list."""
    value = facts.value(evaluate, declared.each, seen) if declared.each else None
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def split(ctx: Context, owed: Owed, items: Sequence[Json]) -> None:
    """One message for each item, so that what one of them meets holds up no other."""
    rows = [
        {
            "id": new_id(),
            "kind": "message",
            "payload": {"message": owed.message, "data": owed.data, "part": at, ITEM: item},
            "dedupe_key": f"{owed.id}:{at}",
            "state": "pending",
            "next_at": ctx.now,
            "case_id": owed.case_id,
            "created_at": ctx.now,
        }
        for at, item in enumerate(items)
    ]
    if rows:
        ctx.session.execute(insert(outbox), rows)
    mark(ctx, owed, "sent" if rows else "recorded")


def mark(ctx: Context, owed: Owed, state: str, fault: Fault | str = "") -> None:
    """Nothing more is owed: it arrived, or it is recorded why not."""
    ctx.session.execute(
        update(outbox)
        .where(outbox.c.id == owed.id)
        .values(state=state, next_at=None, error=fault, problems=None)
    )


def problems_of(findings: Sequence[Finding]) -> list[dict[str, str]]:
    """What a start form does not take, by field; never what was filled in."""
    return [
        {"field": found.field, "message": found.message, "fix": found.fix} for found in findings
    ]


_PARTIES: Final = ("subject", "applicant")


def _of_case(ctx: Context, sender: CaseRow) -> dict[str, Json]:
    rows = ctx.session.execute(
        select(subject.c.kind, subject.c.person_id, subject.c.unit_id)
        .where(subject.c.case_id == sender.id)
        .order_by(subject.c.name, subject.c.id)
    ).all()
    concerned = next(
        (found for kind in _PARTIES if (found := [row for row in rows if row.kind == kind])), []
    )
    people = [
        {
            "kind": "person" if row.person_id else "unit",
            "person": row.person_id,
            "unit": None if row.person_id else row.unit_id,
        }
        for row in concerned
    ]
    first = people[0] if people else {"kind": None, "person": None, "unit": None}
    return {
        "reference": sender.reference,
        "procedure": sender.procedure,
        "level": sender.level,
        **first,
        "opened_on": sender.opened_on.isoformat(),
        "subjects": people,
    }
