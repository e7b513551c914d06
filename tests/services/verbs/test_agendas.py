"""Meetings that come round: convened once, over all that waits, each with a result of its own."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from server.domain.errors import NotFound
from server.models.audit import AuditEvent
from server.models.decision import agenda_round, decision, meeting
from server.queries import meetings as counted
from server.services.files import decision_sheets, meeting_lists
from server.services.identity import posts
from server.services.packs import definitions
from server.services.verbs import agendas, decisions
from tests.factories.agendas import AUDIT_HEAD, CONVENED, HELD, OWN, by_a_meeting, decide
from tests.factories.invariants import broken_chain
from tests.factories.tiny import AUDIT, HEAD, NOW, Tiny
from tests.factories.tools import reading_only

MARCH, APRIL = NOW.replace(month=3, day=24), NOW.replace(month=4, day=24)


def test_a_meeting_is_convened_once_with_all_that_waits_and_what_comes_later_joins(
    ready: Tiny,
) -> None:
    first, second = ready.open(), ready.open()
    assert come(ready, CONVENED - timedelta(days=1)) == 0
    assert rounds(ready) == []
    assert come(ready, CONVENED) == 2
    # most minutes nothing is owed: nothing is written then
    assert agendas.come_round(reading_only(ready.tools), CONVENED) == 0
    third = ready.open(now=CONVENED)
    assert come(ready, CONVENED) == 1
    assert rounds(ready) == [("2026-02", "convened")]
    with ready.tools.readers() as session:
        (held,) = session.execute(select(meeting)).all()
        items = session.execute(select(decision)).all()
    assert (held.title, held.held_on, held.convened_by) == (
        "2026年2月每月会审",
        HELD.date(),
        ready.person(HEAD),
    )
    assert {row.case_id for row in items} == {first, second, third}
    assert sorted(row.agenda_no for row in items) == [1, 2, 3]
    # every office sees them, and is asked; nobody else
    for login in (*OWN, AUDIT_HEAD):
        (line,) = listed(ready, login)
        assert len(line.agenda) == 3
        assert waiting(ready, login) == 3
    assert listed(ready, AUDIT) == ()


def test_each_matter_has_members_and_a_result_of_its_own_and_the_rest_comes_again(
    ready: Tiny,
) -> None:
    first, second, third = (ready.open() for _ in range(3))
    come(ready, CONVENED)
    ready.recuse(second, AUDIT_HEAD)
    assert {one.reference for one in listed(ready, AUDIT_HEAD)[0].agenda} == set(
        references(ready, first, third)
    )
    with pytest.raises(NotFound):
        ready.act(AUDIT_HEAD, lambda ctx: decision_sheets.sheet(ctx, of(ready, second)))
    put_off = of(ready, third)
    ready.act(HEAD, lambda ctx: decisions.dissolve(ctx, put_off, reason="材料未齐，下次再议"))
    assert come(ready, CONVENED) == 0

    decide(ready, of(ready, first), [*OWN, AUDIT_HEAD])
    assert [one.node_key for one in ready.facts(first).work] != ["register"]
    assert come(ready, HELD + timedelta(days=1)) == 0
    assert rounds(ready) == [("2026-02", "held")]
    # undecided and put off: both are on the next agenda
    assert come(ready, MARCH) == 2
    assert rounds(ready) == [("2026-02", "held"), ("2026-03", "convened")]
    with ready.tools.readers() as session:
        states = select(meeting.c.state).order_by(meeting.c.held_on)
        assert session.scalars(states).all() == ["closed", "convened"]
    decide(ready, of(ready, second), OWN, MARCH.replace(day=27))
    assert broken_chain(ready.tools) is None


def test_a_month_with_nothing_is_noted_and_one_that_nobody_held_as_well(ready: Tiny) -> None:
    case_id = ready.open()
    come(ready, CONVENED)
    assert come(ready, MARCH) == 1
    assert rounds(ready) == [("2026-02", "missed"), ("2026-03", "convened")]
    decide(ready, of(ready, case_id), [*OWN, AUDIT_HEAD], MARCH.replace(day=27))
    come(ready, APRIL)
    come(ready, APRIL + timedelta(days=3))
    told = [("2026-02", "missed"), ("2026-03", "held"), ("2026-04", "empty")]
    assert rounds(ready) == told
    # the program stood still on the day of May, and something waited
    late = ready.open(now=APRIL + timedelta(days=5))
    come(ready, APRIL + timedelta(days=40))
    assert rounds(ready) == [*told, ("2026-05", "missed")]
    assert come(ready, APRIL + timedelta(days=61)) == 1
    assert of(ready, late)
    with ready.tools.readers() as session:
        verbs = select(AuditEvent.verb).where(AuditEvent.verb.startswith("agenda."))
        said = set(session.scalars(verbs))
    assert said == {"agenda.convened", "agenda.missed", "agenda.held", "agenda.empty"}


def come(tiny: Tiny, now: datetime) -> int:
    return agendas.come_round(tiny.tools, now)


def rounds(tiny: Tiny) -> list[tuple[str, str]]:
    with tiny.tools.readers() as session:
        found = select(agenda_round.c.period, agenda_round.c.state)
        return [tuple(row) for row in session.execute(found.order_by(agenda_round.c.period))]


def of(tiny: Tiny, case_id: str) -> str:
    with tiny.tools.readers() as session:
        found = select(decision.c.id).where(decision.c.case_id == case_id)
        return str(session.scalars(found).one())


def references(tiny: Tiny, *case_ids: str) -> list[str]:
    return [tiny.facts(one).reference for one in case_ids]


def listed(tiny: Tiny, login: str) -> tuple[meeting_lists.MeetingLine, ...]:
    return tiny.act(login, meeting_lists.meetings)


def waiting(tiny: Tiny, login: str) -> int:
    return tiny.act(
        login, lambda ctx: int(ctx.session.scalar(counted.waiting(posts.with_posts(ctx))) or 0)
    )


@pytest.fixture
def ready(tiny: Tiny) -> Tiny:
    """The pack with its meeting, published."""
    tiny.program(lambda ctx: definitions.publish(ctx, by_a_meeting(), accept_warnings="测试"))
    return tiny
