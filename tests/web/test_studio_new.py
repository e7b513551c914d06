"""新建政策包: from the template or from a pack there is, refused at the field or ready at once."""

import html
from collections.abc import Callable

from flask.testing import FlaskClient

from server.domain.access import SYSTEM
from server.services.context import Tools, reading
from server.services.packs import pack_drafts
from tests.factories.site import MONDAY, token

SignIn = Callable[[str], FlaskClient]

DESIGNER = "p.designer.head"
TYPED = {
    "title": "临海县容错纠错办法",
    "key": "linhai",
    "locality": "临海县",
    "mark": "临容",
    "base": "_template",
    "valid_from": "2026-05-01",
}


def test_a_pack_is_begun_from_the_template(sign_in: SignIn, demo_tools: Tools) -> None:
    client = sign_in(DESIGNER)
    assert "南阳市容错纠错免责减责" in client.get("/studio/new").get_data(as_text=True)
    answer = client.post("/studio/new", data={**TYPED, "csrf_token": token(client, "/studio/new")})
    assert (answer.status_code, answer.location) == (303, "/studio/linhai")
    with reading(demo_tools, SYSTEM, MONDAY) as ctx:
        manifest = pack_drafts.whole(ctx, "linhai").files["processes/linhai/pack.yaml"].decode()
    assert "valid_from: 2026-05-01" in manifest
    assert "中共临海县委办公室" in manifest
    assert "检查通过" in client.get("/studio/linhai/entries").get_data(as_text=True)


def test_what_is_wrong_is_told_at_its_field_and_stays_as_typed(sign_in: SignIn) -> None:
    client = sign_in(DESIGNER)
    guard = {"csrf_token": token(client, "/studio/new")}
    answer = client.post("/studio/new", data={**TYPED, **guard, "key": "Lin Hai", "mark": ""})
    assert answer.status_code == 422
    page = html.unescape(answer.get_data(as_text=True))
    assert "标识须以小写英文字母开头" in page
    assert 'value="Lin Hai"' in page
    assert "有2处要改" in page
    taken = client.post("/studio/new", data={**TYPED, **guard, "key": "nanyang"})
    assert "“nanyang”已经有了" in html.unescape(taken.get_data(as_text=True))
    assert client.post("/studio/new", data={**TYPED, **guard, "base": "no_such"}).status_code == 404


def test_only_designers_begin_packs(sign_in: SignIn) -> None:
    assert sign_in("county1.case_supervision.head").get("/studio/new").status_code == 403
