"""Decisions as the engine and the command line ask for them (ENGINE 5b, 2c rows 15 to 20)."""

import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.errors import DecisionFailed, ExpressionFailed
from server.engine.dmn import Decisions, evaluate, parsed
from server.engine.feel import Feel
from server.engine.isolate import Isolate, shared
from tests.factories import dmn

NOW = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
LEVELS = [('"county"', '"a"'), ('"city","county"', '"b"'), ("-", '"c"')]


def tabled(*args: Any, kind: str = "", **kwargs: Any) -> str:
    """A file with input ``x`` and the decision ``d``, a table over ``x``."""
    needs = ["i_x"]
    return dmn.model(
        dmn.input_data("x"), dmn.decision("d", dmn.table(*args, **kwargs), needs=needs, kind=kind)
    )


def ask(policy: str, x: object, rules: list[tuple[str, str]] = LEVELS, **kwargs: Any) -> object:
    output = kwargs.pop("output", "o")
    return evaluate(tabled(["x"], [output], rules, policy, **kwargs), "d", {"x": x})


def test_unique_takes_the_only_row() -> None:
    rules = [('"county"', '"a"'), ('"city"', '"b"')]
    assert ask("UNIQUE", "city", rules) == "b"


def test_unique_with_two_rows_is_an_error_that_names_them() -> None:
    with pytest.raises(DecisionFailed) as refused:
        ask("UNIQUE", "county")
    assert "第1行、第2行、第3行" in refused.value.message
    assert refused.value.detail == "r1, r2, r3"
    assert refused.value.element == "d"


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("FIRST", "a"),
        ("RULE ORDER", ["a", "b", "c"]),
        ("COLLECT", ["a", "b", "c"]),
        ("PRIORITY", "c"),
        ("OUTPUT ORDER", ["c", "b", "a"]),
    ],
)
def test_every_policy_takes_its_rows(policy: str, expected: object) -> None:
    output = ("o", '"c", "b", "a"', "")
    assert ask(policy, "county", output=output) == expected


def test_any_takes_equal_answers_and_refuses_different_ones() -> None:
    assert ask("ANY", "county", [('"county"', '"a"'), ("-", '"a"')]) == "a"
    with pytest.raises(DecisionFailed, match="第1行、第2行"):
        ask("ANY", "county", [('"county"', '"a"'), ("-", '"b"')])


def test_priority_of_several_outputs_goes_from_left_to_right() -> None:
    outputs = [("o", '"high", "low"', ""), ("p", "1, 2", "")]
    rules = [("-", '"low"', "1"), ("-", '"high"', "2"), ("-", '"high"', "1")]
    assert evaluate(tabled(["x"], outputs, rules, "PRIORITY"), "d", {}) == {"o": "high", "p": 1}
    ordered = evaluate(tabled(["x"], outputs, rules, "OUTPUT ORDER"), "d", {})
    assert [(each["o"], each["p"]) for each in ordered] == [("high", 1), ("high", 2), ("low", 1)]


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [("SUM", 0.6), ("MIN", 0.1), ("MAX", 0.3), ("COUNT", 3), ("", [0.1, 0.2, 0.3])],
)
def test_collect_aggregates_exactly(aggregation: str, expected: object) -> None:
    rules = [("-", "0.1"), ("-", "0.2"), ("-", "0.3")]
    assert ask("COLLECT", 1, rules, aggregation=aggregation) == expected


@settings(max_examples=30, deadline=None)
@given(st.lists(st.decimals("-9999", "9999", places=4), min_size=1, max_size=8))
def test_sums_are_those_of_decimals(numbers: list[Decimal]) -> None:
    rules = [("-", str(number)) for number in numbers]
    assert ask("COLLECT", 1, rules, aggregation="SUM") == float(sum(numbers))


def test_what_cannot_be_summed_is_an_error() -> None:
    with pytest.raises(DecisionFailed, match="不都是数字"):
        ask("COLLECT", 1, [("-", "1"), ("-", '"a"')], aggregation="SUM")


@pytest.mark.parametrize(
    ("policy", "aggregation", "expected"),
    [
        ("UNIQUE", "", None),
        ("ANY", "", None),
        ("FIRST", "", None),
        ("PRIORITY", "", None),
        ("OUTPUT ORDER", "", None),
        ("RULE ORDER", "", None),
        ("COLLECT", "", None),
        ("COLLECT", "SUM", None),
        ("COLLECT", "MIN", None),
        ("COLLECT", "MAX", None),
        ("COLLECT", "COUNT", 0),
    ],
)
def test_without_a_row_the_result_is_null(policy: str, aggregation: str, expected: object) -> None:
    assert ask(policy, "none", [('"a"', "1")], aggregation=aggregation) is expected or expected == 0


def test_without_a_row_the_default_is_taken() -> None:
    assert ask("UNIQUE", "none", [('"a"', '"x"')], output=("o", "", '"other"')) == "other"
    outputs = [("o", "", '"other"'), ("p", "", "")]
    text = tabled(["x"], outputs, [('"a"', '"x"', "1")])
    assert evaluate(text, "d", {"x": "none"}) == {"o": "other", "p": None}


def test_an_unknown_policy_is_refused() -> None:
    with pytest.raises(DecisionFailed, match="命中策略"):
        ask("BEST", "county")


@pytest.mark.parametrize(
    ("cell", "passing", "failing"),
    [
        ("1,2,3", [1, 2, 3], [4, None, "1"]),
        ('"a","b"', ["a", "b"], ["c", None, 1]),
        ("not(2)", [1, 3], [2]),
        ("[1..5]", [1, 5, 2.5], [0, 6]),
        ("]1..5[", [2], [1, 5]),
        ("true", [True], [False, None]),
        ("false", [False], [True, None]),
        ("> 3", [4], [3, None]),
        ("<= 3", [3, -1], [4, None]),
        ('not("a","b")', ["c"], ["a", "b"]),
        ("null", [None], ["x", 0]),
        ("not(null)", ["x", 0], [None]),
        ("", [None, 1, "x"], []),
        ("-", [None, 1, "x"], []),
        ("? > 2 and ? < 5", [3], [2, 5]),
        ("string length(?) > 2", ["abc"], ["ab"]),
    ],
)
def test_cells_are_unary_tests(cell: str, passing: list[Any], failing: list[Any]) -> None:
    rules = [(cell, '"hit"')]
    assert [ask("FIRST", x, rules) for x in passing] == ["hit"] * len(passing)
    assert [ask("FIRST", x, rules) for x in failing] == [None] * len(failing)


CELLS = st.one_of(
    st.sampled_from(["-", "", "true", "false", "null", "not(1)", 'not("a")', "[1..3]", "1..3"]),
    st.builds(" {} {}".format, st.sampled_from(["<", "<=", ">", ">="]), st.integers(-3, 3)),
    st.lists(st.integers(-3, 3), min_size=1, max_size=3).map(lambda n: ", ".join(map(str, n))),
    st.lists(st.sampled_from(["a", "b", "", "申"]), min_size=1, max_size=3).map(
        lambda texts: ",".join(f'"{text}"' for text in texts)
    ),
)
INPUTS = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from(["a", "b", "", "申", "1", "true"])
)


@settings(max_examples=150, deadline=None)
@given(CELLS, INPUTS)
def test_plain_cells_are_read_as_the_library_reads_them(cell: str, x: object) -> None:
    expected = Feel().unary_tests([(cell, x)], {})[0].value is True
    assert (ask("FIRST", x, [(cell, "1")]) == 1) is expected


def test_a_cell_that_names_a_truth_value_means_equals_it() -> None:
    text = dmn.model(
        dmn.input_data("x", "boolean"),
        dmn.input_data("y", "boolean"),
        dmn.decision(
            "d",
            dmn.table(["x"], ["o"], [("y", '"same"'), ("not(y)", '"other"')]),
            needs=["i_x", "i_y"],
        ),
    )
    for x in (True, False):
        for y in (True, False):
            expected = "same" if x is y else "other"
            assert evaluate(text, "d", {"x": x, "y": y}) == expected


def test_decisions_feed_each_other_and_the_rows_that_hit_are_told() -> None:
    text = dmn.model(
        dmn.input_data("x", label="干部管理权限"),
        dmn.decision("level", dmn.table(["x"], ["o"], LEVELS, "FIRST"), needs=["i_x"]),
        dmn.decision(
            "organ",
            dmn.table(["level"], ["o"], [('"a"', '"one"'), ("-", '"two"')], "FIRST"),
            needs=["level"],
            label="有权机关",
        ),
        dmn.decision("unused", dmn.literal("1")),
    )
    decisions = Decisions({"routing.dmn": text})
    before = shared.calls
    made = decisions.decide("organ", {"x": "city", "other": 1}, now=NOW)
    assert (made.value, made.warnings) == ("two", ())
    assert made.hits == {"organ": ("r2",), "level": ("r2",)}
    assert decisions.decide("有权机关", {"干部管理权限": "county"}).value == "one"
    assert decisions.decide("organ", {"i_x": "county"}).value == "one"
    assert decisions.inputs_of("organ") == {"x"}
    assert shared.calls - before <= 4


def test_a_repeated_decision_is_one_call() -> None:
    decisions = Decisions({"a": tabled(["x"], ["o"], LEVELS, "FIRST")})
    decisions.decide("d", {"x": 1})
    before = shared.calls
    decisions.decide("d", {"x": "county"})
    assert shared.calls == before + 1


def test_a_new_isolate_is_told_the_model_again() -> None:
    isolate = Isolate()
    decisions = Decisions({"a": tabled(["x"], ["o"], LEVELS, "FIRST")}, isolate)
    assert decisions.decide("d", {"x": "city"}).value == "b"
    isolate.close()
    assert decisions.decide("d", {"x": "city"}).value == "b"
    isolate.close()


def test_every_decision_of_a_file_can_be_asked() -> None:
    text = dmn.model(dmn.decision("a", dmn.literal("1")), dmn.decision("b", dmn.literal("2")))
    assert (evaluate(text, "a", {}), evaluate(text, "b", {})) == (1, 2)


def test_knowledge_is_a_function_in_words_and_in_boxes() -> None:
    body = dmn.table(["level"], ["o"], [('"county"', "n + 1"), ("-", "n")], "FIRST")
    call = (
        "<invocation><literalExpression><text>fee</text></literalExpression>"
        '<binding><parameter name="level"/><literalExpression><text>x</text></literalExpression>'
        '</binding><binding><parameter name="n"/><literalExpression><text>10</text>'
        "</literalExpression></binding></invocation>"
    )
    text = dmn.model(
        dmn.input_data("x"),
        dmn.knowledge("fee", [("level", "string"), ("n", "number")], body),
        dmn.decision("boxed", call, needs=["i_x", "k_fee"]),
        dmn.decision("called", dmn.literal('fee(x, 1) + fee("a", 5)'), needs=["i_x", "k_fee"]),
        dmn.decision("wrong", dmn.literal("fee(1, 1)"), needs=["i_x", "k_fee"]),
        dmn.decision("short", dmn.literal("fee(x)"), needs=["i_x", "k_fee"]),
    )
    assert evaluate(text, "boxed", {"x": "county"}) == 11
    assert evaluate(text, "called", {"x": "county"}) == 7
    assert evaluate(text, "wrong", {"x": "county"}) is None
    assert evaluate(text, "short", {"x": "county"}) is None


def test_a_service_gives_its_outputs_and_sees_only_its_inputs() -> None:
    service = (
        '<decisionService id="s" name="s"><variable name="s"/><outputDecision href="#out"/>'
        '<encapsulatedDecision href="#mid"/><inputData href="#i_x"/></decisionService>'
    )
    text = dmn.model(
        dmn.input_data("x", "number"),
        dmn.input_data("y", "number"),
        dmn.decision("mid", dmn.literal("x * 2"), needs=["i_x"]),
        dmn.decision("out", dmn.literal("[mid, y]"), needs=["mid", "i_y"]),
        service,
    )
    assert evaluate(text, "s", {"x": 2, "y": 5}) == [4, None]
    assert evaluate(text, "out", {"x": 2, "y": 5}) == [4, 5]


def entry(name: str, body: str) -> str:
    variable = f'<variable name="{name}"/>' if name else ""
    return f"<contextEntry>{variable}{body}</contextEntry>"


def looped(kind: str, source: str, part: str, body: str) -> str:
    inside = f"<in>{dmn.literal(source)}</in><{part}>{dmn.literal(body)}</{part}>"
    return f'<{kind} iteratorVariable="i">{inside}</{kind}>'


ONE, TWO = dmn.literal("1"), dmn.literal("2")
PLUS = f'<functionDefinition><formalParameter name="k"/>{dmn.literal("k + x")}</functionDefinition>'
COLUMNS = '<column name="p"/><column name="q"/>'
FILTER = f"<in>{dmn.literal('[1, 5, 3]')}</in><match>{dmn.literal('item >= x')}</match>"
CHOICE = f"<if>{dmn.literal('x = 3')}</if><then>{ONE}</then><else>{TWO}</else>"
M = entry("m", ONE)
BOXES = [
    (f"<list>{ONE}{TWO}</list>", [1, 2]),
    (f"<relation>{COLUMNS}<row>{ONE}{TWO}</row></relation>", [{"p": 1, "q": 2}]),
    (f"<context>{M}{entry('n', dmn.literal('m + 1'))}</context>", {"m": 1, "n": 2}),
    (f"<context>{M}{entry('', dmn.literal('m + 5'))}</context>", 6),
    (f"<conditional>{CHOICE}</conditional>", 1),
    (f"<filter>{FILTER}</filter>", [5, 3]),
    (looped("for", "[1, 2]", "return", "i * x"), [3, 6]),
    (looped("for", "[1..3]", "return", "i + count(partial)"), [1, 3, 5]),
    (looped("some", "[1, 3]", "satisfies", "i = x"), True),
    (looped("every", "[1, 3]", "satisfies", "i = x"), False),
    (f'<invocation>{PLUS}<binding><parameter name="k"/>{TWO}</binding></invocation>', 5),
]


@pytest.mark.parametrize(("body", "expected"), BOXES)
def test_every_kind_of_box(body: str, expected: object) -> None:
    text = dmn.model(dmn.input_data("x", "number"), dmn.decision("d", body, needs=["i_x"]))
    assert evaluate(text, "d", {"x": 3}) == expected


def test_a_condition_that_is_no_truth_value_is_null_and_said() -> None:
    body = (
        "<conditional><if><literalExpression><text>1</text></literalExpression></if>"
        "<then>{0}</then><else>{0}</else></conditional>"
    ).replace("{0}", dmn.literal("2"))
    decisions = Decisions({"a": dmn.model(dmn.decision("d", body))})
    made = decisions.decide("d", {}, strict=False)
    assert made.value is None
    assert made.warnings
    with pytest.raises(ExpressionFailed):
        decisions.decide("d", {})


def test_imports_reach_other_files_of_the_pack_by_namespace() -> None:
    other = dmn.model(
        dmn.item("tLevel", allowed='"county", "city"'),
        dmn.input_data("x", "tLevel"),
        dmn.decision("base", dmn.literal("upper case(x)"), needs=["i_x"]),
        dmn.knowledge("twice", [("n", "number")], dmn.literal("n * 2")),
        namespace="urn:other",
    )
    text = dmn.model(
        dmn.decision("d", dmn.literal("o.base + string(o.twice(4))"), needs=NEEDS),
        imports=[("o", "urn:other")],
    )
    assert evaluate(text, "d", {"x": "county"}, others=[other]) == "COUNTY8"
    assert evaluate(text, "d", {"o": {"x": "city"}}, others=[other]) == "CITY8"
    with pytest.raises(DecisionFailed, match="不在本包"):
        evaluate(text, "d", {"x": "county"})


NEEDS = ["urn:other#base", "urn:other#k_twice"]


def test_declared_types_are_made_on_the_way_in() -> None:
    text = dmn.model(
        dmn.item("tAmount", "number"),
        dmn.item("tDates", "date", collection=True),
        dmn.input_data("on", "date"),
        dmn.input_data("amount", "tAmount"),
        dmn.input_data("many", "tDates"),
        dmn.decision(
            "d",
            dmn.literal('[on > date("2026-01-01"), amount > 3, many[1] + duration("P1D"), on]'),
            needs=["i_on", "i_amount", "i_many"],
        ),
    )
    given_as_text = {"on": "2026-02-01", "amount": "12.5", "many": ["2026-03-31"]}
    assert evaluate(text, "d", given_as_text) == [True, True, "2026-04-01", "2026-02-01"]
    as_python = {"on": date(2026, 2, 1), "amount": Decimal("12.5"), "many": (date(2026, 3, 31),)}
    assert evaluate(text, "d", as_python) == [True, True, "2026-04-01", "2026-02-01"]


def test_undeclared_dates_are_told_by_the_caller() -> None:
    text = dmn.model(
        dmn.input_data("on"), dmn.decision("d", dmn.literal("on.year"), needs=["i_on"])
    )
    decisions = Decisions({"a": text})
    assert decisions.decide("d", {"on": "2026-02-01"}, types={"on": "date"}).value == 2026
    assert evaluate(text, "d", {"on": datetime(2026, 2, 1, tzinfo=UTC)}) == 2026
    with pytest.raises(ExpressionFailed):
        decisions.decide("d", {"on": "tomorrow"}, types={"on": "date"})


def test_durations_and_contexts_may_be_given_as_python_values() -> None:
    text = dmn.model(dmn.input_data("x"), dmn.decision("d", dmn.literal("x"), needs=["i_x"]))
    assert evaluate(text, "d", {"x": timedelta(days=1, minutes=5)}) == "P1DT5M"
    assert evaluate(text, "d", {"x": {"@": ["date", "x"], "k": 1}}) == {"@": ["date", "x"], "k": 1}


@pytest.mark.parametrize(
    ("kind", "given_value", "expected"),
    [
        ("string", ["a"], "a"),
        ("tList", "a", ["a"]),
        ("tList", ["a", "b"], ["a", "b"]),
        ("string", 1, None),
        ("tList", [1], None),
        ("tLevel", "county", "county"),
        ("tLevel", "moon", None),
        ("number", True, None),
        ("boolean", "true", None),
        ("Any", {"a": [1]}, {"a": [1]}),
        ("dateTime", "2026-03-02T08:00:00+08:00", "2026-03-02T08:00:00+08:00"),
        ("unknown", 1, 1),
    ],
)
def test_coercion_and_allowed_values(kind: str, given_value: object, expected: object) -> None:
    text = dmn.model(
        dmn.item("tList", collection=True),
        dmn.item("tLevel", allowed='"county", "city"'),
        dmn.input_data("x", kind),
        dmn.decision("d", dmn.literal("x"), needs=["i_x"]),
    )
    decisions = Decisions({"a": text})
    made = decisions.decide("d", {"x": given_value}, strict=False)
    assert made.value == expected
    assert bool(made.warnings) is (expected is None)


def test_a_result_of_the_wrong_type_is_null_and_said() -> None:
    text = dmn.model(dmn.decision("d", dmn.literal('"a"'), kind="number"))
    assert evaluate(text, "d", {}) is None
    with pytest.raises(ExpressionFailed) as refused:
        Decisions({"a": text}).decide("d", {})
    assert "TYPE_MISMATCH" in refused.value.detail


def test_a_value_outside_the_column_is_null_and_said() -> None:
    text = tabled([("x", '"a", "b"')], ["o"], [("-", "1")])
    decisions = Decisions({"a": text})
    assert decisions.decide("d", {"x": "a"}).value == 1
    with pytest.raises(ExpressionFailed):
        decisions.decide("d", {"x": "c"})


def test_an_unknown_name_is_an_incident_for_the_engine_and_null_for_the_standard() -> None:
    text = dmn.model(dmn.decision("d", dmn.literal("{a: nope, b: 1}")))
    assert evaluate(text, "d", {}) == {"a": None, "b": 1}
    with pytest.raises(ExpressionFailed) as refused:
        Decisions({"a": text}).decide("d", {})
    assert "nope" not in refused.value.message
    assert "nope" in refused.value.detail


def test_missing_inputs_are_null() -> None:
    text = dmn.model(dmn.input_data("x"), dmn.decision("d", dmn.literal("x = null"), needs=["i_x"]))
    assert Decisions({"a": text}).decide("d", {}).value is True


def test_the_clock_is_the_callers() -> None:
    text = dmn.model(dmn.decision("d", dmn.literal("string(today())")))
    assert evaluate(text, "d", {}, now=datetime(2026, 3, 2, 16, 30, tzinfo=UTC)) == "2026-03-03"
    with pytest.raises(ExpressionFailed):
        Decisions({"a": text}).decide("d", {})


def test_code_of_other_languages_is_never_run() -> None:
    body = (
        '<functionDefinition kind="Java"><context><contextEntry><variable name="class"/>'
        + dmn.literal('"java.lang.Math"')
        + "</contextEntry></context></functionDefinition>"
    )
    text = dmn.model(dmn.decision("d", f"<invocation>{body}</invocation>"))
    assert evaluate(text, "d", {}) is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "不能读取"),
        (b"<definitions", "不能读取"),
        (b"\xff\xfe\x00", "不能读取"),
        ('<?xml version="1.0" encoding="UTF-7"?><a/>', "不是DMN"),
        (b'<?xml version="1.0" encoding="UTF-7"?><a/>', "编码"),
        ("<?xml version='1.0' encoding='UTF-8'?><é/>".encode("latin-1"), "编码"),
        (b'<!DOCTYPE d [<!ENTITY a "b">]><d>&a;</d>', "DOCTYPE"),
        (b'<!DOCTYPE d SYSTEM "http://127.0.0.1:1/x"><d/>', "DOCTYPE"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "不是DMN"),
    ],
)
def test_what_is_no_decision_file_is_refused_at_once(content: bytes | str, words: str) -> None:
    began = time.monotonic()
    with pytest.raises(DecisionFailed, match=words):
        evaluate(content, "d", {})
    assert time.monotonic() - began < 2
    assert Feel().values(["1"], {})[0].value == 1


def test_files_in_chinese_encodings_are_read() -> None:
    text = dmn.model(dmn.decision("d", dmn.literal('"容错"')))
    for encoding in ("gb18030", "utf-16", "utf-8-sig"):
        declared = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>{text}'
        assert evaluate(declared.encode(encoding), "d", {}) == "容错"
        assert evaluate(declared, "d", {}) == "容错"


def test_an_unknown_decision_a_circle_and_depth_are_refused() -> None:
    circle = dmn.model(
        dmn.decision("a", dmn.literal("b"), needs=["b"]),
        dmn.decision("b", dmn.literal("a"), needs=["a"]),
    )
    with pytest.raises(DecisionFailed, match="没有名为“nope”"):
        evaluate(circle, "nope", {})
    with pytest.raises(DecisionFailed, match="依赖于它自己"):
        evaluate(circle, "a", {})
    chain = [
        dmn.decision(f"d{n}", dmn.literal("1"), needs=[f"d{n + 1}"] if n < 11 else [])
        for n in range(12)
    ]
    with pytest.raises(DecisionFailed, match="超过10层"):
        evaluate(dmn.model(*chain), "d0", {})
    assert evaluate(dmn.model(*chain), "d1", {}) == 1


@pytest.mark.parametrize(
    "text",
    [
        "count(for a in 1..3000, b in 1..30000 return a * b)",
        'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "^(a+)+$")',
        "(" * 60 + "1" + ")" * 60,
        "1" + " + 1" * 1_000,
    ],
)
def test_an_endless_expression_is_refused_and_the_process_is_well(text: str) -> None:
    model = dmn.model(dmn.decision("d", dmn.literal(text)), dmn.decision("e", dmn.literal("2")))
    began = time.monotonic()
    with pytest.raises((DecisionFailed, ExpressionFailed)):
        evaluate(model, "d", {})
    assert time.monotonic() - began < 2
    assert evaluate(model, "e", {}) == 2


def test_the_largest_table_is_decided_inside_the_limit_and_a_larger_one_refused() -> None:
    rules = [(f'"v{n}"', f"> {n}", f'"r{n}"') for n in range(2_000)]

    def text(count: int) -> str:
        table = dmn.table(["x", "y"], ["o"], rules[:count])
        return dmn.model(
            dmn.input_data("x"),
            dmn.input_data("y"),
            dmn.decision("d", table, needs=["i_x", "i_y"]),
        )

    assert evaluate(text(2_000), "d", {"x": "v1999", "y": 3_000}) == "r1999"
    rules.append(("-", "-", '"last"'))
    with pytest.raises(DecisionFailed, match="2000"):
        evaluate(text(2_001), "d", {"x": "v1", "y": 1})


def test_a_file_is_parsed_once() -> None:
    text = dmn.model(dmn.decision("d", dmn.literal("1")))
    assert parsed((text,)) is parsed((text,))


def test_a_pack_without_decisions_is_no_error() -> None:
    decisions = Decisions({})
    with pytest.raises(DecisionFailed, match="没有名为"):
        decisions.decide("d", {})
