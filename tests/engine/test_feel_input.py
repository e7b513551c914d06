from datetime import UTC, datetime

import pytest

from server.domain.errors import ExpressionFailed
from server.engine.feel_input import moment_text, refuse_inexact


def test_a_moment_is_read_on_the_clocks_of_china() -> None:
    assert moment_text(datetime(2026, 3, 2, 1, 0, tzinfo=UTC)) == "2026-03-02T09:00:00+08:00"
    assert moment_text(None) is None


def test_a_moment_without_an_offset_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="offset"):
        moment_text(datetime(2026, 3, 2, 9, 0))  # noqa: DTZ001


def test_a_number_that_would_change_is_refused_wherever_it_stands() -> None:
    refuse_inexact({"a": [2**53, -(2**53), 1.5, "x"]}, "answers")
    with pytest.raises(ExpressionFailed):
        refuse_inexact({"a": [{"b": 2**53 + 1}]}, "answers")
