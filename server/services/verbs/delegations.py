"""委派: a colleague prepares a task and hands it back; who asked him decides and hands it in.

The delegate works with the same form and sees what the owner sees as his colleague, nothing more.
What he hands back becomes the owner's draft and stays readable as an act of its own.
"""

from collections.abc import Mapping

from server.domain import handing as rules
from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.lifecycle import WorkState
from server.domain.texts import _
from server.domain.work import Work
from server.services.case import answers, case_state
from server.services.case.answers import Asked
from server.services.case.case_rows import CaseRow
from server.services.case.naming import Place
from server.services.context import Context
from server.services.identity import posts
from server.services.packs import definitions
from server.services.verbs import acting, handovers, reasons, receivers, work_acts, work_rows
from server.services.verbs.judged import Choice
from server.services.verbs.work_rows import ItemRow


def delegate(ctx: Context, item_id: str, *, to: str, reason: str, seen: int | None = None) -> None:
    """Have a colleague prepare the item one has claimed. Its clock runs on.

    Raises:
        NotFound: there is no such item, or the actor may not see it.
        Forbidden: he was asked to prepare it himself, or may not act in it any more.
        Conflict: it is not in his hands, the case stands still, or it changed since he looked.
        Invalid: no reason, or the receiver is none who could claim it.
    """
    actor = posts.with_posts(ctx)
    item, _case, work = work_rows.held(ctx, actor, item_id, seen)
    named = acting.decide(ctx, actor, item, work, rules.may_delegate)
    ctx, actor = named.ctx, named.actor
    reasons.refuse_empty(reason)
    if to not in {each.person_id for each in receivers.colleagues(ctx, item, work)}:
        message = _("受委派人不是本机构可以办理该待办的人员")
        finding = Finding(code="DELEGATE_TO", field="to", message=message, fix=_("从名单中选择"))
        raise Invalid(message, [finding])
    given = rules.delegate(work, actor, to)
    work_rows.write(
        ctx, item, assignee_id=to, owner_id=given.owner_id, claimed_at=ctx.now, draft=None
    )
    work_acts.append(ctx, item, "delegate", to_person=to, text=reason)


def choices(ctx: Context, item_id: str) -> list[Choice]:
    """Who could prepare it. Raises NotFound."""
    item, _case, work = work_rows.looked_at(ctx, posts.with_posts(ctx), item_id)
    found = receivers.colleagues(ctx, item, work)
    return [Choice(value=each.person_id, label=each.name, hint=each.title) for each in found]


def resolve(
    ctx: Context, item: ItemRow, case: CaseRow, work: Work, given: Mapping[str, Json]
) -> None:
    """Hand back what the actor prepared, which the caller found him able to do.

    It is the owner's draft from now on, and stays readable as what the delegate answered.

    Raises:
        Invalid: the answers do not fit the form or the rules; all problems at once.
    """
    release = definitions.release(ctx, case.pack_version_id).at(item.node_key, item.form_key)
    variables = case_state.load(ctx, case.id).variables
    asked = Asked(
        release=release,
        procedure=case.procedure,
        form_key=item.form_key,
        variables=variables,
        place=Place(case_id=case.id),
    )
    checked = answers.check(ctx, asked, given)
    owner, kept = rules.resolve(work).offered.assignee_id, dict(checked.values)
    draft = {"by": owner, "at": ctx.now.isoformat(), "answers": kept}
    work_rows.write(ctx, item, assignee_id=owner, owner_id=None, claimed_at=ctx.now, draft=draft)
    said: dict[str, Json] = {"answers": kept, "form_hash": item.form_hash}
    work_acts.append(ctx, item, "resolve", to_person=owner, **said)


def recall(ctx: Context, item_id: str, *, reason: str = "", seen: int | None = None) -> None:
    """Take back what one asked a colleague to prepare, or gave to an office that has not taken it.

    Raises:
        NotFound: there is no such item, or the actor may not see it.
        Forbidden: it was not his to give, or he may not act in it any more.
        Conflict: the other office took it, it is over, or it changed since he looked.
    """
    actor = posts.with_posts(ctx)
    item, case, work = work_rows.held(ctx, actor, item_id, seen)
    if work.state is WorkState.ENDED:
        handovers.take_back(ctx, item, case, work, reason)
        return
    named = acting.decide(ctx, actor, item, work, rules.recall)
    ctx, given = named.ctx, named.decided
    owner = given.offered.assignee_id
    work_rows.write(ctx, item, assignee_id=owner, owner_id=None, claimed_at=ctx.now, draft=None)
    work_acts.append(ctx, item, "recall", to_person=item.assignee_id, text=reason)
