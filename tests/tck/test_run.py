"""The runner of the public TCK, on a small copy of its shape."""

from pathlib import Path

import pytest

from tests.factories import dmn
from tests.tck.run import main, run

CASES = """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<modelName>model.dmn</modelName>
<testCase id="good"><inputNode name="x"><value xsi:type="xsd:decimal">2</value></inputNode>
<resultNode name="double"><expected><value xsi:type="xsd:decimal">4.0</value></expected>
</resultNode></testCase>
<testCase id="wrong"><inputNode name="x"><value xsi:type="xsd:decimal">2</value></inputNode>
<resultNode name="double"><expected><value xsi:type="xsd:decimal">5</value></expected></resultNode>
</testCase>
<testCase id="refused"><resultNode name="missing" errorResult="true"><expected>
<value xsi:nil="true"/></expected></resultNode></testCase>
<testCase id="parts"><resultNode name="parts"><expected>
<component name="list"><list><item><value xsi:type="xsd:string">a</value></item></list></component>
<component name="on"><value xsi:type="xsd:date">2026-03-02</value></component>
<component name="yes"><value xsi:type="xsd:boolean">true</value></component>
</expected></resultNode></testCase>
</testCases>"""


def test_each_case_passes_or_says_what_came_instead(tck: Path) -> None:
    outcomes = {each.name: each.wrong for each in run(tck)}
    assert outcomes.pop("cases/wrong") == "double: expected 5.0, got 4"
    assert set(outcomes) == {"cases/good", "cases/refused", "cases/parts"}
    assert set(outcomes.values()) == {""}


def test_the_figures_are_printed_per_level(tck: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tck), "--failed"]) == 0
    printed = capsys.readouterr().out
    assert "cases/wrong" in printed
    assert "level 2: 3 / 4 (75.0 %)" in printed
    assert "level 3: 0 / 0" in printed


def test_a_folder_without_the_tck_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 1
    assert "no TCK" in capsys.readouterr().err


@pytest.fixture
def tck(tmp_path: Path) -> Path:
    folder = tmp_path / "TestCases" / "compliance-level-2" / "0001"
    folder.mkdir(parents=True)
    parts = '{list: ["a"], on: date("2026-03-02"), yes: true}'
    model = dmn.model(
        dmn.input_data("x", "number"),
        dmn.decision("double", dmn.literal("x * 2"), needs=["i_x"]),
        dmn.decision("parts", dmn.literal(parts)),
    )
    (folder / "model.dmn").write_text(model, encoding="utf-8")
    (folder / "cases.xml").write_text(CASES, encoding="utf-8")
    return tmp_path
