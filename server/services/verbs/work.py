"""What a person does with a work item: claim, release, complete."""

from collections.abc import Mapping

from server.domain import groups, handing
from server.domain import work as rules
from server.domain.expressions import Json
from server.domain.groups import Duty
from server.services.case import answers, case_state
from server.services.case.answers import Asked
from server.services.case.naming import Place
from server.services.context import Context
from server.services.identity import posts
from server.services.packs import definitions
from server.services.verbs import (
    acting,
    decision_gate,
    declarations,
    delegations,
    group_rows,
    handed_clocks,
    reasons,
    signatures,
    work_acts,
    work_rows,
)


def claim(ctx: Context, item_id: str, *, seen: int | None = None) -> None:
    """Take the item into one's own hands; also out of those of somebody who has left his post.

    To claim is to declare that one has no reason to keep away (``declarations``).

    Raises:
        NotFound: there is no such item, or the actor may not see it.
        Forbidden: it is not offered to him, or he is barred.
        Conflict: somebody has it, the case stands still, or it changed since he looked.
    """
    actor = posts.with_posts(ctx)
    item, case, work = work_rows.held(ctx, actor, item_id, seen)
    named = acting.decide(ctx, actor, item, work, rules.claim)
    ctx, actor, taken = named.ctx, named.actor, named.decided
    work_rows.write(
        ctx,
        item,
        state=taken.state,
        assignee_id=actor.person_id,
        claimed_at=ctx.now,
        touched_at=item.touched_at or ctx.now,
        owner_id=None,
        draft=None,
        handed_from=None,
    )
    declarations.of_claim(ctx, case.id, item.id, item.candidate_role)
    if work.is_on_its_way:
        handed_clocks.taken(ctx, case, item)
    ctx.record("work.claim", item.id, case.id, {"node": item.node_key, "from": item.assignee_id})


def release(ctx: Context, item_id: str, *, reason: str = "", seen: int | None = None) -> None:
    """Give the item back to everybody it was offered to, or to who asked one to prepare it.

    The head of the office takes it back from somebody else so, and says why.

    Raises:
        NotFound: there is no such item, or the actor may not see it.
        Forbidden: he has lost the post it was offered to.
        Conflict: he does not have it, the case stands still, or it changed since he looked.
        Invalid: it is somebody else's, and no reason.
    """
    actor = posts.with_posts(ctx)
    item, _case, work = work_rows.held(ctx, actor, item_id, seen)
    named = acting.decide(ctx, actor, item, work, rules.give_up)
    ctx, actor, given = named.ctx, named.actor, named.decided
    if rules.takes_back(work, actor):
        reasons.refuse_empty(reason)
    now_with = given.offered.assignee_id
    work_rows.write(
        ctx,
        item,
        state=given.state,
        assignee_id=now_with,
        claimed_at=ctx.now if now_with else None,
        owner_id=None,
        draft=None,
    )
    work_acts.append(ctx, item, "release", to_person=item.assignee_id, text=reason)


def complete(
    ctx: Context, item_id: str, given: Mapping[str, Json], *, seen: int | None = None
) -> None:
    """Hand in the answers; the case goes on from here in the same transaction.

    Whoever was asked to prepare them hands them back to who asked him: he hands them in.

    Raises:
        NotFound: there is no such item, or the actor may not see it.
        Forbidden: he has lost the post it was offered to, or is barred.
        Conflict: it is not in his hands, the case stands still, or it changed since he looked.
        Invalid: the answers do not fit the form or the rules; all problems at once.
        EngineError: the procedure could not go on; nothing was changed.
    """
    actor = posts.with_posts(ctx)
    item, case, work = work_rows.held(ctx, actor, item_id, seen)
    named = acting.decide(ctx, actor, item, work, rules.complete)
    ctx, actor = named.ctx, named.actor
    if handing.is_delegate(work, actor):
        delegations.resolve(ctx, item, case, work, given)
        return
    definition = definitions.release(ctx, case.pack_version_id)
    known = group_rows.of(ctx, definition, item)
    acting.refuse_ballot(ctx, item, known.group.rule)
    if item.duty != Duty.MAIN:
        signatures.sign(ctx, case, definition, known, item, given)
        return
    decision_gate.refuse_form(ctx, definition.pack, item)
    groups.refuse_waiting(known.group, item.id)
    variables = case_state.load(ctx, case.id).variables
    at = definition.at(item.node_key, item.form_key)
    asked = Asked(
        release=at,
        procedure=case.procedure,
        form_key=item.form_key,
        variables=variables,
        place=Place(case_id=case.id),
    )
    checked = answers.check(ctx, asked, given)
    signatures.hand_in(ctx, case, definition, known, item, checked)
