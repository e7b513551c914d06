"""Notices on their way out, to real receivers on loopback: once each, whatever goes down."""

import base64
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Row, select, update

from server.domain.calendar import CHINA_TIME
from server.domain.channels import Fault, Way
from server.domain.errors import Conflict, Forbidden
from server.domain.paces import Pace
from server.domain.rung_texts import RungKind
from server.models.identity import Person
from server.models.installation import incident
from server.models.outbox import outbox
from server.queries import deliveries
from server.services.context import Context, Tools
from server.services.identity import profile
from server.services.notices import between, claims, delivery
from server.services.notices.again import again
from server.services.verbs import ticks, timers
from tests.factories import receivers
from tests.factories.receivers import Mailbox, Robot, mail_server, web_server
from tests.factories.tiny import COLLEAGUE, DESK, HEAD, NOW, Tiny
from tests.factories.together import at_once

#: the day before the last one, and the day after it, at the hour of notices
EVE = datetime(2026, 2, 25, 8, 30, tzinfo=CHINA_TIME)
AFTER = datetime(2026, 2, 27, 8, 30, tzinfo=CHINA_TIME)
REAL = datetime(2026, 11, 22, 12, 0, tzinfo=CHINA_TIME)
HOUR = timedelta(hours=1)
SYSTEM_ADMIN = "p.system_admin.head"

FIRST, SECOND = "desk1@example.cn", "desk2@example.cn"


def test_each_rung_arrives_once_by_mail_and_once_in_the_group_and_tells_nothing(
    tiny: Tiny, box: Mailbox, robot: Robot
) -> None:
    case_id = noticed(tiny)
    tools = with_ways(tiny, box.way(), robot.wecom())
    assert deliver(tools, EVE) == delivery.Delivered(sent=3, failed=0)
    assert deliver(tools, EVE + HOUR) == delivery.Delivered(sent=0, failed=0)
    assert sorted(str(letter["To"]) for letter in box.letters) == [FIRST, SECOND]
    assert robot.texts == [
        "本单位有1项提醒，请登录容错纠错事项办理系统查看：\nhttps://rongcuo.example.cn/notices"
    ]
    (path, query, _body, headers) = robot.told[0]
    assert (path, query) == ("/cgi-bin/webhook/send", {"key": "k-1"})
    assert headers["Idempotency-Key"] in {row.message_id for row in owed(tiny)}
    for letter in box.letters:
        assert letter["Subject"] == "您有1项提醒"
        assert letter["Date"] == "Sun, 22 Nov 2026 12:00:00 +0800"
        text = base64.b64decode(str(letter.get_payload())).decode()
        assert text.startswith("您有1项提醒，请登录")
        assert f"{receivers.SITE}/notices" in text
        facts = tiny.facts(case_id)
        for secret in (facts.reference, case_id, tiny.actor(DESK).name, "登记", "抢修"):
            assert secret not in letter.as_string() + text + robot.texts[0]
    with tiny.tools.readers() as session:
        states = {each.channel: each for each in deliveries.standing(session)}
    assert states["mail"].waiting == states["mail"].given_up == 0
    assert states["mail"].last_sent_at == EVE


def test_who_is_told_once_a_day_gets_one_letter_at_nine_and_who_is_not_told_none(
    tiny: Tiny, box: Mailbox, robot: Robot
) -> None:
    tiny.act(DESK, lambda ctx: profile.pace(ctx, {RungKind.REMIND: Pace.DAILY}))
    noticed(tiny)
    tiny.open()
    timers.sweep(tiny.tools, EVE)
    tools = with_ways(tiny, box.way(), robot.wecom())
    assert deliver(tools, EVE).sent == 2  # the colleague and the group
    assert {str(letter["To"]) for letter in box.letters} == {SECOND}
    # a way that fails meanwhile does not bring it forward, nor does trying again
    with pytest.raises(Conflict):
        tiny.act(SYSTEM_ADMIN, lambda ctx: again(ctx, "mail"))
    assert deliver(tools, EVE + timedelta(minutes=29)).sent == 0
    assert deliver(tools, EVE + timedelta(minutes=30)).sent == 1
    assert (str(box.letters[-1]["To"]), letter_count(box.letters[-1])) == (FIRST, 2)
    assert not deliver(tools, EVE + 24 * HOUR).sent


def test_what_somebody_wants_no_word_of_is_in_the_house_alone(tiny: Tiny, box: Mailbox) -> None:
    tiny.act(DESK, lambda ctx: profile.pace(ctx, {RungKind.MENTIONED: Pace.NEVER}))
    addressed(tiny, {DESK: FIRST, COLLEAGUE: SECOND})
    case_id = tiny.open()

    def say(ctx: Context) -> None:
        told = [(tiny.actor(login).person_id, "请看") for login in (DESK, COLLEAGUE)]
        between.tell(ctx, RungKind.MENTIONED, (case_id, "", "1"), told)

    tiny.program(say)
    assert deliver(with_ways(tiny, box.way()), NOW).sent == 1
    assert [str(letter["To"]) for letter in box.letters] == [SECOND]


def test_without_settings_notices_stay_in_the_house_and_nothing_fails(tiny: Tiny) -> None:
    noticed(tiny)
    assert deliver(tiny.tools, EVE) == delivery.Delivered(sent=0, failed=0)
    assert {(row.channel, row.state) for row in owed(tiny)} == {("", "recorded")}


def test_who_has_no_address_gets_no_letter_and_a_robot_tells_its_own_units_alone(
    tiny: Tiny, box: Mailbox, robot: Robot
) -> None:
    noticed(tiny, addresses={DESK: FIRST})
    elsewhere = robot.wecom("other", frozenset({"county2.case_supervision"}))
    own = robot.wecom("own", frozenset({"county1.case_supervision"}))
    assert deliver(with_ways(tiny, box.way(), elsewhere, own), EVE).sent == 2
    assert [str(letter["To"]) for letter in box.letters] == [FIRST]
    assert {row.channel for row in owed(tiny)} == {"", "mail", "own"}


def test_a_receiver_that_was_down_for_an_hour_gets_everything_once(tiny: Tiny) -> None:
    noticed(tiny, addresses={DESK: FIRST})
    box, robot = Mailbox(), Robot()
    with mail_server(box), web_server(robot):
        pass
    tools = with_ways(tiny, box.way(), robot.dingtalk())
    for minutes in range(0, 60, 5):
        deliver(tools, EVE + timedelta(minutes=minutes))
    assert {row.subject for row in incidents(tiny)} == {"mail", "ding"}
    assert {row.error for row in owed(tiny, "mail")} == {Fault.UNREACHABLE}
    with mail_server(box), web_server(robot):
        for minutes in range(60, 120, 5):
            deliver(tools, EVE + timedelta(minutes=minutes))
    assert len(box.letters) == len(robot.texts) == 1
    assert {row.state for row in incidents(tiny)} == {"closed"}
    assert {row.state for row in owed(tiny, "mail")} == {"sent"}


def test_a_letter_that_was_sent_and_not_noted_goes_out_again_under_the_same_id(
    tiny: Tiny, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    noticed(tiny, addresses={DESK: FIRST})
    tools = with_ways(tiny, box.way())
    with monkeypatch.context() as patch:
        patch.setattr(claims, "sent", killed)
        with pytest.raises(Killed):
            deliver(tools, EVE)
    assert deliver(tools, EVE + timedelta(minutes=1)).sent == 0  # held by who died
    assert deliver(tools, EVE + claims.LEASE).sent == 1
    assert len(box.ids) == 2
    assert len(set(box.ids)) == 1


def test_what_comes_after_a_letter_of_unknown_fate_goes_by_a_letter_of_its_own(
    tiny: Tiny, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    noticed(tiny, addresses={DESK: FIRST})
    tools = with_ways(tiny, box.way())
    with monkeypatch.context() as patch:
        patch.setattr(claims, "sent", killed)
        with pytest.raises(Killed):
            deliver(tools, EVE)
    noticed(tiny, addresses={DESK: FIRST})
    assert deliver(tools, EVE + HOUR).sent == 2
    assert sorted(box.ids.count(each) for each in set(box.ids)) == [1, 2]
    assert {str(letter["Subject"]) for letter in box.letters} == {"您有1项提醒"}


def test_of_two_workers_each_letter_is_sent_by_one(tiny: Tiny, box: Mailbox) -> None:
    for _each in range(4):
        noticed(tiny)
    tools = with_ways(tiny, box.way())
    done = at_once([lambda: deliver(tools, EVE)] * 3)
    done.append(deliver(tools, EVE))
    assert sum(each.sent for each in done) == len(box.letters)
    assert len(set(box.ids)) == len(box.ids)
    assert {row.state for row in owed(tiny, "mail")} == {"sent"}
    assert sum(letter_count(letter) for letter in box.letters) == 8


def test_after_a_week_in_which_the_server_was_down_each_person_gets_one_letter(
    tiny: Tiny, box: Mailbox, robot: Robot
) -> None:
    for _each in range(3):
        tiny.open()
    addressed(tiny, {DESK: FIRST, COLLEAGUE: SECOND, HEAD: "head@example.cn"})
    timers.sweep(tiny.tools, AFTER + timedelta(days=7))
    tools = with_ways(tiny, box.way(), robot.dingtalk(units=frozenset({"county1"})))
    # the tree of units: an organ stands for its offices
    deliver(tools, AFTER + timedelta(days=7))
    told = {str(letter["To"]): letter_count(letter) for letter in box.letters}
    assert len(box.letters) == 3
    assert told[FIRST] == told[SECOND] == 3
    assert told["head@example.cn"] == 6
    assert len({row.dedupe_key for row in owed(tiny, "mail")}) == 12


def test_a_backlog_that_comes_in_portions_is_one_letter_all_the_same(
    tiny: Tiny, box: Mailbox
) -> None:
    addressed(tiny, {DESK: FIRST})
    for _each in range(3):
        tiny.open()
    tools, now = with_ways(tiny, box.way()), AFTER + timedelta(days=7)
    while timers.sweep(tiny.tools, now, limit=1).done:
        deliver(tools, now)
    deliver(tools, now)
    assert [letter_count(letter) for letter in box.letters] == [3]


def test_a_backlog_that_does_not_end_keeps_nobody_from_being_told(tiny: Tiny, box: Mailbox) -> None:
    noticed(tiny, addresses={DESK: FIRST})
    tools = with_ways(tiny, box.way())
    assert deliver(tools, AFTER).sent == 1  # more is due by then, but this one waited for days


def test_an_address_that_is_refused_for_good_fails_alone(tiny: Tiny, box: Mailbox) -> None:
    noticed(tiny)
    box.answers[FIRST] = "550 5.1.1 no such user"
    tools = with_ways(tiny, box.way())
    assert deliver(tools, EVE) == delivery.Delivered(sent=1, failed=0)
    assert [str(letter["To"]) for letter in box.letters] == [SECOND]
    assert incidents(tiny) == []
    gone = [row for row in owed(tiny, "mail") if row.state == "failed"]
    assert [(row.error, row.recipient_id) for row in gone] == [
        (Fault.ADDRESS_REFUSED, tiny.person(DESK))
    ]


def test_an_address_that_is_not_taken_now_is_tried_later_and_the_others_go_on(
    tiny: Tiny, box: Mailbox
) -> None:
    noticed(tiny)
    box.answers[FIRST] = "450 4.2.0 greylisted"
    tools = with_ways(tiny, box.way())
    assert deliver(tools, EVE).sent == 1
    box.answers.clear()
    assert deliver(tools, EVE + timedelta(minutes=2)).sent == 1
    assert sorted(str(letter["To"]) for letter in box.letters) == [FIRST, SECOND]


def test_a_way_that_fails_is_tried_with_one_letter_at_a_time(tiny: Tiny, box: Mailbox) -> None:
    noticed(tiny)
    box.verdict = "554 5.7.1 not from you"
    tools = with_ways(tiny, box.way())
    assert deliver(tools, EVE) == delivery.Delivered(sent=0, failed=1)
    assert deliver(tools, EVE) == delivery.Delivered(sent=0, failed=0)
    assert {(row.attempts, row.error) for row in owed(tiny, "mail")} == {(1, Fault.REFUSED)}
    assert {row.message_id for row in owed(tiny, "mail")} == {None}


def test_what_nobody_takes_for_days_is_given_up_and_owed_again_when_it_is_mended(
    tiny: Tiny, box: Mailbox
) -> None:
    noticed(tiny, addresses={DESK: FIRST})
    tools = with_ways(tiny, box.way())
    box.verdict = "451 4.3.0 later"
    for hours in range(71):
        deliver(tools, EVE + hours * HOUR)
    assert {row.state for row in owed(tiny, "mail")} == {"pending"}
    for hours in range(71, 75):
        deliver(tools, EVE + hours * HOUR)
    assert {row.state for row in owed(tiny, "mail")} == {"failed"}
    with tiny.tools.readers() as session:
        (state,) = deliveries.standing(session)
    assert (state.channel, state.given_up, state.faults) == ("mail", 1, (Fault.BUSY,))
    box.verdict = "250 OK"
    later = EVE + 80 * HOUR
    with pytest.raises(Forbidden):
        tiny.act(DESK, lambda ctx: again(ctx, "mail"), later)
    ticks.run_due(tiny.tools, later)
    assert tiny.act(SYSTEM_ADMIN, lambda ctx: again(ctx, "mail"), later) == 1
    assert deliver(tools, later).sent == 1
    with pytest.raises(Conflict):
        tiny.act(SYSTEM_ADMIN, lambda ctx: again(ctx, "mail"), later)


def test_trying_again_does_not_wait_for_the_next_moment(tiny: Tiny, box: Mailbox) -> None:
    noticed(tiny, addresses={DESK: FIRST})
    tools = with_ways(tiny, box.way())
    box.verdict = "451 4.3.0 later"
    deliver(tools, EVE)
    box.verdict = "250 OK"
    assert deliver(tools, EVE).sent == 0
    tiny.program(lambda ctx: again(ctx, "mail"), EVE)
    assert deliver(tools, EVE).sent == 1


def test_who_has_left_or_taken_his_address_away_gets_no_letter(tiny: Tiny, box: Mailbox) -> None:
    noticed(tiny)
    tools = with_ways(tiny, box.way())
    box.verdict = "451 4.3.0 later"
    deliver(tools, EVE)
    addressed(tiny, {DESK: None})
    box.verdict = "250 OK"
    deliver(tools, EVE + HOUR)
    assert [str(letter["To"]) for letter in box.letters] == [SECOND]
    kept = {(row.state, row.error) for row in owed(tiny, "mail")}
    assert kept == {("sent", ""), ("recorded", Fault.NO_ADDRESS)}


def test_what_is_owed_on_a_way_that_is_no_more_is_given_up(tiny: Tiny, robot: Robot) -> None:
    noticed(tiny)
    robot.answer = {"errcode": 93000, "errmsg": "invalid webhook url"}
    deliver(with_ways(tiny, robot.wecom()), EVE)
    deliver(tiny.tools, EVE)
    assert {(row.state, row.error) for row in owed(tiny, "wecom")} == {
        ("failed", Fault.NOT_CONFIGURED)
    }


class Killed(Exception):  # what happens, no error
    """The process was killed here."""


def killed(*_given: object) -> bool:
    raise Killed


def noticed(tiny: Tiny, addresses: dict[str, str | None] | None = None) -> str:
    """A case whose two possible holders were reminded the day before the last one."""
    addressed(tiny, {DESK: FIRST, COLLEAGUE: SECOND} if addresses is None else addresses)
    case_id = tiny.open()
    timers.sweep(tiny.tools, EVE)
    return case_id


def addressed(tiny: Tiny, addresses: dict[str, str | None]) -> None:
    def write(ctx: Any) -> None:
        for login, address in addresses.items():
            ctx.session.execute(update(Person).where(Person.login == login).values(email=address))

    tiny.program(write)


def with_ways(tiny: Tiny, *found: Way) -> Tools:
    return replace(tiny.tools, ways=receivers.ways(*found))


def deliver(tools: Tools, now: datetime) -> delivery.Delivered:
    return delivery.deliver(tools, lambda: now, lambda: REAL)


def owed(tiny: Tiny, channel: str = "") -> list[Row[Any]]:
    wanted = select(outbox).where(outbox.c.kind == "notice").order_by(outbox.c.id)
    with tiny.tools.readers() as session:
        rows = session.execute(wanted).all()
    return [row for row in rows if channel in ("", row.channel)]


def incidents(tiny: Tiny) -> list[Row[Any]]:
    with tiny.tools.readers() as session:
        return list(session.execute(select(incident)).all())


def letter_count(letter: Any) -> int:
    return int(str(letter["Subject"]).removeprefix("您有").removesuffix("项提醒"))


@pytest.fixture
def box() -> Iterator[Mailbox]:
    """A mail server that answers."""
    with mail_server(Mailbox()) as found:
        yield found


@pytest.fixture
def robot() -> Iterator[Robot]:
    """A robot that answers."""
    with ExitStack() as stack:
        yield stack.enter_context(web_server(Robot()))
