"""What the cases of a campaign came to, as rows that its numbers are added up from.

No name leaves this module but with the entries that the pack's conditions are asked about.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from server.domain.registers import EntryState
from server.models.case import case
from server.models.register import campaign_target, register_entry
from server.queries import registers
from server.queries.registers import Entry


def outcomes(session: Session, campaign_id: str, wanted: Collection[str]) -> list[Row[Any]]:
    """How many of its cases ended with each of these outcomes, by share."""
    if not wanted:
        return []
    columns = (campaign_target.c.part_id, case.c.outcome)
    return list(
        session.execute(
            select(*columns, func.count(case.c.id.distinct()).label("n"))
            .join(case, case.c.id == campaign_target.c.case_id)
            .where(campaign_target.c.campaign_id == campaign_id, case.c.outcome.in_(wanted))
            .group_by(*columns)
        ).all()
    )


def entries(
    session: Session, campaign_id: str, wanted: Collection[str]
) -> list[tuple[str | None, Entry]]:
    """What its cases entered in these registers and what stands there, each with its share."""
    if not wanted:
        return []
    table = register_entry.c
    found = session.execute(
        registers.every_entry(campaign_target.c.part_id)
        .join(campaign_target, campaign_target.c.case_id == table.case_id)
        .where(
            campaign_target.c.campaign_id == campaign_id,
            table.register.in_(wanted),
            table.state == EntryState.STANDS,
        )
        .order_by(table.entered_on, table.id)
    )
    return [(row.part_id, registers.of_row(row)) for row in found]
