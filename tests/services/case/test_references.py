from collections.abc import Callable
from functools import partial
from threading import Thread

from server.services.case.references import next_number, next_reference
from server.services.context import Context
from tests.factories.tiny import Tiny
from tests.factories.together import at_once

DECISIONS = "决〔{year}〕{number}号"


def test_numbers_of_one_pattern_and_year_follow_each_other(tiny: Tiny) -> None:
    found = [
        tiny.program(partial(next_reference, pattern=pattern, year=year))
        for pattern, year in (
            ("甲〔{year}〕{number}号", 2026),
            ("甲〔{year}〕{number}号", 2026),
            ("乙〔{year}〕{number}号", 2026),
            ("甲〔{year}〕{number}号", 2027),
        )
    ]
    assert found == ["甲〔2026〕1号", "甲〔2026〕2号", "乙〔2026〕1号", "甲〔2027〕1号"]


def test_two_at_the_same_time_never_get_the_same_number(tiny: Tiny) -> None:
    found: list[str] = []

    def take() -> None:
        for _time in range(5):
            found.append(tiny.program(lambda ctx: next_reference(ctx, "{year}-{number}", 2026)))

    threads = [Thread(target=take) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found, key=lambda text: int(text.split("-")[1])) == [
        f"2026-{number}" for number in range(1, 11)
    ]


def test_each_organ_counts_its_papers_by_itself(tiny: Tiny) -> None:
    given = [
        tiny.program(numbered(organ, year))
        for organ, year in (
            *(("one", 2026), ("other", 2026), ("one", 2026)),
            *((None, 2026), ("one", 2027)),
        )
    ]
    assert given == [
        f"决〔{which}号" for which in ("2026〕1", "2026〕1", "2026〕2", "2026〕1", "2027〕1")
    ]


def test_a_case_and_a_paper_of_one_pattern_count_apart(tiny: Tiny) -> None:
    assert tiny.program(numbered("one")) == "决〔2026〕1号"
    assert tiny.program(lambda ctx: next_reference(ctx, DECISIONS, 2026)) == "决〔2026〕1号"


def test_two_organs_number_at_once_each_without_a_gap_or_a_number_twice(tiny: Tiny) -> None:
    organs = ["one", "other"] * 5
    given = at_once([partial(tiny.program, numbered(organ)) for organ in organs])
    for organ in ("one", "other"):
        own = [number for by, number in zip(organs, given, strict=True) if by == organ]
        assert sorted(own) == [f"决〔2026〕{number}号" for number in range(1, 6)]


def numbered(organ: str | None, year: int = 2026) -> Callable[[Context], str]:
    """A paper of the organ takes its number."""
    return partial(next_number, pattern=DECISIONS, year=year, issuer_id=organ)
