from functools import partial
from threading import Thread

from server.services.case.references import next_reference
from tests.factories.tiny import Tiny


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
