"""Gaps and overlaps of decision tables, checked against a plain walk over every combination."""

from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.errors import DecisionFailed
from server.domain.findings import Finding, Severity
from server.engine.dmn import Decisions
from server.engine.dmn_check import check
from tests.factories import dmn

TYPES = (
    dmn.item("tKind", allowed='"person", "unit"'),
    dmn.item("tLevel", allowed='"county", "city", "province"'),
)
INPUTS = (
    dmn.input_data("kind", "tKind"),
    dmn.input_data("level", "tLevel"),
    dmn.input_data("party", "boolean"),
)
NEEDS = ["i_kind", "i_level", "i_party"]


def model(*args: Any) -> str:
    return dmn.model(*TYPES, *INPUTS, dmn.decision("d", dmn.table(*args), needs=NEEDS))


def found(*args: Any) -> list[Finding]:
    return check({"a": model(*args)})


def codes(*args: Any) -> list[str]:
    return [each.code for each in found(*args)]


def test_a_table_that_answers_everything_once_has_no_problem() -> None:
    rules = [
        ('"person"', '"county"', "-", "1"),
        ('"person"', 'not("county")', "true", "2"),
        ('"person"', 'not("county")', "false", "3"),
        ('"unit"', "-", "-", "4"),
    ]
    assert found(["kind", "level", "party"], ["o"], rules) == []


def test_a_gap_names_an_example() -> None:
    rules = [('"person"', "-", "1"), ('"unit"', '"county", "city"', "2")]
    (gap,) = found(["kind", "level"], ["o"], rules)
    assert (gap.code, gap.severity, gap.element) == ("DMN_GAP", Severity.ERROR, "t")
    assert "kind=unit，level=province" in gap.message


def test_an_overlap_names_the_rows_and_an_example() -> None:
    rules = [('"person"', "-", "1"), ("-", '"city"', "2"), ('"unit"', 'not("city")', "3")]
    (overlap,) = found(["kind", "level"], ["o"], rules)
    assert (overlap.code, overlap.severity) == ("DMN_OVERLAP", Severity.ERROR)
    assert "第1行、第2行" in overlap.message
    assert "kind=person，level=city" in overlap.message


def test_a_default_answer_is_no_gap() -> None:
    rules = [('"person"', "1")]
    assert codes(["kind"], ["o"], rules) == ["DMN_GAP"]
    assert codes(["kind"], [("o", "", "0")], rules) == []


def test_truth_values_are_an_enumeration() -> None:
    assert codes(["party"], ["o"], [("true", "1")]) == ["DMN_GAP"]
    assert codes(["party"], ["o"], [("true", "1"), ("false", "2")]) == []


def test_null_counts_where_it_is_listed_or_tested() -> None:
    rules = [('"person"', "1"), ('"unit"', "2")]
    assert codes(["kind"], ["o"], rules) == []
    assert codes(["kind"], ["o"], [*rules, ("null", "3")]) == []
    assert codes([("kind", '"person", "unit", null')], ["o"], rules) == ["DMN_GAP"]
    overlapping = [('"person", null', "1"), ('"unit"', "2"), ("null", "3")]
    assert "DMN_OVERLAP" in codes(["kind"], ["o"], overlapping)


def test_under_first_rows_may_overlap_but_not_hide_each_other() -> None:
    rules = [("-", "-", "1"), ('"person"', "-", "2")]
    (hidden,) = found(["kind", "level"], ["o"], rules, "FIRST")
    assert (hidden.code, hidden.severity, hidden.element) == (
        "DMN_NEVER_REACHED",
        Severity.WARNING,
        "r2",
    )
    assert codes(["kind", "level"], ["o"], rules[::-1], "FIRST") == []


def test_under_any_only_different_answers_are_an_overlap() -> None:
    same = [("-", '"a"'), ('"person"', '"a"')]
    assert codes(["kind"], ["o"], same, "ANY") == []
    assert codes(["kind"], ["o"], [("-", '"a"'), ('"person"', '"b"')], "ANY") == ["DMN_OVERLAP"]


def test_lists_of_answers_are_not_looked_at() -> None:
    rules = [('"person"', "1"), ('"person"', "2")]
    assert codes(["kind"], ["o"], rules, "COLLECT") == []
    assert codes(["kind"], ["o"], rules, "RULE ORDER") == []


def test_a_cell_outside_the_values_is_a_mistake() -> None:
    rules = [('"person"', "1"), ('"unti"', "2")]
    assert [(each.code, each.element) for each in found(["kind"], ["o"], rules)][:2] == [
        ("DMN_CELL_NEVER", "r2c1"),
        ("DMN_GAP", "t"),
    ]


def test_columns_without_listed_values_are_said_not_to_be_checked() -> None:
    parts = [dmn.input_data("x", "number")]
    table = dmn.table(["x"], ["o"], [("> 3", "1")])
    (info,) = check({"a": dmn.model(*parts, dmn.decision("d", table, needs=["i_x"]))})
    assert (info.code, info.severity) == ("DMN_NOT_ANALYSED", Severity.INFO)
    unused = dmn.table(["x"], ["o"], [("-", "1")])
    assert check({"a": dmn.model(*parts, dmn.decision("d", unused, needs=["i_x"]))}) == []


def test_a_cell_that_reads_another_variable_is_said_not_to_be_checked() -> None:
    rules = [('if party then "person" else "unit"', "1"), ("-", "2")]
    assert codes(["kind"], ["o"], rules, "FIRST") == ["DMN_NOT_ANALYSED"]


def test_the_answers_of_the_decision_before_are_values() -> None:
    first = dmn.table(["kind"], ["o"], [('"person"', '"a"'), ('"unit"', '"b"')])

    def text(*rules: tuple[str, str]) -> str:
        second = dmn.table(["first"], ["o"], rules)
        return dmn.model(
            *TYPES,
            *INPUTS,
            dmn.decision("first", first, needs=NEEDS),
            dmn.decision("second", second, needs=["first"]),
        )

    assert check({"a": text(('"a"', "1"), ('"b"', "2"))}) == []
    (gap,) = check({"a": text(('"a"', "1"))})
    assert "first=b" in gap.message


def test_many_gaps_are_counted_not_all_listed() -> None:
    values = ", ".join(f'"v{n}"' for n in range(60))
    columns = [("kind", values), ("level", values)]
    rules = [(f'"v{n}"', f'"v{n}"', "1") for n in range(60)]
    listed = found(columns, ["o"], rules)
    assert len(listed) == 21
    assert "还有" in listed[-1].message


def test_too_many_combinations_are_said_not_to_be_checked() -> None:
    columns = [(f"kind + {n}", ", ".join(f'"v{k}"' for k in range(12))) for n in range(8)]
    rules = [
        (*(f'"v{n}"' if place == column else "-" for place in range(8)), "1")
        for column in range(8)
        for n in range(12)
    ]
    assert codes(columns, ["o"], rules, "FIRST")[-1:] == ["DMN_NOT_ANALYSED"]


KINDS, LEVELS = ["person", "unit"], ["county", "city", "province"]
CELL = {
    0: st.sampled_from(["-", '"person"', '"unit"', 'not("person")']),
    1: st.sampled_from(["-", '"county"', '"city", "province"', 'not("city")', '"province"']),
    2: st.sampled_from(["-", "true", "false"]),
}
ROW = st.tuples(CELL[0], CELL[1], CELL[2], st.sampled_from(["1", "2"]))


@settings(max_examples=40, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=6))
def test_gaps_and_overlaps_are_those_of_a_walk_over_everything(
    rules: list[tuple[str, str, str, str]],
) -> None:
    text = model(["kind", "level", "party"], ["o"], rules)
    decisions = Decisions({"a": text})
    gaps = overlaps = 0
    for kind, level, party in product(KINDS, LEVELS, [True, False]):
        try:
            made = decisions.decide("d", {"kind": kind, "level": level, "party": party})
        except DecisionFailed:
            overlaps += 1
        else:
            gaps += made.value is None
    told = {each.code for each in check({"a": text})}
    assert ("DMN_GAP" in told) is (gaps > 0)
    assert ("DMN_OVERLAP" in told) is (overlaps > 0)
