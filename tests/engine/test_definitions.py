"""The gate: every hostile or foreign file is refused by name, every legal one passes."""

import time
from pathlib import Path
from unittest import mock

import pytest
import yaml

from server.domain.findings import Severity
from server.engine.definitions import Gated, gate
from server.engine.diagrams import references
from server.engine.graph import ProcessGraph, read_graph
from tests.factories.bpmn import Process, document, shapes
from tests.factories.diagnosis import diagnose

CORPUS = Path(__file__).parent.parent / "corpus" / "bpmn"
MANIFEST = yaml.safe_load((CORPUS / "manifest.yaml").read_text(encoding="utf-8"))
SMALL = document(Process().start().user("work").end().path("start", "work", "end"))


def too_much() -> dict[str, bytes]:
    """One file over each limit; they are made here because they are large."""
    row = [f"step{number}" for number in range(400)]
    long_row = Process().start().user(*row).end().path("start", *row, "end")
    deep = "<bpmn:extensionElements>" + "<a>" * 100 + "</a>" * 100 + "</bpmn:extensionElements>"
    wide = " ".join(f'a{number}=""' for number in range(61))
    return {
        "FILE_TOO_LARGE": b"<!--" + b"x" * (2 * 1024 * 1024) + b"-->" + SMALL,
        "XML_TOO_MANY_ELEMENTS": SMALL.replace(
            b"</bpmn:definitions>", b"<bpmn:category/>" * 20_000 + b"</bpmn:definitions>"
        ),
        "XML_TOO_MANY_ATTRIBUTES": SMALL.replace(
            b"<bpmn:endEvent", f"<bpmn:endEvent {wide}".encode()
        ),
        "XML_TOO_DEEP": SMALL.replace(b'name="work">', f'name="work">{deep}'.encode()),
        "PROCESS_TOO_LARGE": document(long_row),
        "ID_CHARACTERS": SMALL.replace(b'"work"', b'"' + b"w" * 20_000 + b'"'),
    }


def test_the_manifest_names_every_file_and_no_other() -> None:
    for kind in ("reject", "accept"):
        assert set(MANIFEST[kind]) == {path.name for path in (CORPUS / kind).iterdir()}


@pytest.mark.parametrize("name", sorted(MANIFEST["reject"]))
def test_a_hostile_or_unsupported_file_is_refused_by_its_code_at_once(name: str) -> None:
    data = (CORPUS / "reject" / name).read_bytes()
    began = time.perf_counter()
    findings = diagnose({name: data})
    assert time.perf_counter() - began < 2
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    assert MANIFEST["reject"][name]["code"] in {finding.code for finding in errors}
    assert all(finding.message and finding.fix and finding.file for finding in errors)
    assert "GATE_FAILED" not in {finding.code for finding in errors}


@pytest.mark.parametrize("name", sorted(MANIFEST["accept"]))
def test_a_legal_file_passes_and_every_rewrite_is_listed(name: str) -> None:
    findings = diagnose({name: (CORPUS / "accept" / name).read_bytes()})
    assert [finding for finding in findings if finding.severity is Severity.ERROR] == []
    listed = {finding.code for finding in findings if finding.severity is Severity.INFO}
    assert listed == set(MANIFEST["accept"][name].get("rewrites", ()))


@pytest.mark.parametrize("name", sorted(MANIFEST["accept"]))
def test_a_normalised_file_is_stable_under_the_gate(name: str) -> None:
    once = accepted(name).normalised
    assert once is not None
    again = gate(name, once)
    assert again.normalised == once
    kept = {"EXTENSION_KEPT", "DATA_STORE_PICTURE", "CONDITION_ORDER"}
    assert {finding.code for finding in again.findings} <= kept


@pytest.mark.parametrize("code", sorted(too_much()))
def test_a_file_over_a_limit_is_refused_quickly(code: str) -> None:
    data = too_much()[code]
    began = time.perf_counter()
    result = gate("large.bpmn", data)
    assert time.perf_counter() - began < 3
    assert code in {finding.code for finding in result.findings}
    assert result.normalised is None


def test_comments_and_cdata_never_reach_an_expression() -> None:
    for name in ("comment_in_condition.bpmn", "cdata_in_condition.bpmn"):
        conditions = {flow.condition for flow in graph_of(name).flows} - {""}
        assert conditions == {"a = 1"}


def test_every_encoding_gives_the_same_names_in_utf_8() -> None:
    names = ("utf8_bom", "gb18030", "gbk", "gb2312", "utf16_le", "utf16_be_without_mark")
    for name in names:
        result = accepted(f"{name}.bpmn")
        assert result.normalised is not None
        assert "受理申请".encode() in result.normalised
        assert read_graph(result.normalised).node("work").name == "受理申请"


def test_conditional_flows_of_a_task_leave_an_inclusive_gateway_with_its_default() -> None:
    graph = graph_of("conditions_on_a_task.bpmn")
    [into] = graph.outgoing("work")
    gateway = graph.node(into.target)
    assert gateway.kind == "inclusiveGateway"
    assert gateway.default == "d"
    assert {flow.condition for flow in graph.outgoing(gateway.id)} == {"a = 1", ""}


def test_a_plain_flow_beside_a_condition_is_always_taken() -> None:
    graph = graph_of("condition_beside_a_plain_flow.bpmn")
    [into] = graph.outgoing("work")
    assert [flow.condition for flow in graph.outgoing(into.target)] == ["a = 1", "true"]


def test_an_inserted_gateway_has_a_place_in_the_drawing_and_the_lane_of_its_task() -> None:
    process = Process().start().user("work", "left", "right").parallel("join").end()
    process.path("start", "work", "left", "join", "end").path("work", "right", "join")
    process.lanes('<bpmn:lane id="desk"><bpmn:flowNodeRef>work</bpmn:flowNodeRef></bpmn:lane>')
    result = gate("split.bpmn", document(process, drawing=shapes({"work": 10})))
    assert result.graph is not None
    made = result.graph.node("work_split")
    assert (made.kind, made.lane) == ("parallelGateway", "desk")
    assert {"work_split", "Flow_work_work_split"} <= result.graph.drawn


def test_a_link_becomes_a_flow_between_its_events() -> None:
    graph = graph_of("link.bpmn")
    assert [flow.target for flow in graph.outgoing("out")] == ["in"]
    assert {graph.node("out").kind, graph.node("in").kind} == {"intermediateThrowEvent"}


def test_a_signal_end_throws_before_it_ends() -> None:
    graph = graph_of("signal_end.bpmn")
    [before] = graph.incoming("end")
    thrown = graph.node(before.source)
    assert thrown.event is not None
    assert (thrown.kind, thrown.event.name) == ("intermediateThrowEvent", "done")
    assert graph.node("end").event is None


def test_a_reserved_id_is_renamed_and_shown_as_drawn() -> None:
    graph = graph_of("reserved_ids.bpmn")
    assert graph.starts("main")[0].id == "node_Start"
    assert graph.starts("main")[0].label == "Start"


def test_ids_added_to_flows_are_the_same_at_every_import() -> None:
    one, other = (accepted("flows_without_ids.bpmn").normalised for _time in range(2))
    assert one == other


def test_only_the_designer_makes_a_stated_picture_run() -> None:
    picture = SMALL.replace(b'isExecutable="true"', b'isExecutable="false"')
    assert gate("a.bpmn", picture).normalised is None
    wished = gate("a.bpmn", picture, all_processes=True)
    assert wished.normalised is not None
    assert [finding.code for finding in wished.findings] == ["MADE_EXECUTABLE"]


def test_all_problems_of_a_file_come_at_once() -> None:
    process = Process().start().add("scriptTask", "one").add("serviceTask", "two").end()
    process.path("start", "one", "two", "end").flow("two", "nowhere")
    codes = {finding.code for finding in gate("bad.bpmn", document(process)).findings}
    assert {"SCRIPT_TASK", "SERVICE_TASK", "REFERENCE_UNRESOLVED"} <= codes


def test_who_works_is_decided_by_lanes_and_the_file_is_told_so() -> None:
    reference = "<bpmn:resourceRef>ref</bpmn:resourceRef>"
    owner = f'<bpmn:potentialOwner id="owner">{reference}</bpmn:potentialOwner>'
    process = Process().start().user("work", inner=owner).end().path("start", "work", "end")
    data = document(process).replace(
        b"<bpmn:process", b'<bpmn:resource id="ref" name="x"/><bpmn:process', 1
    )
    [found] = gate("owner.bpmn", data).findings
    assert (found.code, found.severity, found.element) == (
        "RESOURCE_IGNORED",
        Severity.WARNING,
        "work",
    )


def test_a_shape_of_nothing_is_a_warning() -> None:
    process = Process().start().user("work").end().path("start", "work", "end")
    findings = gate("stray.bpmn", document(process, drawing=shapes({"ghost": 10}))).findings
    assert [finding.code for finding in findings] == ["DIAGRAM_STRAY_SHAPE"]


def test_a_file_that_breaks_the_gate_itself_is_a_finding() -> None:
    with mock.patch.object(references, "check", side_effect=ZeroDivisionError):
        [finding] = gate("odd.bpmn", SMALL).findings
    assert finding.code == "GATE_FAILED"
    assert "ZeroDivisionError" in finding.message


def accepted(name: str) -> Gated:
    return gate(name, (CORPUS / "accept" / name).read_bytes())


def graph_of(name: str) -> ProcessGraph:
    normalised = accepted(name).normalised
    assert normalised is not None
    return read_graph(normalised)
