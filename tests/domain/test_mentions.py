"""Whom a remark calls."""

import pytest

from server.domain.mentions import Called, found

PEOPLE = (
    Called(id="1", name="张三", where="案件监督管理室 主任"),
    Called(id="2", name="张三丰", where="案件监督管理室 干部"),
    Called(id="3", name="李四", where="审查调查室 主任"),
    Called(id="4", name="李四", where="办公室 干部"),
    Called(id="5", name="买买提·吐尔逊", where="办公室 主任"),
)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("请@张三看一下", ("1",)),
        ("请@张三丰看一下，@张三也看", ("2", "1")),
        ("\uff20买买提·吐尔逊：见附件", ("5",)),
        ("寄到zhang@example.cn，抄@张三", ("1",)),
        ("没有提到谁", ()),
    ],
)
def test_a_name_after_the_sign_calls_whoever_has_it_the_longest_first(
    text: str, ids: tuple[str, ...]
) -> None:
    assert found(text, PEOPLE).ids == ids
    assert found(text, PEOPLE).problems == ()


def test_a_name_that_several_have_is_asked_back_until_one_is_picked() -> None:
    (problem,) = found("@李四 请看", PEOPLE).problems
    assert problem.code == "MENTION_AMBIGUOUS"
    assert "审查调查室 主任；办公室 干部" in problem.message
    settled = found("@李四 请看", PEOPLE, ["4"])
    assert (settled.ids, settled.problems) == (("4",), ())


def test_a_name_nobody_has_and_a_stranger_who_was_picked_are_told() -> None:
    unknown = found("@王五，请看", PEOPLE)
    assert [each.message for each in unknown.problems] == [
        "“@王五”不是办理本事项的人员，没有人会收到提醒"
    ]
    assert [each.code for each in found("请看", PEOPLE, ["9"]).problems] == ["MENTION_UNKNOWN"]
