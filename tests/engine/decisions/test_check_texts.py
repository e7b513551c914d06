import pytest

from server.engine.dmn_check import check
from tests.factories import dmn


def found(*parts: str) -> list[tuple[str, str]]:
    return [(each.code, each.element) for each in check({"a": dmn.model(*parts)})]


def test_names_bound_by_boxes_are_known_inside_them_only() -> None:
    body = (
        '<context><contextEntry><variable name="m"/>'
        + dmn.literal("1")
        + '</contextEntry><contextEntry><variable name="n"/>'
        + dmn.literal("m + later", "early")
        + '</contextEntry><contextEntry><variable name="later"/>'
        + dmn.literal("n")
        + "</contextEntry></context>"
    )
    assert found(dmn.decision("d", body)) == [("DMN_UNKNOWN_NAME", "early")]


def test_loops_filters_and_functions_bind_their_names() -> None:
    loop = (
        f'<for iteratorVariable="i"><in>{dmn.literal("[1]")}</in>'
        f"<return>{dmn.literal('i + count(partial)')}</return></for>"
    )
    match = (
        f"<filter><in>{dmn.literal('[1]')}</in><match>{dmn.literal('item > 1')}</match></filter>"
    )
    called = dmn.decision("c", dmn.literal("k(1)"), needs=["k_k"])
    knowledge = dmn.knowledge("k", [("p", "number")], dmn.literal("p + 1"))
    assert found(dmn.decision("a", loop), dmn.decision("b", match), knowledge, called) == []


def test_a_name_that_is_not_required_is_unknown_though_it_is_in_the_file() -> None:
    parts = [dmn.input_data("x", "string"), dmn.decision("d", dmn.literal("x", "text"))]
    assert found(*parts) == [("DMN_UNKNOWN_NAME", "text")]


def test_names_behind_if_and_and_are_found() -> None:
    text = "if false then hidden else (false and other > 1)"
    assert found(dmn.decision("d", dmn.literal(text, "text"))) == [("DMN_UNKNOWN_NAME", "text")] * 2


def test_code_and_other_languages_are_refused() -> None:
    java = f'<functionDefinition id="f" kind="Java">{dmn.literal("1")}</functionDefinition>'
    groovy = dmn.literal("1", "g").replace("<literalExpression", _LANGUAGE)
    assert found(dmn.decision("d", java)) == [("DMN_UNSUPPORTED", "f")]
    assert found(dmn.decision("d", groovy)) == [("DMN_UNSUPPORTED", "g")]
    assert found(dmn.decision("d", '<mystery id="m"/>')) == [("DMN_UNSUPPORTED", "m")]


_LANGUAGE = '<literalExpression expressionLanguage="groovy"'


@pytest.mark.parametrize(
    "text", ["1234567890123456", "1e9", "{f: function(n) f(n)}.f(1)", "(" * 41 + "1" + ")" * 41]
)
def test_what_would_be_untrue_endless_or_too_costly_is_refused(text: str) -> None:
    assert found(dmn.decision("d", dmn.literal(text, "text"))) == [("DMN_SYNTAX", "text")]


def test_defaults_values_and_types_are_read_too() -> None:
    table = dmn.table([('"a"', "wrong +")], [("o", "also +", "unknown")], [("-", '"b"')])
    codes = found(dmn.decision("d", table))
    assert ("DMN_SYNTAX", "in1") in codes
    assert ("DMN_SYNTAX", "out1") in codes
    assert ("DMN_UNKNOWN_NAME", "out1") in codes
    item = dmn.item("t", base="nowhere", allowed='"a" +')
    typed = found(item, dmn.decision("d", dmn.literal("1"), kind="missing"))
    assert ("DMN_SYNTAX", "t_t") in typed
    assert ("DMN_UNKNOWN_TYPE", "t_t") in typed
    assert ("DMN_UNKNOWN_TYPE", "d") in typed
    shadowing = found(dmn.item("number"), dmn.decision("d", dmn.literal("1")))
    assert shadowing == [("DMN_TYPE_NAME", "t_number")]
