"""The text around a word that was found."""

from hypothesis import given
from hypothesis import strategies as st

from server.domain.search_terms import normal, terms
from server.domain.snippets import Snippet, snippet


def test_the_word_stands_between_what_surrounds_it() -> None:
    found = snippet(["无关", "清溪河堤防应急加固"], terms("堤防"))
    assert found == Snippet(before="清溪河", word="堤防", after="应急加固")


def test_the_earliest_of_the_words_is_shown() -> None:
    assert snippet(["先垫付，后补手续"], terms("手续 垫付")) == Snippet(
        before="先", word="垫付", after="，后补手续"
    )


def test_long_texts_are_cut_on_both_sides_and_lines_are_joined() -> None:
    found = snippet(["前" * 30 + "\n堤防\n" + "后" * 90], terms("堤防"))
    assert found == Snippet(before="…" + "前" * 23 + " ", word="堤防", after=" " + "后" * 59 + "…")


def test_full_width_and_capital_letters_are_shown_as_they_were_written() -> None:
    assert snippet(["编号ＡＢc１２。"], terms("abC12")) == Snippet(
        before="编号", word="ＡＢc１２", after="。"
    )


def test_a_text_without_the_word_has_no_piece() -> None:
    assert snippet(["没有"], terms("堤防")) is None
    assert snippet([], terms("堤防")) is None
    assert snippet(["堤防"], ()) is None


@given(st.text(max_size=60), st.text(min_size=1, max_size=3))
def test_what_is_marked_compares_as_the_word_and_nothing_is_made_up(text: str, query: str) -> None:
    words = terms(query)
    found = snippet([text], words)
    if found is not None:
        marked = "".join(normal(one) for one in found.word)
        assert any(word.text in marked for word in words)
        assert found.word in " ".join(text.split())
