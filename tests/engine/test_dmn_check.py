"""What is said about DMN files at publishing: all of it at once, each with its place."""

import pytest

from server.domain.findings import Finding, Severity
from server.engine.dmn_check import check
from tests.factories import dmn

LEVEL = dmn.item("tLevel", allowed='"county", "city"')
X = dmn.input_data("x", "tLevel")


def codes(*parts: str) -> list[str]:
    return [each.code for each in problems(*parts)]


def problems(*parts: str) -> list[Finding]:
    return check({"a.dmn": dmn.model(*parts)})


def test_a_good_file_has_no_problem() -> None:
    table = dmn.table(["x"], ["o"], [('"county"', '"a"'), ('"city"', '"b"')])
    assert problems(LEVEL, X, dmn.decision("d", table, needs=["i_x"])) == []


def test_all_problems_come_at_once_with_file_element_and_fix() -> None:
    table = dmn.table(["x", "y"], ["o"], [('"county" +', "1", '"a"'), ("zz", "1", "nope")])
    found = problems(X, dmn.decision("d", table, needs=["i_x"]))
    told = {(each.code, each.element) for each in found}
    assert ("DMN_SYNTAX", "r1c1") in told
    assert ("DMN_UNKNOWN_NAME", "r2c1") in told
    assert ("DMN_UNKNOWN_NAME", "r2c3") in told
    assert ("DMN_UNKNOWN_NAME", "in2") in told
    assert ("DMN_UNKNOWN_TYPE", "i_x") in told
    for each in found:
        assert each.file == "a.dmn"
        assert each.message
        assert each.fix


@pytest.mark.parametrize("content", [b"", b"<a/>", b"<!DOCTYPE a><a/>", b"\xff\xfe"])
def test_an_unreadable_file_is_a_problem_and_does_not_hide_the_others(content: bytes) -> None:
    good = dmn.model(dmn.decision("d", dmn.literal("nope")))
    found = check({"bad.dmn": content, "good.dmn": good})
    assert [(each.code, each.file) for each in found] == [
        ("DMN_UNREADABLE", "bad.dmn"),
        ("DMN_UNKNOWN_NAME", "good.dmn"),
    ]


def test_circles_are_named_at_each_decision_in_them() -> None:
    found = problems(
        dmn.decision("a", dmn.literal("b"), needs=["b"]),
        dmn.decision("b", dmn.literal("a"), needs=["a"]),
        dmn.decision("c", dmn.literal("a"), needs=["a"]),
    )
    assert {(each.code, each.element) for each in found} == {
        ("DMN_CYCLE", "a"),
        ("DMN_CYCLE", "b"),
    }


def test_a_requirement_that_leads_nowhere() -> None:
    assert codes(dmn.decision("a", dmn.literal("1"), needs=["b"])) == ["DMN_REFERENCE"]


def test_imports_are_of_decision_files_of_the_pack() -> None:
    other = dmn.model(dmn.decision("e", dmn.literal("1")), namespace="urn:other")
    user = dmn.model(
        dmn.decision("d", dmn.literal("o.e"), needs=["urn:other#e"]), imports=[("o", "urn:other")]
    )
    assert check({"a": user, "b": other}) == []
    missing = [each.code for each in check({"a": user})]
    assert missing == ["DMN_IMPORT", "DMN_REFERENCE"]
    foreign = user.replace(f'importType="{dmn.MODEL}"', 'importType="http://www.dmg.org/PMML-4_2"')
    assert "DMN_IMPORT" in [each.code for each in check({"a": foreign, "b": other})]
    unimported = dmn.model(dmn.decision("d", dmn.literal("1"), needs=["urn:other#e"]))
    assert [each.code for each in check({"a": unimported, "b": other})] == ["DMN_REFERENCE"]


def test_two_files_do_not_share_a_namespace_and_every_file_has_one() -> None:
    text = dmn.model(dmn.decision("d", dmn.literal("1")))
    assert [each.code for each in check({"a": text, "b": text})] == ["DMN_NAMESPACE"]
    nameless = text.replace('namespace="urn:test"', 'namespace=""')
    assert [each.code for each in check({"a": nameless})] == ["DMN_NAMESPACE"]


def test_ids_are_unique_and_decisions_have_content() -> None:
    twice = dmn.decision("d", dmn.literal("1"))
    assert codes(twice, twice) == ["DMN_DUPLICATE_ID"]
    assert codes(dmn.decision("d", "")) == ["DMN_NO_LOGIC"]
    only_input = problems(dmn.input_data("x", "string"))
    assert [(each.code, each.severity) for each in only_input] == [
        ("DMN_NO_DECISION", Severity.WARNING)
    ]


@pytest.mark.parametrize("name", ["count", "today", "a b", "a-b", "_a", "1a", "typename", "item"])
def test_names_that_shadow_or_cannot_be_read_are_refused(name: str) -> None:
    text = dmn.decision("d", dmn.literal("1")).replace(
        '<variable name="d"/>', f'<variable name="{name}"/>'
    )
    assert codes(text) == ["DMN_NAME"]


def test_labels_may_be_anything() -> None:
    assert codes(dmn.decision("d", dmn.literal("1"), label="管辖 (按干部管理权限)")) == []


def test_the_deepest_graph_passes_and_a_deeper_one_does_not() -> None:
    def chain(count: int) -> list[str]:
        last = count - 1
        return [
            dmn.decision(f"d{n}", dmn.literal("1"), needs=[f"d{n + 1}"] if n < last else [])
            for n in range(count)
        ]

    assert codes(*chain(11)) == []
    found = problems(*chain(12))
    assert [(each.code, each.element) for each in found] == [("DMN_DEEP", "d0")]
