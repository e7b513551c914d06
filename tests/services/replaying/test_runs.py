"""Closed cases of the small pack played on its draft: what differs, which periods fail."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from server.domain.access import SYSTEM
from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.replays import Fate, Kind, Result, clock_of, difference_of
from server.engine import child
from server.models.case import case
from server.models.replay import replay_case
from server.models.time import deadline
from server.queries import replays
from server.services.context import reading
from server.services.packs import pack_drafts
from server.services.replaying import playback, runs
from tests.factories.many import copies
from tests.factories.tiny import ACCEPT, APPLICATION, DESK, NOW, Tiny

DESIGNER = "p.designer.head"
DIAGRAM = "processes/tiny/tiny.bpmn"
MANIFEST = "processes/tiny/pack.yaml"
TABLE = "processes/tiny/desk.dmn"
FORM = "forms/tiny/registration.form.json"

ACCEPTED = 'registered = "accept"<'

LATER = NOW + timedelta(days=12)
END = NOW + timedelta(days=13)


def test_on_the_same_pack_every_case_goes_as_it_went(tiny: Tiny) -> None:
    accepted(tiny)
    refused(tiny)
    supplemented(tiny)
    found = played(tiny)
    assert [each.result for each in found] == ["same"] * 3
    assert [each.differences for each in found] == [[]] * 3
    # each period is judged as it was judged then
    stored = {
        (row.case_id, row.rule_key): row.state
        for row in rows(tiny, select(deadline))
        if row.state in ("met", "met_late")
    }
    told = {
        (each.case_id, clock.rule): {"late": "met_late"}.get(clock.would, clock.would)
        for each in found
        for clock in map(clock_of, each.clocks)
        if clock.would in (Fate.MET, Fate.LATE)
    }
    assert told == stored
    assert len(stored) > 3


def test_a_condition_that_is_another_one_turns_the_case_at_its_gateway(tiny: Tiny) -> None:
    turned, alike = accepted(tiny), refused(tiny)
    change(tiny, DIAGRAM, ACCEPTED, 'registered = "accept" and managed_by = "city"<')
    found = by_case(played(tiny))
    assert found[alike].result == "same"
    first = difference_of(found[turned].differences[0])
    assert (found[turned].result, first.kind, first.element) == ("other", Kind.WAY, "g_registered")
    assert first.text == "转到“不予受理”，原来转到“核实”、“征求意见”、“收到证据”"
    assert len(found[turned].differences) == 1


def test_a_table_whose_other_rule_decides_is_named_with_what_follows(tiny: Tiny) -> None:
    case_id = accepted(tiny)
    change(tiny, TABLE, '<rule id="desk_county">', '<rule id="desk_other">')
    (found,) = played(tiny)
    only = difference_of(found.differences[0])
    assert (found.case_id, found.result) == (case_id, "other")
    assert (only.kind, only.element, only.label) == (Kind.RULE, "route", "确定受理机关")
    assert only.text == "命中决策表的另一条规则，结果相同"


def test_a_shorter_period_fails_where_it_would_not_have_been_met(tiny: Tiny) -> None:
    late, early = refused(tiny, at=LATER), refused(tiny, at=NOW + timedelta(hours=3))
    change(tiny, MANIFEST, "interval: {n: 5, unit: working}", "interval: {n: 2, unit: working}")
    found = by_case(played(tiny))
    (clock,) = map(clock_of, found[late].clocks)
    assert (clock.rule, clock.was, clock.would, clock.fails) == (
        "registration",
        "met",
        "late",
        True,
    )
    # the long holiday lies between
    assert (clock.was_on, clock.would_on) == ("2026-02-26", "2026-02-14")
    (clock,) = map(clock_of, found[early].clocks)
    assert (clock.was, clock.would, clock.fails) == (Fate.MET, Fate.MET, False)
    assert found[late].differences == []


def test_a_period_that_other_events_end_is_followed_through_the_play(tiny: Tiny) -> None:
    case_id = supplemented(tiny)
    change(
        tiny,
        MANIFEST,
        "origin: filed\n    met_by: [registered, refused]",
        "origin: filed\n    met_by: [supplement_asked]",
    )
    clocks = {each.rule: each for each in map(clock_of, by_case(played(tiny))[case_id].clocks)}
    assert (clocks["registration"].was, clocks["registration"].would) == (Fate.LATE, Fate.MET)


def test_a_step_that_is_no_longer_there_and_one_that_is_new_are_told(tiny: Tiny) -> None:
    case_id = accepted(tiny)
    for path in (DIAGRAM, MANIFEST):
        keep(tiny, path, re.sub(r"\bdecide\b", "conclude", text(tiny, path)))
    (found,) = [each for each in played(tiny) if each.case_id == case_id]
    kinds = [difference_of(each).kind for each in found.differences]
    assert kinds[0] == Kind.WAY
    assert difference_of(found.differences[0]).text == "“决定”换了标识：原为decide，现为conclude"


def test_a_field_that_must_be_filled_in_now_is_asked_for(tiny: Tiny) -> None:
    case_id = accepted(tiny)
    content = text(tiny, FORM)
    field = (
        '{"type": "textfield", "id": "f_new", "key": "head_count", "label": "涉及人数",'
        ' "validate": {"required": true}}'
    )
    keep(tiny, FORM, content.replace('"components": [', f'"components": [{field},', 1))
    (found,) = [each for each in played(tiny) if each.case_id == case_id]
    first = difference_of(found.differences[0])
    assert (found.result, first.kind, first.element) == ("other", Kind.ASKS, "register")
    assert first.text == "须填写“涉及人数”，记录中没有"


def asking(tiny: Tiny, field: str) -> None:
    """A draft whose form of registration asks this besides."""
    keep(tiny, FORM, text(tiny, FORM).replace('"components": [', f'"components": [{field},', 1))


def first_of(tiny: Tiny, case_id: str) -> tuple[str, str, str]:
    (found,) = [each for each in played(tiny) if each.case_id == case_id]
    first = difference_of(found.differences[0])
    return first.kind, first.element, first.text


def test_a_field_that_its_condition_shows_is_asked_for_and_one_it_hides_is_not(
    tiny: Tiny,
) -> None:
    case_id, other = accepted(tiny), refused(tiny)
    asking(
        tiny,
        '{"type": "textfield", "id": "f_new", "key": "head_count", "label": "涉及人数",'
        ' "conditional": {"hide": "=registered != \\"accept\\""}, "validate": {"required": true}}',
    )
    found = by_case(played(tiny))
    (only,) = map(difference_of, found[case_id].differences)
    assert (only.kind, only.element) == (Kind.ASKS, "register")
    assert only.text == "须填写“涉及人数”，记录中没有"
    assert (found[other].result, found[other].differences) == ("same", [])


def test_whether_a_field_is_shown_by_what_nobody_was_asked_is_not_guessed(tiny: Tiny) -> None:
    case_id = accepted(tiny)
    asking(
        tiny,
        '{"type": "textfield", "id": "f_a", "key": "urgency", "label": "缓急"},'
        '{"type": "textfield", "id": "f_b", "key": "head_count", "label": "涉及人数",'
        ' "conditional": {"hide": "=urgency = null"}, "validate": {"required": true}},'
        '{"type": "textfield", "id": "f_c", "key": "place", "label": "地点",'
        ' "conditional": {"hide": "=urgency = \\"缓\\""}, "validate": {"required": true}}',
    )
    (found,) = [each for each in played(tiny) if each.case_id == case_id]
    assert [difference_of(each).text for each in found.differences] == [
        "是否须填写“地点”，要看旧案没有问过的内容",
        "是否须填写“涉及人数”，要看旧案没有问过的内容",
    ]


def test_an_answer_that_fits_no_more_is_named_by_its_field_alone(tiny: Tiny) -> None:
    case_id = refused(tiny)
    schema = json.loads(text(tiny, FORM))
    (reason,) = [each for each in schema["components"] if each.get("key") == "reason"]
    reason["validate"] = {**reason.get("validate", {}), "maxLength": 3}
    keep(tiny, FORM, json.dumps(schema, ensure_ascii=False))
    kind, element, told = first_of(tiny, case_id)
    assert (kind, element) == (Kind.UNFIT, "register")
    assert told == f"“{reason['label']}”当时填写的内容，草稿的表单不接受"


def test_a_new_rule_between_fields_that_the_record_breaks_is_told(tiny: Tiny) -> None:
    case_id = refused(tiny)
    change(
        tiny,
        MANIFEST,
        "\nrules:\n",
        "\nrules:\n  - {form: registration, field: reason, check: '=registered = \"accept\"',"
        " message: 只能受理}\n",
    )
    kind, element, told = first_of(tiny, case_id)
    assert (kind, element, told) == (Kind.UNFIT, "register", "不符合新的填写规则：只能受理")


def test_what_hangs_on_something_nobody_was_asked_then_cannot_be_told(tiny: Tiny) -> None:
    case_id = accepted(tiny)
    field = '{"type": "textfield", "id": "f_new", "key": "urgency", "label": "缓急"}'
    content = text(tiny, FORM).replace('"components": [', f'"components": [{field},', 1)
    keep(tiny, FORM, content)
    change(tiny, DIAGRAM, ACCEPTED, 'registered = "accept" and urgency = "急"<')
    (found,) = [each for each in played(tiny) if each.case_id == case_id]
    first = difference_of(found.differences[0])
    assert (found.result, first.kind, first.element) == ("untold", Kind.UNKNOWN, "g_registered")


def test_a_draft_with_errors_is_not_played(tiny: Tiny) -> None:
    refused(tiny)
    change(tiny, DIAGRAM, ACCEPTED, "registered = <")
    with pytest.raises(Invalid, match="草稿还有错误"):
        begin(tiny)


def test_one_run_of_a_pack_at_a_time_until_it_is_done_or_cancelled(tiny: Tiny) -> None:
    refused(tiny)
    first = begin(tiny)
    with pytest.raises(Conflict, match="正在重放"):
        begin(tiny)
    tiny.act(DESIGNER, lambda ctx: runs.cancel(ctx, "tiny", first), END)
    with pytest.raises(Conflict, match="已经结束"):
        tiny.act(DESIGNER, lambda ctx: runs.cancel(ctx, "tiny", first), END)
    with pytest.raises(NotFound):
        tiny.act(DESIGNER, lambda ctx: runs.cancel(ctx, "other", first), END)
    assert runs.work(tiny.tools, lambda: END) == 0
    begin(tiny)
    assert runs.work(tiny.tools, lambda: END) == 1


def test_cases_of_the_period_alone_are_played_and_no_more_than_a_run_takes(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "MOST", 3)
    copies(tiny.tools, refused(tiny), 4)
    tiny.open()
    with pytest.raises(Invalid, match="没有办结的事项"):
        begin(tiny, at=END + timedelta(days=400))
    run_id = begin(tiny)
    with reading(tiny.tools, SYSTEM, END) as ctx:
        run = replays.run(ctx.session, run_id)
        assert run is not None
        assert (run.left_out, replays.progress(ctx.session, run_id)) == (2, (0, 3))


def test_a_run_that_was_interrupted_goes_on_with_what_waits_and_with_its_own_draft(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "PIECE", 2)
    copies(tiny.tools, refused(tiny), 3)
    run_id = begin(tiny)
    whole: Callable[..., Any] = playback.play
    asked: list[int] = []

    def killed(ctx: Any, draft: Any, ids: Any) -> Any:
        asked.append(len(ids))
        if len(asked) == 2:
            raise KeyboardInterrupt
        return whole(ctx, draft, ids)

    monkeypatch.setattr(playback, "play", killed)
    with pytest.raises(KeyboardInterrupt):
        runs.work(tiny.tools, lambda: END)
    change(tiny, MANIFEST, "interval: {n: 5, unit: working}", "interval: {n: 3, unit: working}")
    assert runs.work(tiny.tools, lambda: END) == 2
    assert asked == [2, 2, 2]
    with reading(tiny.tools, SYSTEM, END) as ctx:
        run = replays.run(ctx.session, run_id)
        assert run is not None
        assert run.state == "done"
        assert {each[0] for each in replays.verdicts(ctx.session, run_id)} == {Result.SAME}
        assert run.draft_hash != runs.hash_of(pack_drafts.whole(ctx, "tiny"))


def test_a_case_the_child_cannot_cope_with_keeps_no_other_from_being_told(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = refused(tiny), accepted(tiny)
    run = child.run

    def crashed(function: str, question: Any, limits: Any) -> Any:
        long = any(len(each["acts"]) > 2 for each in question["cases"])
        return run("tests.services.replaying.test_runs:crash" if long else function, question)

    monkeypatch.setattr(child, "run", crashed)
    found = by_case(played(tiny))
    assert (found[one].result, found[other].result) == ("same", "untold")


def crash(_question: Any) -> None:
    """The work of a child that ends in the middle."""
    raise SystemExit(3)


# what is done


def refused(tiny: Tiny, at: Any = LATER) -> str:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {"registered": "refuse", "reason": "不属于受理范围"}, now=at)
    return case_id


def accepted(tiny: Tiny) -> str:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {**ACCEPT, "registered_on": "2026-02-12"})
    tiny.decided(case_id, LATER)
    return case_id


def supplemented(tiny: Tiny) -> str:
    """A case that was asked for more, and was refused late."""
    case_id = tiny.open(APPLICATION)
    tiny.do(DESK, case_id, "register", {"registered": "supplement", "reason": "材料不全"})
    supplement: Mapping[str, Any] = {"supplemented": "证明一份"}
    tiny.do(
        "county1.housing_works.1", case_id, "supplement", supplement, now=NOW + timedelta(days=1)
    )
    gone = {"registered": "refuse", "reason": "不属于受理范围"}
    tiny.do(DESK, case_id, "register", gone, now=NOW + timedelta(days=16))
    return case_id


def text(tiny: Tiny, path: str) -> str:
    with reading(tiny.tools, SYSTEM, NOW) as ctx:
        return pack_drafts.whole(ctx, "tiny").files[path].decode()


def keep(tiny: Tiny, path: str, content: str) -> None:
    tiny.act(DESIGNER, lambda ctx: pack_drafts.put(ctx, "tiny", path, content.encode()), NOW)


def change(tiny: Tiny, path: str, old: str, new: str) -> None:
    """Keep a draft of the file with this instead of that."""
    content = text(tiny, path)
    assert old in content
    keep(tiny, path, content.replace(old, new, 1))


def begin(tiny: Tiny, at: Any = None) -> str:
    now = at or NOW + timedelta(days=20)
    with reading(tiny.tools, SYSTEM, now) as ctx:
        candidate = pack_drafts.candidate(ctx, "tiny")
    return tiny.act(DESIGNER, lambda ctx: runs.begin(ctx, candidate), now)


def played(tiny: Tiny) -> list[Any]:
    run_id = begin(tiny)
    runs.work(tiny.tools, lambda: END)
    return rows(tiny, select(replay_case).where(replay_case.c.run_id == run_id))


def rows(tiny: Tiny, wanted: Any) -> list[Any]:
    with tiny.tools.readers() as session:
        return list(session.execute(wanted))


def by_case(found: list[Any]) -> dict[str, Any]:
    return {each.case_id: each for each in found}


def test_every_case_here_is_closed(tiny: Tiny) -> None:
    made = [accepted(tiny), refused(tiny), supplemented(tiny)]
    found = rows(tiny, select(case.c.status).where(case.c.id.in_(made)))
    assert [each.status for each in found] == ["closed"] * 3
