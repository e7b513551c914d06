"""Chinese words are found wherever they stand, by pairs of characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.search_terms import marks, stands_in, terms

CHINESE = st.text(st.sampled_from("容错纠免责减办理程序县乡村𠮷䶮"), min_size=1, max_size=12)


def found(query: str, text: str) -> bool:
    """Does a phrase search for the query's marks hit the text's marks."""
    stored = list(marks(text))
    return all(
        any(
            stored[at : at + len(term.marks) - 1] == list(term.marks[:-1])
            and stored[at + len(term.marks) - 1 : at + len(term.marks)]
            and (
                stored[at + len(term.marks) - 1].startswith(term.marks[-1])
                if term.is_beginning
                else stored[at + len(term.marks) - 1] == term.marks[-1]
            )
            for at in range(len(stored))
        )
        for term in terms(query)
    )


@given(CHINESE, CHINESE, CHINESE)
def test_every_part_of_a_chinese_text_is_found(before: str, word: str, after: str) -> None:
    assert found(word, before + word + after)


@given(CHINESE, CHINESE)
def test_a_word_of_two_or_more_characters_is_found_only_where_it_stands(
    word: str, text: str
) -> None:
    if len(word) > 1:
        assert found(word, text) is (word in text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("7号", "云溪容错〔2026〕7号"),
        ("2026 容错", "云溪容错〔2026〕7号"),
        ("ＡＢＣ", "abc公司"),
        ("买买提", "迪力夏提·买买提"),
        ("号", "云溪容错〔2026〕7号"),
        ("𠮷", "张𠮷祥"),
    ],
)
def test_numbers_wide_letters_rare_characters_and_names_with_dots_are_found(
    query: str, text: str
) -> None:
    assert found(query, text)


@pytest.mark.parametrize("query", ["", "   ", "〔〕，。", "%_*\"'"])
def test_a_search_for_nothing_has_no_words(query: str) -> None:
    assert terms(query) == ()


def test_marks_are_plain_for_every_database() -> None:
    assert all(mark.isascii() and mark.isalnum() for mark in marks("张𠮷祥 Ünïcode 〔2026〕'\"*:"))


@pytest.mark.parametrize(
    ("word", "is_found"),
    [
        *((each, True) for each in ("受理", "容受", "知", "1", "2026")),
        *((each, False) for each in ("理受", "容通", "8", "202", "函")),
    ],
)
def test_a_word_stands_in_a_text_as_the_index_finds_it(word: str, is_found: bool) -> None:
    (term,) = terms(word)
    assert stands_in(term, "受理通知书 容受〔2026〕1号") is is_found
