"""What may be done now and then where a play stands, for the page to offer: the verbs decide."""

from collections.abc import Iterator

from sqlalchemy import select

from server.domain import recusal
from server.domain.access import APPLICANT
from server.domain.expressions import Json
from server.domain.lifecycle import CaseStatus
from server.models.work import work_item
from server.queries.cases import CaseFacts, OpenWork
from server.services.case import case_rows
from server.services.context import Context
from server.services.law import charts
from server.services.rehearsing.play import Play
from server.services.verbs import earlier_steps, work_rows


def places(ctx: Context, play: Play, work: OpenWork) -> list[dict[str, Json]]:
    """The steps an open task may be returned to."""
    row = case_rows.found(ctx, play.case_id)
    item = work_rows.stored(ctx, row, work.id)
    found = earlier_steps.of(ctx, row, play.release, item)
    return [{"to": each.node_key, "title": each.done[0].title} for each in found]


def of_case(ctx: Context, play: Play, case: CaseFacts) -> Iterator[dict[str, Json]]:
    """What may be done to the whole case, and by whom first of all."""
    pack, procedure = play.release.pack, case.procedure
    offices = [work.office for work in case.work if work.unit_id]
    head = _steering(ctx, play, case)
    if case.status == CaseStatus.OPEN:
        if procedure in pack.withdrawals:
            yield {"act": "withdraw_application", "by": APPLICANT}
        grounds = [{"key": each.code, "title": each.text} for each in recusal.grounds(pack)]
        if offices and grounds:
            yield {"act": "recuse", "by": offices[0], "grounds": grounds}
        yield {"act": "suspend", "by": head}
    if case.status == CaseStatus.SUSPENDED:
        yield {"act": "resume", "by": head}
    if case.status in (CaseStatus.OPEN, CaseStatus.SUSPENDED):
        yield {"act": "cancel", "by": head}
    if case.status == CaseStatus.CLOSED and procedure in pack.reopens:
        chart, rule = charts.chart(play.release.files[procedure]), pack.reopens[procedure]
        to = [{"to": key, "title": chart.label(key)} for key in rule.to]
        yield {"act": "reopen", "by": f"{rule.by}.head", "places": to}


def _steering(ctx: Context, play: Play, case: CaseFacts) -> str:
    """The head who may steer the case: of an office that may open it, best one that had work."""
    held = set(
        ctx.session.scalars(
            select(work_item.c.candidate_role).where(work_item.c.case_id == case.id).distinct()
        )
    )
    starters = play.release.pack.procedures[case.procedure].starters
    roles = [each.role for each in starters if each.role != APPLICANT]
    return next((f"{role}.head" for role in sorted(roles, key=lambda each: each not in held)), "")
