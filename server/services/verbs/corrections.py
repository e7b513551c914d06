"""A mistyped date of an event: asked with reason and evidence, decided by a head, never by oneself.

::

    ask -> approve: every clock the date began or met is judged by the right one
        -> refuse, or withdraw by whoever asked

Who asks works in an office that answers for one of the clocks (``case_offices``); who decides is
settled by ``correction_heads``. Parties and whoever is recused have no part in it.
"""

from datetime import date
from typing import Final

from sqlalchemy import insert, select

from server.domain import recusal
from server.domain.errors import Conflict, Forbidden
from server.domain.texts import _
from server.models.base import new_id
from server.models.time import correction
from server.services.case import attachment_binding, case_rows
from server.services.clocks import corrected_dates
from server.services.clocks.corrected_dates import Righted
from server.services.context import Context
from server.services.identity import posts
from server.services.packs import definitions
from server.services.verbs import (
    correction_heads,
    correction_notices,
    correction_questions,
    parties,
    questions,
    register_entries,
)
from server.services.verbs.questions import Kind, Question

_KIND: Final = Kind(
    table=correction,
    is_addressed=lambda row, actor: row.office_id in actor.headed,
    stale=_("这项更正已经办结或者已有变化，请刷新后查看"),
)


def ask(
    ctx: Context, case_id: str, event: str, *, to_on: date | None, reason: str, evidence: str
) -> str:
    """Ask that the date of an event be corrected and return the id of the question.

    ``evidence``: a file the actor uploaded and did not hand in yet; it joins the case.

    Raises:
        NotFound: the case does not exist for the actor, or the event began no clock in it.
        Forbidden: he works in no office that answers for the clocks, or it is his own matter.
        Conflict: the case stands still, the same is asked already, or nobody could decide.
        Invalid: no reason, no evidence, or a day that cannot be; all problems at once.
    """
    asking = correction_questions.asked_for(ctx, case_rows.lock(ctx, case_id), event)
    case, pack, found = asking.case, asking.pack, asking.found
    _refuse_second(ctx, case.id, corrected_dates.same_date(pack, event))
    right = correction_questions.righted(ctx, to_on, reason, evidence)
    correction_questions.refuse_wrong(ctx, pack, found, right, evidence)
    attachment_binding.bind_evidence(ctx, case.id, evidence, "evidence")
    decider, heads = correction_heads.deciding(ctx, case.id, asking.office_id)
    question = {
        "id": new_id(),
        "version": 1,
        "case_id": case.id,
        "event": event,
        "was_on": found[0].was_on,
        "to_on": to_on,
        "reason": right.note,
        "evidence_id": evidence,
        "asked_by": ctx.actor.person_id,
        "asked_at": ctx.now,
        "office_id": decider.id,
        "state": "asked",
        "answer": "",
    }
    ctx.session.execute(insert(correction).values(**question))
    correction_notices.asked(ctx, pack, question, decider, heads)
    _record(ctx, "ask", case.id, question)
    return str(question["id"])


def approve(ctx: Context, correction_id: str, *, answer: str = "", seen: int | None = None) -> None:
    """Let the right date hold: every clock that hangs on it is judged anew, in this transaction.

    Raises:
        NotFound: there is no such question, or it does not exist for the actor.
        Forbidden: he is not the head who decides, asked himself, or it is his own matter.
        Conflict: it was decided already, he saw another version, or the date changed meanwhile.
        Invalid: the day cannot be any more, since the clocks moved.
    """
    held = _to_decide(ctx, correction_id, seen)
    asked = held.row
    pack = definitions.release(ctx, held.case.pack_version_id).pack
    found = corrected_dates.of_event(ctx, pack, held.case.id, asked.event)
    if not found or found[0].was_on != asked.was_on:
        raise Conflict(_("该日期在提出之后已有变化，请退回后重新提出"))
    right = Righted(
        to_on=asked.to_on,
        note=asked.reason,
        by=asked.asked_by,
        approved_by=ctx.actor.person_id,
        evidence=asked.evidence_id,
    )
    correction_questions.refuse_wrong(ctx, pack, found, right, asked.evidence_id)
    for each in found:
        after = corrected_dates.apply(ctx, pack, each, right)
        detail = {
            "rule": after.rule_key,
            "was_on": asked.was_on.isoformat(),
            "to_on": asked.to_on.isoformat(),
            "due_on": after.due_on.isoformat() if after.due_on else None,
            "correction": asked.id,
        }
        ctx.record("deadline.correct", after.id, held.case.id, detail)
    if pack.registers:
        same = corrected_dates.same_date(pack, asked.event)
        register_entries.redate(ctx, held.case.id, same, asked.was_on, asked.to_on)
    _decide(ctx, held, "approved", answer)


def refuse(ctx: Context, correction_id: str, *, answer: str, seen: int | None = None) -> None:
    """Leave the date as it is, with the reason in the answer.

    Raises:
        NotFound, Forbidden: as for :func:`approve`.
        Conflict: it was decided already, or he saw another version.
        Invalid: no reason is given.
    """
    held = _to_decide(ctx, correction_id, seen)
    if not answer.strip():
        message = _("不同意更正的，须写明理由")
        raise correction_questions.missing("answer", message, _("填写理由"))
    _decide(ctx, held, "refused", answer)


def withdraw(ctx: Context, correction_id: str, *, seen: int | None = None) -> None:
    """Take one's own question back.

    Raises:
        NotFound: there is no such question, or it does not exist for the actor.
        Forbidden: somebody else asked it.
        Conflict: it was decided already, or he saw another version.
    """
    held = _held(ctx, correction_id, seen)
    if held.row.asked_by != ctx.actor.person_id:
        raise Forbidden(_("只有提出更正的人可以撤回"))
    _decide(ctx, held, "withdrawn", "")


def _refuse_second(ctx: Context, case_id: str, events: frozenset[str]) -> None:
    known = select(correction.c.id).where(
        correction.c.case_id == case_id,
        correction.c.event.in_(events),
        correction.c.state == "asked",
    )
    if ctx.session.scalar(known.limit(1)) is not None:
        raise Conflict(_("该日期已有一项更正正在等待决定"))


def _to_decide(ctx: Context, correction_id: str, seen: int | None) -> Question:
    held = _held(ctx, correction_id, seen)
    correction_questions.refuse_still(held.case)
    actor = posts.with_posts(ctx)
    if not _KIND.is_addressed(held.row, actor):
        raise Forbidden(_("由承办机构的负责人决定"))
    if held.row.asked_by == actor.person_id:
        raise Forbidden(_("自己提出的更正须由他人决定"))
    recusal.refuse_barred(actor.person_id, "", parties.of_case(ctx, held.case.id))
    return held


def _held(ctx: Context, correction_id: str, seen: int | None) -> Question:
    """The open question, locked with its case, if the actor may know of it."""
    held = questions.hold(ctx, _KIND, correction_id, seen)
    if held.row.state != "asked":
        raise Conflict(_KIND.stale)
    return held


def _decide(ctx: Context, held: Question, state: str, answer: str) -> None:
    questions.answer(ctx, _KIND, held.row, state, answer)
    question = {**held.row._mapping, "state": state}
    if state != "withdrawn":
        pack = definitions.release(ctx, held.case.pack_version_id).pack
        correction_notices.answered(ctx, pack, question)
    verb = {"approved": "approve", "refused": "refuse"}.get(state, "withdraw")
    _record(ctx, verb, held.case.id, question)


def _record(ctx: Context, verb: str, case_id: str, question: dict[str, object]) -> None:
    detail = {
        "event": question["event"],
        "was_on": str(question["was_on"]),
        "to_on": str(question["to_on"]),
        "evidence": question["evidence_id"],
    }
    ctx.record(f"correction.{verb}", str(question["id"]), case_id, detail)
