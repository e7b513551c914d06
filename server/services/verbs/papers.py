"""文书: a paper is issued with its number and kept as it was; its service is put on record.

::

    draft (looked at, never stored) -> issue (numbered, immutable) -> serve (proof, any number)

Who did the step issues its paper, himself or by his office (ADR 0034). The letter is filled before
the use case that writes begins; within it only the figure of the number is put in, so that nobody
waits for a template, and a paper that is not issued leaves no gap.
"""

import io
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import insert

from server.adapters.letters import package
from server.domain import recusal
from server.domain.errors import Conflict, Forbidden, Invalid
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.lifecycle import CaseStatus
from server.domain.texts import _
from server.models.base import new_id
from server.models.paper import issued_paper, paper_file, paper_service
from server.queries.issued_papers import Issued
from server.services.case import attachment_binding, case_rows, references, search, sights
from server.services.case.case_rows import CaseRow
from server.services.context import Context
from server.services.papers import issued_papers, letters
from server.services.papers.issued_papers import Drawn, Offer
from server.services.verbs import acting, paper_choices, parties
from server.services.verbs.judged import Choice
from server.services.verbs.outlook import Change, Outlook

_LARGEST: Final = 8 * 1024 * 1024


def prepared(
    ctx: Context, case_id: str, *, paper: str, replaces: str = "", **_other: str
) -> Mapping[str, Any]:
    """The letter filled ahead of :func:`issue`. Raises as it does."""
    return {"drawn": _drawn(ctx, case_id, paper, replaces)}


def draft(ctx: Context, case_id: str, paper: str, replaces: str = "") -> Drawn:
    """The paper as it would be issued now. Raises as :func:`issue`."""
    return _drawn(ctx, case_id, paper, replaces)


def looked_at(
    ctx: Context, case_id: str, *, paper: str, replaces: str = "", **_other: str
) -> Outlook:
    """How the paper would read. Raises as :func:`issue`."""
    drawn = _drawn(ctx, case_id, paper, replaces)
    number = drawn.pattern or _("不编号")
    changes = [Change(label=_("文号"), before="", after=number)]
    before = drawn.offer.before
    if before is not None:
        changes.append(Change(label=_("已经出具"), before="", after=paper_choices.called(before)))
    return Outlook(changes=tuple(changes), blocks=tuple(_unnumbered(drawn)), seen=drawn.data_hash)


def issue(  # noqa: PLR0913  # one paper: which, as looked at, instead of which and why
    ctx: Context,
    case_id: str,
    *,
    paper: str,
    seen: str = "",
    replaces: str = "",
    reason: str = "",
    drawn: Drawn | None = None,
) -> None:
    """Issue the paper as it was looked at, under the next number of its series.

    Raises:
        NotFound: the case does not exist for the actor.
        Forbidden: neither he nor his office did the step, or he keeps away from the case.
        Conflict: the case stands still or was cancelled; what the letter says has changed since it
            was looked at; or it was issued before and is not said to be replaced.
        Invalid: no reason for the replacement, or the letter cannot be filled.
    """
    case = case_rows.lock(ctx, case_id)
    ctx, offer = acting.in_case(ctx, case, lambda who: _offered(who, case, paper))
    _refuse_resting(case)
    earlier = _replaced(ctx, offer, case.id, replaces, reason)
    if drawn is None:
        drawn = issued_papers.drawn(ctx, case.id, paper, replaces)
    now = issued_papers.fingerprint(ctx, case.id, offer, replaces)
    if not (seen == drawn.data_hash == now and drawn.offer.step.seq == offer.step.seq):
        raise Conflict(_("该文书的内容在您查看以后有变化，请重新查看草稿后再出具"))
    _kept(ctx, case, drawn, earlier, reason)


def serve(  # noqa: PLR0913  # one line of a register: what, to whom, how, when, with what proof
    ctx: Context,
    case_id: str,
    *,
    paper: str,
    to: str,
    way: str,
    served_on: date,
    received_by: str = "",
    note: str = "",
    receipt: str = "",
    replaces: str = "",
) -> None:
    """Put on record that a paper was handed over, with what proves it.

    Raises:
        NotFound: the case does not exist for the actor.
        Forbidden: the paper is none of his office, or he keeps away from the case.
        Conflict: the paper was replaced meanwhile, or the case stands still.
        Invalid: an addressee, a way or a day that cannot be; a file that is not his.
    """
    case = case_rows.lock(ctx, case_id)
    ctx, issued = acting.in_case(ctx, case, lambda who: _served(who, case, paper))
    _refuse_resting(case)
    chosen = _among(paper_choices.of_paper(ctx, issued), to, "to", _("该文书不送达给此人"))
    how = _among(paper_choices.ways(ctx, case.id), way, "way", _("没有这种送达方式"))
    _refuse_day(ctx, issued, served_on)
    standing = [one.id for one in issued.services if not one.is_replaced]
    if replaces and replaces not in standing:
        raise _wrong("replaces", _("该送达记录不存在，或者已经更正"))
    if receipt:
        attachment_binding.bind_evidence(ctx, case.id, receipt, "receipt")
    record_id = new_id()
    ctx.session.execute(
        insert(paper_service).values(
            id=record_id,
            paper_id=issued.id,
            **paper_choices.addressee(ctx, case.id, chosen),
            way=how.value,
            way_text=how.label,
            served_on=served_on,
            received_by=received_by,
            note=note,
            receipt_id=receipt or None,
            replaces_id=replaces or None,
            recorded_by=ctx.actor.person_id,
            on_behalf_of=ctx.actor.on_behalf_of,
            recorded_at=ctx.now,
        )
    )
    detail = {"record": record_id, "way": how.value, "on": served_on.isoformat()}
    ctx.record("paper.serve", issued.id, case.id, detail)


def may_issue(ctx: Context, case: CaseRow) -> bool:
    """Is there anything the actor may issue in the case now."""
    return case.status in _STATES and bool(issued_papers.offers(ctx, case.id))


def may_serve(ctx: Context, case: CaseRow) -> bool:
    """Is there a paper he may hand over."""
    return case.status in _STATES and bool(paper_choices.serving(ctx, case.id))


_STATES: Final = (CaseStatus.OPEN, CaseStatus.CLOSED)


def _drawn(ctx: Context, case_id: str, paper: str, replaces: str) -> Drawn:
    """The draft for the actor, or for somebody he stands in for."""
    case_rows.refuse_odd(case_id)
    case = case_rows.found(ctx, case_id)
    speaking, _offer = acting.in_case(ctx, case, lambda who: _offered(who, case, paper))
    return issued_papers.drawn(speaking, case_id, paper, replaces)


def _offered(ctx: Context, case: CaseRow, paper: str) -> Offer:
    offer = issued_papers.chosen(ctx, case.id, paper)
    recusal.refuse_barred(ctx.actor.person_id, "", parties.of_case(ctx, case.id))
    return offer


def _served(ctx: Context, case: CaseRow, paper: str) -> Issued:
    sights.of(ctx, case.id)
    for each in paper_choices.serving(ctx, case.id):
        if each.id == paper:
            recusal.refuse_barred(ctx.actor.person_id, "", parties.of_case(ctx, case.id))
            return each
    raise Forbidden(_("没有您可以登记送达的这件文书：由出具的机构登记，已被替换的不再送达"))


def _refuse_resting(case: CaseRow) -> None:
    if case.status not in _STATES:
        raise Conflict(_("该事项已暂停或者终止，现在不能出具和送达文书"))


def _replaced(
    ctx: Context, offer: Offer, case_id: str, replaces: str, reason: str
) -> Issued | None:
    """The paper that the new one takes the place of."""
    if not replaces:
        if offer.before is not None:
            raise Conflict(
                _("该文书已经出具（{number}）；确有错误的，写明所替换的文书和理由").format(
                    number=paper_choices.called(offer.before)
                )
            )
        return None
    for each in issued_papers.listed(ctx, case_id):
        if each.id == replaces and each.key == offer.paper.key and not each.is_replaced:
            if not reason.strip():
                raise _wrong("reason", _("请写明替换的理由"))
            return each
    raise Conflict(_("所替换的文书不存在，或者已经被替换"))


def _kept(ctx: Context, case: CaseRow, drawn: Drawn, earlier: Issued | None, reason: str) -> None:
    offer, paper = drawn.offer, drawn.offer.paper
    known = issued_papers.matters(ctx, case.id)
    issuer = letters.issuer(ctx, known, offer.step)
    number, content = None, drawn.docx
    if paper.number:
        number = references.next_number(ctx, paper.number, ctx.today.year, issuer.id)
        figure = number.removeprefix(drawn.pattern.partition(issued_papers.BLANK)[0])
        figure = figure.removesuffix(drawn.pattern.partition(issued_papers.BLANK)[2])
        content = package.numbered(drawn.docx, figure)
    stored = ctx.tools.storage.put(io.BytesIO(content), _LARGEST)
    paper_id = new_id()
    ctx.session.execute(
        insert(issued_paper).values(
            id=paper_id,
            case_id=case.id,
            key=paper.key,
            step_seq=offer.step.seq,
            title=paper.title,
            number=number,
            issuer_id=issuer.id,
            matter=known.matter(paper, offer.step),
            to_roles=list(paper.to),
            needs_service=paper.service,
            role=offer.step.role,
            unit_id=offer.step.unit_id,
            written_by=offer.step.actor_id,
            template_hash=drawn.template_hash,
            data_hash=drawn.data_hash,
            replaces_id=earlier.id if earlier else None,
            reason=reason if earlier else "",
            issued_by=ctx.actor.person_id,
            on_behalf_of=ctx.actor.on_behalf_of,
            issued_at=ctx.now,
        )
    )
    ctx.session.execute(
        insert(paper_file).values(
            paper_id=paper_id,
            kind="docx",
            content_hash=stored.hash,
            size=stored.size,
            made_at=ctx.now,
        )
    )
    search.index_paper(ctx, case.id, offer.step.seq, paper.title, number)
    detail: dict[str, Json] = {"paper": paper.key, "hash": stored.hash, "data": drawn.data_hash}
    if earlier is not None:
        detail["replaces"] = earlier.id
    ctx.record("paper.issue", paper_id, case.id, detail)


def _unnumbered(drawn: Drawn) -> list[Any]:
    """How the draft reads: blank where the figure of its number will be."""
    return [_blank(each) for each in drawn.blocks]


def _blank(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace(package.MARK, issued_papers.BLANK)
    if isinstance(value, list):
        return [_blank(each) for each in value]
    if isinstance(value, dict):
        return {key: _blank(each) for key, each in value.items()}
    return value


def _among(choices: Any, value: str, field: str, message: str) -> Choice:
    for each in choices:
        if each.value == value:
            return Choice(value=each.value, label=each.label)
    raise _wrong(field, message)


def _refuse_day(ctx: Context, issued: Issued, served_on: date) -> None:
    if not issued_papers.day_of(issued) <= served_on <= ctx.today:
        raise _wrong("served_on", _("送达日期应在出具之日以后、今天以前"))


def _wrong(field: str, message: str) -> Invalid:
    finding = Finding(code="PAPER_FIELD", field=field, message=message, fix=_("改正后重新提交"))
    return Invalid(_("填写的内容有误"), [finding])
