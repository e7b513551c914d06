"""Publishing, ending and taking up again, as a designer meets them."""

import re

from server.services.context import reading
from server.services.packs import pack_drafts
from tests.factories.designers import FIRST, WHY, change, enter, kept, newest, send, text
from tests.factories.tiny import NOW, Tiny

PAGE = "/packs/tiny/publish"
COMING = "2026-06-01（周一）"


def test_publishing_ending_and_taking_up_twice_is_once(tiny: Tiny) -> None:
    change(tiny)
    client = enter(tiny)
    given = {**WHY, "once": kept(text(client, PAGE), "once")}
    done = [send(client, PAGE, given) for _ in range(2)]
    assert [each.headers["Location"] for each in done] == ["/packs/tiny"] * 2
    assert newest(tiny) == 2
    # the same key with something else in the form is no repetition
    other = send(client, PAGE, {**given, "reason": "另一个"})
    assert (other.status_code, newest(tiny)) == (422, 2)
    once = {"once": kept(text(client, "/packs/tiny/1"), "once")}
    ended = {**once, "on": "2026-04-01", "reason": "办法废止"}
    done = [send(client, "/packs/tiny/1/retire", ended) for _ in range(2)]
    assert [each.headers["Location"] for each in done] == ["/packs/tiny"] * 2
    assert send(client, "/packs/tiny/1/retire", {**ended, "once": "x"}).status_code == 409
    done = [send(client, "/packs/tiny/1/take-up", once) for _ in range(2)]
    assert [each.headers["Location"] for each in done] == ["/studio/tiny"] * 2
    assert send(client, "/packs/tiny/1/take-up", {}).status_code == 409


def test_a_version_before_a_coming_one_says_it_will_be_overtaken(tiny: Tiny) -> None:
    client = enter(tiny)
    change(tiny)
    send(client, PAGE, {**WHY, "valid_from": "2026-06-01", "version": "1.1"})
    assert newest(tiny) == 2
    change(tiny, "更新的")
    # before anything is typed: which one, which day, what happens
    page = text(client, PAGE)
    assert f"第2版（1.1）已经发布，原定同日（{COMING}）起施行" in page
    assert "比该日早的，到该日由第2版接替" in page
    earlier = {**WHY, "version": "1.2"}
    refused = send(client, PAGE, earlier)
    page = refused.get_data(as_text=True)
    assert (refused.status_code, newest(tiny)) == (422, 2)
    assert "只施行到2026-05-31" in page
    assert f"{COMING}起提出的事项按第2版办理" in page
    assert re.search(r'type="checkbox" name="overtaken" value="2"', page)
    assert send(client, PAGE, {**earlier, "overtaken": "2"}).status_code == 303
    assert newest(tiny) == 3
    history = text(client, "/packs/tiny")
    assert "2026-04-01（周三）至2026-05-31（周日），其后为第2版" in history
    assert f"{COMING}起" in history
    assert "至2026-03-31（周二），其后为第3版" in history


def test_a_version_for_the_day_of_a_coming_one_or_later_needs_no_word_more(tiny: Tiny) -> None:
    client = enter(tiny)
    change(tiny)
    send(client, PAGE, {**WHY, "valid_from": "2026-06-01"})
    change(tiny, "更新的")
    assert send(client, PAGE, {**WHY, "valid_from": "2026-06-01"}).status_code == 303
    assert f"{COMING}当日由第3版接替" in text(client, "/packs/tiny")
    with reading(tiny.tools, tiny.actor(FIRST), NOW) as ctx:
        assert not pack_drafts.drafts(ctx, "tiny")
