"""By which version a step was done, and what that version called a period."""

from datetime import UTC, datetime, timedelta

import pytest

from server.services.case.laws import Laws, Move

FIRST = datetime(2026, 3, 2, tzinfo=UTC)
SECOND = FIRST + timedelta(days=10)
OLDER, NEWER = {"registration": "noting"}, {"noting": "intake"}

#: moved at step 3 and at step 6
LAWS = Laws(
    moved=[3, 6],
    before=["v1", "v2"],
    moves=[
        Move(
            at=FIRST, source="v1", target="v2", by="", reason="", rules={"registration": "noting"}
        ),
        Move(at=SECOND, source="v2", target="v3", by="", reason="", rules={"noting": "intake"}),
    ],
)


@pytest.mark.parametrize(
    ("seq", "version", "key"),
    [
        (2, "v1", "registration"),
        (3, "v2", "noting"),
        (5, "v2", "noting"),
        (6, None, "intake"),
        (None, None, "intake"),
    ],
)
def test_a_step_reads_by_its_own_version_and_its_own_key(
    seq: int | None, version: str | None, key: str
) -> None:
    assert LAWS.at(seq) == version
    assert LAWS.rule_at("intake", seq) == key


def test_a_period_that_was_never_renamed_has_one_key() -> None:
    assert LAWS.rule_at("decision", 2) == "decision"
    assert LAWS.rule_now("decision", FIRST - timedelta(days=1)) == "decision"


def test_an_earlier_act_is_told_under_the_key_of_today() -> None:
    assert LAWS.rule_now("registration", FIRST - timedelta(days=1)) == "intake"
    assert LAWS.rule_now("noting", FIRST + timedelta(days=1)) == "intake"
    assert LAWS.rule_now("intake", SECOND + timedelta(days=1)) == "intake"
