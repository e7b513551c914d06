"""A table of units, people and posts from the operator's console (docs/adr/0016).

As long as only the three administrators hold posts, the operator who appointed them brings in
everybody else. From then on two persons decide: what he brings is a request, which a security
administrator has to take up and another one to approve.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from server.domain.access import ADMINISTRATORS, SYSTEM
from server.domain.errors import Conflict, Invalid
from server.domain.findings import Finding
from server.domain.texts import _
from server.models.identity import Post, Unit
from server.services.context import Context, Tools, reading, transaction
from server.services.identity import people_imports, proposals
from server.services.identity.passwords import Supply
from server.services.identity.people_imports import FirstSecret
from server.services.identity.people_plans import Plan


@dataclass(frozen=True, kw_only=True, slots=True)
class Brought:
    """What came of a table."""

    plan: Plan
    #: the request that waits for two persons; empty when everything was done at once
    proposal_id: str


def bring(
    tools: Tools,
    content: bytes,
    now: datetime,
    *,
    file: str,
    reason: str,
    tell: Callable[[Sequence[FirstSecret]], None],
) -> Brought:
    """Do what the workbook says, all of it, or file it for two persons to decide.

    ``tell`` is given the first passwords before anything is committed: what cannot be told is
    not done.

    Raises:
        Invalid: with every problem by sheet and row; or it says nothing new.
        Conflict: there are no administrators yet.
    """
    with reading(tools, SYSTEM, now) as ctx:
        is_first = _is_first(ctx)
        checked = people_imports.check(ctx, content)
    if not is_first:
        with transaction(tools, SYSTEM, now) as ctx:
            payload = people_imports.check(ctx, content).payload(file)
            proposal_id = proposals.ask_for_import(ctx, payload, reason)
        return Brought(plan=checked.plan, proposal_id=proposal_id)
    supply = Supply(tools.config, len(checked.plan.new_people))
    with transaction(tools, SYSTEM, now) as ctx:
        checked = people_imports.check(ctx, content)
        if not _is_first(ctx):
            raise Conflict(_("刚才已有他人任职，请重新执行，改由两人办理"))
        _refuse_administrators(ctx, checked.plan)
        told = people_imports.apply(ctx, checked.plan, supply)
        counts = checked.payload(file)["counts"]
        ctx.record("people.import", "people:all", detail={"counts": counts})
        tell(told)
    return Brought(plan=checked.plan, proposal_id="")


def _is_first(ctx: Context) -> bool:
    """Does nobody hold a post besides the administrators? Raises Conflict when there are none."""
    held = set(
        ctx.session.scalars(select(Unit.kind).join(Post, Post.unit_id == Unit.id).distinct())
    )
    if not held & ADMINISTRATORS:
        raise Conflict(_("请先用rongcuo user add设立三员"))
    return held <= ADMINISTRATORS


def _refuse_administrators(ctx: Context, plan: Plan) -> None:
    """The three were appointed by name; others beside them are decided by two."""
    kinds = {row.key: row.kind for row in ctx.session.execute(select(Unit.key, Unit.kind))}
    kinds |= {unit.key: unit.kind for unit in plan.new_units}
    touched = (*plan.new_posts, *plan.ended_posts)
    wrong = [post for post in touched if kinds[post.unit] in ADMINISTRATORS]
    if wrong:
        message = _("系统、安全保密、安全审计管理员的任职不能用表格导入，由两人在网页上办理")
        findings = [
            Finding(code="PEOPLE_DUTY", element=post.login, message=message) for post in wrong
        ]
        raise Invalid(message, findings)
