from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from server.domain.access import SYSTEM
from server.domain.calendar import CalendarYear, WorkingCalendar
from server.domain.errors import Conflict, Invalid
from server.models.case import case
from server.models.identity import Person
from server.models.time import deadline
from server.models.work import work_item
from server.services import audit, installation
from server.services.context import Tools, reading, transaction
from server.services.drills import demo_cases, demo_drill, drill
from server.services.identity import passwords
from tests.browser.server import REAL, fill_drill
from tests.databases import SqliteDatabases
from tests.factories import tools as factory
from tests.factories.site import MONDAY as CLOCK


def test_a_demo_is_six_cases_in_different_states_and_doing_it_again_changes_nothing(
    empty_tools: Tools,
) -> None:
    demo_drill.begin(empty_tools, CLOCK, REAL)
    demo = demo_drill.fill(empty_tools, REAL)
    assert len(demo.played) == 6
    assert demo.drill.shown_password == drill.KNOWN_PASSWORD
    before = seen(empty_tools)
    # the closed one has begun two others, which nobody has taken up
    assert before["statuses"] == ["closed", *["open"] * 7]
    begun = {"rectification", "revisit"}
    assert before["procedures"] == {"nanyang_five_step", "chuzhou_four_step"} | begun
    assert before["overdue"] == ["order", "proposal", "registration"]
    assert before["open"] == [
        "accept",
        "apply_in_writing",
        "assess",
        "deliberate",
        "draft_proposal",
        "order_rectification",
        "register_revisit",
    ]
    again = demo_drill.fill(empty_tools, REAL + timedelta(minutes=5))
    assert again.played == ()
    assert again.accounts == demo.accounts
    assert seen(empty_tools) == before
    with reading(empty_tools, SYSTEM, CLOCK) as ctx:
        assert audit.verify(ctx.session).broken is None


def test_everybody_of_the_region_has_the_password_and_nobody_must_change_it(
    drilled: Tools,
) -> None:
    with reading(drilled, SYSTEM, CLOCK) as ctx:
        people = ctx.session.scalars(select(Person)).all()
        assert people
        assert not any(person.must_change_secret for person in people)
        stored = {person.secret_hash for person in people}
    assert len(stored) == 1
    assert passwords.matches(drilled.config, stored.pop(), drill.KNOWN_PASSWORD)


def test_a_password_of_ones_own_stays_until_another_is_given(drilled: Tools) -> None:
    first = demo_drill.fill(drilled, REAL, "ein-eigenes-kennwort")
    assert first.drill.demo_password == "own"
    assert demo_drill.fill(drilled, REAL).drill.demo_password == "own"
    known = demo_drill.fill(drilled, REAL, drill.KNOWN_PASSWORD)
    assert known.drill.demo_password == "known"


def test_an_ordinary_installation_takes_no_demo(empty_tools: Tools) -> None:
    installation.prepare(empty_tools, REAL)
    with pytest.raises(Conflict):
        demo_drill.begin(empty_tools, CLOCK, REAL)
    with pytest.raises(Invalid):
        demo_drill.fill(empty_tools, REAL)
    with reading(empty_tools, SYSTEM, REAL) as ctx:
        assert ctx.session.scalar(select(func.count()).select_from(Person)) == 0


def test_days_are_counted_back_over_holidays_and_make_up_days() -> None:
    year = CalendarYear(
        year=2026,
        days_off=frozenset({date(2026, 2, 27)}),
        makeup_workdays=frozenset({date(2026, 2, 28)}),
        source="通知",
        published_on=date(2025, 11, 4),
    )
    calendar = WorkingCalendar(years={2026: year})
    text = "{D-1 16:20} {D-2} {Y} {D-0 08:00} {x}"
    assert demo_cases.counted(text, calendar, CLOCK) == (
        "2026-02-28T16:20+08:00 2026-02-26 2026 2026-03-02T08:00+08:00 {x}"
    )


def test_in_a_year_without_arrangement_weekdays_count() -> None:
    assert demo_cases.counted("{D-1}", WorkingCalendar(), CLOCK) == "2026-02-27"


def test_a_case_that_goes_otherwise_than_written_is_refused_with_the_reason(
    drilled: Tools, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("cases")
    (folder / "a.yaml").write_text(WRONG, encoding="utf-8")
    before = seen(drilled)
    with pytest.raises(Invalid, match=r"a\.yaml"):
        demo_cases.play(drilled, CLOCK, folder)
    assert seen(drilled) == before
    with reading(drilled, SYSTEM, CLOCK) as ctx:
        assert audit.verify(ctx.session).broken is None


def test_a_case_that_was_interrupted_is_played_whole_the_next_time(
    drilled: Tools, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("cases")
    (folder / "a.yaml").write_text(WRONG, encoding="utf-8")
    before = cases(drilled)
    with pytest.raises(Invalid):
        demo_cases.play(drilled, CLOCK, folder)
    assert cases(drilled) == before
    (folder / "a.yaml").write_text(WRONG.split("steps:")[0], encoding="utf-8")
    played = demo_cases.play(drilled, CLOCK, folder)
    assert cases(drilled) == before + 1
    assert [case.key for case in played] == ["a"]


def cases(tools: Tools) -> int:
    """How many cases there are."""
    with reading(tools, SYSTEM, CLOCK) as ctx:
        return ctx.session.scalar(select(func.count()).select_from(case)) or 0


def seen(tools: Tools) -> dict[str, object]:
    """What the cases look like."""
    with transaction(tools, SYSTEM, CLOCK) as ctx:
        statuses = ctx.session.scalars(select(case.c.status)).all()
        return {
            "statuses": sorted(statuses),
            "procedures": set(ctx.session.scalars(select(case.c.procedure))),
            "overdue": sorted(
                ctx.session.scalars(
                    select(deadline.c.rule_key).where(deadline.c.state == "overdue")
                )
            ),
            "open": sorted(
                ctx.session.scalars(
                    select(work_item.c.node_key).where(
                        work_item.c.state.in_(["claimed", "offered"])
                    )
                )
            ),
        }


@pytest.fixture
def drilled(sqlite_databases: SqliteDatabases) -> Iterator[Tools]:
    """A drill with everything in it, the one that the browser's tests look at."""
    with factory.copied(sqlite_databases, "drill", fill_drill) as tools:
        yield tools


WRONG = """
title: 走不通
procedure: nanyang_five_step
now: "{D-1 09:00}"
start:
  as: applicant
  with: {applicant_kind: person, managed_by: county, sanction_type: discipline}
steps:
  - {do: deliberate, as: discipline_body, with: {}}
"""
