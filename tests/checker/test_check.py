"""The whole check: rules here, the engine's parse in the child, one sorted list."""

from unittest import mock

from server.checker.check import check
from server.domain.findings import Finding, Severity
from server.engine import parse_check
from server.engine.child import Child
from server.engine.definitions import gate
from tests.factories.bpmn import Process, document
from tests.factories.packs import FEEL, Draft


def test_a_pack_that_may_be_published_has_no_findings() -> None:
    assert check(Draft().files(), FEEL) == []


def test_errors_come_before_warnings_and_nothing_twice() -> None:
    draft = Draft()
    draft.edit('result = "refused"', "result != null")
    draft.edit(' rongcuo:form="examination"', "")
    found = check(draft.files(), FEEL)
    assert [each.severity for each in found] == sorted(
        (each.severity for each in found), key=["error", "warning", "info"].index
    )
    assert len(found) == len(set(found))


def test_the_engine_is_not_asked_about_what_the_gate_refused() -> None:
    draft = Draft()
    draft.edit('targetRef="yes"', 'targetRef="nowhere"')
    with mock.patch.object(Child, "answer", side_effect=AssertionError):
        assert "REFERENCE_UNRESOLVED" in {each.code for each in check(draft.files(), FEEL)}


def test_a_child_that_dies_is_one_more_finding() -> None:
    died = Finding(code="CHILD_CRASHED", message="停止", fix="简化")
    with mock.patch.object(Child, "answer", return_value=died):
        assert check(Draft().files(), FEEL) == [died]


def test_a_node_the_engine_does_not_see_is_refused_by_name() -> None:
    process = Process().start().user("work", "island").end().path("start", "work", "end")
    process.path("island", "end")
    passed = gate("cut.bpmn", document(process)).normalised
    assert passed is not None
    [found] = parse_check.check({"cut.bpmn": passed})
    assert (found.code, found.element, found.file) == ("NODE_NOT_PARSED", "island", "cut.bpmn")


def test_a_file_the_engine_refuses_is_a_finding_on_the_best_known_element() -> None:
    process = Process().start().call("ask", "ghost").end().path("start", "ask", "end")
    passed = gate("call.bpmn", document(process)).normalised
    assert passed is not None
    [found] = parse_check.check({"call.bpmn": passed})
    assert found.code == "ENGINE_REFUSED"
    assert found.severity is Severity.ERROR
    assert found.element


def test_questions_survive_the_way_to_the_child_and_back() -> None:
    process = Process().start().user("受理").end().path("start", "受理", "end")
    passed = gate("cn.bpmn", document(process)).normalised
    assert passed is not None
    assert parse_check.answer(parse_check.question({"cn.bpmn": passed})) == []
