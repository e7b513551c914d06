"""One clock in words: what is left, by which rule, counted on which days."""

from datetime import datetime, timedelta

import pytest

from server.domain.calendar import CHINA_TIME
from server.domain.packs import PolicyPack
from server.services.clocks import deadline_sheets
from server.services.clocks.deadline_sheets import DeadlineSheet
from server.services.context import Context
from server.services.packs import definitions
from tests.factories.tiny import ACCEPT, DESK, NOW, Tiny


@pytest.mark.parametrize(
    ("day", "left", "count"),
    [
        ("2026-02-12", "还剩5个工作日", 5),
        ("2026-02-25", "还剩1个工作日", 1),
        ("2026-02-26", "今天到期", 0),
        ("2026-03-01", "已逾期2个工作日", -2),
    ],
)
def test_what_is_left_is_counted_as_the_rule_counts(
    tiny: Tiny, day: str, left: str, count: int
) -> None:
    case_id = tiny.open()
    now = datetime.fromisoformat(day).replace(hour=10, tzinfo=CHINA_TIME)

    sheet = newest(tiny, case_id, "registration", now)

    assert sheet is not None
    assert (sheet.left, sheet.left_count, sheet.unit_word) == (left, count, "个工作日")
    assert sheet.interval == "5个工作日"


def test_a_clock_that_was_met_says_so_and_ends_its_days_then(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)

    sheet = newest(tiny, case_id, "registration", NOW + timedelta(days=90))

    assert sheet is not None
    assert (sheet.left, sheet.left_count) == ("已按期办结", None)
    assert sheet.days[-1].is_due


def test_a_rule_without_a_clock_has_no_sheet(tiny: Tiny) -> None:
    assert newest(tiny, tiny.open(), "nothing", NOW) is None


def test_every_clock_of_a_case_is_told(tiny: Tiny) -> None:
    case_id = tiny.open()

    def every(ctx: Context) -> tuple[DeadlineSheet, ...]:
        return deadline_sheets.of_case(ctx, pack(ctx), case_id)

    found = tiny.act(DESK, every)
    assert "registration" in {sheet.key for sheet in found}
    assert all(sheet.line and sheet.rule.cited for sheet in found)


def newest(tiny: Tiny, case_id: str, key: str, now: datetime) -> DeadlineSheet | None:
    return tiny.act(DESK, lambda ctx: deadline_sheets.newest(ctx, pack(ctx), case_id, key), now)


def pack(ctx: Context) -> PolicyPack:
    return definitions.in_force(ctx, "tiny_matter", NOW.date()).pack
