"""What a person does with a work item: claim, release, complete."""

from collections.abc import Mapping

from server.domain import groups
from server.domain import work as rules
from server.domain.expressions import Json
from server.domain.groups import Duty
from server.services.case import answers, case_state
from server.services.context import Context
from server.services.identity import posts
from server.services.packs import definitions
from server.services.verbs import (
    decision_gate,
    declarations,
    group_rows,
    recusals,
    signatures,
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
    taken = rules.claim(work, actor)
    work_rows.write(
        ctx,
        item,
        state=taken.state,
        assignee_id=actor.person_id,
        claimed_at=ctx.now,
        touched_at=item.touched_at or ctx.now,
        draft=None,
    )
    declarations.of_claim(ctx, case.id, item.id, item.candidate_role)
    ctx.record("work.claim", item.id, case.id, {"node": item.node_key, "from": item.assignee_id})


def release(ctx: Context, item_id: str, *, seen: int | None = None) -> None:
    """Give the item back to everybody it was offered to.

    Raises:
        NotFound: there is no such item, or the actor may not see it.
        Forbidden: he has lost the post it was offered to.
        Conflict: he does not have it, the case stands still, or it changed since he looked.
    """
    actor = posts.with_posts(ctx)
    item, case, work = work_rows.held(ctx, actor, item_id, seen)
    given = rules.release(work, actor)
    work_rows.write(ctx, item, state=given.state, assignee_id=None, claimed_at=None, draft=None)
    ctx.record("work.release", item.id, case.id, {"node": item.node_key})


def complete(
    ctx: Context, item_id: str, given: Mapping[str, Json], *, seen: int | None = None
) -> None:
    """Hand in the answers; the case goes on from here in the same transaction.

    Raises:
        NotFound: there is no such item, or the actor may not see it.
        Forbidden: he has lost the post it was offered to, or is barred.
        Conflict: it is not in his hands, the case stands still, or it changed since he looked.
        Invalid: the answers do not fit the form or the rules; all problems at once.
        EngineError: the procedure could not go on; nothing was changed.
    """
    actor = posts.with_posts(ctx)
    item, case, work = work_rows.held(ctx, actor, item_id, seen)
    rules.complete(work, actor)
    definition = definitions.release(ctx, case.pack_version_id)
    known = group_rows.of(ctx, definition, item)
    if item.duty != Duty.MAIN:
        handed = signatures.sign(ctx, case, definition, known, item, given)
        recusals.noted_in(ctx, case, handed)
        return
    decision_gate.refuse_form(ctx, definition.pack, item)
    groups.refuse_waiting(known.group, item.id)
    variables = case_state.load(ctx, case.id).variables
    checked = answers.check(ctx, definition, case.procedure, item.form_key, given, variables)
    handed = signatures.hand_in(ctx, case, definition, known, item, checked)
    recusals.noted_in(ctx, case, handed)
