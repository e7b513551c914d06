"""Filled answers against a published schema: what is kept, and every problem at its field."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.domain.packs import Basis, CodeList, Item
from server.engine.feel import Feel
from server.forms.compiler import MAX_ANSWERS, Answers, Named, compiled, fields, validate

FEEL = Feel()
LISTS = {
    "situations": CodeList(
        key="situations",
        title="容错情形",
        basis=Basis(source="measures"),
        items=(
            Item(code="NY01", text="情形一"),
            Item(code="NY02", text="情形二"),
            Item(code="NY03", text="", text_missing=True),
        ),
    )
}


def test_the_same_content_is_compiled_once() -> None:
    schema = form(text("opinion", "意见"))

    assert compiled(schema) is compiled(form(text("opinion", "意见")))
    assert compiled(schema).hash != compiled(form(text("reason", "理由"))).hash


def test_fields_say_what_a_form_asks_for() -> None:
    schema = form(
        {"type": "text", "text": "说明"},
        {"type": "group", "label": "组", "components": [text("a", "甲", required=True)]},
        {"type": "number", "key": "n", "label": "数"},
        {"type": "datetime", "subtype": "datetime", "key": "at", "dateLabel": "时刻"},
        {"type": "taglist", "key": "codes", "label": "情形", "valuesKey": "list_situations"},
        {**text("who", "人员"), "properties": {"kind": "person"}},
        rows("members", text("name", "姓名")),
    )

    found = [(it.key, it.type, it.required, it.list_name, it.kind) for it in fields(schema)]

    assert found == [
        ("a", "string", True, None, None),
        ("n", "number", False, None, None),
        ("at", "dateTime", False, None, None),
        ("codes", "list", False, "situations", None),
        ("who", "string", False, None, "person"),
        ("members", "list", False, None, None),
    ]
    assert [child.key for child in fields(schema)[5].children] == ["name"]
    assert fields(schema)[2].label == "时刻"


def test_text_is_trimmed_and_normalised() -> None:
    kept = fill(form(text("a", "甲")), {"a": " e\u0301 "})

    assert kept.values == {"a": "\u00e9"}


@pytest.mark.parametrize("blank", ["", "   ", "\u3000", "\n\t", None])
def test_whitespace_only_does_not_answer_a_required_field(blank: str | None) -> None:
    schema = form({**text("a", "意见", required=True), "type": "textarea"})

    assert problems(schema, {"a": blank}) == [("FORM_REQUIRED", "a")]
    assert problems(schema, {}) == [("FORM_REQUIRED", "a")]


@pytest.mark.parametrize("bad", ["a\u202eb", "a\x00b", "a\x1bb", "a\u2066b", "\u200fa", "a\x7f"])
def test_characters_nobody_can_see_are_refused(bad: str) -> None:
    assert problems(form(text("a", "甲")), {"a": bad}) == [("FORM_TYPE", "a")]


def test_only_a_text_area_may_hold_line_breaks() -> None:
    area = {**text("a", "甲"), "type": "textarea"}

    assert fill(form(area), {"a": "一\r\n二"}).values == {"a": "一\n二"}
    assert problems(form(text("a", "甲")), {"a": "一\n二"}) == [("FORM_TYPE", "a")]


def test_length_is_counted_as_the_browser_counts() -> None:
    schema = form(text("a", "甲", maxLength=3, minLength=2))

    assert fill(schema, {"a": "𠮷中"}).values == {"a": "𠮷中"}
    assert problems(schema, {"a": "𠮷中文"}) == [("FORM_MAX_LENGTH", "a")]
    assert problems(schema, {"a": "中"}) == [("FORM_MIN_LENGTH", "a")]
    assert fill(schema, {"a": ""}).values == {"a": None}


def test_a_pattern_is_run_by_the_isolate_with_its_own_sentence() -> None:
    mobile = text("a", "手机", pattern=r"^1\d{10}$", patternErrorMessage="应为11位手机号")
    schema = form(mobile)

    assert fill(schema, {"a": "13812345678"}).values == {"a": "13812345678"}
    with pytest.raises(Invalid) as refused:
        fill(schema, {"a": "+8613812345678"})
    assert [it.message for it in refused.value.findings] == ["应为11位手机号"]
    assert [it.code for it in refused.value.findings] == ["FORM_PATTERN"]


def test_a_mail_address_is_tested_as_in_the_browser() -> None:
    schema = form(text("a", "邮箱", validationType="email"))

    assert fill(schema, {"a": "a.b@example.cn"}).values == {"a": "a.b@example.cn"}
    assert problems(schema, {"a": "a b@example.cn"}) == [("FORM_EMAIL", "a")]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [(5, 5), ("5", 5), ("5.50", 5.5), (5.0, 5), (-0.5, -0.5), ("007", 7), (None, None), ("", None)],
)
def test_numbers_come_as_numbers_or_text(sent: Json, kept: Json) -> None:
    assert fill(form(number("n")), {"n": sent}).values == {"n": kept}


@pytest.mark.parametrize(
    "bad",
    ["五", True, float("inf"), "NaN", "Infinity", "1e999", 2**60, "0.1234567890123456", [1], {}],
)
def test_what_is_no_exact_number_is_refused(bad: Json) -> None:
    with pytest.raises(Invalid):
        fill(form(number("n")), {"n": bad})


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (0.999, "FORM_MIN"),
        (100.01, "FORM_MAX"),
        (2.125, "FORM_DIGITS"),
        (2.3, "FORM_INCREMENT"),
    ],
)
def test_numbers_keep_their_bounds_exactly(sent: float, code: str) -> None:
    schema = form({**number("n", min=1, max="100"), "decimalDigits": 2, "increment": "0.25"})

    assert code in [found for found, _field in problems(schema, {"n": sent})]
    assert fill(schema, {"n": 99.75}).values == {"n": 99.75}


def test_zero_answers_a_required_number() -> None:
    assert fill(form(number("n", required=True)), {"n": 0}).values == {"n": 0}


def test_a_bound_may_be_an_expression_and_no_value_is_no_bound() -> None:
    schema = form(number("n", max="=ceiling_amount"))

    assert problems(schema, {"n": 6}, ceiling_amount=5) == [("FORM_MAX", "n")]
    assert fill(schema, {"n": 6}, ceiling_amount=None).values == {"n": 6}


@pytest.mark.parametrize(
    ("subtype", "sent", "kept"),
    [
        ("date", "2026-02-26", "2026-02-26"),
        ("time", "08:30", "08:30"),
        ("time", "08:30:45", "08:30"),
        ("datetime", "2026-02-26T08:30", "2026-02-26T08:30"),
    ],
)
def test_dates_are_kept_in_their_one_form(subtype: str, sent: str, kept: str) -> None:
    assert fill(form(day("d", subtype)), {"d": sent}).values == {"d": kept}


@pytest.mark.parametrize(
    ("subtype", "bad"),
    [
        ("date", "2026-02-30"),
        ("date", "20260226"),
        ("date", "2026-W09-4"),
        ("date", "2026-02-26T08:30"),
        ("date", 20260226),
        ("time", "25:00"),
        ("time", "08:30+08:00"),
        ("datetime", "2026-02-26T08:30Z"),
        ("datetime", "x" * 99),
    ],
)
def test_what_is_no_date_without_zone_is_refused(subtype: str, bad: Json) -> None:
    assert problems(form(day("d", subtype)), {"d": bad}) == [("FORM_TYPE", "d")]


def test_passed_dates_are_judged_by_the_day_of_the_act() -> None:
    schema = form({**day("d", "date"), "disallowPassedDates": True})

    assert problems(schema, {"d": "2026-03-01"}) == [("FORM_PASSED", "d")]
    assert fill(schema, {"d": "2026-03-02"}).values == {"d": "2026-03-02"}
    with pytest.raises(ValueError, match="day of the act"):
        validate(
            compiled(schema), {"d": "2026-03-02"}, variables={}, lists={}, evaluate=FEEL, on=None
        )


def test_a_required_box_must_be_ticked_and_an_unanswered_one_is_false() -> None:
    box = {"type": "checkbox", "key": "ok", "label": "确认"}

    assert fill(form(box), {}).values == {"ok": False}
    assert problems(form({**box, "validate": {"required": True}}), {"ok": False}) == [
        ("FORM_REQUIRED", "ok")
    ]
    assert problems(form(box), {"ok": "yes"}) == [("FORM_TYPE", "ok")]


def test_options_come_from_the_pack_and_never_from_the_request() -> None:
    one = {"type": "select", "key": "s", "label": "情形", "valuesKey": "list_situations"}
    many = {"type": "checklist", "key": "m", "label": "情形", "valuesKey": "list_situations"}
    schema = form(one, many)

    assert fill(schema, {"s": "NY01", "m": ["NY02", "NY01"]}).values == {
        "s": "NY01",
        "m": ["NY02", "NY01"],
    }
    assert problems(schema, {"s": "NY99", "m": ["NY01", "NY99"]}) == [
        ("FORM_OPTION", "s"),
        ("FORM_OPTION", "m"),
    ]
    assert problems(schema, {"s": "NY03"}) == [("FORM_OPTION", "s")]
    assert problems(schema, {"m": ["NY01", "NY01"]}) == [("FORM_TYPE", "m")]
    assert problems(schema, {"m": "NY01"}) == [("FORM_TYPE", "m")]


def test_options_of_the_form_of_the_case_and_of_an_expression() -> None:
    schema = form(
        {
            "type": "radio",
            "key": "fixed",
            "label": "一",
            "values": [{"label": "是", "value": True}, {"label": "一", "value": "1"}],
        },
        {"type": "select", "key": "given", "label": "二", "valuesKey": "organs"},
        {"type": "select", "key": "computed", "label": "三", "valuesExpression": "=organs"},
    )
    organs = [{"label": "审计局", "value": "audit"}, {"label": "信访局", "value": "petition"}]

    kept = fill(schema, {"fixed": True, "given": "audit", "computed": "petition"}, organs=organs)
    assert kept.values == {"fixed": True, "given": "audit", "computed": "petition"}
    assert problems(schema, {"fixed": 1, "given": "x", "computed": "y"}, organs=organs) == [
        ("FORM_OPTION", "fixed"),
        ("FORM_OPTION", "given"),
        ("FORM_OPTION", "computed"),
    ]
    assert problems(schema, {"given": "audit"}, organs=None) == [("FORM_OPTION", "given")]


def test_a_hidden_field_is_dropped_and_asks_nothing() -> None:
    schema = form(
        text("origin", "来源", required=True),
        hide('=origin = "self"', text("organ", "机关", required=True)),
    )

    kept = fill(schema, {"origin": "self", "organ": "x"})

    assert kept.values == {"origin": "self"}
    assert kept.hidden == ("organ",)
    assert problems(schema, {"origin": "other"}) == [("FORM_REQUIRED", "organ")]


def test_what_the_case_knew_is_withdrawn_with_a_hidden_field_unless_it_is_locked() -> None:
    test = '=kind = "person"'
    schema = form(
        text("kind", "类别"),
        hide(test, text("organ", "机关")),
        hide(test, {**text("shown", "所示"), "disabled": True}),
        hide(test, {**text("asked", "所问"), "readonly": test}),
    )

    kept = fill(schema, {"kind": "person"}, organ="甲", shown="乙", asked="丙")

    assert kept.hidden == ("asked", "organ", "shown")
    assert kept.withdrawn == ("organ",)
    assert kept.values == {"kind": "person"}


def test_a_wrong_type_in_a_hidden_field_does_not_matter() -> None:
    schema = form(text("origin", "来源"), hide('=origin = "self"', number("n")))

    assert fill(schema, {"origin": "self", "n": "五"}).values == {"origin": "self"}
    assert problems(schema, {"origin": "x", "n": "五"}) == [("FORM_TYPE", "n")]


def test_what_is_hidden_reads_as_null_for_others() -> None:
    schema = form(
        text("a", "甲"),
        hide("=a = null", text("b", "乙")),
        hide("=b = null", text("c", "丙", required=True)),
    )

    kept = fill(schema, {"b": "stale"})

    assert kept.values == {"a": None}
    assert kept.hidden == ("b", "c")


def test_two_fields_that_hide_each_other_come_to_an_end() -> None:
    schema = form(hide("=b != null", text("a", "甲")), hide("=a != null", text("b", "乙")))

    kept = fill(schema, {"a": "1", "b": "2"})

    assert set(kept.values) | set(kept.hidden) == {"a", "b"}


def test_a_group_hides_everything_in_it_with_or_without_a_path() -> None:
    inner = text("organ", "机关", required=True)
    schema = form(
        text("origin", "来源"),
        hide('=origin = "self"', group("", inner)),
        hide('=origin = "self"', group("box", inner)),
    )

    assert fill(schema, {"origin": "self"}).values == {"origin": "self"}
    assert problems(schema, {"origin": "x"}) == [
        ("FORM_REQUIRED", "organ"),
        ("FORM_REQUIRED", "box.organ"),
    ]


def test_a_condition_reads_the_case_and_the_groups_of_the_form() -> None:
    schema = form(
        group("box", text("kind", "种类")),
        hide('=box.kind = "unit" and managed_by = "city"', text("name", "姓名", required=True)),
    )

    assert fill(schema, {"box": {"kind": "unit"}}, managed_by="city").hidden == ("name",)
    assert problems(schema, {"box": {"kind": "unit"}}, managed_by="county") == [
        ("FORM_REQUIRED", "name")
    ]


def test_every_row_of_a_list_is_judged_by_itself() -> None:
    schema = form(
        rows(
            "members",
            text("name", "姓名", required=True),
            hide('=this.name = "甲"', text("why", "理由", required=True)),
            minItems=1,
        )
    )

    kept = fill(schema, {"members": [{"name": "甲", "why": "多余"}, {"name": "乙", "why": "有"}]})
    assert kept.values == {"members": [{"name": "甲"}, {"name": "乙", "why": "有"}]}
    assert kept.hidden == ("members[0].why",)
    assert problems(schema, {"members": [{"name": "甲"}, {"name": "乙"}, {}]}) == [
        ("FORM_REQUIRED", "members[1].why"),
        ("FORM_REQUIRED", "members[2].name"),
        ("FORM_REQUIRED", "members[2].why"),
    ]
    assert problems(schema, {"members": []}) == [("FORM_MIN_ITEMS", "members")]


def test_a_row_knows_its_number_and_what_is_around_it() -> None:
    schema = form(
        text("chair", "主持人"),
        rows("members", hide("=i[1] = 1 or parent.chair = null", text("why", "理由"))),
    )

    kept = fill(schema, {"chair": "甲", "members": [{"why": "一"}, {"why": "二"}]})

    assert kept.values["members"] == [{}, {"why": "二"}]


@pytest.mark.parametrize("bad", [{}, "x", [5], ["x"], [None], [[]]])
def test_rows_that_are_none_are_refused(bad: Json) -> None:
    schema = form(rows("members", text("name", "姓名")))

    assert {code for code, _field in problems(schema, {"members": bad})} == {"FORM_TYPE"}


def test_more_than_200_rows_are_refused() -> None:
    schema = form(rows("members", text("name", "姓名")))
    row = {"name": "x"}

    assert len(fill(schema, {"members": [row] * 200}).values["members"]) == 200
    assert problems(schema, {"members": [row] * 201}) == [("FORM_TYPE", "members")]


def test_a_list_may_limit_its_rows() -> None:
    schema = form(rows("members", text("name", "姓名"), maxItems=1))

    assert problems(schema, {"members": [{}, {}]}) == [("FORM_MAX_ITEMS", "members")]


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"nope": 1}, "nope"),
        ({"box": {"nope": 1}}, "box.nope"),
        ({"members": [{"nope": 1}]}, "members[0].nope"),
    ],
)
def test_an_unknown_field_is_refused_at_every_depth(answers: dict[str, Json], field: str) -> None:
    schema = form(group("box", text("a", "甲")), rows("members", text("name", "姓名")))

    assert problems(schema, answers) == [("FORM_UNKNOWN_FIELD", field)]


@pytest.mark.parametrize("lock", [{"readonly": True}, {"disabled": True}, {"readonly": "=closed"}])
def test_a_locked_field_may_come_back_unchanged_only(lock: dict[str, Json]) -> None:
    schema = form({**text("a", "甲", required=True), **lock})

    for answers in ({}, {"a": "原文"}):
        assert fill(schema, answers, a="原文", closed=True).values == {"a": "原文"}
    assert problems(schema, {"a": "改"}, a="原文", closed=True) == [("FORM_READ_ONLY", "a")]


def test_a_field_is_open_while_its_lock_does_not_hold() -> None:
    schema = form({**text("a", "甲"), "readonly": "=closed"})

    assert fill(schema, {"a": "改"}, a="原文", closed=False).values == {"a": "改"}


def test_a_default_stands_in_for_what_was_not_sent_and_not_for_what_was_emptied() -> None:
    schema = form({**text("a", "甲"), "defaultValue": "默认"})

    assert fill(schema, {}).values == {"a": "默认"}
    assert fill(schema, {"a": None}).values == {"a": None}
    assert fill(schema, {}, a="已有").values == {"a": None}


def test_a_computed_field_is_computed_here_whatever_was_sent() -> None:
    schema = form(
        number("loss"),
        number("recovered"),
        {"type": "expression", "key": "rest", "expression": "=loss - recovered"},
        {"type": "expression", "key": "half", "expression": "=rest / 2"},
        hide("=rest = 0", text("why", "理由", required=True)),
    )

    assert fill(schema, {"loss": 9, "recovered": 9, "rest": 777}).values == {
        "loss": 9,
        "recovered": 9,
        "rest": 0,
        "half": 0,
    }
    assert problems(schema, {"loss": 9, "recovered": 1}) == [("FORM_REQUIRED", "why")]
    assert fill(schema, {"why": "x"}).values["rest"] is None


def test_people_and_units_are_named_for_whoever_knows_whether_they_exist() -> None:
    who = {**text("person", "人员"), "properties": {"kind": "person"}}
    schema = form(
        {**text("unit", "单位"), "properties": {"kind": "unit"}}, rows("members", who), who
    )

    kept = fill(schema, {"unit": "u1", "members": [{"person": "p1"}, {"person": None}]})

    assert kept.named == (Named("unit", "u1", "unit"), Named("person", "p1", "members[0].person"))


def test_file_references_are_a_list_of_texts() -> None:
    schema = form({"type": "filepicker", "key": "papers", "label": "材料", "multiple": True})

    assert fill(schema, {"papers": ["id1", "id2"]}).values == {"papers": ["id1", "id2"]}
    assert fill(schema, {}).values == {"papers": []}
    assert problems(schema, {"papers": [{"x": 1}]}) == [("FORM_TYPE", "papers")]


@pytest.mark.parametrize("key", ["typename", "__proto__", "constructor"])
def test_keys_that_are_no_data_are_refused_at_any_depth(key: str) -> None:
    schema = form(rows("members", text("name", "姓名")))

    with pytest.raises(Invalid, match="不允许的键"):
        fill(schema, {"members": [{"name": "x", key: "y"}]})
    with pytest.raises(Invalid, match="不允许的键"):
        fill(schema, {key: "y"})


def test_answers_that_are_too_large_too_deep_or_no_data_are_refused() -> None:
    schema = form({**text("a", "甲"), "type": "textarea"})
    deep: Json = "x"
    for _level in range(40):
        deep = [deep]

    for answers in (
        {"a": "长" * MAX_ANSWERS},
        {"a": deep},
        {"a": object()},
        {"a": "\ud800"},
        {"a": {1, 2}},
    ):
        with pytest.raises(Invalid):
            fill(schema, answers)


def test_all_problems_come_at_once_each_with_sentence_and_fix() -> None:
    schema = form(
        text("a", "甲", required=True), number("n", max=5), rows("members", text("b", "乙"))
    )

    with pytest.raises(Invalid, match="4处问题") as refused:
        fill(schema, {"n": 6, "zzz": 1, "members": [{"b": 5}]})

    assert {(it.code, it.field) for it in refused.value.findings} == {
        ("FORM_REQUIRED", "a"),
        ("FORM_MAX", "n"),
        ("FORM_UNKNOWN_FIELD", "zzz"),
        ("FORM_TYPE", "members[0].b"),
    }
    assert all(it.message and it.fix for it in refused.value.findings)


@settings(max_examples=25, deadline=None)
@given(
    answers=st.dictionaries(
        st.sampled_from(["a", "n", "ok", "s", "m", "members", "d", "zzz"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.floats(),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["name", "x"]), inner, max_size=2)
            ),
            max_leaves=6,
        ),
        max_size=6,
    )
)
def test_whatever_is_sent_is_refused_as_invalid_or_kept_as_known_fields(
    answers: dict[str, Json],
) -> None:
    schema = form(
        text("a", "甲"),
        number("n"),
        {"type": "checkbox", "key": "ok", "label": "是否"},
        {"type": "select", "key": "s", "label": "情形", "valuesKey": "list_situations"},
        {"type": "taglist", "key": "m", "label": "情形", "valuesKey": "list_situations"},
        hide("=ok", rows("members", text("name", "姓名"))),
        day("d", "date"),
    )

    try:
        kept = fill(schema, answers)
    except Invalid:
        return
    assert set(kept.values) | set(kept.hidden) == {"a", "n", "ok", "s", "m", "members", "d"}
    # what was kept is accepted again, unchanged
    assert fill(schema, dict(kept.values)).values == kept.values


def test_hidden_empty_rows_are_dropped_with_the_hidden_answer_they_hang_on() -> None:
    schema = form(
        text("outcome", "结论"),
        hide('=outcome != "granted"', text("linked", "有无关联")),
        hide('=not(outcome = "granted" and linked = "yes")', rows("matters", text("name", "名称"))),
    )

    kept = fill(schema, {"outcome": "refused", "linked": "no", "matters": []})

    assert kept.values == {"outcome": "refused"}


def fill(schema: dict[str, Any], answers: Mapping[str, Json], **variables: Json) -> Answers:
    return validate(
        compiled(schema),
        answers,
        variables=variables,
        lists=LISTS,
        evaluate=FEEL,
        on=date(2026, 3, 2),
    )


def problems(
    schema: dict[str, Any], answers: Mapping[str, Json], **variables: Json
) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        fill(schema, answers, **variables)
    return [(found.code, found.field) for found in refused.value.findings]


def form(*components: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "default", "schemaVersion": 18, "components": list(components)}


def text(key: str, label: str, **limits: Json) -> dict[str, Any]:
    return {"type": "textfield", "key": key, "label": label, "validate": limits}


def number(key: str, **limits: Json) -> dict[str, Any]:
    return {"type": "number", "key": key, "label": "数", "validate": limits}


def day(key: str, subtype: str) -> dict[str, Any]:
    return {"type": "datetime", "subtype": subtype, "key": key, "dateLabel": "日期"}


def hide(condition: str, component: dict[str, Any]) -> dict[str, Any]:
    return {**component, "conditional": {"hide": condition}}


def group(path: str, *components: dict[str, Any]) -> dict[str, Any]:
    found = {"type": "group", "label": "组", "components": list(components)}
    return {**found, "path": path} if path else found


def rows(path: str, *components: dict[str, Any], **limits: Json) -> dict[str, Any]:
    return {
        "type": "dynamiclist",
        "path": path,
        "label": "名单",
        "components": list(components),
        "validate": limits,
    }
