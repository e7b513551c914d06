"""专项活动 in the browser: opened, confirmed by the office below, counted for the holder."""

from datetime import timedelta

from sqlalchemy import select

from server.models.register import campaign, campaign_part
from server.services.verbs import campaign_cases
from tests.factories import books, site
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
    name = "确认本机构的对象"
    assert name in below.get(page).get_data(as_text=True)
    token = {"csrf_token": site.token(below, page)}
    assert below.post(f"{page}/parts/{part}/confirm", data=token).status_code == 303
    assert campaign_cases.sweep(tiny.tools, NOW) == 1
    assert holder.get(page).status_code == 200
    assert site.signed_in(app, STRANGER).get(page).status_code == 404
