"""The summary of what is wrong: each line says which question it is about."""

from server.domain.expressions import Json
from server.domain.findings import Finding
from server.web.plain_forms.problems import problems

BASIS: dict[str, Json] = {"type": "textarea", "label": "依据"}
SCHEMA: dict[str, Json] = {
    "components": [
        {"type": "textfield", "key": "name", "label": "名称"},
        {
            "type": "group",
            "label": "动机",
            "components": [
                {"type": "radio", "key": "first", "label": "出于公心"},
                {**BASIS, "key": "first_basis"},
                {"type": "radio", "key": "second", "label": "无心之失"},
                {**BASIS, "key": "second_basis"},
            ],
        },
        {
            "type": "dynamiclist",
            "path": "found",
            "label": "情形",
            "components": [
                {"type": "select", "key": "which", "label": "哪一种"},
                {**BASIS, "key": "basis"},
            ],
        },
    ]
}


def test_a_label_that_occurs_again_is_told_with_the_question_before_it() -> None:
    said = lines("name", "first_basis", "second_basis")

    assert said == ["请填写", "出于公心：请填写", "无心之失：请填写"]


def test_in_a_list_the_row_is_told_too() -> None:
    assert lines("found[1].basis", "found[0].which") == [
        "第2项：哪一种：请填写",
        "第1项：请填写",
    ]


def test_what_is_about_no_field_stands_as_it_is() -> None:
    finding = Finding(code="START", message="不能启动")

    assert problems(SCHEMA, [finding]) == [("", "不能启动")]


def lines(*places: str) -> list[str]:
    findings = [Finding(code="REQUIRED", message="请填写", field=place) for place in places]
    return [message for _id, message in problems(SCHEMA, findings)]
