"""A mistyped date: who asks, who decides, and what becomes of every clock that hangs on it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Row, select, update

from server.domain.calendar import CHINA_TIME
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound
from server.models.audit import AuditEvent
from server.models.base import new_id
from server.models.case import subject
from server.models.document import attachment
from server.models.identity import Post
from server.models.outbox import notification
from server.models.time import correction, deadline, timer
from server.queries.board import Narrowed
from server.services.context import Context
from server.services.files import attachments, boards, case_view
from server.services.files import corrections as files
from server.services.identity import posts
from server.services.verbs import corrections, timers
from tests.factories.corrections import asked, corrected, evidence
from tests.factories.invariants import broken_chain, violations
from tests.factories.tiny import ACCEPT, APPLICANT, COLLEAGUE, DESK, HEAD, NOW, STRANGER, Tiny

RIGHT = date(2026, 2, 11)
CITY_HEAD = "city1.case_supervision.head"
CITY_CLERK = "city1.case_supervision.1"


def test_an_official_asks_and_the_head_lets_the_right_date_hold(tiny: Tiny) -> None:
    case_id = tiny.open()
    question = asked(tiny, case_id, "filed", RIGHT)
    assert clock(tiny, case_id).due_on == date(2026, 2, 26)

    tiny.act(HEAD, lambda ctx: corrections.approve(ctx, question, answer="属实"))

    row = clock(tiny, case_id)
    assert (row.state, row.due_on, row.origin_on) == ("running", date(2026, 2, 25), NOW.date())
    assert row.line.startswith("2月11日提出申请，次日起算（原记2月12日，已更正）；")
    (change,) = row.changes
    assert change["kind"] == "correct"
    assert (change["was_on"], change["origin_on"]) == ("2026-02-12", "2026-02-11")
    assert (change["by"], change["approved_by"]) == (tiny.person(DESK), tiny.person(HEAD))
    assert violations(tiny.tools, case_id, NOW) == []


def test_the_one_who_asks_does_not_decide_also_when_he_is_the_head(tiny: Tiny) -> None:
    case_id = tiny.open()
    question = asked(tiny, case_id, "filed", RIGHT, by=HEAD)

    with pytest.raises(Forbidden):
        tiny.act(HEAD, lambda ctx: corrections.approve(ctx, question))
    with pytest.raises(Forbidden):
        tiny.act(COLLEAGUE, lambda ctx: corrections.approve(ctx, question))
    assert told(tiny, case_id) == [(CITY_HEAD, "case_supervision_office.head")]
    tiny.act(CITY_HEAD, lambda ctx: corrections.approve(ctx, question))

    assert clock(tiny, case_id).due_on == date(2026, 2, 25)


def test_only_the_head_of_the_office_decides(tiny: Tiny) -> None:
    question = asked(tiny, tiny.open(), "filed", RIGHT)
    for login, refusal in (
        (DESK, Forbidden),
        (COLLEAGUE, Forbidden),
        (APPLICANT, NotFound),
        (STRANGER, NotFound),
        (CITY_HEAD, NotFound),
    ):
        for verb in (corrections.approve, corrections.withdraw):
            if (login, verb) == (DESK, corrections.withdraw):
                continue
            with pytest.raises(refusal):
                tiny.act(login, partial(verb, correction_id=question))


def test_parties_strangers_and_the_recused_do_not_ask(tiny: Tiny) -> None:
    case_id = tiny.open()
    with pytest.raises(Forbidden):
        asked(tiny, case_id, "filed", RIGHT, by=APPLICANT)
    with pytest.raises(NotFound):
        asked(tiny, case_id, "filed", RIGHT, by=STRANGER)
    tiny.recuse(case_id, DESK)
    with pytest.raises(NotFound):
        asked(tiny, case_id, "filed", RIGHT)


def test_nobody_asks_in_his_own_matter(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.program(
        lambda ctx: ctx.session.execute(update(subject).values(person_id=tiny.person(DESK)))
    )
    with pytest.raises(Forbidden):
        asked(tiny, case_id, "filed", RIGHT)


def test_a_head_who_is_recused_is_passed_over_for_the_one_above(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.recuse(case_id, HEAD)
    question = asked(tiny, case_id, "filed", RIGHT)

    with pytest.raises(NotFound):
        tiny.act(HEAD, lambda ctx: corrections.approve(ctx, question))
    tiny.act(CITY_HEAD, lambda ctx: corrections.approve(ctx, question))


def test_where_nobody_could_decide_nothing_is_asked(tiny: Tiny) -> None:
    case_id = tiny.open()
    ended = update(Post).where(Post.is_head).values(to_on=NOW.date() - timedelta(days=1))
    tiny.program(lambda ctx: ctx.session.execute(ended))
    with pytest.raises(Conflict):
        asked(tiny, case_id, "filed", RIGHT)


def test_everything_that_is_missing_is_told_at_once(tiny: Tiny) -> None:
    case_id = tiny.open()
    for given, fields in (
        ({"to_on": None, "reason": " ", "evidence": ""}, ["date", "reason", "evidence"]),
        ({"to_on": NOW.date(), "reason": "误录", "evidence": "x"}, ["date"]),
        ({"to_on": NOW.date() + timedelta(days=1), "reason": "误录", "evidence": "x"}, ["date"]),
        ({"to_on": RIGHT, "reason": "误录", "evidence": new_id()}, ["evidence"]),
        ({"to_on": RIGHT, "reason": "误录", "evidence": "\x00"}, ["evidence"]),
    ):
        with pytest.raises(Invalid) as refused:
            tiny.act(DESK, partial(corrections.ask, case_id=case_id, event="filed", **given))
        assert [each.field for each in refused.value.findings] == fields
    assert clock(tiny, case_id).changes == []


def test_the_file_of_somebody_else_is_no_evidence(tiny: Tiny) -> None:
    case_id, file = tiny.open(), evidence(tiny, COLLEAGUE)
    with pytest.raises(Invalid):
        tiny.act(
            DESK,
            lambda ctx: corrections.ask(
                ctx, case_id, "filed", to_on=RIGHT, reason="误录", evidence=file
            ),
        )


def test_an_event_that_did_not_happen_has_no_date(tiny: Tiny) -> None:
    case_id = tiny.open()
    for event in ("decided", "unheard_of", "\x00"):
        with pytest.raises(NotFound):
            asked(tiny, case_id, event, RIGHT)


def test_one_question_at_a_time_about_a_date(tiny: Tiny) -> None:
    case_id = tiny.open()
    question = asked(tiny, case_id, "filed", RIGHT)
    with pytest.raises(Conflict):
        asked(tiny, case_id, "filed", date(2026, 2, 10), by=COLLEAGUE)
    tiny.act(DESK, lambda ctx: corrections.withdraw(ctx, question))
    second = asked(tiny, case_id, "filed", date(2026, 2, 10), by=COLLEAGUE)
    tiny.act(HEAD, lambda ctx: corrections.refuse(ctx, second, answer="登记簿上是12日"))
    asked(tiny, case_id, "filed", RIGHT)
    assert sorted(row.state for row in questions(tiny)) == ["asked", "refused", "withdrawn"]
    assert clock(tiny, case_id).changes == []


def test_a_refusal_gives_its_reason_and_a_question_is_decided_once(tiny: Tiny) -> None:
    case_id = tiny.open()
    question = asked(tiny, case_id, "filed", RIGHT)
    with pytest.raises(Invalid):
        tiny.act(HEAD, lambda ctx: corrections.refuse(ctx, question, answer="  "))
    with pytest.raises(Conflict):
        tiny.act(HEAD, lambda ctx: corrections.refuse(ctx, question, answer="不符", seen=7))
    tiny.act(HEAD, lambda ctx: corrections.refuse(ctx, question, answer="不符", seen=1))
    for verb in (corrections.approve, corrections.withdraw):
        with pytest.raises(Conflict):
            tiny.act(
                HEAD if verb is corrections.approve else DESK,
                partial(verb, correction_id=question),
            )


def test_heads_and_the_asker_are_told_once_each(tiny: Tiny) -> None:
    case_id = tiny.open()
    question = asked(tiny, case_id, "filed", RIGHT)
    assert told(tiny, case_id) == [(HEAD, "case_supervision_office.head")]
    tiny.act(HEAD, lambda ctx: corrections.approve(ctx, question))
    assert told(tiny, case_id) == [
        (HEAD, "case_supervision_office.head"),
        (DESK, "assignee"),
    ]


def test_a_clock_becomes_overdue_at_once_and_its_ladder_follows(tiny: Tiny) -> None:
    case_id = tiny.open()
    now = datetime(2026, 2, 25, 10, 0, tzinfo=CHINA_TIME)
    timers.sweep(tiny.tools, now)
    corrected(tiny, case_id, "filed", date(2026, 2, 9), now)
    assert (clock(tiny, case_id).state, clock(tiny, case_id).due_on) == (
        "overdue",
        date(2026, 2, 14),
    )
    assert verbs(tiny, case_id)[-2:] == ["deadline.correct", "correction.approve"]
    assert "deadline.overdue" in verbs(tiny, case_id)
    timers.sweep(tiny.tools, now)
    assert violations(tiny.tools, case_id, now) == []
    # back again: no longer late, and what was told for a day is not told again
    corrected(tiny, case_id, "filed", date(2026, 2, 12), now)
    assert clock(tiny, case_id).state == "running"
    corrected(tiny, case_id, "filed", date(2026, 2, 9), now)
    timers.sweep(tiny.tools, now)
    keys = [key for key in causes(tiny, case_id) if not key.startswith("correction")]
    assert len(keys) == len(set(keys))
    assert len([key for key in keys if ":2026-02-14:" in key]) == len(
        {key for key in keys if ":2026-02-14:" in key}
    )
    assert violations(tiny.tools, case_id, now) == []


def test_a_clock_that_was_met_is_judged_anew_by_the_moment_it_was_met(tiny: Tiny) -> None:
    case_id = tiny.open()
    late = datetime(2026, 2, 26, 16, 0, tzinfo=CHINA_TIME)
    tiny.do(DESK, case_id, "register", {"registered": "refuse", "reason": "无关"}, now=late)
    assert clock(tiny, case_id).state == "met"
    corrected(tiny, case_id, "filed", RIGHT, late)
    row = clock(tiny, case_id)
    assert (row.state, row.due_on, row.met_on) == ("met_late", date(2026, 2, 25), late.date())
    assert armed(tiny, case_id) == []
    assert violations(tiny.tools, case_id, late) == []


def test_the_day_a_clock_was_met_is_corrected_with_the_event_that_dated_it(tiny: Tiny) -> None:
    case_id = tiny.open()
    later = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA_TIME)
    accept = {**ACCEPT, "registered_on": "2026-03-02"}
    tiny.do(DESK, case_id, "register", accept, now=later)
    assert clock(tiny, case_id).state == "met_late"
    corrected(tiny, case_id, "registered", date(2026, 2, 24), later)
    row = clock(tiny, case_id)
    assert (row.state, row.met_on, row.due_on) == ("met", date(2026, 2, 24), date(2026, 2, 26))
    assert row.changes[0]["kind"] == "correct_met"
    with pytest.raises(Invalid):
        asked(tiny, case_id, "registered", date(2026, 2, 11), now=later)


def test_what_moved_meanwhile_is_asked_again(tiny: Tiny) -> None:
    case_id = tiny.open()
    question = asked(tiny, case_id, "filed", RIGHT)
    tiny.program(
        lambda ctx: ctx.session.execute(update(deadline).values(origin_on=date(2026, 2, 10)))
    )
    with pytest.raises(Conflict):
        tiny.act(HEAD, lambda ctx: corrections.approve(ctx, question))
    assert tiny.act(HEAD, lambda ctx: files.found(ctx, question)).effects == ()


def test_the_file_shows_who_asked_who_approved_and_what_was_before(tiny: Tiny) -> None:
    case_id = tiny.open()
    question = asked(tiny, case_id, "filed", RIGHT)
    seen = tiny.act(HEAD, lambda ctx: files.found(ctx, question))
    assert seen.may_decide
    assert [(each.was_on, each.due_on) for each in seen.effects] == [
        (date(2026, 2, 26), date(2026, 2, 25))
    ]
    board = tiny.act(HEAD, as_head(lambda ctx: boards.of_head(ctx, Narrowed())))
    assert [each.question.id for each in board.questions] == [question]
    tiny.act(HEAD, lambda ctx: corrections.approve(ctx, question))
    file = tiny.act(DESK, lambda ctx: case_view.case_file(ctx, case_id))
    (view,) = file.corrections
    assert (view.question.state, view.question.decided_name != "") == ("approved", True)
    (found,) = file.clocks
    assert (found.sheet.origin_on, found.sheet.entered_on) == (RIGHT, NOW.date())
    assert found.changes[0].text == "起算日期由2026-02-12更正为2026-02-11"
    assert found.changes[0].approved_by != found.changes[0].by != ""
    acts = [entry for entry in file.timeline if entry.verb == "correct"]
    assert acts[0].detail == "由2026-02-12更正为2026-02-11，到期日2026-02-25"
    board = tiny.act(HEAD, as_head(lambda ctx: boards.of_head(ctx, Narrowed())))
    assert board.questions == ()
    assert [(each.kind, each.by) for each in board.changes] == [
        ("correct", "由2026-02-12更正为2026-02-11")
    ]
    party = tiny.act(APPLICANT, lambda ctx: case_view.case_file(ctx, case_id))
    assert party.corrections == ()
    assert {entry.verb for entry in party.timeline} & {"ask", "approve"} == set()


def test_the_evidence_is_read_by_who_handles_the_case_and_who_decides(tiny: Tiny) -> None:
    case_id = tiny.open()
    asked(tiny, case_id, "filed", RIGHT, by=HEAD)
    with tiny.tools.readers() as session:
        file = session.scalars(select(attachment.c.id)).one()
    for login in (DESK, HEAD, CITY_HEAD):
        assert tiny.act(login, lambda ctx: attachments.open_for(ctx, file)).case_id == case_id
    for login in (APPLICANT, STRANGER, CITY_CLERK):
        with pytest.raises(NotFound):
            tiny.act(login, lambda ctx: attachments.open_for(ctx, file))


def test_the_record_holds_ids_and_dates_and_no_word_of_the_reason(tiny: Tiny) -> None:
    case_id = tiny.open()
    corrected(tiny, case_id, "filed", RIGHT)
    with tiny.tools.readers() as session:
        texts = session.scalars(
            select(AuditEvent.text).where(AuditEvent.verb.like("correction.%"))
        ).all()
    assert len(texts) == 2
    assert not any("录入错误" in text for text in texts)
    assert all("2026-02-11" in text for text in texts)
    assert broken_chain(tiny.tools) is None


def test_a_suspended_case_is_left_alone(tiny: Tiny) -> None:
    case_id = tiny.open()
    question = asked(tiny, case_id, "filed", RIGHT)
    suspended = update(subject.metadata.tables["case"]).values(status="suspended")
    tiny.program(lambda ctx: ctx.session.execute(suspended))
    with pytest.raises(Conflict):
        tiny.act(HEAD, lambda ctx: corrections.approve(ctx, question))


def as_head(verb: Callable[[Context], Any]) -> Callable[[Context], Any]:
    return lambda ctx: verb(replace(ctx, actor=posts.with_posts(ctx)))


def clock(tiny: Tiny, case_id: str) -> Row[Any]:
    with tiny.tools.readers() as session:
        return session.execute(
            select(deadline).where(
                deadline.c.case_id == case_id, deadline.c.rule_key == "registration"
            )
        ).one()


def questions(tiny: Tiny) -> list[Row[Any]]:
    with tiny.tools.readers() as session:
        return list(session.execute(select(correction)))


def armed(tiny: Tiny, case_id: str) -> list[str]:
    with tiny.tools.readers() as session:
        wanted = select(timer.c.kind).where(timer.c.case_id == case_id, timer.c.state == "armed")
        return list(session.scalars(wanted))


def told(tiny: Tiny, case_id: str) -> list[tuple[str, str]]:
    logins = {tiny.person(login): login for login in (HEAD, DESK, CITY_HEAD)}
    with tiny.tools.readers() as session:
        rows = session.execute(
            select(notification.c.recipient_id, notification.c.label)
            .where(notification.c.case_id == case_id, notification.c.kind == "correction")
            .order_by(notification.c.label.desc())
        )
        return [(logins[row.recipient_id], row.label) for row in rows]


def causes(tiny: Tiny, case_id: str) -> list[str]:
    with tiny.tools.readers() as session:
        wanted = select(notification.c.dedupe_key).where(notification.c.case_id == case_id)
        return list(session.scalars(wanted))


def verbs(tiny: Tiny, case_id: str) -> list[str]:
    with tiny.tools.readers() as session:
        wanted = select(AuditEvent.verb).where(AuditEvent.case_id == case_id)
        return list(session.scalars(wanted.order_by(AuditEvent.seq)))
