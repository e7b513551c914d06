"""What the office that received a report does with the record of who reported: names, feedback."""

from datetime import date

from sqlalchemy import insert, update

from server.domain.errors import Conflict, NotFound
from server.domain.reporting import (
    LONGEST_TEXT,
    FeedbackForm,
    ReporterKind,
    refuse_feedback,
    wrong,
)
from server.domain.rung_texts import RungKind
from server.domain.texts import _
from server.models.base import new_id
from server.models.reporter import reporter_feedback, reporter_named
from server.queries import reporters as rows
from server.services.context import Context
from server.services.identity import people
from server.services.notices import between
from server.services.verbs import parties, reasons, reporter_bars, reporters


def name(ctx: Context, reporter_id: str, *, person: str, reason: str) -> str:
    """Let somebody else read it, who is told so; the id of the entry.

    Raises:
        NotFound: as ``open_``, also for whom the office only named.
        Invalid: no reason, nobody like that, or he may not.
        Conflict: he may already.
    """
    found = reporters.kept(ctx, reporter_id)
    reasons.refuse_empty(reason)
    if not person or people.unknown(ctx, {("person", person)}) or person == ctx.actor.person_id:
        raise wrong("person", _("请从名单中选择人员"))
    of_cases = rows.cases_of(ctx.session, found.id)
    for case_id in of_cases:
        own = reporter_bars.concerned(ctx, case_id)
        if person in own or parties.bars_of(ctx, case_id).keeps_out(person):
            raise wrong("person", _("所选的人员不能知悉，请另选"))
    if any(one.person_id == person for one in rows.named(ctx.session, found.id)):
        raise Conflict(_("已经指定该人员"))
    entry_id = new_id()
    ring = ctx.tools.ring
    ctx.session.execute(
        insert(reporter_named).values(
            id=entry_id,
            reporter_id=found.id,
            person_id=person,
            named_by=ctx.actor.person_id,
            at=ctx.now,
            key_id=ring.ids[0],
            reason=ring.seal(reason.strip(), "reporter_named", entry_id, "reason"),
        )
    )
    ctx.record("reporter.name", found.id, detail={"person": person})
    told = _("信访机构请您查看一份检举登记：进入“检举人”页面，写明理由后查看")
    between.tell(ctx, RungKind.OTHER, (of_cases[0], "", entry_id), [(person, told)])
    return entry_id


def unname(ctx: Context, reporter_id: str, entry_id: str) -> None:
    """Take that back. Raises NotFound."""
    found = reporters.kept(ctx, reporter_id)
    if entry_id not in {one.id for one in rows.named(ctx.session, found.id)}:
        raise NotFound
    ctx.session.execute(
        update(reporter_named).where(reporter_named.c.id == entry_id).values(ended_at=ctx.now)
    )
    ctx.record("reporter.unname", found.id, detail={"entry": entry_id})


def feed_back(  # noqa: PLR0913  # one feedback with its acknowledgement
    ctx: Context,
    reporter_id: str,
    *,
    form: str,
    given_on: date,
    content: str,
    acknowledged: bool,
    answer: str = "",
) -> str:
    """Note what a real-name reporter was told of the result, and whether he acknowledged it.

    Raises:
        NotFound: as ``name``.
        Conflict: the report is anonymous.
        Invalid: nothing said, or on a day to come.
    """
    found = reporters.kept(ctx, reporter_id)
    refuse_feedback(ReporterKind(found.kind))
    if not content.strip() or len(content) > LONGEST_TEXT:
        raise wrong("content", _("请填写反馈的内容，最多{n}字").format(n=LONGEST_TEXT))
    if len(answer) > LONGEST_TEXT:
        raise wrong("answer", _("最多{n}字").format(n=LONGEST_TEXT))
    if given_on > ctx.today:
        raise wrong("given_on", _("反馈日期不能晚于今天"))
    feedback_id = new_id()
    ring = ctx.tools.ring
    place = ("reporter_feedback", feedback_id)
    ctx.session.execute(
        insert(reporter_feedback).values(
            id=feedback_id,
            reporter_id=found.id,
            by_id=ctx.actor.person_id,
            given_on=given_on,
            form=str(FeedbackForm(form)),
            acknowledged=acknowledged,
            at=ctx.now,
            key_id=ring.ids[0],
            content=ring.seal(content.strip(), *place, "content"),
            answer=ring.seal(answer.strip(), *place, "answer") if answer.strip() else None,
        )
    )
    ctx.record("reporter.feedback", found.id, detail={"feedback": feedback_id})
    return feedback_id
