import pytest

from server.engine.feel_text import too_costly, untrue_numbers


@pytest.mark.parametrize(
    ("just_below", "just_above"),
    [("a" * 2_000, "a" * 2_001), ("(" * 40 + "1" + ")" * 40, "(" * 41 + "1" + ")" * 41)],
)
def test_the_limit_itself_passes_and_one_more_does_not(just_below: str, just_above: str) -> None:
    assert too_costly(just_below) == ""
    assert too_costly(just_above)


def test_brackets_in_texts_are_not_nesting() -> None:
    assert too_costly('"' + "(" * 100 + '"') == ""


@pytest.mark.parametrize(
    "text",
    [
        "123456789012345",
        "0.000000000000000001",
        "1000000000000000000000",
        '"12345678901234567890"',
        "x1234567890123456 + 1",
        "// 12345678901234567890",
        "/* 1e5 */ 2",
        'date("2026-03-02")',
        "1..5",
    ],
)
def test_numbers_that_are_kept_and_texts_that_are_no_numbers_pass(text: str) -> None:
    assert untrue_numbers(text) == ""


@pytest.mark.parametrize("text", ["1234567890123456", "x = 1.2345678901234567", "1e5", "-2E10"])
def test_numbers_that_would_change_are_named(text: str) -> None:
    assert untrue_numbers(text)
