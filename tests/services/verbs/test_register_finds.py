"""What is found again when a case opens, by whom, and what comes too late to count."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from server.domain.errors import NotFound
from server.models.case import case_state
from server.services.files import found_entries
from tests.factories import books
from tests.factories.tiny import ACCEPT, APPLICATION, COLLEAGUE, DESK, NOW, STRANGER, Tiny

LATER = NOW + timedelta(hours=2)
ABOUT = "county1.audit.1"


def test_an_entry_made_before_is_found_and_handed_to_the_procedure(tiny: Tiny) -> None:
    books.at_work(tiny)
    entered(tiny)
    later = tiny.open({**APPLICATION, "concerned_person": tiny.person(ABOUT)}, now=LATER)
    with tiny.tools.readers() as session:
        given = session.scalar(select(case_state.c.variables).where(case_state.c.case_id == later))
    assert given is not None
    ((entry,),) = (given["earlier"],)
    assert (entry["register"], entry["entered_on"]) == ("docket", "2026-02-12")
    (shown,) = tiny.act(DESK, lambda ctx: found_entries.of_case(ctx, later))
    assert (shown.register, shown.entered_on, shown.entered_at) == ("受理登记簿", NOW.date(), NOW)
    assert (shown.late, shown.phase) == ("", "current")


def test_on_the_very_day_the_moments_decide_and_later_is_none(tiny: Tiny) -> None:
    """DOMAIN scenario 16: a filing made after the inquiry began is none."""

    def change(entries: dict[str, dict[str, dict[str, list[dict[str, object]]]]]) -> None:
        entries["procedures"]["tiny_matter"]["finds"][0]["before"] = '=date("2026-02-12")'

    books.at_work(tiny, change)
    person = tiny.person(ABOUT)
    inquiry = tiny.open({**APPLICATION, "concerned_person": person})
    entered(tiny, at=LATER)
    after = tiny.open({**APPLICATION, "concerned_person": person}, now=LATER + timedelta(hours=1))
    (too_late,) = tiny.act(DESK, lambda ctx: found_entries.of_case(ctx, inquiry), LATER)
    assert (too_late.late, too_late.entered_at) == ("登记在后，不算在先", LATER)
    (in_time,) = tiny.act(DESK, lambda ctx: found_entries.of_case(ctx, after), LATER)
    assert in_time.late == ""


def test_the_party_and_strangers_learn_nothing(tiny: Tiny) -> None:
    books.at_work(tiny)
    entered(tiny)
    later = tiny.open({**APPLICATION, "concerned_person": tiny.person(ABOUT)}, now=LATER)
    assert tiny.act(ABOUT, lambda ctx: found_entries.of_case(ctx, later)) == ()
    with pytest.raises(NotFound):
        tiny.act(STRANGER, lambda ctx: found_entries.of_case(ctx, later))
    assert len(tiny.act(COLLEAGUE, lambda ctx: found_entries.of_case(ctx, later))) == 1


def test_what_was_struck_is_not_found(tiny: Tiny) -> None:
    books.at_work(tiny)
    entered(tiny)
    books.strike_all(tiny)
    later = tiny.open({**APPLICATION, "concerned_person": tiny.person(ABOUT)}, now=LATER)
    assert tiny.act(DESK, lambda ctx: found_entries.of_case(ctx, later)) == ()


def entered(tiny: Tiny, at: datetime = NOW) -> str:
    """A case whose registration was entered about somebody."""
    case_id = tiny.open({**APPLICATION, "concerned_person": tiny.person(ABOUT)}, now=at)
    tiny.do(DESK, case_id, "register", ACCEPT, now=at)
    return case_id
