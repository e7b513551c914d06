from collections.abc import Mapping, Sequence
from datetime import date

import pytest

from server.domain.expressions import Feel, Json
from server.domain.packs import (
    AnswerRule,
    Basis,
    DeadlineRule,
    Event,
    Lane,
    Message,
    PolicyPack,
    Procedure,
    Starter,
    Unit,
)
from server.engine.diagrams.elements import Flow, MultiInstance, Node
from server.engine.dmn import Decisions
from server.engine.feel import Feel as Evaluator
from server.engine.graph import ProcessGraph
from server.services.law.routing import Parts, fields_of, routing_variables


def test_a_field_that_nothing_reads_stays_with_its_step() -> None:
    assert routing(fields=["opinion"]) == {}


def test_a_field_that_a_condition_reads_is_a_variable_of_its_type() -> None:
    flow = Flow(id="f", source="a", target="b", condition="amount > 3 and accepted")
    fields = [field("amount", "number"), field("accepted", "checkbox"), field("other")]
    assert routing(fields=fields, flows=[flow]) == {"accepted": "boolean", "amount": "number"}


def test_a_name_that_no_form_provides_is_no_variable() -> None:
    flow = Flow(id="f", source="a", target="b", condition="unknown = settings.x")
    assert routing(flows=[flow]) == {}


def test_what_a_decision_asks_is_read_its_result_is_provided() -> None:
    node = Node(
        id="route", kind="businessRuleTask", process="p", scope="p", decision="d", result="way"
    )
    flow = Flow(id="f", source="a", target="b", condition='way.office = "x"')
    found = routing(fields=["origin", "other"], nodes=[node], flows=[flow])
    assert found == {"origin": "string", "way": "context"}


def test_results_of_a_multi_instance_are_kept_under_the_key_of_the_item() -> None:
    many = MultiInstance(
        sequential=False, collection="organs", item="organ", output="o", output_collection="replies"
    )
    node = Node(id="ask", kind="userTask", process="p", scope="p", multi_instance=many)
    found = routing(fields=[field("organs", "taglist")], nodes=[node])
    assert found == {"organs": "list", "replies": "context"}


@pytest.mark.parametrize(
    "changes",
    [
        {"lanes": {"desk": Lane(key="desk", title="", office=Feel("named"))}},
        {"lanes": {"desk": Lane(key="desk", title="", office="x", level=Feel("named"))}},
        {"events": {"e": Event(key="e", title="", node="task", when=Feel("named = 1"))}},
        {"events": {"e": Event(key="e", title="", node="task", date="named")}},
        {"events": {"e": Event(key="e", title="", start=True, date=Feel("named"))}},
        {"messages": {"m": Message(key="m", title="", carries=("named",))}},
    ],
)
def test_every_place_that_reads_a_name_makes_it_a_variable(changes: dict[str, Json]) -> None:
    node = Node(id="task", kind="userTask", process="p", scope="p", lane="desk")
    assert routing(fields=["named"], nodes=[node], **changes) == {"named": "string"}


def test_a_deadline_reads_its_condition_and_its_ordered_day() -> None:
    rule = DeadlineRule(
        key="d",
        title="",
        origin="e",
        met_by=("f",),
        n=1,
        unit=Unit.WORKING,
        basis=Basis(default="x"),
        when=Feel("kind = 1"),
        until="ordered_on",
    )
    fields = [field("kind"), field("ordered_on", "datetime", subtype="date")]
    assert routing(fields=fields, deadlines={"d": rule}) == {
        "kind": "string",
        "ordered_on": "date",
    }


def test_a_rule_makes_variables_of_what_an_earlier_form_was_told() -> None:
    rule = AnswerRule(form="late", field="own", check=Feel("own > earlier"), message="")
    found = routing(fields=["earlier"], late=["own"], rules=(rule,))
    assert found == {"earlier": "string"}


def test_a_condition_of_a_form_makes_variables_likewise() -> None:
    hidden = {**field("own"), "conditional": {"hide": '=earlier = "x"'}}
    assert routing(fields=["earlier"], late=[hidden]) == {"earlier": "string"}


def test_declared_variables_and_starters_count() -> None:
    procedure = Procedure(
        key="p",
        title="",
        diagram="p.bpmn",
        start_form="start",
        starters=(Starter(role="applicant", when=Feel('origin = "self"')),),
        reference="",
        level=Feel("managed_by"),
        variables={"inquiry_open": "boolean"},
    )
    fields = ["origin", "managed_by"]
    assert routing(fields=fields, procedure=procedure) == {
        "inquiry_open": "boolean",
        "managed_by": "string",
        "origin": "string",
    }


def test_a_group_is_opened_and_a_dynamic_list_is_one_answer() -> None:
    schema = {
        "components": [
            {"type": "text", "text": "# 说明"},
            {"type": "group", "components": [field("inner", "number")]},
            {"type": "dynamiclist", "path": "rows", "components": [field("cell")]},
            field("at", "datetime", subtype="datetime"),
        ]
    }
    assert fields_of(schema) == {"inner": "number", "rows": "list", "at": "dateTime"}


def routing(
    *,
    fields: Sequence[str | dict[str, Json]] | None = None,
    late: Sequence[str | dict[str, Json]] | None = None,
    nodes: list[Node] | None = None,
    flows: list[Flow] | None = None,
    procedure: Procedure | None = None,
    **pack: Json,
) -> Mapping[str, str]:
    """Variables of a procedure with a start form, a later form and these parts."""
    task = Node(id="late_task", kind="userTask", process="p", scope="p", form="late")
    law = PolicyPack(key="k", title="", version="1", valid_from=date(2024, 1, 1), **pack)
    parts = Parts(
        pack=law,
        graph=ProcessGraph(nodes=(*(nodes or ()), task), flows=tuple(flows or ())),
        decisions=Decisions({"d.dmn": DECISION}),
        forms={"start": form(fields or []), "late": form(late or [])},
    )
    return routing_variables(parts, procedure or PROCEDURE, Evaluator())


def form(fields: Sequence[str | dict[str, Json]]) -> dict[str, Json]:
    """A form with these fields."""
    listed = [each if isinstance(each, dict) else field(each) for each in fields]
    return {"type": "default", "components": listed}


def field(key: str, kind: str = "textfield", **more: str) -> dict[str, Json]:
    """One component."""
    return {"type": kind, "key": key, **more}


PROCEDURE = Procedure(
    key="p", title="", diagram="p.bpmn", start_form="start", starters=(), reference=""
)

DECISION = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="x" name="x" namespace="urn:x">
  <decision id="d" name="d">
    <variable name="d" typeRef="string"/>
    <informationRequirement><requiredInput href="#o"/></informationRequirement>
    <decisionTable hitPolicy="UNIQUE">
      <input id="i"><inputExpression typeRef="string"><text>origin</text></inputExpression></input>
      <output id="r" name="d" typeRef="string"/>
      <rule id="r1">
        <inputEntry id="e1"><text>"self"</text></inputEntry>
        <outputEntry id="e2"><text>"x"</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
  <inputData id="o" name="origin"><variable name="origin" typeRef="string"/></inputData>
</definitions>
"""
