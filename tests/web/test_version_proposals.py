"""A version that waits for a second person, on the pages."""

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.services.context import reading, transaction
from server.services.packs import pack_drafts, published_files
from tests.factories import site
from tests.factories.tiny import NOW, Tiny

FIRST, SECOND = "p.designer.head", "p.designer.1"
MANIFEST = "processes/tiny/pack.yaml"
PAGE = "/packs/tiny/proposed"


def test_one_proposes_and_another_one_makes_it_law(tiny: Tiny, by_two: Tiny) -> None:
    first, second = enter(by_two, FIRST), enter(by_two, SECOND)
    assert "提交他人核准" in text(first, "/packs/tiny/publish")
    proposed = send(first, "/packs/tiny/publish", WHY)
    assert proposed.headers["Location"] == PAGE
    assert newest(tiny) == 1
    # whoever proposed it may take it back, and sees it waits
    page = text(first, PAGE)
    assert "撤回" in page
    assert "核准发布" not in page
    assert PAGE in text(first, "/packs/tiny/publish")
    # the other one finds it, with what it changes and why
    assert PAGE in text(second, "/packs")
    assert PAGE in text(second, "/packs/tiny")
    page = text(second, PAGE)
    assert all(word in page for word in ("核准发布", "改了说明", "某办法第三条", "2026-04-01"))
    kept = id_of(page)
    done = send(second, f"{PAGE}/approve", {"id": kept})
    assert done.headers["Location"] == "/packs/tiny"
    assert newest(tiny) == 2
    # the same once more is told, and does nothing
    again = second.post(f"{PAGE}/approve", data={"id": kept, "csrf_token": token(second)})
    assert again.headers["Location"] == "/packs/tiny"
    assert newest(tiny) == 2
    assert PAGE not in text(second, "/packs")
    assert second.get(PAGE).status_code == 303


def test_whoever_proposed_it_cannot_make_it_law_whatever_he_sends(by_two: Tiny) -> None:
    first = enter(by_two, FIRST)
    send(first, "/packs/tiny/publish", WHY)
    refused = send(first, f"{PAGE}/approve", {"id": id_of(text(first, PAGE))})
    assert refused.status_code == 403
    assert "另一名" in refused.get_data(as_text=True)
    assert newest(by_two) == 1


def test_it_is_sent_back_with_a_reason_or_withdrawn(by_two: Tiny) -> None:
    first, second = enter(by_two, FIRST), enter(by_two, SECOND)
    send(first, "/packs/tiny/publish", WHY)
    kept = {"id": id_of(text(second, PAGE))}
    silent = send(second, f"{PAGE}/refuse", {**kept, "answer": " "})
    assert silent.status_code == 422
    assert "写明不同意的理由" in silent.get_data(as_text=True)
    assert send(second, f"{PAGE}/withdraw", kept).status_code == 403
    back = send(second, f"{PAGE}/refuse", {**kept, "answer": "依据已经修改"})
    assert back.headers["Location"] == "/studio/tiny"
    send(first, "/packs/tiny/publish", WHY)
    gone = send(first, f"{PAGE}/withdraw", {"id": id_of(text(first, PAGE))})
    assert gone.headers["Location"] == "/studio/tiny"
    assert newest(by_two) == 1


def test_where_one_is_enough_nothing_waits(tiny: Tiny) -> None:
    change(tiny)
    first = enter(tiny, FIRST)
    assert "提交他人核准" not in text(first, "/packs/tiny/publish")
    assert send(first, "/packs/tiny/publish", WHY).headers["Location"] == "/packs/tiny"
    assert newest(tiny) == 2


WHY = {
    "valid_from": "2026-04-01",
    "version": "1.1",
    "reason": "改了说明",
    "basis": "某办法第三条",
    "accept_warnings": "试用",
}


def enter(tiny: Tiny, login: str) -> FlaskClient:
    return site.signed_in(site.served(tiny.tools, site.Clock(NOW)), login)


def send(client: FlaskClient, address: str, given: dict[str, str]) -> TestResponse:
    return client.post(address, data={**given, "csrf_token": token(client)})


def token(client: FlaskClient) -> str:
    return site.token(client, "/packs/tiny/1")


def id_of(page: str) -> str:
    (kept,) = {str(found) for found in re.findall(r'name="id" value="([^"]+)"', page)}
    return kept


def text(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return str(answer.get_data(as_text=True))


def newest(tiny: Tiny) -> int:
    with reading(tiny.tools, tiny.actor(FIRST), NOW) as ctx:
        return published_files.newest_version(ctx, "tiny")


def change(tiny: Tiny) -> None:
    """A draft of the manifest."""
    with transaction(tiny.tools, tiny.actor(FIRST), NOW) as ctx:
        content = pack_drafts.whole(ctx, "tiny").files[MANIFEST]
        pack_drafts.put(
            ctx, "tiny", MANIFEST, content.replace(b"title: ", "title: 新的".encode(), 1)
        )


@pytest.fixture
def by_two(tiny: Tiny) -> Tiny:
    """A site that asks for two persons, with a draft."""
    change(tiny)
    return Tiny(replace(tiny.tools, config=replace(tiny.tools.config, two_publish=True)))
