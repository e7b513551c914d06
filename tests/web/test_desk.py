"""The desk of an official: several tasks at once, phrases, kept filters, days to look again."""

from functools import partial
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from server.models.work import work_item
from server.services.verbs import comments, copies, urgings, work
from tests.factories import site
from tests.factories.tiny import (
    ACCEPT,
    APPLICANT,
    AUDIT,
    COLLEAGUE,
    DESK,
    HEAD,
    NOW,
    STRANGER,
    Tiny,
)


def test_several_tasks_are_claimed_each_with_its_own_result_and_once(tiny: Tiny) -> None:
    items = [tiny.item(tiny.open(), "register").id for _each in range(3)]
    tiny.act(COLLEAGUE, lambda ctx: work.claim(ctx, items[1]))
    client = entered(tiny, DESK)
    page = shown(client, "/inbox?view=queue")
    assert len(page.xpath("//input[@name='task'][@form='batch']")) == 2
    sent = {"task": [*items, str(uuid4())], "once": "k1", "csrf_token": token(page)}
    asked = answered(client, "/inbox/claim", sent)
    assert asked.xpath("//input[@name='task'][@checked]/@value") == items
    assert asked.xpath("//button[contains(., '本人没有应当回避的情形')]")
    with tiny.tools.readers() as session:
        assert sorted(session.scalars(select(work_item.c.version))) == [1, 1, 2]
    sent |= {"step": "do"}
    for _again in range(2):
        results = answered(client, "/inbox/claim", sent)
        lines = [row.text_content() for row in results.xpath("//tbody/tr")]
        assert ["没有办成" in line for line in lines] == [False, True, False, True]
        assert "已由他人签收" in lines[1]
        assert "无权查看" in lines[3]
    with tiny.tools.readers() as session:
        assert session.scalars(select(work_item.c.version)).all() == [2, 2, 2]


def test_the_list_claims_nothing_that_asks_a_declaration_without_asking_it(tiny: Tiny) -> None:
    case_id = tiny.open()
    item = tiny.item(case_id, "register").id
    page = shown(entered(tiny, DESK), "/inbox?view=queue")
    assert not page.xpath("//tr[@data-row]//form")
    (claim,) = page.xpath("//a[@data-key='s']")
    assert claim.get("href") == f"/tasks/{item}"
    assert "声明并签收" in claim.text_content()
    task = shown(entered(tiny, DESK), f"/tasks/{item}")
    assert task.xpath("//button[@id='claim'][contains(., '本人没有应当回避的情形')]")


def test_whose_matter_it_is_is_asked_no_declaration(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {"registered": "supplement", "reason": "缺合同"})
    item = tiny.facts(case_id).work[0].id
    applicant = entered(tiny, APPLICANT)
    assert shown(applicant, "/inbox?view=queue").xpath("//tr//form//button[@data-key='s']")
    (claim,) = shown(applicant, f"/tasks/{item}").xpath("//button[@id='claim']")
    assert claim.text_content() == "签收"


def test_several_tasks_of_one_step_are_handed_in_with_the_same_answers(tiny: Tiny) -> None:
    for _each in range(2):
        tiny.do(DESK, tiny.open(), "register", {**ACCEPT, "organs": ["audit_office"]})
    opened = cases(tiny)
    items = [tiny.item(case, "consult").id for case in opened]
    for item in items:
        tiny.act(AUDIT, partial(work.claim, item_id=item))
    client = entered(tiny, AUDIT)
    page = shown(client, "/inbox?view=mine")
    assert page.xpath("//form[@id='batch']/@action") == ["/inbox/complete"]
    sent: dict[str, Any] = {"task": items, "csrf_token": token(page)}
    form = answered(client, "/inbox/complete", sent)
    fields = dict.fromkeys(form.xpath("//*[starts-with(@name, 'a.')]/@name"), "无意见")
    assert fields
    answer = client.post("/inbox/complete", data={**sent, **fields, "step": "do", "once": "k2"})
    assert answer.get_data(as_text=True).count("办成") >= 2
    assert [each.node_key for case in opened for each in tiny.facts(case).work] == [
        "verify",
        "verify",
    ]


def test_a_step_the_pack_does_not_name_is_never_handed_in_with_others(tiny: Tiny) -> None:
    item = tiny.item(tiny.open(), "register").id
    tiny.act(DESK, lambda ctx: work.claim(ctx, item))
    client = entered(tiny, DESK)
    page = shown(client, "/inbox?view=mine")
    assert not page.xpath("//input[@name='task']")
    sent = {"task": [item], "csrf_token": token(page), "step": "do", "a.registered": "accept"}
    answer = client.post("/inbox/complete", data=sent)
    assert "不能批量提交" in answer.get_data(as_text=True)
    assert tiny.item(cases(tiny)[0], "register").id == item


def test_phrases_are_ones_own_and_the_offices_which_its_head_keeps(tiny: Tiny) -> None:
    office = tiny.actor(DESK).posts[0].unit_id
    head, desk = entered(tiny, HEAD), entered(tiny, DESK)
    added(head, "经研究，同意", office)
    assert added(head, "经研究，同意", office).status_code == 422
    added(desk, "材料齐全")
    refused = added(desk, "不该有的", office)
    assert refused.status_code == 403
    item = tiny.item(tiny.open(), "register").id
    tiny.act(DESK, lambda ctx: work.claim(ctx, item))
    page = shown(desk, f"/tasks/{item}")
    assert page.xpath("//*[@data-phrase]/@data-phrase") == ["材料齐全", "经研究，同意"]
    mine = shown(desk, "/me/phrases")
    assert len(mine.xpath("//form[@class='phrase']")) == 1
    (theirs,) = shown(head, "/me/phrases").xpath("//form[@class='phrase']/@action")
    assert desk.post(theirs, data={"csrf_token": token(mine), "then": "remove"}).status_code == 404
    assert "经研究" not in entered(tiny, STRANGER).get("/me/phrases").get_data(as_text=True)


def added(client: FlaskClient, text: str, unit: str = "") -> Any:
    sent = {"text": text, "unit": unit, "csrf_token": token(shown(client, "/me/phrases"))}
    return client.post("/me/phrases", data=sent)


def cases(tiny: Tiny) -> list[str]:
    """Every case there is, as the desk lists them."""
    page = shown(entered(tiny, DESK), "/cases")
    return sorted({link.split("/")[2] for link in page.xpath("//tr[@data-row]//a/@href")})


def entered(tiny: Tiny, login: str) -> FlaskClient:
    return site.signed_in(site.served(tiny.tools, site.Clock(NOW)), login)


def answered(client: FlaskClient, address: str, sent: dict[str, Any]) -> Any:
    return html.fromstring(client.post(address, data=sent).get_data(as_text=True))


def shown(client: FlaskClient, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return html.fromstring(answer.get_data(as_text=True))


def token(page: Any) -> str:
    return str(page.xpath("//input[@name='csrf_token']/@value")[0])


def test_filters_are_kept_under_a_name_and_a_list_opens_with_one(tiny: Tiny) -> None:
    tiny.open()
    client = entered(tiny, DESK)
    page = shown(client, "/inbox?view=queue&step=register")
    sent = {"page": "inbox", "view": "queue", "step": "register", "csrf_token": token(page)}
    for name in ("登记", "登记"):
        client.post("/filters", data={**sent, "name": name, "default": "1"})
    opened = client.get("/inbox")
    assert opened.headers["Location"] == "/inbox?view=queue&step=register"
    assert client.get("/inbox?all=1").status_code == 200
    (removal,) = shown(client, opened.headers["Location"]).xpath(
        "//form[contains(@action, '/filters/')]/@action"
    )
    stranger = entered(tiny, STRANGER)
    refused = stranger.post(removal, data={"csrf_token": token(shown(stranger, "/me"))})
    assert refused.status_code == 404
    client.post(removal, data={"csrf_token": token(page)})
    assert client.get("/inbox").status_code == 200


def test_every_kind_of_notice_of_the_desk_has_its_sign_on_the_page(tiny: Tiny) -> None:
    item = tiny.item(tiny.open(), "register").id
    tiny.act(DESK, partial(work.claim, item_id=item))
    head = tiny.person(HEAD)
    tiny.act(DESK, lambda ctx: copies.send(ctx, item, persons=[head], reason="请知悉"))
    tiny.act(DESK, lambda ctx: comments.add(ctx, item, text="请看", persons=[head]))
    tiny.act(HEAD, lambda ctx: urgings.urge(ctx, item, reason="请抓紧"))
    words = shown(entered(tiny, HEAD), "/notices").xpath("//tr[@data-row]/td[1]//text()")
    assert {word.strip() for word in words if word.strip()} == {"抄送", "讨论"}
    words = shown(entered(tiny, DESK), "/notices").xpath("//tr[@data-row]/td[1]//text()")
    assert [word.strip() for word in words if word.strip()] == ["催办"]
    line = shown(entered(tiny, DESK), "/inbox?view=mine").xpath("//tr[@data-row]")[0]
    assert "催办1次" in line.text_content()
