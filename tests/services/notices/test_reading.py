"""A notice is read once and on record; who may not see the case any more reads its reference."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Row, insert, select, update

from server.domain.calendar import CHINA_TIME
from server.domain.errors import Invalid, NotFound
from server.domain.paces import CHOICES, Pace
from server.domain.rung_texts import RungKind
from server.models.audit import AuditEvent
from server.models.base import new_id
from server.models.identity import Person, Post
from server.models.outbox import notification
from server.models.recusal import recusal
from server.models.time import deadline
from server.queries import headings, notices
from server.queries.board import Narrowed
from server.services import audit
from server.services.context import Context, reading
from server.services.files import boards, notice_lists
from server.services.files.notice_lists import Line
from server.services.identity import posts, profile
from server.services.notices import between, delivery, owing
from server.services.notices import reading as acts
from server.services.notices.owing import Wanted
from server.services.verbs import timers, work
from tests.factories import receivers
from tests.factories.receivers import Mailbox, mail_server
from tests.factories.statements import statements
from tests.factories.tiny import APPLICANT, COLLEAGUE, DESK, HEAD, STRANGER, Tiny

AFTER = datetime(2026, 2, 28, 8, 30, tzinfo=CHINA_TIME)
SUPERIOR = "city1.supervising_organ.head"


def test_a_notice_is_read_once_and_its_reading_is_on_record(tiny: Tiny) -> None:
    late(tiny)
    before = listed(tiny, HEAD)
    assert unread(tiny, HEAD) == len(before) == 2
    tiny.act(HEAD, lambda ctx: acts.read(ctx, before[0].id), AFTER)
    later = AFTER + timedelta(hours=1)
    tiny.act(HEAD, lambda ctx: acts.read(ctx, before[0].id), later)
    (record,) = records(tiny)
    assert (record.chain, record.target, record.case_id) == (
        audit.ACCESS,
        before[0].id,
        before[0].case_id,
    )
    after = {line.id: line.read_at for line in listed(tiny, HEAD, later)}
    assert after[before[0].id] == AFTER
    assert unread(tiny, HEAD) == 1
    assert tiny.act(HEAD, acts.read_all, later) == 1
    assert tiny.act(HEAD, acts.read_all, later) == 0
    assert len(records(tiny)) == 2


def test_nobody_reads_the_notices_of_others(tiny: Tiny) -> None:
    late(tiny)
    (notice, *_rest) = listed(tiny, HEAD)
    for login in (STRANGER, COLLEAGUE, SUPERIOR):
        with pytest.raises(NotFound):
            tiny.act(login, lambda ctx: acts.read(ctx, notice.id), AFTER)
    with pytest.raises(NotFound):
        tiny.act(HEAD, lambda ctx: acts.read(ctx, "\x00"), AFTER)
    assert listed(tiny, STRANGER) == ()


def test_an_escalation_says_what_it_is_about_and_names_nobody_of_another_organ(
    tiny: Tiny,
) -> None:
    case_id = tiny.open()
    item = tiny.item(case_id, "register")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    timers.sweep(tiny.tools, AFTER)
    clerk = tiny.actor(DESK).name
    head = next(line for line in listed(tiny, HEAD) if line.kind is RungKind.ESCALATED)
    assert head.text == (
        "“登记”已于2026-02-26（周四）到期，逾期2个工作日，仍未办结。"
        f"现在的环节：登记（案件监督管理室，{clerk}）。"
    )
    (above,) = listed(tiny, SUPERIOR)
    assert above.kind is RungKind.ESCALATED
    assert above.text.endswith("现在的环节：登记（案件监督管理室）。")
    assert above.reference == head.reference == tiny.facts(case_id).reference
    assert (above.case_id, above.task_id) == (case_id, None)
    mine = listed(tiny, DESK)
    assert {line.task_id for line in mine} == {item.id}


def test_a_party_reads_nothing_that_was_meant_for_an_office(tiny: Tiny) -> None:
    """The applicant's own unit was told as well, and he serves it: the matter stays his own."""
    case_id = tiny.open()
    own = Wanted(
        label="applicant",
        recipient_id=tiny.person(APPLICANT),
        unit_id=None,
        kind="other",
        case_id=case_id,
        text="请补正",
        dedupe_key="own",
    )
    (post, *_rest) = tiny.actor(APPLICANT).posts
    office = replace(own, unit_id=post.unit_id, text="由某某办理", dedupe_key="office")
    for wanted in (own, office, own):
        tiny.program(partial(owing.owe, wanted=[wanted]), AFTER)
    assert sorted((line.text, line.case_id) for line in listed(tiny, APPLICANT)) == [
        ("", case_id),
        ("请补正", case_id),
    ]


def test_who_has_left_keeps_his_notices_without_their_text_and_their_way(tiny: Tiny) -> None:
    case_id = late(tiny)

    def end(ctx: Context) -> None:
        person = select(Person.id).where(Person.login == HEAD).scalar_subquery()
        ctx.session.execute(
            update(Post).where(Post.person_id == person).values(to_on=date(2026, 2, 28))
        )

    tiny.program(end)
    monday = AFTER + timedelta(days=2)
    for line in listed(tiny, HEAD, monday):
        assert line.reference == tiny.facts(case_id).reference
        assert (line.text, line.case_id, line.task_id) == ("", None, None)
    assert tiny.act(HEAD, acts.read_all, monday) == 2


def test_of_a_case_somebody_is_recused_from_no_notice_exists_for_him(tiny: Tiny) -> None:
    case_id = late(tiny)
    (notice, *_rest) = listed(tiny, HEAD)

    def recuse(ctx: Context) -> None:
        ctx.session.execute(
            insert(recusal).values(
                id=new_id(),
                case_id=case_id,
                person_id=tiny.person(HEAD),
                ground="other",
                capacity="office",
                by_id=tiny.person(HEAD),
                state="granted",
                at=AFTER,
            )
        )

    tiny.program(recuse)
    assert listed(tiny, HEAD) == ()
    assert unread(tiny, HEAD) == 0
    with pytest.raises(NotFound):
        tiny.act(HEAD, lambda ctx: acts.read(ctx, notice.id), AFTER)


def test_a_page_costs_the_same_statements_with_ten_notices_and_with_fifty(tiny: Tiny) -> None:
    for _each in range(3):
        tiny.open()
    timers.sweep(tiny.tools, AFTER)
    listed(tiny, HEAD)
    few = cost(tiny)
    for _each in range(15):
        tiny.open()
    timers.sweep(tiny.tools, AFTER)
    assert cost(tiny) == few


def test_the_board_tells_read_unread_and_why_something_did_not_arrive(tiny: Tiny) -> None:
    def address(ctx: Context) -> None:
        ctx.session.execute(
            update(Person).where(Person.login == DESK).values(email="desk@example.cn")
        )

    tiny.program(address)
    late(tiny)
    box = Mailbox(answers={"desk@example.cn": "550 no such user"})
    with mail_server(box):
        tools = replace(tiny.tools, ways=receivers.ways(box.way()))
        delivery.deliver(tools, lambda: AFTER, lambda: AFTER)
    tiny.act(COLLEAGUE, acts.read_all, AFTER)
    with reading(tiny.tools, tiny.actor(HEAD, AFTER), AFTER) as ctx:
        posts.trust(ctx)
        (shown,) = boards.of_head(ctx, Narrowed()).late
    found = {(rung.on, name): rung.rung for rung in shown.rungs for name in rung.names}
    eve = {login: found["提前1日", tiny.actor(login).name] for login in (DESK, COLLEAGUE, HEAD)}
    assert (eve[DESK].fault, eve[DESK].read_at) == ("邮箱地址无效", None)
    assert (eve[COLLEAGUE].fault, eve[COLLEAGUE].read_at) == ("", AFTER)
    assert (eve[HEAD].fault, eve[HEAD].read_at) == ("", None)


def test_what_somebody_put_off_is_counted_from_the_digest_and_what_he_switched_off_never(
    tiny: Tiny,
) -> None:
    case_id = late(tiny)
    pair = [(tiny.actor(DESK).person_id, "请看")]
    for kind in (RungKind.URGED, RungKind.COPIED, RungKind.MENTIONED):
        tiny.program(partial(between.tell, kind=kind, cause=(case_id, "", "1"), texts=pair), AFTER)
    before = unread(tiny, DESK)
    chosen = {RungKind.COPIED: Pace.NEVER, RungKind.MENTIONED: Pace.DAILY}
    tiny.act(DESK, partial(profile.pace, wanted=chosen))
    assert unread(tiny, DESK) == before - 2
    assert unread(tiny, DESK, AFTER + timedelta(minutes=30)) == before - 1
    assert {line.kind for line in listed(tiny, DESK)} >= {RungKind.COPIED, RungKind.MENTIONED}


def test_nobody_puts_off_or_switches_off_what_is_not_his_to_choose(tiny: Tiny) -> None:
    for kind, pace in ((RungKind.ESCALATED, Pace.DAILY), (RungKind.URGED, Pace.NEVER)):
        wanted = {RungKind.COPIED: Pace.NEVER, kind: pace}
        with pytest.raises(Invalid) as refused:
            tiny.act(DESK, partial(profile.pace, wanted=wanted))
        assert [each.field for each in refused.value.findings] == [str(kind)]
    with tiny.tools.readers() as session:
        kept = session.scalars(select(Person.preferences).where(Person.login == DESK)).one()
    assert "paces" not in kept


def test_a_kind_is_the_same_to_the_database_as_to_the_page(tiny: Tiny) -> None:
    cases = {tiny.open(): force for force in ("soft", "statutory")}

    def write(ctx: Context) -> None:
        rows = ctx.session.execute(select(deadline.c.id, deadline.c.case_id)).all()
        clocks = {cases[row.case_id]: row.id for row in rows}
        for force, clock in clocks.items():
            ctx.session.execute(update(deadline).where(deadline.c.id == clock).values(force=force))
        case_id = next(iter(cases))
        recipient = tiny.actor(DESK).person_id
        base = Wanted(
            label="",
            recipient_id=recipient,
            unit_id=None,
            kind="",
            case_id=case_id,
            text="",
            dedupe_key="",
        )
        rungs = [
            replace(
                base,
                kind="deadline",
                label=label,
                deadline_id=clock,
                dedupe_key=f"{clock}:2026-02-26:{at:+d}:{label}:{recipient}",
            )
            for clock in clocks.values()
            for at in (-2, 0, 3)
            for label in ("assignee", "office.head")
        ]
        others = [
            replace(base, kind=kind, dedupe_key=f"{kind}:a:b:{recipient}")
            for kind in ("return", "recusal", "urge", "cc", "comment", "follow_up", "meeting")
        ]
        owing.owe(ctx, [*rungs, *others])

    tiny.program(write)
    found = listed(tiny, DESK)
    for kind in CHOICES:
        with tiny.tools.readers() as session:
            ids = set(session.scalars(select(notification.c.id).where(notices.is_of(kind))))
        assert ids == {line.id for line in found if line.kind is kind}
        assert ids


def late(tiny: Tiny) -> str:
    case_id = tiny.open()
    timers.sweep(tiny.tools, AFTER)
    return case_id


def listed(tiny: Tiny, login: str, now: datetime = AFTER) -> tuple[Line, ...]:
    with reading(tiny.tools, tiny.actor(login, now), now) as ctx:
        return notice_lists.listed(ctx).lines


def unread(tiny: Tiny, login: str, now: datetime = AFTER) -> int:
    with reading(tiny.tools, tiny.actor(login, now), now) as ctx:
        kept = ctx.session.scalars(select(Person.preferences).where(Person.login == login)).one()
        found = headings.waiting(ctx.session, ctx.actor, kept, on=ctx.today, now=ctx.now)
    return found.notices


def records(tiny: Tiny) -> list[Row[Any]]:
    with tiny.tools.readers() as session:
        wanted = select(AuditEvent.chain, AuditEvent.target, AuditEvent.case_id).where(
            AuditEvent.verb == "notice.read"
        )
        return list(session.execute(wanted).all())


def cost(tiny: Tiny) -> int:
    with statements(tiny.tools.database) as said:
        assert listed(tiny, HEAD)
    return len(said)
