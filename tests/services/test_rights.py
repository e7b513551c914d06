"""Who may do what today, what he cannot see does not exist, and nothing written leaves its case."""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from server.domain.errors import Conflict, Forbidden, Invalid, NotFound, RongcuoError
from server.models.base import Base
from server.models.case import case, case_state, case_step, subject
from server.models.identity import Person, Post
from server.models.outbox import notification, outbox
from server.models.work import participant
from server.queries import inbox, visibility
from server.services.context import Context
from server.services.identity import people, staffing
from server.services.verbs import deadline_clock, messages, parties, timers, work
from server.services.verbs.appointed import Named
from tests.factories.invariants import violations
from tests.factories.tiny import (
    ACCEPT,
    APPLICANT,
    AUDIT,
    COLLEAGUE,
    DESK,
    HEAD,
    NOW,
    STRANGER,
    Tiny,
)

TODAY = NOW.date()
NOBODY = "00000000-0000-0000-0000-000000000000"
SECRET = "绝密字句"


@pytest.mark.parametrize("verb", ["claim", "release", "complete", "stop", "extend"])
def test_what_one_may_not_see_is_refused_like_what_does_not_exist(tiny: Tiny, verb: str) -> None:
    case_id = tiny.open()
    item = tiny.item(case_id, "register")
    found = [refusal(tiny, STRANGER, acts(item.id, case_id)[verb])]
    found.append(refusal(tiny, STRANGER, acts(NOBODY, NOBODY)[verb]))
    assert [(type(one), one.message, one.detail) for one in found] == [
        (NotFound, NotFound().message, "")
    ] * 2


@pytest.mark.parametrize("odd", ["\x00", "x" * 5000, "'; --", "绝", ""])
def test_an_odd_id_is_nobody(tiny: Tiny, odd: str) -> None:
    tiny.open()
    for act in acts(odd, odd).values():
        assert isinstance(refusal(tiny, DESK, act), NotFound)


@pytest.mark.parametrize("odd", ["\x00", "a\x00b", "\ud800", "x" * 5000])
def test_an_odd_name_in_an_answer_is_refused_and_nothing_breaks(tiny: Tiny, odd: str) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    item = tiny.item(case_id, "verify")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    given = {"checker": odd, "finding": odd}
    assert isinstance(refusal(tiny, DESK, lambda ctx: work.complete(ctx, item.id, given)), Invalid)
    assert tiny.facts(case_id).status == "open"


def test_a_post_that_ended_yesterday_gives_nothing_today(tiny: Tiny) -> None:
    case_id = tiny.open()
    item = tiny.item(case_id, "register")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    end_posts(tiny, DESK, TODAY)
    tiny.act(DESK, lambda ctx: work.release(ctx, item.id))
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    tomorrow = NOW + timedelta(days=1)
    for act in acts(item.id, case_id).values():
        assert isinstance(refusal(tiny, DESK, act, tomorrow), NotFound)


def test_what_somebody_left_behind_waits_in_the_queue_and_is_taken_over(tiny: Tiny) -> None:
    case_id = tiny.open()
    item = tiny.item(case_id, "register")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    assert queue(tiny, COLLEAGUE, TODAY) == []
    assert isinstance(refusal(tiny, COLLEAGUE, lambda ctx: work.claim(ctx, item.id)), Conflict)
    end_posts(tiny, DESK, TODAY)
    tomorrow = NOW + timedelta(days=1)
    assert queue(tiny, COLLEAGUE, tomorrow.date()) == ["register"]
    tiny.act(COLLEAGUE, lambda ctx: work.claim(ctx, item.id), tomorrow)
    tiny.act(COLLEAGUE, lambda ctx: work.complete(ctx, item.id, ACCEPT), tomorrow)
    assert violations(tiny.tools, case_id) == []


def test_a_reminder_goes_to_the_office_when_the_holder_has_left(tiny: Tiny) -> None:
    case_id = tiny.open()
    item = tiny.item(case_id, "register")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    end_posts(tiny, DESK, TODAY)
    timers.sweep(tiny.tools, NOW.replace(day=25))
    with tiny.tools.readers() as session:
        told = set(session.scalars(select(notification.c.recipient_id)))
    assert tiny.person(COLLEAGUE) in told
    assert tiny.person(DESK) not in told


def test_a_disabled_account_holds_up_nobody(tiny: Tiny) -> None:
    item = tiny.item(tiny.open(), "register")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    tiny.program(
        lambda ctx: ctx.session.execute(
            update(Person).where(Person.id == tiny.person(DESK)).values(state="disabled")
        )
    )
    assert queue(tiny, COLLEAGUE, TODAY) == ["register"]
    tiny.act(COLLEAGUE, lambda ctx: work.claim(ctx, item.id))


def test_who_turns_out_to_be_concerned_loses_the_work_to_a_colleague(tiny: Tiny) -> None:
    item = tiny.item(tiny.open(), "register")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    tiny.program(
        lambda ctx: ctx.session.execute(update(subject).values(person_id=tiny.person(DESK)))
    )
    assert isinstance(
        refusal(tiny, DESK, lambda ctx: work.complete(ctx, item.id, ACCEPT)), Forbidden
    )
    tiny.act(COLLEAGUE, lambda ctx: work.claim(ctx, item.id))


def test_a_second_round_of_naming_takes_the_part_from_those_left_out(tiny: Tiny) -> None:
    case_id = tiny.open()
    first, second = (Named(role="checker", person_id=tiny.person(who)) for who in (AUDIT, DESK))
    tiny.program(lambda ctx: parties.replace_members(ctx, case_id, [first]))
    assert sees(tiny, AUDIT, case_id)
    tiny.program(lambda ctx: parties.replace_members(ctx, case_id, []))
    assert sees(tiny, AUDIT, case_id)
    tiny.program(lambda ctx: parties.replace_members(ctx, case_id, [second]))
    assert not sees(tiny, AUDIT, case_id)
    with tiny.tools.readers() as session:
        rows = session.execute(
            select(participant.c.person_id, participant.c.to_at)
            .where(participant.c.role_key == "checker")
            .order_by(participant.c.to_at.is_(None))
        ).all()
    assert [(row.person_id, row.to_at) for row in rows] == [
        (tiny.person(AUDIT), NOW),
        (tiny.person(DESK), None),
    ]


def test_a_unit_applies_through_whoever_speaks_for_it_today(tiny: Tiny) -> None:
    personnel = "county1.housing_hr.1"
    case_id = tiny.open()

    def apply(ctx: Context) -> None:
        unit = people.unit_by_key(ctx, "county1.housing")
        parties.appoint(ctx, case_id, [Named(role="applicant", unit_id=unit.id)])

    tiny.program(apply)
    end_posts(tiny, personnel, TODAY)
    tomorrow = NOW + timedelta(days=1)
    tiny.program(
        lambda ctx: staffing.appoint(
            ctx,
            staffing.NewPost(
                person_id=tiny.person(STRANGER),
                unit_id=people.unit_by_key(ctx, "county1.housing_hr").id,
                title="人事科长",
                from_on=tomorrow.date(),
            ),
        )
    )
    assert sees(tiny, personnel, case_id)
    assert not sees(tiny, personnel, case_id, tomorrow)
    assert sees(tiny, STRANGER, case_id, tomorrow)


def test_the_office_that_opened_a_case_sees_it_and_who_left_it_does_not(tiny: Tiny) -> None:
    case_id = tiny.open(by=COLLEAGUE)
    tiny.program(lambda ctx: ctx.session.execute(update(participant).values(to_at=NOW)))
    assert sees(tiny, DESK, case_id)
    end_posts(tiny, COLLEAGUE, TODAY)
    assert not sees(tiny, COLLEAGUE, case_id, NOW + timedelta(days=1))


def test_nothing_written_leaves_the_case(tiny: Tiny, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    case_id = tiny.open({"managed_by": "county", "facts": SECRET})
    supplement = {"registered": "supplement", "reason": SECRET, "organs": ["audit_office"]}
    tiny.do(DESK, case_id, "register", supplement)
    tiny.do(APPLICANT, case_id, "supplement", {"supplemented": SECRET})
    tiny.act(
        DESK,
        lambda ctx: deadline_clock.stop(
            ctx, case_id, "registration", reason="illness", note=SECRET
        ),
    )
    tiny.act(DESK, lambda ctx: deadline_clock.restart(ctx, case_id, "registration", note=SECRET))
    tiny.act(
        HEAD, lambda ctx: deadline_clock.extend(ctx, case_id, "registration", n=1, note=SECRET)
    )
    timers.sweep(tiny.tools, NOW + timedelta(days=30))
    accept = {**ACCEPT, "reason": SECRET, "organs": ["audit_office"]}
    tiny.do(DESK, case_id, "register", accept, now=NOW + timedelta(days=30))
    tiny.do(AUDIT, case_id, "consult", {"opinion": SECRET})
    tiny.do(DESK, case_id, "verify", {"finding": SECRET})
    tiny.deliver(case_id, "evidence_received", {"evidence_weight": 1})
    grounds = {"determination": "tolerated", "grounds": SECRET}
    tiny.do(HEAD, case_id, "decide", grounds)
    messages.hand_over(tiny.tools, NOW)
    with tiny.tools.readers() as session:
        assert any(SECRET in repr(row) for row in session.execute(select(case_step.c.answers)))
        for table in ("audit_event", "notification", "outbox", "timer", "case", "participant"):
            # the title is what the procedure itself makes the name of the matter
            columns = [one for one in Base.metadata.tables[table].c if one.name != "title"]
            rows = session.execute(select(*columns)).all()
            assert rows
            assert SECRET not in repr(rows), table
        kept = session.execute(select(case_state.c.variables)).scalar_one()
    # the result of a multi-instance is a routing variable by the pack's own wish
    assert SECRET not in repr({**kept, "opinions": None})
    assert SECRET not in caplog.text


def test_a_message_carries_what_it_names_and_nothing_else(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    tiny.decided(case_id)
    with tiny.tools.readers() as session:
        payload = session.scalars(select(outbox.c.payload).where(outbox.c.kind == "message")).one()
    assert payload == {
        "message": "result_sent",
        "element": "result_sent",
        "data": {"determination": "tolerated"},
    }


def test_a_failing_database_tells_its_log_nothing_of_the_case(tiny: Tiny) -> None:
    def break_it(ctx: Context) -> None:
        ctx.session.execute(case.insert().values(id=SECRET, reference=SECRET))

    with pytest.raises(IntegrityError) as broken:
        tiny.program(break_it)
    told: BaseException | None = broken.value
    while told is not None:
        assert SECRET not in f"{told}{told.args}"
        told = told.__cause__ or told.__context__


def acts(item_id: str, case_id: str) -> dict[str, Callable[[Context], None]]:
    return {
        "claim": lambda ctx: work.claim(ctx, item_id),
        "release": lambda ctx: work.release(ctx, item_id),
        "complete": lambda ctx: work.complete(ctx, item_id, ACCEPT),
        "stop": lambda ctx: deadline_clock.stop(ctx, case_id, "registration", reason="illness"),
        "extend": lambda ctx: deadline_clock.extend(ctx, case_id, "registration", n=1),
    }


def refusal(tiny: Tiny, login: str, act: Callable[[Context], None], now: Any = NOW) -> RongcuoError:
    with pytest.raises(RongcuoError) as refused:
        tiny.act(login, act, now)
    return refused.value


def end_posts(tiny: Tiny, login: str, last: date) -> None:
    tiny.program(
        lambda ctx: ctx.session.execute(
            update(Post).where(Post.person_id == tiny.person(login)).values(to_on=last)
        )
    )


def queue(tiny: Tiny, login: str, on: date) -> list[str]:
    when = inbox.When(now=datetime.combine(on, NOW.timetz()), on=on, soon_on=on)
    with tiny.tools.readers() as session:
        found = inbox.page(session, tiny.actor(login, when.now), "queue", when=when)
    return [entry.key for entry in found.items]


def sees(tiny: Tiny, login: str, case_id: str, now: Any = NOW) -> bool:
    actor = tiny.actor(login, now)
    units = [post.unit_id for post in actor.posts]
    with tiny.tools.readers() as session:
        return visibility.sees(session, actor.person_id, units, case_id)
