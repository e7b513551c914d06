from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text, update

from server.adapters.demo_accounts import read_accounts
from server.domain.access import SYSTEM, Actor
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Conflict, Forbidden, Invalid
from server.models.audit import AuditEvent
from server.models.installation import drill as drill_table
from server.services import audit, installation
from server.services.context import Tools, reading, transaction
from server.services.drills import drill
from server.services.identity import people
from server.services.rehearsing import demo

REAL = datetime(2026, 11, 20, 10, 0, tzinfo=CHINA_TIME)
CLOCK = datetime(2026, 3, 2, 8, 30, tzinfo=CHINA_TIME)
MINUTE = timedelta(minutes=1)


def test_a_new_database_becomes_a_drill_and_its_chain_begins_with_the_mark(
    empty_tools: Tools,
) -> None:
    marked(empty_tools)
    with reading(empty_tools, SYSTEM, CLOCK) as ctx:
        first = ctx.session.scalars(select(AuditEvent).order_by(AuditEvent.seq)).first()
        assert first is not None
        assert (first.seq, first.verb) == (1, drill.MARK)
        found = drill.state(ctx)
        assert found is not None
        assert (found.clock_at, found.marked_at) == (CLOCK, REAL)
        assert audit.verify(ctx.session).broken is None
        drill.verify(ctx)


def test_the_clock_runs_on_with_the_real_one(empty_tools: Tools) -> None:
    marked(empty_tools)
    assert drill.now(empty_tools, REAL) == CLOCK
    assert drill.now(empty_tools, REAL + 90 * MINUTE) == CLOCK + 90 * MINUTE


def test_an_ordinary_installation_shows_the_real_time(empty_tools: Tools) -> None:
    installation.prepare(empty_tools, REAL)
    assert drill.now(empty_tools, REAL) == REAL
    with reading(empty_tools, SYSTEM, REAL) as ctx:
        assert drill.state(ctx) is None
        assert drill.accounts(ctx) == ()
        drill.verify(ctx)


def test_marking_a_drill_again_changes_nothing(empty_tools: Tools) -> None:
    marked(empty_tools)
    marked(empty_tools, CLOCK + timedelta(days=9), REAL + MINUTE)
    assert drill.now(empty_tools, REAL) == CLOCK


def test_an_installation_in_use_never_becomes_a_drill(empty_tools: Tools) -> None:
    installation.prepare(empty_tools, REAL)
    with pytest.raises(Conflict):
        marked(empty_tools)
    with reading(empty_tools, SYSTEM, REAL) as ctx:
        assert drill.state(ctx) is None


def test_a_mark_that_was_taken_away_is_noticed(empty_tools: Tools) -> None:
    marked(empty_tools)
    with empty_tools.database.begin() as connection:
        connection.execute(text("DELETE FROM drill"))
    with reading(empty_tools, SYSTEM, REAL) as ctx, pytest.raises(Invalid):
        drill.verify(ctx)


def test_a_mark_that_was_slipped_in_is_noticed(empty_tools: Tools) -> None:
    installation.prepare(empty_tools, REAL)
    row = {"id": 1, "marked_at": REAL, "clock_at": CLOCK, "ahead": -1.0, "demo_password": "none"}
    with empty_tools.database.begin() as connection:
        connection.execute(drill_table.insert().values(row))
    with reading(empty_tools, SYSTEM, REAL) as ctx, pytest.raises(Invalid):
        drill.verify(ctx)


def test_a_mark_with_another_clock_is_noticed(empty_tools: Tools) -> None:
    marked(empty_tools)
    with empty_tools.database.begin() as connection:
        connection.execute(update(drill_table).values(clock_at=CLOCK + MINUTE))
    with reading(empty_tools, SYSTEM, REAL) as ctx, pytest.raises(Invalid):
        drill.verify(ctx)


def test_the_system_administrator_moves_the_clock_forward(empty_tools: Tools) -> None:
    administrator = peopled(empty_tools)
    later = CLOCK + timedelta(days=3)
    with transaction(empty_tools, administrator, CLOCK) as ctx:
        drill.move(ctx, later)
    assert drill.now(empty_tools, REAL) == later
    with reading(empty_tools, SYSTEM, later) as ctx:
        verbs = ctx.session.scalars(select(AuditEvent.verb).order_by(AuditEvent.seq)).all()
        assert verbs[-1] == "drill.move"
        drill.verify(ctx)


def test_the_clock_never_goes_back(empty_tools: Tools) -> None:
    administrator = peopled(empty_tools)
    with pytest.raises(Invalid), transaction(empty_tools, administrator, CLOCK) as ctx:
        drill.move(ctx, CLOCK - MINUTE)
    assert drill.now(empty_tools, REAL) == CLOCK


def test_a_slip_of_the_hand_does_not_end_the_drill_in_another_century(empty_tools: Tools) -> None:
    administrator = peopled(empty_tools)
    with (
        pytest.raises(Invalid, match="一年"),
        transaction(empty_tools, administrator, CLOCK) as ctx,
    ):
        drill.move(ctx, CLOCK.replace(year=9999))


def test_nobody_else_moves_the_clock(empty_tools: Tools) -> None:
    peopled(empty_tools)
    with transaction(empty_tools, SYSTEM, CLOCK) as ctx:
        official = people.actor(ctx, "county1.case_supervision.head")
    with pytest.raises(Forbidden), transaction(empty_tools, official, CLOCK) as ctx:
        drill.move(ctx, CLOCK + MINUTE)


def test_an_ordinary_installation_has_no_clock_to_move(tools: Tools) -> None:
    with transaction(tools, SYSTEM, CLOCK) as ctx:
        administrator = people.actor(ctx, "p.system_admin.head")
    with pytest.raises(Conflict), transaction(tools, administrator, CLOCK) as ctx:
        drill.move(ctx, CLOCK + MINUTE)


def test_the_accounts_are_those_of_the_region_with_their_posts(empty_tools: Tools) -> None:
    peopled(empty_tools)
    with transaction(empty_tools, SYSTEM, CLOCK) as ctx:
        assert drill.accounts(ctx) == ()
        drill.password_set(ctx, "known")
        accounts = drill.accounts(ctx)
        found = drill.state(ctx)
    assert found is not None
    assert found.shown_password == drill.KNOWN_PASSWORD
    entries, problems = read_accounts(drill.ACCOUNTS)
    assert problems == []
    assert [account.login for account in accounts] == [entry.login for entry in entries]
    assert all(account.name and account.post and account.what for account in accounts)
    assert {account.group for account in accounts} == {entry.group for entry in entries}


def test_a_password_of_ones_own_is_not_shown(empty_tools: Tools) -> None:
    peopled(empty_tools)
    with transaction(empty_tools, SYSTEM, CLOCK) as ctx:
        drill.password_set(ctx, "own")
        found = drill.state(ctx)
    assert found is not None
    assert found.shown_password == ""


def marked(tools: Tools, clock: datetime = CLOCK, real: datetime = REAL) -> None:
    """Mark the database as a drill."""
    with transaction(tools, SYSTEM, clock) as ctx:
        drill.mark(ctx, clock, real)


def peopled(tools: Tools) -> Actor:
    """A drill with the made-up region; the system administrator of it."""
    marked(tools)
    with transaction(tools, SYSTEM, CLOCK) as ctx:
        demo.load(ctx)
        return people.actor(ctx, "p.system_admin.head")
