"""The keys that who reported is sealed with: there when needed, and changed piece by piece.

A new key is put into the first line of the key file, the old one below; ``rekey`` seals everything
anew with the first. It goes on where it was interrupted: a row says which key it is sealed with.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Table, select, union, update

from server.adapters.ring import Ring
from server.domain.access import SYSTEM
from server.domain.errors import Conflict, Invalid
from server.domain.texts import _
from server.models.reporter import (
    reporter,
    reporter_bar,
    reporter_feedback,
    reporter_named,
    reporter_view,
)
from server.services.context import Context, Tools, reading, transaction

#: every table with something sealed, and its sealed columns
SEALED: Final[Mapping[Table, Sequence[str]]] = {
    reporter: ("name", "contact", "note", "person"),
    reporter_bar: ("person",),
    reporter_named: ("reason",),
    reporter_view: ("reason",),
    reporter_feedback: ("content", "answer"),
}
#: rows of one short transaction
_PORTION: Final = 100


def refuse_missing(tools: Tools, now: datetime) -> None:
    """Return when everything that is sealed could be opened.

    Raises Invalid: a key is missing, or its file cannot be used. Without it nobody would be kept
    away from the cases that reports came to.
    """
    with reading(tools, SYSTEM, now) as ctx:
        used = union(*(select(table.c.key_id) for table in SEALED))
        missing = set(ctx.session.scalars(used)) - set(tools.ring.ids)
    if missing:
        raise Invalid(
            _("缺少解开检举人信息的密钥（{ids}），请检查RONGCUO_REPORTER_KEY").format(
                ids="、".join(sorted(missing))
            )
        )


def rekey(tools: Tools, now: datetime) -> int:
    """Seal everything with the first key that is sealed with another; the number of rows.

    Raises Conflict when there is no key.
    """
    if not tools.ring.ids:
        raise Conflict(_("尚未设置检举人信息的密钥"))
    count = 0
    for table in SEALED:
        while True:
            tools.go_on()
            with transaction(tools, SYSTEM, now) as ctx:
                done = _portion(ctx, table)
            count += done
            if not done:
                break
    with transaction(tools, SYSTEM, now) as ctx:
        ctx.record("reporter.rekey", tools.ring.ids[0], detail={"rows": count})
    return count


def _portion(ctx: Context, table: Table) -> int:
    ring = ctx.tools.ring
    older = select(table).where(table.c.key_id != ring.ids[0]).order_by(table.c.id)
    rows = ctx.session.execute(older.limit(_PORTION).with_for_update()).all()
    for row in rows:
        ctx.session.execute(
            update(table).where(table.c.id == row.id).values(_anew(ring, table, row))
        )
    return len(rows)


def _anew(ring: Ring, table: Table, row: Row[Any]) -> dict[str, str]:
    opened = {
        column: ring.open(sealed, row.key_id, table.name, row.id, column)
        for column in SEALED[table]
        if (sealed := getattr(row, column)) is not None
    }
    values = {
        column: ring.seal(text, table.name, row.id, column) for column, text in opened.items()
    }
    values["key_id"] = ring.ids[0]
    if table is reporter and row.lookup:
        values["lookup"] = ring.mark("".join(opened["name"].split()))
    if table is reporter_bar:
        values["mark"] = ring.mark(opened["person"])
    return values
