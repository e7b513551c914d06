"""The search box of every page."""

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select

from server.models.audit import AuditEvent
from server.services.context import Tools
from tests.factories import site
from tests.factories.filed import CONSULTED, DESK, STRANGER, TEAM, Filed

SignIn = Callable[[str], FlaskClient]

WORD = "当时汛情紧急"


def test_the_box_of_a_page_leads_to_what_is_found_with_the_word_marked(
    enter: SignIn, filed: Filed
) -> None:
    page = search(enter(TEAM), WORD)
    assert f"<mark>{WORD}</mark>，先行组织抢修" in page
    assert f"/cases/{filed.closed}/papers/" in page
    assert filed.name in page


def test_what_one_may_not_read_is_not_found(enter: SignIn, filed: Filed) -> None:
    assert "没有找到" in search(enter(STRANGER), WORD)
    assert filed.closed not in search(enter(DESK), "防汛抢险")
    assert filed.name not in search(enter(CONSULTED), "五步程序")


def test_words_are_shown_as_text_whatever_they_are(enter: SignIn) -> None:
    page = search(enter(TEAM), "<b>\"'</b>\x00{{ 7 * 7 }}")
    assert "<b>" not in page
    assert "{{ 7 * 7 }}" in page


def test_nothing_typed_says_what_to_type(enter: SignIn) -> None:
    assert "没有输入要找的内容" in search(enter(TEAM), "  ")


def test_each_search_is_on_record_without_its_words(enter: SignIn, filed_tools: Tools) -> None:
    search(enter(TEAM), WORD)
    with filed_tools.readers() as session:
        looks = session.scalars(select(AuditEvent).where(AuditEvent.verb == "search")).all()
    assert [(look.chain, look.target) for look in looks] == [("access", "search")]
    assert WORD not in looks[0].text


def test_words_never_stand_in_an_address_and_administrators_find_nothing(enter: SignIn) -> None:
    client = enter(TEAM)
    assert client.get("/search").headers["Location"] == "/cases"
    admin = enter("p.audit_admin.head")
    answer = admin.post("/search", data={"q": WORD, "csrf_token": site.token(admin, "/me")})
    assert answer.status_code == 403


def search(client: FlaskClient, text: str) -> str:
    token = site.token(client, "/cases")
    answer = client.post("/search", data={"q": text, "csrf_token": token})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)
