"""What a matter is called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.expressions import Json
from server.domain.titles import MOST, first, title


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


@pytest.mark.parametrize(
    ("matter", "reference", "expected"),
    [
        ("道路抢险。先施工。", "云纪问〔2026〕3号", "道路抢险"),
        ("", "云纪问〔2026〕3号", "问责案号：云纪问〔2026〕3号"),
        (None, "  ", ""),
        (None, "号" * 200, f"问责案号：{'号' * (MOST - 6)}…"),
    ],
)
def test_what_stands_in_for_the_matter_says_what_it_is(
    matter: Json, reference: Json, expected: str
) -> None:
    assert first([("问责事由", matter), ("问责案号", reference)]) == expected


def test_without_a_field_that_names_it_a_matter_has_no_title() -> None:
    assert first([]) == ""
