"""What must hold before the date of an event may be asked about, and before it is corrected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from server.domain import recusal
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound
from server.domain.findings import Finding
from server.domain.lifecycle import CaseStatus
from server.domain.packs import PolicyPack
from server.domain.texts import _
from server.queries import perspectives
from server.services.case.case_rows import CaseRow
from server.services.clocks import corrected_dates
from server.services.clocks.corrected_dates import Dated, Righted
from server.services.context import Context
from server.services.identity import posts
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.verbs import case_offices, parties

#: what a change of a clock calls a field -> what the question calls it
_FIELDS = {"origin_on": "date", "met_on": "date", "note": "reason", "on": "date"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """A date that the actor may ask to correct."""

    case: CaseRow
    pack: PolicyPack
    #: the clocks that hang on it
    found: Sequence[Dated]
    #: the office he asks in
    office_id: str


def asked_for(ctx: Context, case: CaseRow, event: str) -> Asking:
    """The date of the event, as far as the actor may ask to correct it; writes nothing.

    Raises:
        NotFound: the case does not exist for the actor, or the event dates no clock in it.
        Forbidden: he works in no office that answers for the clocks, or it is his own matter.
        Conflict: the case stands still.
    """
    sight = perspectives.of(ctx.session, posts.with_posts(ctx), case.id)
    refuse_still(case)
    release = definitions.release(ctx, case.pack_version_id)
    found = corrected_dates.of_event(ctx, release.pack, case.id, event)
    office = None if sight.is_party else _office_of_actor(ctx, case, release, found)
    if not found and not sight.is_party:
        raise NotFound
    if office is None:
        raise Forbidden(_("由承办该期限的机构的人员提出更正"))
    recusal.refuse_barred(ctx.actor.person_id, "", parties.of_case(ctx, case.id))
    return Asking(case=case, pack=release.pack, found=found, office_id=office)


def _office_of_actor(
    ctx: Context, case: CaseRow, release: Release, found: Sequence[Dated]
) -> str | None:
    """The office he works in among those that answer for the clocks, None for none."""
    own = {post.unit_id for post in posts.with_posts(ctx).posts}
    rules = sorted({each.row.rule_key for each in found})
    offices = [
        each.unit_id for rule in rules for each in case_offices.answering(ctx, case, release, rule)
    ]
    return next((unit_id for unit_id in offices if unit_id in own), None)


def refuse_still(case: CaseRow) -> None:
    """Return when dates of the case may be corrected, also once it is closed. Raises Conflict."""
    if case.status not in (CaseStatus.OPEN, CaseStatus.CLOSED):
        raise Conflict(_("该事项当前不在办理中"), detail=case.status)


def refuse_wrong(
    ctx: Context, pack: PolicyPack, found: Sequence[Dated], right: Righted, evidence: str
) -> None:
    """Return when the question can be put, or decided. Raises Invalid with every problem."""
    problems = [] if evidence else [_no_evidence()]
    for each in found:
        try:
            corrected_dates.check(ctx, pack, each, right)
        except Invalid as error:
            problems += [_named(one) for one in error.findings]
    if problems:
        raise _invalid(list(dict.fromkeys(problems)))


def righted(ctx: Context, to_on: date | None, reason: str, evidence: str) -> Righted:
    """What the actor wants to hold instead. Raises Invalid with all that is missing."""
    problems = [] if to_on else [_lacks("date", _("填写正确的日期"), _("填写实际发生的日期"))]
    if not reason.strip():
        problems.append(_lacks("reason", _("更正日期必须写明理由"), _("写明理由")))
    if not evidence:
        problems.append(_no_evidence())
    if problems or to_on is None:
        raise _invalid(problems)
    return Righted(to_on=to_on, note=reason.strip(), by=ctx.actor.person_id, evidence=evidence)


def _no_evidence() -> Finding:
    message = _("须附上能够证明正确日期的材料")
    return _lacks("evidence", message, _("上传材料的扫描件或者照片"))


def _named(finding: Finding) -> Finding:
    field = _FIELDS.get(finding.field, finding.field)
    fix = _("填写实际发生的日期") if field == "date" else _("写明理由")
    return Finding(code=finding.code, field=field, message=finding.message, fix=fix)


def missing(field: str, message: str, fix: str) -> Invalid:
    """The refusal of a question or an answer that lacks something."""
    return _invalid([_lacks(field, message, fix)])


def _lacks(field: str, message: str, fix: str) -> Finding:
    return Finding(code="CORRECTION_NEEDS", field=field, message=message, fix=fix)


def _invalid(problems: list[Finding]) -> Invalid:
    return Invalid(_("填写的内容有{n}处问题").format(n=len(problems)), problems)
