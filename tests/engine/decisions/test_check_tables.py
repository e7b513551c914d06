import pytest

from server.domain.findings import Severity
from server.engine.dmn_check import check
from tests.factories import dmn


def found(table: str) -> list[str]:
    files = {"a": dmn.model(dmn.input_data("x", "number"), _decision(table))}
    return [each.code for each in check(files) if each.severity is not Severity.INFO]


def _decision(table: str) -> str:
    return dmn.decision("d", table, needs=["i_x"])


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (dmn.table(["x"], ["o"], [("1", '"a"', '"b"')]), "DMN_CELLS"),
        (dmn.table(["x"], ["o"], [("1",)]), "DMN_CELLS"),
        (dmn.table(["x"], [], [("1",)]), "DMN_COLUMNS"),
        (dmn.table(["x"], ["o"], []), "DMN_COLUMNS"),
        (dmn.table([""], ["o"], [("1", "1")]), "DMN_COLUMNS"),
        (dmn.table(["x"], ["o", ""], [("1", "1", "2")]), "DMN_COLUMNS"),
        (dmn.table(["x"], ["o", "o"], [("1", "1", "2")]), "DMN_COLUMNS"),
        (dmn.table(["x"], ["o"], [("1", "1")], "BEST"), "DMN_POLICY"),
        (dmn.table(["x"], ["o"], [("1", "1")], "PRIORITY"), "DMN_POLICY"),
        (dmn.table(["x"], ["o"], [("1", "1")], "OUTPUT ORDER"), "DMN_POLICY"),
        (dmn.table(["x"], ["o"], [("1", "1")], "FIRST", "SUM"), "DMN_POLICY"),
        (dmn.table(["x"], ["o"], [("1", "1")], "COLLECT", "AVERAGE"), "DMN_POLICY"),
        (dmn.table(["x"], ["o", "p"], [("1", "1", "2")], "COLLECT", "SUM"), "DMN_POLICY"),
        (dmn.table(["x"], ["o"], [("1", "1")] * 2, "FIRST"), "DMN_DUPLICATE_RULE"),
        (dmn.table(["x"], ["o"], [("-", "1"), ("", "1")], "ANY"), "DMN_DUPLICATE_RULE"),
    ],
)
def test_each_fault_of_shape_has_its_code(table: str, code: str) -> None:
    assert code in found(table)


@pytest.mark.parametrize(
    "table",
    [
        dmn.table(["x"], ["o"], [("1", "1")], "COLLECT", "COUNT"),
        dmn.table(["x"], ["o", "p"], [("1", "1", "2")], "RULE ORDER"),
        dmn.table(["x"], [("o", '"b", "a"', "")], [("1", '"a"')], "OUTPUT ORDER"),
        dmn.table([], ["o"], [("1",)]),
    ],
)
def test_good_shapes_pass(table: str) -> None:
    assert found(table) == []


def test_the_largest_table_passes_and_a_larger_one_does_not() -> None:
    rows = [(str(number), "1") for number in range(2_001)]
    assert found(dmn.table(["x"], ["o"], rows[:2_000])) == []
    assert "DMN_LIMIT" in found(dmn.table(["x"], ["o"], rows))
    wide = [("-",) * 49 + ("1",)]
    assert found(dmn.table(["x"] * 49, ["o"], wide)) == []
    assert "DMN_LIMIT" in found(dmn.table(["x"] * 50, ["o"], [("-",) * 50 + ("1",)]))
