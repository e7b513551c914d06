"""What may be published as a form: one bad schema per rule, and the packs' own forms."""

import json
from pathlib import Path
from typing import Any

import pytest

from server.adapters import packs
from server.domain.findings import Finding, Severity
from server.domain.packs import Basis, CodeList, Item
from server.engine.feel import Feel
from server.forms.checks import MAX_FORM, check
from server.forms.compiler import fields

ROOT = Path(__file__).parents[2]
FEEL = Feel()
LISTS = {
    "situations": CodeList(
        key="situations",
        title="容错情形",
        basis=Basis(source="measures"),
        items=(Item(code="NY01", text="情形一"),),
    )
}
TEXT: dict[str, Any] = {"type": "textfield", "id": "f1", "key": "opinion", "label": "意见"}


def test_a_sound_form_has_no_findings() -> None:
    assert (
        findings(
            {"type": "text", "id": "t", "text": "说明：{{origin}}"},
            TEXT,
            {
                **TEXT,
                "key": "reason",
                "conditional": {"hide": '=opinion = "x" and managed_by = null'},
            },
            {
                "type": "dynamiclist",
                "id": "d",
                "path": "members",
                "label": "成员",
                "components": [{**TEXT, "key": "name", "conditional": {"hide": "=this.x = i[1]"}}],
            },
            {
                "type": "select",
                "id": "s",
                "key": "s",
                "label": "选",
                "valuesKey": "list_situations",
            },
        )
        == []
    )


@pytest.mark.parametrize(
    ("component", "code", "field"),
    [
        ({**TEXT, "type": "html", "content": "x"}, "FORM_COMPONENT_REFUSED", ""),
        ({**TEXT, "type": "iframe"}, "FORM_COMPONENT_REFUSED", ""),
        ({**TEXT, "type": "documentPreview"}, "FORM_COMPONENT_REFUSED", ""),
        ({**TEXT, "type": "richtext"}, "FORM_COMPONENT_UNKNOWN", ""),
        ({"key": "x"}, "FORM_COMPONENT_UNKNOWN", ""),
        ({**TEXT, "onclick": "x"}, "FORM_ATTRIBUTE", "onclick"),
        ({**TEXT, "validate": {"custom": "x"}}, "FORM_ATTRIBUTE", "validate.custom"),
        ({**TEXT, "validate": "x"}, "FORM_ATTRIBUTE", "validate"),
        ({**TEXT, "label": "意见<b>"}, "FORM_MARKUP", "label"),
        ({**TEXT, "label": "意见,理由"}, "FORM_HALF_WIDTH", "label"),
        ({**TEXT, "description": "见(一)"}, "FORM_HALF_WIDTH", "description"),
        ({"type": "image", "id": "i", "source": "https://x/y.png"}, "FORM_IMAGE", "source"),
        ({**TEXT, "key": "count"}, "FORM_KEY", "key"),
        ({**TEXT, "key": "not"}, "FORM_KEY", "key"),
        ({**TEXT, "key": "_x"}, "FORM_KEY", "key"),
        ({**TEXT, "key": "a-b"}, "FORM_KEY", "key"),
        ({**TEXT, "key": "a.b"}, "FORM_KEY", "key"),
        ({**TEXT, "key": "typename"}, "FORM_KEY", "key"),
        ({**TEXT, "key": "settings"}, "FORM_KEY", "key"),
        ({**TEXT, "key": "this"}, "FORM_KEY", "key"),
        ({**TEXT, "key": ""}, "FORM_KEY", "key"),
        (
            {**TEXT, "validate": {"validationType": "phone"}},
            "FORM_PHONE",
            "validate.validationType",
        ),
        ({**TEXT, "validate": {"pattern": "^1$"}}, "FORM_PATTERN_TEXT", "validate.pattern"),
        (
            {**TEXT, "validate": {"pattern": "(", "patternErrorMessage": "应填一"}},
            "FORM_PATTERN_INVALID",
            "validate.pattern",
        ),
        (
            {**TEXT, "validate": {"pattern": "^(a+)+$", "patternErrorMessage": "应填甲"}},
            "FORM_PATTERN_COSTLY",
            "validate.pattern",
        ),
        (
            {**TEXT, "validate": {"minLength": 5, "maxLength": 4}},
            "FORM_LIMITS",
            "validate.minLength",
        ),
        ({**TEXT, "properties": {"kind": "house"}}, "FORM_KIND", "properties.kind"),
        ({"type": "select", "key": "s", "label": "选"}, "FORM_OPTIONS", "values"),
        ({"type": "select", "key": "s", "label": "选", "values": []}, "FORM_OPTIONS", "values"),
        (
            {
                "type": "radio",
                "key": "s",
                "label": "选",
                "values": [{"label": "甲", "value": "1"}, {"label": "乙", "value": "1"}],
            },
            "FORM_OPTIONS",
            "values",
        ),
        (
            {"type": "select", "key": "s", "label": "选", "valuesKey": "list_nope"},
            "FORM_LIST_UNKNOWN",
            "valuesKey",
        ),
        ({"type": "datetime", "key": "d", "subtype": "year"}, "FORM_SUBTYPE", "subtype"),
        (
            {"type": "datetime", "key": "d", "subtype": "time"},
            "FORM_TIME_ZONE",
            "timeSerializingFormat",
        ),
        ({**TEXT, "conditional": {"hide": "=a +"}}, "FORM_EXPRESSION", "conditional.hide"),
        ({**TEXT, "conditional": {"hide": "="}}, "FORM_EXPRESSION", "conditional.hide"),
        (
            {**TEXT, "conditional": {"hide": '=nope != "x"'}},
            "FORM_UNKNOWN_NAME",
            "conditional.hide",
        ),
        ({**TEXT, "validate": {"maxLength": "=nope"}}, "FORM_UNKNOWN_NAME", "validate.maxLength"),
        ({"type": "text", "text": "今天{{nope}}"}, "FORM_UNKNOWN_NAME", "text"),
        ({**TEXT, "conditional": {"hide": "=today() = null"}}, "FORM_CLOCK", "conditional.hide"),
        ({**TEXT, "readonly": "=now() = null"}, "FORM_CLOCK", "readonly"),
        (
            {"type": "expression", "key": "e", "expression": "=opinion + nope"},
            "FORM_UNKNOWN_NAME",
            "expression",
        ),
    ],
)
def test_a_fault_is_named_with_its_place(component: dict[str, Any], code: str, field: str) -> None:
    found = findings({**TEXT, "id": "f0"} if component.get("key") == "e" else {}, component)

    assert (code, field) in {(it.code, it.field) for it in found}
    assert all(it.message and it.fix and it.file == "x.form.json" for it in found)


def test_half_width_punctuation_is_a_warning_and_everything_else_an_error() -> None:
    assert [it.severity for it in findings({**TEXT, "label": "意见:"})] == [Severity.WARNING]
    assert findings({**TEXT, "label": "意见：", "description": "08:30, a (b)"}) == []


def test_a_key_is_used_once_per_level() -> None:
    inner = {"type": "group", "id": "g", "components": [TEXT]}

    assert [it.code for it in findings(TEXT, inner)] == ["FORM_KEY_TWICE"]
    assert findings(TEXT, {**inner, "path": "box", "label": "组"}) == []


def test_an_attribute_of_the_form_itself_that_is_not_known_is_refused() -> None:
    found = run({"type": "default", "components": [TEXT], "script": "x"})

    assert [(it.code, it.field) for it in found] == [("FORM_ATTRIBUTE", "script")]
    assert [it.code for it in run({"type": "other", "components": [TEXT]})] == ["FORM_TYPE_UNKNOWN"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"components": {}}', '{"标题"'.encode("gb18030"), b" " * (MAX_FORM + 1)],
)
def test_what_is_no_form_is_refused_with_one_finding(content: bytes) -> None:
    found = check("x.form.json", content, lists={}, variables=(), evaluate=FEEL)

    assert [it.code for it in found] == ["FORM_UNREADABLE"]


def test_a_form_nested_or_filled_without_end_is_refused() -> None:
    deep = TEXT
    for _level in range(30):
        deep = {"type": "group", "id": "g", "label": "组", "components": [deep]}

    assert "FORM_NESTED" in {it.code for it in findings(deep)}
    for _level in range(200):
        deep = {"type": "group", "id": "g", "label": "组", "components": [deep]}
    assert [it.code for it in findings(deep)] == ["FORM_UNREADABLE"]
    many = [{"type": "separator", "id": f"s{n}"} for n in range(501)]
    assert "FORM_TOO_LARGE" in {it.code for it in findings(*many)}


@pytest.mark.parametrize("pack_key", ["nanyang", "chuzhou"])
def test_the_forms_of_the_packs_are_sound(pack_key: str) -> None:
    pack, problems = packs.parse(packs.read_folder(ROOT / "processes" / pack_key))
    assert pack is not None, problems
    files = sorted((ROOT / "forms" / pack_key).glob("*.form.json"))
    keys = {
        each.key for file in files for each in fields(json.loads(file.read_text(encoding="utf-8")))
    }

    assert len(files) > 10
    for file in files:
        found = check(
            file.name,
            file.read_bytes(),
            lists=pack.lists,
            variables=keys | {"settings"},
            evaluate=FEEL,
        )
        assert found == []


def findings(*components: dict[str, Any]) -> list[Finding]:
    return run({"type": "default", "components": [it for it in components if it]})


def run(schema: dict[str, Any]) -> list[Finding]:
    return check(
        "x.form.json",
        json.dumps(schema, ensure_ascii=False).encode(),
        lists=LISTS,
        variables=frozenset({"managed_by", "origin"}),
        evaluate=FEEL,
    )
