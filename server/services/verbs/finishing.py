"""The last act of a task: what was handed in appoints people, and the engine goes on with it.

Who may be the last is decided before (``work``, ``signatures``); whoever that is, the engine is
asked once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.domain.expressions import Json
from server.engine.port import CompleteTask
from server.models.work import OPEN_STATES
from server.services.case import naming
from server.services.case.answers import Checked
from server.services.case.case_rows import CaseRow
from server.services.case.case_state import Act
from server.services.clocks import work_clocks
from server.services.context import Context
from server.services.law import charts
from server.services.law.charts import Chart
from server.services.law.releases import Release
from server.services.verbs import (
    advance,
    appointed,
    decision_makers,
    declarations,
    late_parties,
    parties,
)
from server.services.verbs.work_rows import ItemRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Handed:
    """What a task came to."""

    #: the item it is recorded under
    item: ItemRow
    #: its answers; of those who only signed together there are none
    checked: Checked | None = None
    #: who gave them, where somebody else's signature let them go on
    author_id: str | None = None
    #: what the signatures came to, by the names of the pack
    results: Mapping[str, Json] = field(default_factory=dict)


def finish(ctx: Context, case: CaseRow, release: Release, handed: Handed) -> None:
    """Let the case go on from a task that is done.

    Raises:
        Invalid: somebody is named for a part in the case who may not act in it.
        EngineError: the procedure could not go on.
    """
    item, checked = handed.item, handed.checked or Checked(values={})
    chart = charts.chart(release.files[case.procedure])
    if handed.checked:
        _appoint(ctx, release, chart, case, item, checked.values)
    naming.link(ctx, case.id, (each.id for each in checked.cases))
    told: dict[str, Json] = {"node": item.node_key}
    if handed.author_id:
        told["by"] = handed.author_id
    ctx.record("work.complete", item.id, case.id, told)
    act = Act(
        command="complete",
        node_key=item.node_key,
        task_key=item.task_key,
        work_item_id=item.id,
        answers=checked.values,
        form_hash=item.form_hash if handed.checked else None,
        is_partial=_others_wait(ctx, item),
        author_id=handed.author_id,
    )
    kept_out = decision_makers.meant(ctx, case, release.pack, item, checked.values)
    variables = _variables(release, chart, case, item, checked)
    variables |= advance.routing(release, case.procedure, handed.results)
    command = CompleteTask(task_key=item.task_key, variables=variables, now=ctx.now)
    advance.step(ctx, case, release, command, act)
    parties.forget_bars(ctx, case.id)
    decision_makers.note(ctx, case.id, kept_out, handed.author_id or ctx.actor.person_id)


def refuse_barred(
    ctx: Context, case: CaseRow, release: Release, item: ItemRow, checked: Checked
) -> None:
    """Return when nobody is named for a part in the case who may not act in it. Raises Invalid."""
    appointments = [entry for entry in release.pack.appointments if entry.node == item.node_key]
    named = appointed.named(release.forms[item.form_key], appointments, checked.values)
    parties.refuse_barred(ctx, case.id, named)


def _appoint(
    ctx: Context,
    release: Release,
    chart: Chart,
    case: CaseRow,
    item: ItemRow,
    checked: Mapping[str, Json],
) -> None:
    """The people the answers name; a second round of the step names them anew."""
    appointments = [entry for entry in release.pack.appointments if entry.node == item.node_key]
    if appointments:
        named = appointed.named(release.forms[item.form_key], appointments, checked)
        parties.refuse_barred(ctx, case.id, named)
        is_one_of_many = chart.nodes[item.node_key].multi_instance is not None
        (parties.appoint if is_one_of_many else parties.replace_members)(ctx, case.id, named)
        late_parties.concern(ctx, case.id, named)
        asked = [one for one in release.pack.recusal.statements if one.form == item.form_key]
        declarations.of_appointment(ctx, case.id, item.id, asked, checked)


def _variables(
    release: Release,
    chart: Chart,
    case: CaseRow,
    item: ItemRow,
    checked: Checked,
) -> dict[str, Json]:
    """Routing variables, null where the form hid them, and for one item of a list its result."""
    given = {**dict.fromkeys(checked.withdrawn), **checked.values}
    routing = advance.routing(release, case.procedure, given)
    many = chart.nodes[item.node_key].multi_instance
    if many and many.output:
        routing[many.output] = given.get(many.output)
    return routing


def _others_wait(ctx: Context, item: ItemRow) -> bool:
    """Do other tasks of the same multi-instance still wait."""
    if item.instance is None:
        return False
    return any(
        other["node_key"] == item.node_key
        and other["group_id"] != item.group_id
        and other["state"] in OPEN_STATES
        for other in work_clocks.open_items(ctx, item.case_id)
    )
