import json
from pathlib import Path

import pytest

from server.checker.comparing import drawings, sheets, tables
from server.checker.comparing.answer import answer
from server.checker.comparing.changes import Change, Unreadable

ROOT = Path(__file__).parents[3]
DIAGRAM = (ROOT / "processes" / "nanyang" / "nanyang_minor.bpmn").read_bytes()
TABLE = (ROOT / "processes" / "nanyang" / "routing.dmn").read_bytes()
FORM = (ROOT / "forms" / "nanyang" / "accept.form.json").read_bytes()
PACK = (ROOT / "processes" / "nanyang" / "pack.yaml").read_bytes()


def told(changes: list[Change]) -> list[tuple[str, str, str, str]]:
    return [(each.what, each.where, each.before, each.after) for each in changes]


def test_what_is_the_same_differs_in_nothing() -> None:
    assert drawings.compare(DIAGRAM, DIAGRAM) == []
    assert tables.compare(TABLE, TABLE) == []
    assert sheets.compare_forms(FORM, FORM) == []
    assert sheets.compare_packs(PACK, PACK) == []


def test_a_renamed_step_is_one_change_and_its_flows_are_none() -> None:
    renamed = DIAGRAM.replace('name="约谈提醒"'.encode(), 'name="约谈"'.encode())
    changes = drawings.compare(DIAGRAM, renamed)
    assert told(changes) == [("changed", "约谈 › 名称", "约谈提醒", "约谈")]
    assert changes[0].element == "talk"


def test_form_deadline_and_condition_are_told_by_what_people_call_them() -> None:
    other = DIAGRAM.replace(b'rongcuo:deadline="talk"', b'rongcuo:deadline="none"')
    assert told(drawings.compare(DIAGRAM, other)) == [
        ("changed", "约谈提醒 › 期限", "talk", "none")
    ]


def test_a_step_that_was_moved_says_only_that() -> None:
    before = DIAGRAM.decode()
    place = before.index('bpmnElement="talk"')
    x = before.index('x="', place)
    moved = before[:x] + 'x="9' + before[x + 3 :]
    assert [each[:2] for each in told(drawings.compare(DIAGRAM, moved.encode()))] == [
        ("moved", "约谈提醒")
    ]


def test_a_cell_of_a_table_is_told_with_its_row_and_column() -> None:
    text = TABLE.decode()
    start = text.index("<text>", text.index("<outputEntry"))
    end = text.index("</text>", start)
    changed = text[: start + 6] + '"elsewhere"' + text[end:]
    [change] = tables.compare(TABLE, changed.encode())
    assert change.what == "changed"
    assert "第1行" in change.where
    assert change.after == '"elsewhere"'


def test_a_field_that_must_be_filled_now_and_one_that_is_new_are_told() -> None:
    schema = json.loads(FORM)
    schema["components"][0]["label"] = "受理"
    schema["components"].append({"key": "note", "type": "textfield", "label": "备注"})
    changes = told(sheets.compare_forms(FORM, json.dumps(schema).encode()))
    assert changes == [
        ("changed", "受理 › 名称", "予以受理", "受理"),
        ("added", "备注", "", "名称：备注；种类：textfield"),
    ]


def test_a_period_is_told_in_days_and_an_item_by_its_code() -> None:
    text = PACK.decode()
    changed = text.replace("interval: {n: 5, unit: working}", "interval: {n: 3, unit: working}", 1)
    changed = changed.replace("出于公心、符合决策程序，因无先例", "出于公心，因无先例", 1)
    changes = told(sheets.compare_packs(PACK, changed.encode()))
    assert changes[0] == ("changed", "期限“转送有权机关” › 期间", "5个工作日", "3个工作日")
    assert changes[1][1] == "名单“容错情形” › 条目NY03"


@pytest.mark.parametrize("content", [b"", b"<x", b"[1", b"a: [", b"\xff", b"<!DOCTYPE x><x/>"])
def test_what_cannot_be_read_can_only_be_told_to_differ(content: bytes) -> None:
    for compare, good in (
        (drawings.compare, DIAGRAM),
        (tables.compare, TABLE),
        (sheets.compare_packs, PACK),
    ):
        with pytest.raises(Unreadable):
            compare(good, content)
    assert answer([["forms/a/x.form.json", "e30=", "WzE="]]) == {"forms/a/x.form.json": None}


def test_files_that_came_or_went_have_no_parts() -> None:
    assert answer([["processes/a/b.bpmn", None, "eA=="]]) == {"processes/a/b.bpmn": None}
