"""What a person does with a work item: claim, release, complete."""

from collections.abc import Mapping

from server.domain import work as rules
from server.domain.expressions import Json
from server.engine.port import CompleteTask
from server.services.case import answers, case_state
from server.services.case.answers import Checked
from server.services.case.case_rows import CaseRow
from server.services.case.case_state import Act
from server.services.clocks import work_clocks
from server.services.context import Context
from server.services.identity import posts
from server.services.law import charts
from server.services.law.charts import Chart
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import advance, decision_gate, parties, work_rows
from server.services.verbs.work_rows import ItemRow


def claim(ctx: Context, item_id: str, *, seen: int | None = None) -> None:
    """Take the item into one's own hands; also out of those of somebody who has left his post.

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
    decision_gate.refuse_form(ctx, definition.pack, item)
    chart = charts.chart(definition.files[case.procedure])
    checked = _checked(ctx, definition, case, item, given)
    _appoint(ctx, definition, chart, case, item, checked.values)
    ctx.record("work.complete", item.id, case.id, {"node": item.node_key})
    act = Act(
        command="complete",
        node_key=item.node_key,
        task_key=item.task_key,
        work_item_id=item.id,
        answers=checked.values,
        form_hash=item.form_hash,
        is_partial=_others_wait(ctx, item),
    )
    variables = _variables(definition, chart, case, item, checked)
    command = CompleteTask(task_key=item.task_key, variables=variables, now=ctx.now)
    advance.step(ctx, case, definition, command, act)


def _checked(
    ctx: Context, definition: Release, case: CaseRow, item: ItemRow, given: Mapping[str, Json]
) -> Checked:
    variables = case_state.load(ctx, case.id).variables
    return answers.check(ctx, definition, case.procedure, item.form_key, given, variables)


def _appoint(
    ctx: Context,
    definition: Release,
    chart: Chart,
    case: CaseRow,
    item: ItemRow,
    checked: Mapping[str, Json],
) -> None:
    """The people the answers name; a second round of the step names them anew."""
    appointments = [entry for entry in definition.pack.appointments if entry.node == item.node_key]
    if appointments:
        named = parties.named(definition.forms[item.form_key], appointments, checked)
        parties.refuse_barred(ctx, case.id, named)
        is_one_of_many = chart.nodes[item.node_key].multi_instance is not None
        (parties.appoint if is_one_of_many else parties.replace_members)(ctx, case.id, named)


def _variables(
    definition: Release,
    chart: Chart,
    case: CaseRow,
    item: ItemRow,
    checked: Checked,
) -> dict[str, Json]:
    """Routing variables, null where the form hid them, and for one item of a list its result."""
    given = {**dict.fromkeys(checked.withdrawn), **checked.values}
    routing = advance.routing(definition, case.procedure, given)
    many = chart.nodes[item.node_key].multi_instance
    if many and many.output:
        routing[many.output] = given.get(many.output)
    return routing


def _others_wait(ctx: Context, item: ItemRow) -> bool:
    """Do other items of the same multi-instance task still wait."""
    if item.instance is None:
        return False
    return any(
        other["node_key"] == item.node_key and other["id"] != item.id
        for other in work_clocks.open_items(ctx, item.case_id)
    )
