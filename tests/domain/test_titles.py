"""What a matter is called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.expressions import Json
from server.domain.titles import MOST, title


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("镇区道路应急抢修先开工后补手续", "镇区道路应急抢修先开工后补手续"),
        ("  抢修道路。后来补了手续。", "抢修道路"),
        ("第一行\n第二行", "第一行"),
        ("抢修\t 道路；补手续", "抢修 道路"),
        ("", ""),
        ("   ", ""),
        (None, ""),
        (["抢修"], ""),
    ],
)
def test_the_first_sentence_names_the_matter(written: Json, expected: str) -> None:
    assert title(written) == expected


def test_what_is_cut_off_is_marked() -> None:
    found = title("路" * 200)

    assert found == "路" * (MOST - 1) + "…"


@given(st.text(max_size=300))
def test_a_title_is_one_short_line(written: str) -> None:
    found = title(written)

    assert len(found) <= MOST
    assert len(found.splitlines()) <= 1
