"""Accounts and posts change by two persons: one proposes, another decides (SY-2, ID-7).

Nobody decides what he proposed, and nobody proposes or decides about himself; the database holds
to both. What is approved is looked at again at that moment, and happens in the same commit.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from server.domain.access import SYSTEM, Permission, permits
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.proposals import ProposalKind
from server.domain.texts import _
from server.models.access import Proposal
from server.models.base import new_id
from server.models.identity import Person
from server.services.context import Context, Tools, transaction
from server.services.identity import posts, proposal_deeds, sign_in_attempts
from server.services.identity.passwords import Supply
from server.services.identity.proposal_deeds import Approved as Approved
from server.services.identity.seconds import may_decide, may_know

#: longest reason and answer
_LONGEST = 500


def propose(
    ctx: Context,
    kind: ProposalKind,
    *,
    reason: str,
    person_id: str | None = None,
    unit_id: str | None = None,
    payload: Mapping[str, Json] | None = None,
) -> str:
    """Propose a change and give the proposal's id.

    Raises:
        Forbidden: the actor is no security administrator, or it is about himself.
        Invalid: fields are missing or wrong.
        NotFound: there is no such person, unit or post.
        Conflict: it could not be approved as things are, or waits already.
    """
    _administers(ctx)
    _not_oneself(ctx, person_id)
    row = Proposal(
        id=new_id(),
        kind=kind,
        person_id=person_id,
        unit_id=unit_id,
        payload=dict(payload or {}),
        reason=_said(reason, "reason", _("请填写理由")),
        proposed_by=ctx.actor.person_id,
        proposed_at=ctx.now,
        state="proposed",
        answer="",
    )
    proposal_deeds.check(ctx, row)
    _not_twice(ctx, row)
    ctx.session.add(row)
    ctx.session.flush()
    _record(ctx, "proposal.propose", row)
    return row.id


def ask_for_reset(tools: Tools, now: datetime, *, login: str, address: str) -> None:
    """Somebody who forgot his password asks for a new one, before he can sign in.

    Nothing tells whether the account exists.

    Raises:
        TooOften: this address asked often enough.
    """
    with transaction(tools, SYSTEM, now) as ctx:
        sign_in_attempts.ask(ctx, address)
        person = ctx.session.scalar(
            select(Person).where(
                Person.login == sign_in_attempts.spelt(login), Person.state == "active"
            )
        )
        if person is None or _waits(ctx, ProposalKind.RESET_SECRET, person.id):
            return
        row = Proposal(
            id=new_id(),
            kind=ProposalKind.RESET_SECRET,
            person_id=person.id,
            payload={},
            reason=_("本人在登录页申请"),
            proposed_at=now,
            state="proposed",
            answer="",
        )
        ctx.session.add(row)
        ctx.session.flush()
        _record(ctx, "proposal.ask", row)


def ask_for_import(ctx: Context, payload: Mapping[str, Json], reason: str) -> str:
    """The operator brings a table at the console: nobody's proposal until it is taken up.

    Raises:
        Invalid: there is no reason.
        Conflict: it could not be approved as things are, or waits already.
    """
    row = Proposal(
        id=new_id(),
        kind=ProposalKind.PEOPLE_IMPORT,
        payload=dict(payload),
        reason=_said(reason, "reason", _("请填写理由")),
        proposed_at=ctx.now,
        state="proposed",
        answer="",
    )
    proposal_deeds.check(ctx, row)
    _not_twice(ctx, row)
    ctx.session.add(row)
    ctx.session.flush()
    _record(ctx, "proposal.ask", row)
    return row.id


def take_up(ctx: Context, proposal_id: str) -> None:
    """Make a request the actor's proposal, once he knows it came from who seems to ask.

    Raises:
        Forbidden: the actor is no security administrator, or it is about himself.
        NotFound: there is no such proposal.
        Conflict: it is decided, or somebody's proposal already.
    """
    _administers(ctx)
    row = _locked(ctx, proposal_id)
    _not_oneself(ctx, row.person_id)
    if row.proposed_by is not None:
        raise Conflict(_("该申请已由他人核实提出"))
    row.proposed_by = ctx.actor.person_id
    _record(ctx, "proposal.take_up", row)


def firsts(ctx: Context, proposal_id: str) -> Supply:
    """The first passwords an approval will give, made before its transaction begins.

    Raises as :func:`approve` does when the actor may not approve it.
    """
    row = ctx.session.get(Proposal, proposal_id)
    if row is None or not may_know(ctx, row):
        raise NotFound
    if row.state != "proposed":  # the approval tells
        return Supply(ctx.tools.config)
    _decides(ctx, row)
    return Supply(ctx.tools.config, proposal_deeds.new_accounts(row))


def approve(ctx: Context, proposal_id: str, supply: Supply) -> Approved:
    """Approve a proposal; what it asks for happens now, with first passwords of the supply.

    Raises:
        Forbidden: the actor proposed it, it is about him, or it is not his to decide.
        NotFound: there is no such proposal, or the actor may not see it.
        Conflict: it is decided already, not yet taken up, or impossible by now.
    """
    row = _locked(ctx, proposal_id)
    _decides(ctx, row)
    row.state, row.decided_by, row.decided_at = "approved", ctx.actor.person_id, ctx.now
    ctx.session.flush()
    done = proposal_deeds.carry_out(ctx, row, supply)
    _record(ctx, "proposal.approve", row)
    return done


def refuse(ctx: Context, proposal_id: str, answer: str) -> None:
    """Refuse a proposal, with the reason; nothing changes.

    Also ends a request that a person never made, before anybody took it up. Raises as
    :func:`approve` does, and Invalid without a reason.
    """
    row = _locked(ctx, proposal_id)
    if row.proposed_by is None:
        _administers(ctx)
        _not_oneself(ctx, row.person_id)
    else:
        _decides(ctx, row)
    row.answer = _said(answer, "answer", _("请填写不批准的理由"))
    row.state, row.decided_by, row.decided_at = "refused", ctx.actor.person_id, ctx.now
    _record(ctx, "proposal.refuse", row)


def withdraw(ctx: Context, proposal_id: str) -> None:
    """Take one's own proposal back.

    Raises:
        Forbidden: somebody else proposed it.
        NotFound: there is no such proposal, or the actor may not know of it.
        Conflict: it is decided already.
    """
    row = _locked(ctx, proposal_id)
    if row.proposed_by != ctx.actor.person_id:
        raise Forbidden(_("只有提出人可以撤回"))
    row.state = "withdrawn"
    _record(ctx, "proposal.withdraw", row)


def _administers(ctx: Context) -> None:
    if not permits(posts.with_posts(ctx), Permission.SECURITY_ADMINISTER):
        raise Forbidden(_("只有安全保密管理员可以办理"))


def _not_oneself(ctx: Context, person_id: str | None) -> None:
    if person_id == ctx.actor.person_id:
        raise Forbidden(_("不能办理涉及本人的事项"))


def _decides(ctx: Context, row: Proposal) -> None:
    _not_oneself(ctx, row.person_id)
    if row.proposed_by == ctx.actor.person_id:
        raise Forbidden(_("提出人不能批准自己提出的事项，须由另一人办理"))
    if not may_decide(ctx, row):
        raise NotFound
    if row.proposed_by is None:
        raise Conflict(_("须先由安全保密管理员核实确系本人申请，再由另一人批准"))


def _locked(ctx: Context, proposal_id: str) -> Proposal:
    row = ctx.session.get(Proposal, proposal_id, populate_existing=True, with_for_update=True)
    if row is None or not may_know(ctx, row):
        raise NotFound
    if row.state != "proposed":
        raise Conflict(_("该事项已经办结"))
    return row


def _waits(ctx: Context, kind: ProposalKind, person_id: str) -> bool:
    found = ctx.session.scalar(
        select(Proposal.id)
        .where(Proposal.kind == kind, Proposal.person_id == person_id, Proposal.state == "proposed")
        .limit(1)
    )
    return found is not None


def _not_twice(ctx: Context, row: Proposal) -> None:
    waiting = ctx.session.scalars(
        select(Proposal).where(
            Proposal.kind == row.kind,
            Proposal.state == "proposed",
            Proposal.person_id.is_not_distinct_from(row.person_id),
            Proposal.unit_id.is_not_distinct_from(row.unit_id),
        )
    )
    if any(other.payload == row.payload for other in waiting):
        raise Conflict(_("同样的事项已经提出，正待批准"))


def _said(text: str, field: str, missing: str) -> str:
    found = text.strip()
    if not found or len(found) > _LONGEST:
        message = missing if not found else _("最多{n}个字").format(n=_LONGEST)
        raise Invalid(message, [Finding(code="PROPOSAL_FIELD", field=field, message=message)])
    return found


def _record(ctx: Context, verb: str, row: Proposal) -> None:
    detail = {"kind": row.kind, "person": row.person_id, "unit": row.unit_id}
    ctx.record(verb, f"proposal:{row.id}", detail=detail)
