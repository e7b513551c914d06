"""The whole check: in the child, whatever the files are, and one sorted list comes back."""

from unittest import mock

import pytest

from server.checker.check import check, check_here
from server.domain.findings import Severity
from server.engine import parse_check
from server.engine.child import Limits
from server.engine.definitions import gate
from tests.factories.bpmn import Process, document
from tests.factories.packs import CALENDARS, FEEL, Draft


def test_a_pack_that_may_be_published_has_no_findings() -> None:
    assert check(Draft().files(), CALENDARS) == []


def test_errors_come_before_warnings_and_nothing_twice() -> None:
    draft = Draft()
    draft.edit('result = "refused"', "result != null")
    draft.edit(' rongcuo:form="examination"', "")
    found = check_here(draft.files(), CALENDARS, FEEL)
    assert [each.severity for each in found] == sorted(
        (each.severity for each in found), key=["error", "warning", "info"].index
    )
    assert len(found) == len(set(found))


def test_the_engine_is_not_asked_about_what_the_gate_refused() -> None:
    draft = Draft()
    draft.edit('targetRef="yes"', 'targetRef="nowhere"')
    with mock.patch.object(parse_check, "check", side_effect=AssertionError):
        found = check_here(draft.files(), CALENDARS, FEEL)
    assert "REFERENCE_UNRESOLVED" in {each.code for each in found}


def test_the_child_finds_what_this_process_would() -> None:
    draft = Draft()
    draft.edit('result = "refused"', "result == 1")
    draft.pack["deadlines"]["examination"]["calendar"] = "moon"
    found = check(draft.files(), CALENDARS)
    assert found == check_here(draft.files(), CALENDARS, FEEL)
    assert {"EXPRESSION_SYNTAX", "CALENDAR_UNKNOWN"} <= {each.code for each in found}


def test_nothing_of_a_pack_is_read_outside_the_child() -> None:
    with (
        mock.patch("server.checker.check.Reading", side_effect=AssertionError),
        mock.patch("server.adapters.yaml_files.load", side_effect=AssertionError),
    ):
        assert check(Draft().files(), CALENDARS) == []


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(wall_seconds=0.05), "CHILD_TIMEOUT"),
        (Limits(memory_bytes=60 << 20), "CHILD_CRASHED"),
    ],
)
def test_a_pack_that_takes_too_much_is_one_finding_on_the_pack(limits: Limits, code: str) -> None:
    [found] = check(Draft().files(), CALENDARS, limits)
    assert (found.code, found.severity) == (code, Severity.ERROR)
    assert found.file == "processes/small/pack.yaml"
    assert found.message
    assert found.fix


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
