"""The page on which a site chooses which procedures its people may start, and what they meet."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from lxml import html

from tests.factories import site as factory
from tests.factories.site import Clock
from tests.web.test_start import APPLICANT, DESK, FILLED, FORM, PLAIN, filed, text

SignIn = Callable[[str], FlaskClient]

DESIGNER = "p.designer.head"
PAGE = "/packs/offers"
NANYANG, CHUZHOU = "nanyang_five_step", "chuzhou_four_step"
WHY = "本市没有这项制度"


def test_a_designer_closes_a_procedure_with_a_reason_and_opens_it_again(sign_in: SignIn) -> None:
    designer, desk = sign_in(DESIGNER), sign_in(DESK)
    assert PAGE in text(designer, "/packs")
    assert ticked(designer) == {NANYANG, CHUZHOU}

    assert sent(designer, boxes(designer), {NANYANG}, WHY).status_code == 303
    assert ticked(designer) == {NANYANG}
    assert WHY in text(designer, PAGE)
    assert "滁州容错纠错免责四步程序" not in text(desk, "/start")
    refused = desk.get(f"/start/{CHUZHOU}")
    assert refused.status_code == 409
    assert "本单位没有开通该程序" in refused.get_data(as_text=True)

    assert sent(designer, boxes(designer), {NANYANG, CHUZHOU}, "已印发办法").status_code == 303
    assert desk.get(f"/start/{CHUZHOU}").status_code == 200


def test_without_a_reason_the_form_comes_back_as_it_was_ticked(sign_in: SignIn) -> None:
    designer = sign_in(DESIGNER)
    answer = sent(designer, boxes(designer), {NANYANG})
    page = html.fromstring(answer.get_data(as_text=True))

    assert answer.status_code == 422
    assert page.xpath("//*[@role='alert']//a/@href") == ["#reason"]
    assert page.xpath("//input[@name='offered'][@checked]/@value") == [NANYANG]
    assert ticked(designer) == {NANYANG, CHUZHOU}


def test_who_changes_what_somebody_else_changed_meanwhile_is_shown_it_and_keeps_the_rest(
    sign_in: SignIn,
) -> None:
    designer = sign_in(DESIGNER)
    seen = boxes(designer)
    sent(designer, seen, {NANYANG}, WHY)
    sent(designer, boxes(designer), {NANYANG, CHUZHOU}, "已印发办法")
    answer = sent(designer, seen, set(), "另一个理由")
    page = html.fromstring(answer.get_data(as_text=True))

    assert answer.status_code == 409
    # his tick taken from one stands, the other procedure is shown as it is now
    assert page.xpath("//input[@name='offered'][@checked]/@value") == [CHUZHOU]
    assert page.xpath("//input[@id='reason']/@value") == ["另一个理由"]
    assert ticked(designer) == {NANYANG, CHUZHOU}


def test_what_he_leaves_as_he_saw_it_stays_as_somebody_else_made_it(sign_in: SignIn) -> None:
    designer = sign_in(DESIGNER)
    seen = boxes(designer)
    sent(designer, seen, {NANYANG}, WHY)

    assert sent(designer, seen, {CHUZHOU}, "另一个理由").status_code == 303
    assert ticked(designer) == set()
    assert sent(designer, boxes(designer), set()).status_code == 303
    assert "没有变化" in text(designer, PAGE)


def test_a_form_that_was_tampered_with_changes_nothing(sign_in: SignIn) -> None:
    designer = sign_in(DESIGNER)

    assert sent(designer, ["nothing:0:on"], set(), WHY).status_code == 404
    for box in (f"{CHUZHOU}:x:on", f"{CHUZHOU}:{'9' * 30}:on", f"{CHUZHOU}::on"):
        assert sent(designer, [box], set(), WHY).status_code == 409, box
    for box in (CHUZHOU, f"{CHUZHOU}:0", ""):
        assert sent(designer, [box], set(), WHY).status_code == 303, box
    assert ticked(designer) == {NANYANG, CHUZHOU}


def test_a_change_asks_for_the_password_of_a_short_while_ago(sign_in: SignIn, clock: Clock) -> None:
    designer = sign_in(DESIGNER)
    seen = boxes(designer)
    clock.forward(minutes=16)

    answer = sent(designer, seen, {NANYANG}, WHY)
    assert answer.headers["Location"].startswith("/sign-in")
    assert ticked(designer) == {NANYANG, CHUZHOU}


def test_what_was_typed_into_a_form_that_is_closed_meanwhile_is_not_lost(sign_in: SignIn) -> None:
    applicant = sign_in(APPLICANT)
    headers = {"X-CSRFToken": factory.token(applicant, FORM), "Accept": "application/json"}
    typed = {**FILLED, "csrf_token": headers["X-CSRFToken"]}
    designer = sign_in(DESIGNER)
    sent(designer, boxes(designer), {CHUZHOU}, WHY)

    for address, status in ((FORM, 409), (f"{PLAIN}/guide", 200)):
        answer = applicant.post(address, data=typed)
        page = answer.get_data(as_text=True)
        assert answer.status_code == status
        assert "本单位没有开通该程序" in page
        assert "道路抢险未先办手续" in page
    # the drawn form keeps what it holds, and says why
    drawn: Any = applicant.post(FORM, json={"variables": {}}, headers=headers)
    assert (drawn.status_code, drawn.json["type"]) == (409, "urn:rongcuo:not_offered")
    assert "今天没有可以启动的程序" in text(applicant, "/start")

    sent(designer, boxes(designer), {CHUZHOU, NANYANG}, "恢复")
    assert filed(applicant, FILLED).status_code == 303


def boxes(designer: FlaskClient) -> list[str]:
    """What the page says of each box: its procedure, the version that is seen, its tick."""
    found: Any = html.fromstring(text(designer, PAGE)).xpath("//input[@name='procedure']/@value")
    return list(found)


def sent(designer: FlaskClient, seen: list[str], ticks: set[str], reason: str = "") -> Any:
    """The form as it was seen, with these ticks."""
    given = {"procedure": seen, "offered": sorted(ticks), "reason": reason}
    return designer.post(PAGE, data={**given, "csrf_token": factory.token(designer, PAGE)})


def ticked(designer: FlaskClient) -> set[str]:
    page = html.fromstring(text(designer, PAGE))
    found: Any = page.xpath("//input[@name='offered'][@checked]/@value")
    return set(found)
