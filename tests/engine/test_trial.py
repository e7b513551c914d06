"""One decision of a draft, as the process that can be killed answers it."""

from typing import Any, Final

import pytest

from server.engine import trial

_MODEL: Final = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"
  id="{name}" name="{name}" namespace="urn:{name}">
  <inputData id="in_day" name="day"><variable id="v_day" name="day" typeRef="date"/></inputData>
  <decision id="{name}" name="{name}">
    <variable id="v" name="{name}"/>
    <informationRequirement id="r"><requiredInput href="#in_day"/></informationRequirement>
    <decisionTable id="t" hitPolicy="{policy}">
      <input id="i">
        <inputExpression id="e" typeRef="date"><text>day</text></inputExpression>
      </input>
      <output id="o" name="answer" typeRef="string"/>
      <rule id="early"><inputEntry id="a"><text>&lt; date("2026-03-01")</text></inputEntry>
        <outputEntry id="b"><text>"early"</text></outputEntry></rule>
      <rule id="any"><inputEntry id="c"><text>-</text></inputEntry>
        <outputEntry id="d"><text>{other}</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>"""


def test_value_and_rows_are_told() -> None:
    found = trial.decide(question(policy="FIRST"))
    assert found == {"value": "early", "hits": {"soon": ["early"]}, "warnings": []}


def test_two_rows_where_one_may_hit_are_refused_in_words() -> None:
    found = trial.decide(question(policy="UNIQUE"))
    assert "第1行、第2行" in found["refused"]


def test_what_cannot_be_computed_is_null_with_a_warning() -> None:
    asked = question(policy="FIRST", other="nobody + 1", day="2026-04-01")
    found = trial.decide(asked)
    assert found["value"] is None
    assert found["warnings"]


@pytest.mark.parametrize("broken", ["<definitions", "", "text"])
def test_another_file_that_cannot_be_read_is_left_out_and_the_own_one_is_refused(
    broken: str,
) -> None:
    asked = question(policy="FIRST")
    asked["files"]["processes/p/other.dmn"] = broken
    assert trial.decide(asked)["value"] == "early"
    asked["files"] = {"processes/p/soon.dmn": broken}
    assert trial.decide(asked)["refused"]


def question(*, policy: str, other: str = '"any"', day: str = "2026-02-26") -> dict[str, Any]:
    text = _MODEL.format(name="soon", policy=policy, other=other)
    return {
        "files": {"processes/p/soon.dmn": text},
        "decision": "soon",
        "inputs": {"day": day},
        "types": {"day": "date"},
        "now": "2026-03-02T08:30:00+08:00",
    }
