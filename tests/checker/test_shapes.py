"""What the values of a pack can be: from forms, decision tables and switches, never guessed."""

from unittest import mock

import pytest

from server.checker import static
from server.checker.candidate import Candidate
from server.checker.shapes import Shape, Shapes
from tests.factories.packs import CALENDARS, FEEL, Draft

TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"
  id="tables" name="tables" namespace="urn:test:small">
  <inputData id="in" name="managed_by"><variable name="managed_by" typeRef="string"/></inputData>
  <decision id="desk" name="desk"><variable name="desk"/>
    <informationRequirement id="n1"><requiredInput href="#in"/></informationRequirement>
    <decisionTable id="t" hitPolicy="{policy}"><input id="i"><inputExpression id="e">
      <text>managed_by</text></inputExpression></input><output id="o" name="office"/>
      <rule id="r1"><inputEntry id="c1"><text>"city"</text></inputEntry>
        <outputEntry id="d1"><text>"city_desk"</text></outputEntry></rule>
      <rule id="r2"><inputEntry id="c2"><text>-</text></inputEntry>
        <outputEntry id="d2"><text>{last}</text></outputEntry></rule>
    </decisionTable></decision>
  <decision id="routing" name="routing"><variable name="routing"/>
    <informationRequirement id="n2"><requiredDecision href="#desk"/></informationRequirement>
    <informationRequirement id="n3"><requiredInput href="#in"/></informationRequirement>
    <context id="answer">
      <contextEntry><variable name="office"/><literalExpression id="x1"><text>desk</text>
      </literalExpression></contextEntry>
      <contextEntry><variable name="level"/><literalExpression id="x2"><text>managed_by</text>
      </literalExpression></contextEntry>
      <contextEntry><variable name="same"/><literalExpression id="x3">
        <text>if level = "city" then office else "none"</text></literalExpression></contextEntry>
      <contextEntry><variable name="free"/><literalExpression id="x4">
        <text>upper case(office)</text></literalExpression></contextEntry>
    </context></decision></definitions>"""


def test_a_choice_can_be_its_options_and_its_default() -> None:
    draft = Draft()
    draft.pack["procedures"]["main"]["start"]["defaults"] = {"managed_by": "province"}
    assert texts(shapes(draft), "managed_by") == {"county", "city", "province"}


def test_an_entry_whose_text_is_missing_can_be_asked_for_already() -> None:
    assert texts(shapes(Draft()), "situation") == {"S1", "S2"}


def test_dates_and_switches_that_are_no_texts_can_be_no_text() -> None:
    found = shapes(Draft())
    assert texts(found, "examined_on") == set()
    assert texts(found, "settings.strict") == set()
    assert texts(found, "urgent") == set()


def test_what_anybody_may_write_can_be_anything() -> None:
    found = shapes(Draft())
    for path in ("opinion_text", "organs", "ghost", "ghost.of.ghost", "examiner.name"):
        assert (found.of(path), found.missing(path)) == (Shape(), ""), path


def test_the_members_of_a_choice_of_several_are_its_options() -> None:
    draft = Draft()
    draft.forms["examination"].append(
        {"type": "checklist", "key": "asked", "label": "部门", "valuesKey": "list_situations"}
    )
    found = shapes(draft)
    assert found.of("asked").texts is None
    assert texts(found, "asked[]") == {"S1", "S2"}


def test_the_rows_of_a_dynamic_list_have_its_columns_and_no_others() -> None:
    draft = Draft()
    vote = {**draft.forms["examination"][0], "key": "vote"}
    draft.forms["examination"].append(
        {"type": "dynamiclist", "path": "members", "label": "成员", "components": [vote]}
    )
    found = shapes(draft)
    assert texts(found, "members[].vote") == {"accepted", "refused"}
    assert texts(found, "vote") == {"accepted", "refused"}
    assert found.missing("members[].vote") == ""
    assert found.missing("members[].votes") == "votes"


def test_a_decision_gives_what_its_cells_say_through_the_decisions_it_needs() -> None:
    found = shapes(Draft(table=TABLE.format(policy="UNIQUE", last='"county_desk"')))
    assert texts(found, "routing.office") == {"city_desk", "county_desk"}
    assert texts(found, "routing.level") == {"county", "city"}
    assert texts(found, "routing.same") == {"city_desk", "county_desk", "none"}
    assert found.of("routing.free").texts is None
    assert found.missing("routing.ofice") == "ofice"


@pytest.mark.parametrize("last", ["string(1)", 'managed_by + "x"'])
def test_a_cell_that_is_computed_can_be_anything(last: str) -> None:
    found = shapes(Draft(table=TABLE.format(policy="UNIQUE", last=last)))
    assert found.of("routing.office").texts is None


def test_a_table_that_collects_gives_a_list() -> None:
    found = shapes(Draft(table=TABLE.format(policy="COLLECT", last='"county_desk"')))
    assert found.of("routing.office").texts is None
    assert texts(found, "routing.office[]") == {"city_desk", "county_desk"}


def test_what_a_message_brings_can_be_anything() -> None:
    draft = Draft()
    draft.pack["messages"]["consent"]["carries"] = ["managed_by"]
    assert texts(shapes(draft), "managed_by") == {"county", "city"}
    draft.edit("intermediateThrowEvent", "intermediateCatchEvent")
    draft.edit("</bpmn:intermediateThrowEvent>", "</bpmn:intermediateCatchEvent>")
    assert shapes(draft).of("managed_by").texts is None


def shapes(draft: Draft) -> Shapes:
    """Those of the draft, as the rules see them."""
    seen: list[Candidate] = []
    with mock.patch.object(static, "_DOMAIN", (lambda candidate, _notes: seen.append(candidate),)):
        static.Reading(draft.files(), FEEL, CALENDARS).findings()
    return Shapes(seen[0])


def texts(found: Shapes, path: str) -> set[str] | None:
    known = found.of(path).texts
    return None if known is None else set(known)
