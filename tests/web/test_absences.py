"""代理 in the browser: arranged once, shown to both, marked in the list and on the task, ended."""

from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from lxml import html

from tests.factories import site
from tests.factories.tiny import DESK, NOW, STRANGER, Tiny


def test_it_is_arranged_once_marked_where_the_work_is_done_and_ended(tiny: Tiny) -> None:
    item_id = tiny.item(tiny.open(), "register").id
    desk, other = entered(tiny, DESK), entered(tiny, STRANGER)
    page = shown(desk, "/me/absences")
    sent = {
        "csrf_token": page.xpath("//input[@name='csrf_token']/@value")[0],
        "once": page.xpath("//input[@name='once']/@value")[0],
        "substitute_id": tiny.person(STRANGER),
        "from_on": NOW.date().isoformat(),
        "to_on": (NOW.date() + timedelta(days=3)).isoformat(),
        "reason": "出差",
    }
    assert [desk.post("/me/absences", data=sent).status_code for _again in range(2)] == [303, 303]
    assert len(shown(desk, "/me/absences").xpath("//form[contains(@action, '/end')]")) == 1
    absent, queue = tiny.actor(DESK).name, shown(other, "/inbox?view=queue").text_content()
    assert f"您今天代理{absent}" in queue
    assert f"代理{absent}" in shown(other, "/inbox?view=queue").xpath("//tr")[1].text_content()
    assert f"代{absent}办理" in shown(other, f"/tasks/{item_id}").text_content()
    [ending] = shown(other, "/me/absences").xpath("//form[contains(@action, '/end')]/@action")
    token = site.token(other, "/me/absences")
    assert other.post(ending, data={"csrf_token": token}).status_code == 303
    assert other.get(f"/tasks/{item_id}").status_code == 404


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(tiny: Tiny) -> None:
    desk = entered(tiny, DESK)
    sent = {"csrf_token": site.token(desk, "/me/absences"), "reason": "休假", "to_on": "2026-02-30"}
    answer = desk.post("/me/absences", data=sent)
    assert answer.status_code == 422
    page: Any = html.fromstring(answer.get_data(as_text=True))
    assert page.xpath("//input[@name='reason']/@value") == ["休假"]
    assert page.xpath("count(//p[@class='error'])") == 3


def entered(tiny: Tiny, login: str) -> FlaskClient:
    return site.signed_in(site.served(tiny.tools, site.Clock(NOW)), login)


def shown(client: FlaskClient, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200
    return html.fromstring(answer.get_data(as_text=True))
