"""A version that waits for a second person, on the pages."""

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from tests.factories.designers import (
    FIRST,
    SECOND,
    WHY,
    change,
    enter,
    kept,
    newest,
    send,
    text,
    token,
)
from tests.factories.tiny import Tiny

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
    seen = kept(page, "id")
    done = send(second, f"{PAGE}/approve", {"id": seen})
    assert done.headers["Location"] == "/packs/tiny"
    assert newest(tiny) == 2
    assert "核准，发布为第2版" in text(first, "/packs")
    # the same once more is told, and does nothing
    again = second.post(f"{PAGE}/approve", data={"id": seen, "csrf_token": token(second)})
    assert again.headers["Location"] == "/packs/tiny"
    assert newest(tiny) == 2
    assert PAGE not in text(second, "/packs")
    assert second.get(PAGE).status_code == 303


def test_whoever_proposed_it_cannot_make_it_law_whatever_he_sends(by_two: Tiny) -> None:
    first = enter(by_two, FIRST)
    send(first, "/packs/tiny/publish", WHY)
    refused = send(first, f"{PAGE}/approve", {"id": kept(text(first, PAGE), "id")})
    assert refused.status_code == 403
    assert "另一名" in refused.get_data(as_text=True)
    assert newest(by_two) == 1


def test_it_is_sent_back_with_a_reason_or_withdrawn(by_two: Tiny) -> None:
    first, second = enter(by_two, FIRST), enter(by_two, SECOND)
    send(first, "/packs/tiny/publish", WHY)
    asked = {"id": kept(text(second, PAGE), "id")}
    silent = send(second, f"{PAGE}/refuse", {**asked, "answer": " "})
    assert silent.status_code == 422
    assert "写明不同意的理由" in silent.get_data(as_text=True)
    assert send(second, f"{PAGE}/withdraw", asked).status_code == 403
    back = send(second, f"{PAGE}/refuse", {**asked, "answer": "依据已经修改"})
    assert back.headers["Location"] == "/studio/tiny"
    send(first, "/packs/tiny/publish", WHY)
    gone = send(first, f"{PAGE}/withdraw", {"id": kept(text(first, PAGE), "id")})
    assert gone.headers["Location"] == "/studio/tiny"
    assert newest(by_two) == 1


def test_the_same_form_sent_twice_gets_the_first_answer_again(by_two: Tiny) -> None:
    first, second = enter(by_two, FIRST), enter(by_two, SECOND)
    given = {**WHY, "once": kept(text(first, "/packs/tiny/publish"), "once")}
    assert twice(first, "/packs/tiny/publish", given) == [(303, PAGE)] * 2
    assert "已提出" in text(first, PAGE)
    page = text(second, PAGE)
    asked = {"id": kept(page, "id"), "once": kept(page, "once")}
    assert twice(second, f"{PAGE}/approve", asked) == [(303, "/packs/tiny")] * 2
    assert "已发布第2版" in text(second, "/packs/tiny")
    assert newest(by_two) == 2


def test_whoever_proposed_it_is_told_what_came_of_it_until_he_has_read_it(by_two: Tiny) -> None:
    first, second = enter(by_two, FIRST), enter(by_two, SECOND)
    send(first, "/packs/tiny/publish", WHY)
    asked = {"id": kept(text(second, PAGE), "id")}
    send(second, f"{PAGE}/refuse", {**asked, "answer": "依据已经修改"})
    for address in ("/packs", "/packs/tiny", "/studio", "/packs/tiny/publish"):
        page = text(first, address)
        assert "您提出的" in page, address
        assert "理由：依据已经修改" in page
        assert '<span class="count is-new">1' in page
    # everybody who designs finds it in the history of the pack
    page = text(second, "/packs/tiny")
    assert "依据已经修改" in page
    assert "您提出的" not in page
    read = re.search(r"/packs/tiny/answers/[\w-]+", text(first, "/packs"))
    assert read
    assert send(second, read[0], {}).status_code == 404
    assert send(first, read[0], {}).headers["Location"] == "/packs/tiny"
    assert send(first, read[0], {}).status_code == 303
    assert "您提出的" not in text(first, "/packs")
    assert "依据已经修改" in text(first, "/packs/tiny")


def test_where_one_is_enough_nothing_waits(tiny: Tiny) -> None:
    change(tiny)
    first = enter(tiny, FIRST)
    assert "提交他人核准" not in text(first, "/packs/tiny/publish")
    assert send(first, "/packs/tiny/publish", WHY).headers["Location"] == "/packs/tiny"
    assert newest(tiny) == 2


def twice(client: FlaskClient, address: str, given: dict[str, str]) -> list[tuple[int, str]]:
    answers = [send(client, address, given) for _ in range(2)]
    return [(each.status_code, each.headers.get("Location", "")) for each in answers]


@pytest.fixture
def by_two(tiny: Tiny) -> Tiny:
    """A site that asks for two persons, with a draft."""
    change(tiny)
    return Tiny(replace(tiny.tools, config=replace(tiny.tools.config, two_publish=True)))
