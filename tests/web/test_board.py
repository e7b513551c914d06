"""The board of a head: what is late in his offices, and nothing of others."""

from collections.abc import Callable

from flask.testing import FlaskClient

SignIn = Callable[[str], FlaskClient]


def test_a_head_without_work_reads_why_the_board_is_empty(sign_in: SignIn) -> None:
    page = sign_in("county1.case_supervision.head").get("/board")
    assert page.status_code == 200
    assert "您负责的科室没有在办的待办" in page.get_data(as_text=True)


def test_the_board_is_for_heads_alone(sign_in: SignIn) -> None:
    assert sign_in("county1.case_supervision.1").get("/board").status_code == 403


def test_words_that_mean_nothing_narrow_to_nothing(sign_in: SignIn) -> None:
    browser = sign_in("county1.case_supervision.head")
    assert browser.get("/board?unit=%00&step=x").status_code == 200
