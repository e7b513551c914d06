"""A closed case is taken up again at a step its pack names, by the head of the office it names."""

from server.domain import recusal
from server.domain.access import Permission, Steered, permits
from server.domain.errors import Conflict, Forbidden, Invalid
from server.domain.findings import Finding
from server.domain.jurisdiction import Level
from server.domain.lifecycle import CaseStatus, move_case
from server.domain.movement import ReopenRule
from server.domain.texts import _
from server.engine.port import Return
from server.services.case import case_rows
from server.services.case.case_rows import CaseRow
from server.services.case.case_state import Act
from server.services.context import Context
from server.services.identity import posts
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import (
    acting,
    advance,
    advance_work,
    case_verbs,
    earlier_steps,
    handing_back,
    parties,
    reasons,
    work_acts,
)
from server.services.verbs.earlier_steps import Earlier
from server.services.verbs.judged import Choice


def reopen(ctx: Context, case_id: str, *, reason: str, to_task: str = "") -> None:
    """Let a closed case go on from a step that was done; the usual one where none is named.

    Its result no longer holds; which it was stays in the record of its closing. The
    step goes to whoever did it.

    Raises:
        NotFound: there is no such case, or it does not exist for the actor.
        Forbidden: he is not the head of the office that decides this, or the matter is his own.
        Conflict: it is not closed, or its pack does not let it be taken up again.
        Invalid: no reason, or a step it may not go on from.
        EngineError: the procedure could not go on from there.
    """
    case = case_rows.lock(ctx, case_id)
    release = definitions.release(ctx, case.pack_version_id)

    def may(who: Context) -> ReopenRule:
        case_verbs.refuse_unseen(who, case)
        found = may_reopen(who, case, release)
        recusal.refuse_barred(who.actor.person_id, "", parties.of_case(who, case.id))
        return found

    ctx, rule = acting.in_case(ctx, case, may)
    reasons.refuse_empty(reason)
    chosen = _chosen(_places(ctx, case, release, rule), to_task)
    work_acts.append_to_case(ctx, case.id, "reopen", text=reason, to_node=chosen.node_key)
    status = move_case(CaseStatus(case.status), CaseStatus.OPEN)
    case_rows.change(ctx, case, status=status, outcome=None, closed_at=None)
    act = Act(
        command="reopen",
        node_key=chosen.node_key,
        went_back=earlier_steps.went(case, release, chosen.node_key, chosen.done),
    )
    command = Return(target=chosen.node_key, variables={}, now=ctx.now, into=chosen.way.into)
    advance.step(ctx, case_rows.lock(ctx, case.id), release, command, act)
    handing_back.hand_back(ctx, case, chosen.node_key, chosen.done)


def places(ctx: Context, case_id: str) -> list[Choice]:
    """The steps the case may go on from, the usual one first. Raises NotFound."""
    case = case_rows.found(ctx, case_id)
    release = definitions.release(ctx, case.pack_version_id)
    rule = release.pack.reopens.get(case.procedure)
    found = _places(ctx, case, release, rule) if rule else []
    return [Choice(value=each.node_key, label=each.done[0].title) for each in found]


def may_reopen(ctx: Context, case: CaseRow, release: Release) -> ReopenRule:
    """The rule by which the actor may let the case go on.

    Raises:
        Forbidden: he is not the head of the office that decides this.
        Conflict: it is not closed, or its pack does not let it be taken up again.
    """
    if case.status != CaseStatus.CLOSED:
        raise Conflict(_("只有已经办结的事项可以重新办理"))
    rule = release.pack.reopens.get(case.procedure)
    if rule is None:
        raise Conflict(_("本程序没有规定办结以后重新办理"))
    office = advance_work.office_of(ctx, case, rule.by, Level(case.level))
    units = frozenset({office.id}) if office else frozenset[str]()
    if not permits(posts.with_posts(ctx), Permission.CASE_STEER, Steered(units=units)):
        title = release.pack.roles[rule.by].title
        raise Forbidden(_("只有{office}的主要负责人可以决定重新办理").format(office=title))
    return rule


def _places(ctx: Context, case: CaseRow, release: Release, rule: ReopenRule) -> list[Earlier]:
    """Of the steps the pack names those that were done, in the order of the pack."""
    done = earlier_steps.by_node(earlier_steps.done_of(ctx, case.id))
    found = []
    for node in rule.to:
        way = earlier_steps.way_in(case, release, node)
        if way is not None and node in done:
            found.append(Earlier(node_key=node, way=way, done=earlier_steps.latest(done[node])))
    return found


def _chosen(found: list[Earlier], to_task: str) -> Earlier:
    for each in found:
        if to_task in ("", each.node_key):
            return each
    message = _("不能从该环节重新办理")
    finding = Finding(code="REOPEN_TO", field="to_task", message=message, fix=_("从名单中选择"))
    raise Invalid(message, [finding])
