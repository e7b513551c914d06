"""What may be said outside, and which ways a notice takes."""

from datetime import UTC, datetime

import pytest

from server.domain.channels import (
    FAULT_WORDS,
    MAIL,
    OF_ADDRESS,
    OF_WAY,
    Fault,
    Letter,
    cause_of,
    fault_words,
    leads,
    written,
)

AT = datetime(2026, 3, 2, tzinfo=UTC)
PATH = "county1/county1.discipline/county1.case_supervision"


class Hook:
    """A way out that goes nowhere."""

    name = "wecom"

    def __init__(self, units: frozenset[str] | None, *, is_personal: bool = False) -> None:
        self.units = units
        self.is_personal = is_personal
        if is_personal:
            self.name = MAIL

    def send(self, letter: Letter) -> None:
        raise AssertionError(letter)


def test_every_fault_has_its_words_and_is_of_the_way_or_of_the_address_or_of_ours() -> None:
    assert set(FAULT_WORDS) == set(Fault)
    assert set(Fault) - OF_WAY - OF_ADDRESS == {Fault.NO_ADDRESS, Fault.NOT_CONFIGURED}
    assert not OF_WAY & OF_ADDRESS
    assert fault_words(["busy", "unreachable", "busy"]) == "网关繁忙、连接不上"


@pytest.mark.parametrize(
    ("units", "is_led"),
    [
        (None, True),
        (frozenset({"county1.case_supervision"}), True),
        (frozenset({"county1.discipline"}), True),
        (frozenset({"county1.case"}), False),
        (frozenset({"county2"}), False),
    ],
)
def test_a_unit_the_settings_name_stands_for_all_below_it(
    units: frozenset[str] | None, *, is_led: bool
) -> None:
    assert leads(Hook(units), PATH) is is_led
    assert not leads(Hook(units), None)
    assert not leads(Hook(None, is_personal=True), PATH)


def test_a_letter_is_a_number_and_a_link() -> None:
    group = written(Hook(None), "https://x.cn", 3, "m", "", AT)
    assert group.text == ("本单位有3项提醒，请登录容错纠错事项办理系统查看：\nhttps://x.cn/notices")
    mine = written(Hook(None, is_personal=True), "https://x.cn", 1, "m", "a@x.cn", AT)
    assert mine.subject == "您有1项提醒"
    assert mine.text.endswith("本邮件由系统自动发出，不含事项内容，请勿回复。")
    assert "a@x.cn" not in repr(mine)


def test_a_cause_is_the_same_whoever_was_told() -> None:
    key = "c1:2026-02-26:+1:office.head"
    assert cause_of(f"{key}:p1", "p1") == cause_of(f"{key}:p2", "p2") == key
    assert cause_of(f"{key}:", None) == key
