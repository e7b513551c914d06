"""A form as controls: every component that may be published is drawn, errors find their field."""

from typing import Any

import pytest

from server.domain.findings import Finding
from server.engine.feel import Feel
from server.forms.components import CONTAINERS, SHOWN, VALUES
from server.web.plain_forms.controls import controls
from server.web.plain_forms.parts import Asking
from tests.web.plain_forms.browser import drawn

FEEL = Feel()
OPTIONS = {"values": [{"value": "a", "label": "甲"}, {"value": "b", "label": "乙<i>"}]}
OWN: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("radio", "select", "checklist", "taglist"), OPTIONS),
    "group": {"components": [{"type": "textfield", "key": "inner", "label": "内", "id": "i"}]},
    "dynamiclist": {
        "path": "rows",
        "components": [{"type": "textfield", "key": "inner", "label": "内", "id": "i"}],
    },
    "datetime": {"subtype": "date", "dateLabel": "日期"},
    "expression": {"expression": "=1 + 1"},
    "text": {"text": "# 标题\n合计{{ 1 + 1 }}"},
    "image": {"source": "/static/x.png", "alt": "图"},
    "table": {"dataSource": "=[{n: 1}]", "columns": [{"key": "n", "label": "数"}]},
}


@pytest.mark.parametrize("kind", sorted(set(VALUES) | CONTAINERS | SHOWN))
def test_every_component_that_may_be_published_is_drawn(kind: str) -> None:
    entry = {"type": kind, "key": "k", "label": "名称<b>", "id": "one", **OWN.get(kind, {})}
    page: Any = drawn(asking({"components": [entry]}))
    assert page.xpath("//form")
    assert not page.xpath("//form//b | //form//i")


def test_a_computed_value_and_a_text_with_values_are_computed_on_the_server() -> None:
    shown = controls(
        asking(
            {
                "components": [
                    {"type": "expression", "key": "sum", "id": "a", **OWN["expression"]},
                    {"type": "text", "id": "b", **OWN["text"]},
                    {"type": "table", "id": "c", **OWN["table"]},
                ]
            }
        )
    )
    assert [each.value for each in shown[:3]] == ["2", "标题", "合计2"]
    assert shown[3].cells == (("1",),)


def test_options_come_from_the_form_the_data_and_an_expression() -> None:
    made = {"type": "select", "label": "选"}
    schema = {
        "components": [
            {**made, "key": "a", "id": "a", **OPTIONS},
            {**made, "key": "b", "id": "b", "valuesKey": "known"},
            {**made, "key": "c", "id": "c", "valuesExpression": "=known"},
        ]
    }
    shown = controls(asking(schema, {"known": ["一", "二"]}))
    assert [[option.label for option in each.options] for each in shown] == [
        ["甲", "乙<i>"],
        ["一", "二"],
        ["一", "二"],
    ]


def test_an_error_in_a_row_stands_at_its_field() -> None:
    schema = {"components": [{"type": "dynamiclist", "id": "r", **OWN["dynamiclist"]}]}
    finding = Finding(code="FORM_REQUIRED", field="rows[1].inner", message="请填写“内”")
    (shown,) = controls(asking(schema, answers={"rows": [{}, {}]}, findings=[finding]))
    assert [[field.errors for field in row] for row in shown.rows] == [[()], [("请填写“内”",)]]


def test_a_condition_says_when_it_asks_and_whether_it_does_now() -> None:
    schema = {
        "components": [
            {"type": "radio", "key": "kind", "label": "类别", "id": "a", **OPTIONS},
            {
                "type": "textfield",
                "key": "why",
                "id": "b",
                "label": "理由",
                "conditional": {"hide": '=kind != "a"'},
            },
        ]
    }
    off = controls(asking(schema))[1]
    on = controls(asking(schema, answers={"kind": "a"}))[1]
    assert off.condition == on.condition == "“类别”选择“甲”时填写"
    assert (off.is_off, on.is_off) == (True, False)


def test_a_list_begins_with_as_many_rows_as_it_asks_for() -> None:
    for wanted, count in ((0, 0), (3, 3)):
        entry = {"type": "dynamiclist", "id": "r", "defaultRepetitions": wanted}
        (shown,) = controls(asking({"components": [{**entry, **OWN["dynamiclist"]}]}))
        assert len(shown.rows) == count


def test_a_locked_form_has_nothing_to_fill_in() -> None:
    schema = {"components": [{"type": "radio", "key": "k", "id": "a", "label": "选", **OPTIONS}]}
    page: Any = drawn(asking(schema, is_locked=True))
    assert not page.xpath("//input | //select | //textarea | //button")
    assert "甲／乙" in page.text_content()


def test_somebody_who_was_chosen_before_is_offered_and_chosen() -> None:
    entry = {"type": "textfield", "key": "k", "id": "a", "properties": {"kind": "person"}}
    (shown,) = controls(asking({"components": [entry]}, answers={"k": "p1"}))
    assert [(option.value, option.is_chosen) for option in shown.options] == [("p1", True)]


def asking(schema: dict[str, Any], data: dict[str, Any] | None = None, **more: Any) -> Asking:
    return Asking(
        schema=schema,
        data=data or {},
        evaluate=FEEL,
        offer=lambda _kind, _typed, chosen: [(each, "某人") for each in chosen],
        **more,
    )
