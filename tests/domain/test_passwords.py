import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain import passwords

COMMON = frozenset(["password", "qwerty", "woaini", "admin", "5201314", "1qaz", "2wsx", "2026"])


@pytest.mark.parametrize(
    "secret",
    [
        "三月 早晨 的河 与桥上人",
        "correct horse battery staple",
        "柳树7石桥8清晨9的雾和船",
        "x" * 11 + "kfw93hq",
        "Tr0ub4dor&3-月亮",
        "a7k2m-9xq4w-c3v8b-h5n6t",
        "字" + "abc月亮星星太阳大地海洋" * 5,
    ],
)
def test_what_nobody_tries_first_will_do(secret: str) -> None:
    assert codes(secret) == []


@pytest.mark.parametrize(
    "secret",
    [
        "password123456",
        "Password@2026!",
        "qwertyqwerty12",
        "1qaz2wsx1qaz2wsx",
        "woaini5201314!!",
        "aaaaaaaaaaaaaa",
        "123456789012345",
        "abcdefghijklmno",
        "987654321098765",
        "admin-admin-admin",
        "adminadmin2026",
        "!!!!!!!!!!!!!!!!",
        "ab" * 8,
    ],
)
def test_words_runs_and_repetitions_will_not_do(secret: str) -> None:
    assert codes(secret) == ["SECRET_COMMON"]


def test_the_length_has_two_limits() -> None:
    long = "柳树石桥清晨雾船" * 40
    assert codes(long[: passwords.SHORTEST - 1]) == ["SECRET_SHORT"]
    assert codes(long[: passwords.SHORTEST - 5]) == ["SECRET_SHORT"]
    assert codes(long[: passwords.LONGEST]) == []
    assert codes(long[: passwords.LONGEST + 1]) == ["SECRET_LONG"]


def test_64_signs_are_allowed() -> None:
    assert codes("k3v9 河 x7" * 8) == []


@pytest.mark.parametrize("secret", ["County1.Case_Supervision.1", "county1.case_supervision.1"])
def test_login_and_name_will_not_do(secret: str) -> None:
    assert codes(secret) == ["SECRET_NAME"]


def test_two_ways_to_type_the_same_letters_are_one_password() -> None:
    assert passwords.normalised("ｐａｓｓ") == passwords.normalised("pass")


@given(st.text(max_size=300))
def test_every_text_is_judged(secret: str) -> None:
    found = codes(secret)
    if len(passwords.normalised(secret)) < passwords.SHORTEST:
        assert "SECRET_SHORT" in found
    assert len(found) == len(set(found))


def codes(secret: str) -> list[str]:
    """The codes of what is wrong."""
    found = passwords.problems(
        secret, login="county1.case_supervision.1", name="易若仁", common=COMMON
    )
    return [finding.code for finding in found]
