"""专项活动 in the browser: opened, confirmed by the office below, counted for the holder."""

from datetime import timedelta

from sqlalchemy import select

from server.models.register import campaign, campaign_part
from server.services.verbs import campaign_cases
from tests.factories import books, draws, site
from tests.factories.programs import program
from tests.factories.statements import statements
from tests.factories.tiny import ACCEPT, APPLICATION, DESK, HEAD, NOW, STRANGER, Tiny

CITY_HEAD = "city1.case_supervision.head"


def test_a_campaign_is_opened_confirmed_and_counted(tiny: Tiny) -> None:
    books.at_work(tiny)
    case_id = tiny.open({**APPLICATION, "concerned_person": tiny.person("county1.audit.1")})
    tiny.do(DESK, case_id, "register", ACCEPT)
    clock = site.Clock()
    app = site.served(tiny.tools, clock)
    holder, below = site.signed_in(app, CITY_HEAD), site.signed_in(app, HEAD)
    today = NOW.date()
    form = {
        "key": "review_week",
        "title": "回看周",
        "from_on": (today - timedelta(days=30)).isoformat(),
        "to_on": (today + timedelta(days=360)).isoformat(),
        "scope": "登记在册的人员",
        "once": "a" * 32,
        "csrf_token": site.token(holder, "/campaigns/new"),
    }
    assert holder.post("/campaigns/new", data={**form, "title": ""}).status_code == 422
    assert holder.post("/campaigns/new", data={**form, "once": "b" * 32}).status_code == 303
    campaign_cases.sweep(tiny.tools, NOW)
    with tiny.tools.readers() as session:
        found = session.scalars(select(campaign.c.id)).one()
        part = session.scalars(
            select(campaign_part.c.id).where(campaign_part.c.region == "p/c1/d1")
        ).one()
    page = f"/campaigns/{found}"
    name, place = "确认本机构的对象", '专项活动 <span class="count">1</span>'
    assert name in below.get(page).get_data(as_text=True)
    # the head finds it wherever he begins; whoever holds the campaign has nothing to confirm
    assert place in below.get("/inbox").text
    assert place not in holder.get("/inbox").text
    token = {"csrf_token": site.token(below, page)}
    assert below.post(f"{page}/parts/{part}/confirm", data=token).status_code == 303
    assert place not in below.get("/inbox").text
    assert campaign_cases.sweep(tiny.tools, NOW) == 1
    with statements(tiny.tools.database) as said:
        assert "按层级统计" in holder.get(page).get_data(as_text=True)
    assert len(said) <= 26, said  # however many targets and offices there are
    assert below.post(f"{page}/find", data={**token, "q": "张"}).status_code == 200
    named = {**token, "who": f"person:{tiny.person('county1.petition.1')}"}
    assert below.post(f"{page}/targets", data=named).status_code == 303
    assert below.post(f"{page}/targets", data=named).status_code == 409
    assert below.get(f"{page}.xlsx").data.startswith(b"PK")
    assert site.signed_in(app, STRANGER).get(page).status_code == 404


def test_programs_hold_confirm_and_read_a_campaign(tiny: Tiny) -> None:
    books.at_work(tiny)
    case_id = tiny.open({**APPLICATION, "concerned_person": tiny.person("county1.audit.1")})
    tiny.do(DESK, case_id, "register", ACCEPT)
    app = site.served(tiny.tools, site.Clock())
    holder, below = program(app, CITY_HEAD), program(app, HEAD)
    days = {"from_on": "2026-01-01", "to_on": "2026-12-31"}
    plan = {"key": "review_week", "title": "回看周", "scope": "登记在册的人员", **days}
    assert below.post("/campaigns", {**plan, "title": ""}).status_code == 422
    made = holder.post("/campaigns", plan)
    assert made.status_code == 201
    path = f"/campaigns/{made.get_json()['id']}"
    campaign_cases.sweep(tiny.tools, NOW)
    (mine,) = [each for each in below.found(path)["shares"] if each["may_confirm"]]
    assert below.found(path)["total"] == 1
    assert holder.found(path)["total"] == 0
    confirmed = below.post(f"{path}/parts/{mine['id']}/confirm")
    assert confirmed.get_json() == {"id": mine["id"], "number": 1}
    assert below.post(f"{path}/widen", {"scope": "各镇街"}).status_code == 403
    assert holder.post(f"{path}/widen", {"scope": "各镇街"}).get_json()["number"] == 2
    assert holder.found(path)["sum"]["targets"] == 1
    stranger = program(app, STRANGER)
    for act, body in (("widen", {"scope": "各镇街"}), ("end", {"reason": "停"})):
        assert stranger.post(f"{path}/{act}", body).status_code == 404
    assert holder.post(f"{path}/end", {"reason": "已经完成"}).status_code == 200
    assert [each["state"] for each in holder.found("/campaigns")["items"]] == ["ended"]


def test_a_draw_is_told_with_what_it_takes_to_repeat_it(tiny: Tiny) -> None:
    campaign_id = draws.held(tiny, 3, percent="10")
    app = site.served(tiny.tools, site.Clock())
    browser, below = site.signed_in(app, CITY_HEAD), site.signed_in(app, HEAD)
    path = f"/campaigns/{campaign_id}"
    told = program(app, CITY_HEAD).found(path)
    assert (told["draw"]["candidates"], told["draw"]["drawn"]) == (3, 1)
    page = browser.get(path).text
    assert "从3件中随机抽取1件" in page
    assert told["draw"]["seed"] in page
    assert all(each["source"] in page for each in told["targets"])
    assert "没有抽中" in page
    for gone in ("leave-out", "列入对象", "还没有确认"):
        assert gone not in page
    sheet = browser.get(f"{path}/draw.xlsx")
    assert sheet.data.startswith(b"PK")
    assert below.get(path).status_code == 404
    assert below.get(f"{path}/draw.xlsx").status_code == 404
    (drawn,) = [each["id"] for each in told["targets"] if each["state"] == "opened"]
    refused = program(app, CITY_HEAD).post(f"{path}/targets/{drawn}/leave-out", {"reason": "不便"})
    assert refused.status_code == 409
