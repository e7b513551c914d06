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
    for asked in ("unit=%00&step=x", "step=%00", "level=%00", "page=0", "page=x", f"page={10**40}"):
        assert browser.get(f"/board?{asked}").status_code == 200, asked


def test_a_head_narrows_the_board_to_a_level_and_keeps_his_other_filters(sign_in: SignIn) -> None:
    browser = sign_in("county1.case_supervision.head")
    page = browser.get("/board?step=accept&level=county").get_data(as_text=True)
    assert 'href="/board?step=accept&amp;level=township"' in page
    assert 'href="/board?step=accept&amp;level=county" aria-current="true"' in page
    assert "市级" not in page.split("<main")[1].split("figures")[0]
