"""重放旧案: counts in steps for the designer, the cases themselves for the head of their desk."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from server.domain.access import SYSTEM
from server.models.audit import AuditEvent
from server.models.case import case
from server.services.context import reading
from server.services.packs import pack_drafts
from server.services.replaying import runs
from tests.factories import site
from tests.factories.many import copies
from tests.factories.tiny import DESK, HEAD, NOW, STRANGER, Tiny

DESIGNER, OTHER_HEAD = "p.designer.head", "county2.case_supervision.head"
DONE = NOW + timedelta(days=12)
PAGE = "/studio/tiny/replays"

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def enter_tiny(tiny: Tiny) -> SignIn:
    app = site.served(tiny.tools, site.Clock(DONE))
    return lambda login: site.signed_in(app, login)


def test_a_designer_begins_a_run_and_sees_counts_in_steps_and_no_case(
    tiny: Tiny, enter_tiny: SignIn
) -> None:
    references = many_closed(tiny, 7)
    shorten(tiny)
    client = enter_tiny(DESIGNER)
    answer = client.post(PAGE, data={"months": "12", "csrf_token": site.token(client, PAGE)})
    address = answer.headers["Location"]
    page = client.get(address).get_data(as_text=True)
    assert "正在重放，已完成约0%" in page
    again = client.post(PAGE, data={"csrf_token": site.token(client, PAGE)})
    assert (again.status_code, "正在重放，请等它完成" in again.text) == (409, True)
    assert runs.work(tiny.tools, lambda: DONE) == 8
    assert client.get(f"{address}/status").headers["HX-Refresh"] == "true"
    page = client.get(address).get_data(as_text=True)
    # eight in all: seven of them late by the draft, one as it was
    assert page.count("5件以上") > 2
    assert "不足5件" in page
    told = page + client.get(PAGE).text + client.get(f"{address}/status").text
    drawn = client.get(f"{address}/diagram.json?procedure=tiny_matter")
    assert drawn.json is not None
    assert set(drawn.json) == {"xml", "elements", "flows"}
    assert not [each for each in references if each in told + drawn.text]
    assert not [n for n in ("7件", "8件") if n in told]
    assert client.get("/replays").status_code == 403
    assert client.get(f"/replays/{address.rsplit('/', 1)[1]}").status_code == 403


def test_a_draft_that_changed_since_and_a_run_that_was_cancelled_say_so(
    tiny: Tiny, enter_tiny: SignIn
) -> None:
    many_closed(tiny, 1)
    client = enter_tiny(DESIGNER)
    begun = client.post(PAGE, data={"csrf_token": site.token(client, PAGE)})
    address = begun.headers["Location"]
    shorten(tiny)
    client.post(f"{address}/cancel", data={"csrf_token": site.token(client, PAGE)})
    page = client.get(address).get_data(as_text=True)
    assert "草稿在这次重放以后又改过" in page
    assert "重放已取消" in page
    assert recorded(tiny) == ["replay.begin", "replay.cancel"]


def test_a_head_sees_the_cases_of_his_own_desk_and_his_look_is_on_record(
    tiny: Tiny, enter_tiny: SignIn
) -> None:
    references = many_closed(tiny, 2)
    shorten(tiny)
    client = enter_tiny(DESIGNER)
    begun = client.post(PAGE, data={"csrf_token": site.token(client, PAGE)})
    run_id = begun.headers["Location"].rsplit("/", 1)[1]
    runs.work(tiny.tools, lambda: DONE)
    head = enter_tiny(HEAD)
    assert f"/replays/{run_id}" in head.get("/replays").text
    page = head.get(f"/replays/{run_id}").get_data(as_text=True)
    assert all(each in page for each in references)
    assert "原来按期（应2026-02-26），按草稿超期（应2026-02-14）" in page
    assert "replay.read" in recorded(tiny)
    unlike = head.get(f"/replays/{run_id}?result=same").get_data(as_text=True)
    assert sum(each in unlike for each in references) == 1
    # whoever is recused from a case is told nothing of it
    with tiny.tools.readers() as session:
        ids = session.execute(select(case.c.id, case.c.reference)).all()
    tiny.recuse(ids[0].id, HEAD)
    assert f"/cases/{ids[0].id}" in page
    assert f"/cases/{ids[0].id}" not in head.get(f"/replays/{run_id}").text
    # the same desk elsewhere has none of them, and other offices have no such page
    elsewhere = enter_tiny(OTHER_HEAD).get(f"/replays/{run_id}").get_data(as_text=True)
    assert not [each for each in references if each in elsewhere]
    assert enter_tiny(DESK).get(f"/replays/{run_id}").status_code == 403
    assert enter_tiny(STRANGER).get("/replays").status_code == 403
    audit = enter_tiny("county1.audit.head").get(f"/replays/{run_id}")
    assert audit.status_code == 404


def many_closed(tiny: Tiny, late: int) -> list[str]:
    """References of so many cases refused on the fourth working day, and one at once."""
    made = [refused(tiny, DONE), refused(tiny, NOW)]
    if late > 1:
        copies(tiny.tools, made[0], late - 1)
    with tiny.tools.readers() as session:
        return list(session.scalars(select(case.c.reference)))


def refused(tiny: Tiny, at: datetime) -> str:
    case_id = tiny.open()
    given = {"registered": "refuse", "reason": "不属于受理范围"}
    tiny.do(DESK, case_id, "register", given, now=at)
    return case_id


def shorten(tiny: Tiny) -> None:
    """A draft in which registration takes two working days."""
    path = "processes/tiny/pack.yaml"
    with reading(tiny.tools, SYSTEM, NOW) as ctx:
        content = pack_drafts.whole(ctx, "tiny").files[path]
    content = content.replace(b"interval: {n: 5,", b"interval: {n: 2,", 1)
    tiny.act(DESIGNER, lambda ctx: pack_drafts.put(ctx, "tiny", path, content))


def recorded(tiny: Tiny) -> list[str]:
    wanted = select(AuditEvent.verb).where(AuditEvent.verb.like("replay.%"))
    with tiny.tools.readers() as session:
        return list(session.scalars(wanted.order_by(AuditEvent.at, AuditEvent.seq)))
