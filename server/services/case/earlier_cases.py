"""Cases that named the same case before this one: what a rule reads that says "once".

Which of them count says the pack. Rules learn how many there are; anything more of one, its
reference above all, only as far as whoever answers may know of it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, or_, select

from server.domain.answer_rules import ENTRY, ENTRY_PROPERTIES, Earlier
from server.domain.expressions import Json
from server.domain.links import LinkKind
from server.domain.texts import _
from server.models.case import case as case_table
from server.models.link import case_link
from server.queries.visibility import visible
from server.services.case import facts
from server.services.case.facts import Facts
from server.services.context import Context
from server.services.identity import posts
from server.services.law.releases import Release


@dataclass(frozen=True, kw_only=True, slots=True)
class Naming:
    """What is answered, and where."""

    release: Release
    form_key: str
    #: the case whose form it is; empty: one that is about to begin
    case_id: str
    #: cases that are named now
    named: Collection[str]


def laid_over(ctx: Context, known: Facts, naming: Naming) -> Facts:
    """The facts with the earlier cases that rules of the form read."""
    wanted = _read_by(naming)
    if not wanted:
        return known
    rows = _rows(ctx, naming, {key for each in wanted for key in each.procedures})
    settings = facts.settings_of(naming.release)
    found: dict[str, Json] = {
        each.key: [_told(row) for row in rows if _counts(ctx, each, row, settings, known)]
        for each in wanted
    }
    return replace(known, values={**known.values, **found})


def told(known: Facts, key: str) -> str:
    """The references of earlier cases that may be told, in brackets; empty for none."""
    found = known.values.get(key) or ()
    references = [each["reference"] for each in found if each["reference"]]
    return _("（{references}）").format(references=_("、").join(references)) if references else ""


def _read_by(naming: Naming) -> list[Earlier]:
    rules = [rule for rule in naming.release.pack.rules if rule.form == naming.form_key]
    return [
        each
        for each in naming.release.pack.earlier.values()
        if any(each.key == rule.tells or each.key in rule.check.text for rule in rules)
    ]


def _rows(ctx: Context, naming: Naming, procedures: Collection[str]) -> Sequence[Row[Any]]:
    own = case_link.alias()
    of_mine = select(own.c.to_id).where(
        own.c.kind == LinkKind.NAMED, own.c.from_id == naming.case_id
    )
    seen = case((visible(posts.with_posts(ctx)), 1), else_=0)
    before = _before(naming.case_id) if naming.case_id else case_table.c.id.is_not(None)
    return ctx.session.execute(
        select(
            case_table.c.reference,
            *(case_table.c[name] for name in ENTRY_PROPERTIES),
            seen.label("is_seen"),
        )
        .where(
            case_table.c.procedure.in_(procedures),
            case_table.c.id.in_(
                select(case_link.c.from_id).where(
                    case_link.c.kind == LinkKind.NAMED,
                    or_(case_link.c.to_id.in_(naming.named), case_link.c.to_id.in_(of_mine)),
                )
            ),
            before,
        )
        .order_by(case_table.c.opened_at, case_table.c.id)
    ).all()


def _before(case_id: str) -> ColumnElement[bool]:
    """Opened before this one, or in the same moment: where nobody can say, there was one."""
    mine = case_table.alias()
    opened_at = select(mine.c.opened_at).where(mine.c.id == case_id).scalar_subquery()
    return and_(case_table.c.opened_at <= opened_at, case_table.c.id != case_id)


def _counts(
    ctx: Context, earlier: Earlier, row: Row[Any], settings: Mapping[str, Json], known: Facts
) -> bool:
    if row.procedure not in earlier.procedures:
        return False
    entry = {name: getattr(row, name) for name in ENTRY_PROPERTIES}
    entry["opened_on"] = row.opened_on.isoformat()
    seen = Facts(values={ENTRY: entry, "settings": settings}, types={}, now=known.now)
    return facts.holds(ctx.tools.evaluate, earlier.where, seen)


def _told(row: Row[Any]) -> dict[str, Json]:
    if not row.is_seen:
        return dict.fromkeys(("reference", *ENTRY_PROPERTIES))
    return {
        "reference": row.reference,
        **{name: getattr(row, name) for name in ENTRY_PROPERTIES},
        "opened_on": row.opened_on.isoformat(),
    }
