"""What the parser makes of diagrams: order, lanes, data objects, stores, refusals, flow ids."""

import re
import signal
from itertools import permutations
from types import FrameType

import pytest
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow

from server.domain.errors import EngineError
from server.engine.port import Files
from tests.engine.runtime import stock
from tests.engine.runtime.playing import Player
from tests.factories.bpmn import Process, document, files, shapes, timer
from tests.factories.bpmn import signal as signal_event


@pytest.mark.parametrize("order", list(permutations("AB")))
def test_conditions_are_asked_in_the_order_of_the_file_whatever_the_drawing(
    order: tuple[str, str],
) -> None:
    for tops in ({"A": 1, "B": 2, "C": 3}, {"A": 5, "B": 2, "C": 3}):
        pack = drawn(overlapping(order, "n > 1"), tops)
        assert Player(pack).start(n=5).do("ask").open == [order[0]]


def test_stock_asks_conditions_in_the_order_of_the_drawing() -> None:
    found = []
    for tops in ({"A": 1, "B": 2, "C": 3}, {"A": 5, "B": 2, "C": 3}):
        workflow = stock.begun(drawn(overlapping(("A", "B"), "n > 1"), tops), n=5)
        found += stock.open_names(stock.do(workflow, "ask"))
    assert found == ["A", "B"]


def test_every_flow_that_was_taken_is_named_in_order() -> None:
    inner = Process("sub").start("s").user("deep").end("e").path("s", "deep", "e")
    process = Process().start().subprocess("sub", inner).each("hear").user("late_step")
    process.end("end", "e2").boundary("late", "hear", timer("P1D"))
    process.path("start", "sub", "hear", "end").path("late", "late_step", "e2")
    player = Player(files(process)).start(organs=["a"])
    assert player.flows == ["main_flow1", "sub_flow1"]
    player.do("deep")
    assert list(player.last.flows) == ["sub_flow2", "main_flow2"]
    assert list(player.last.visited) == ["deep", "e", "sub"]
    other = player.branch().due("late")
    assert list(other.last.flows) == ["main_flow4"]
    player.do("hear", opinion=1)
    assert list(player.last.flows) == ["main_flow3"]
    assert list(player.last.visited) == ["hear", "end"]


def test_a_flow_back_to_its_own_step_is_told_only_when_it_was_taken() -> None:
    process = Process().start().end().xor("out", default="on")
    process.each("ask").boundary("late", "ask", timer('deadline("x")'))
    process.path("start", "ask", "ask").path("late", "out")
    process.flow("out", "end", flow_id="on")
    again = next(part for part in process.parts if '"ask" targetRef="ask"' in part)
    player = Player(files(process)).start(organs=["A"])
    assert again.split('"')[1] not in player.flows
    player.answer("ask", "A", opinion=1)
    assert player.flows.count(again.split('"')[1]) == 1


def test_a_data_object_passes_between_steps_and_is_read_in_conditions() -> None:
    player = Player(files(with_object())).start(v=1).do("write", held="yes")
    assert "held" not in player.task("between").data
    player.do("between")
    assert player.task("read").data["held"] == "yes"
    assert player.do("read").open == ["after"]


def test_a_data_object_is_found_two_levels_up() -> None:
    inner = Process("inner").start("s2").end("e2").path("s2", "deep", "e2")
    inner.user("deep", inner=_read("held_ref"))
    outer = Process("outer").start("s1").subprocess("inner", inner).end("e1")
    outer.path("s1", "inner", "e1")
    process = Process().start().user("write", inner=_write("held_ref")).subprocess("outer", outer)
    process.add("dataObject", "held").add("dataObjectReference", "held_ref", dataObjectRef="held")
    player = Player(files(process.end().path("start", "write", "outer", "end"))).start()
    assert player.do("write", held=[1]).task("deep").data["held"] == [1]


def test_stock_never_ends_on_a_data_object_two_levels_up() -> None:
    inner = Process("inner").start("s2").user("deep", inner=_read("held_ref")).end("e2")
    inner.path("s2", "deep", "e2")
    outer = Process("outer").start("s1").subprocess("inner", inner).end("e1")
    process = Process().start().subprocess("outer", outer.path("s1", "inner", "e1")).end()
    process.add("dataObject", "held").add("dataObjectReference", "held_ref", dataObjectRef="held")
    with _stopped_after(0.5), pytest.raises(_Stopped):
        stock.parsed(files(process.path("start", "outer", "end")))


def test_a_data_store_is_a_picture() -> None:
    process = Process().start().user("t1").end().path("start", "t1", "end")
    text = document(process).decode()
    stored = text.replace("<bpmn:process", '<bpmn:dataStore id="ds" name="任意"/><bpmn:process', 1)
    pack = Files(process="main", diagrams={"main.bpmn": stored.encode()})
    assert Player(pack).start().do("t1").ended
    with pytest.raises(ValidationException):
        stock.parsed(pack)


def test_input_and_output_lists_of_a_called_process_go_by_name() -> None:
    called = Process("called").start("s").user("inner").end("e").path("s", "inner", "e")
    called.parts.insert(0, _io(("in1", "amount"), ("out1", "found")))
    process = Process().start().call("call", "called").user("after").end()
    pack = files(process.path("start", "call", "after", "end"), called)
    player = Player(pack).start(amount=1, secret=2)
    assert dict(player.task("inner").data) == {"amount": 1}
    player.do("inner", found=3, other=4)
    assert dict(player.task("after").data) == {"amount": 1, "secret": 2, "found": 3}
    with pytest.raises(EngineError) as missing:
        Player(pack).start(secret=2)
    assert missing.value.element == "call"


def test_a_comment_in_an_expression_is_never_evaluated() -> None:
    pack = files(overlapping(("A", "B"), "n > 1<!-- 0 -->"))
    text = pack.diagrams["main.bpmn"].decode().replace("&lt;!-- 0 --&gt;", "<!-- 0 -->")
    read = Files(process="main", diagrams={"main.bpmn": text.encode()})
    assert Player(read).start(n=5).do("ask").open == ["A"]


@pytest.mark.parametrize(
    "kind", ["scriptTask", "serviceTask", "transaction", "adHocSubProcess", "complexGateway"]
)
def test_what_the_engine_must_not_run_is_refused_at_its_element(kind: str) -> None:
    process = Process().start().add(kind, "odd").end().path("start", "odd", "end")
    with pytest.raises(EngineError) as refused:
        Player(files(process)).start()
    assert refused.value.element == "odd"


def test_an_event_subprocess_is_refused() -> None:
    with pytest.raises(EngineError) as refused:
        Player(files(with_handler(), signals=["go"])).start()
    assert refused.value.element == "handler"


def test_stock_alters_the_shared_spec_when_an_event_subprocess_fires() -> None:
    specs = stock.parsed(files(with_handler(), signals=["go"]))
    before = [each.name for each in specs[0].start.outputs]
    workflow = BpmnWorkflow(*specs)
    workflow.do_engine_steps()
    stock.do(workflow, "t1")
    assert [each.name for each in specs[0].start.outputs] != before


def test_a_rule_task_without_its_attributes_is_refused() -> None:
    process = Process().start().add("businessRuleTask", "rule").end()
    with pytest.raises(EngineError) as refused:
        Player(files(process.path("start", "rule", "end"))).start()
    assert refused.value.element == "rule"


def test_a_process_without_start_is_refused() -> None:
    with pytest.raises(EngineError) as refused:
        Player(files(Process().user("t1").end().path("t1", "end"))).start()
    assert refused.value.element == "main"


def test_two_flows_between_one_pair_are_told_as_the_first() -> None:
    process = Process().start().user("t1").end().path("start", "t1")
    process.parts.append('<bpmn:sequenceFlow id="one" sourceRef="t1" targetRef="end"/>')
    process.xor("g", "a").user("t2").path("t2", "g")
    process.flow("g", "t1", flow_id="a")
    process.flow("g", "t1", "v = 1", flow_id="b")
    assert Player(files(process)).start(v=1).do("t1").flows == ["main_flow1", "one"]


def test_stock_errors_carry_no_line_and_end_in_type_errors() -> None:
    process = Process().start().end().path("start", "catch", "end")
    process.catch("catch", '<bpmn:messageEventDefinition messageRef="nowhere"/>')
    with pytest.raises(ValidationException) as failed:
        stock.parsed(files(process))
    assert "TypeError" in str(failed.value)
    assert failed.value.line_number == ""
    with pytest.raises(EngineError) as refused:
        Player(files(process)).start()
    assert refused.value.element == "catch"


def test_a_plain_task_waits_for_a_person_in_stock_and_here() -> None:
    process = Process().start().add("task", "plain").end().path("start", "plain", "end")
    assert stock.open_names(stock.begun(files(process))) == ["plain"]
    assert Player(files(process)).start().open == ["plain"]


def test_stock_ad_hoc_always_cancels_what_remains() -> None:
    process = Process().start().end().path("start", "loose", "end")
    condition = "<bpmn:completionCondition>True</bpmn:completionCondition>"
    inner = Process().user("a")
    process.add(
        "adHocSubProcess",
        "loose",
        "".join(inner.parts) + condition,
        cancelRemainingInstances="false",
    )
    _spec, parts = stock.parsed(files(process))
    assert parts["loose"].cancel_remaining is True


class _Stopped(BaseException):
    pass


class _stopped_after:  # noqa: N801 - reads as a statement
    """A limit for code that never ends; in the main thread only."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __enter__(self) -> None:
        self.old = signal.signal(signal.SIGALRM, self._stop)
        signal.setitimer(signal.ITIMER_REAL, self.seconds)

    def __exit__(self, *_error: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self.old)

    @staticmethod
    def _stop(_number: int, _frame: FrameType | None) -> None:
        raise _Stopped


def with_handler() -> Process:
    inner = Process().start("s", signal_event("go")).user("u").end("e").path("s", "u", "e")
    process = Process().start().user("t1").throw("call", signal_event("go")).user("t2").end()
    process.add("subProcess", "handler", "".join(inner.parts), triggeredByEvent="true")
    return process.path("start", "t1", "call", "t2", "end")


def drawn(process: Process, tops: dict[str, int]) -> Files:
    return Files(process="main", diagrams={"main.bpmn": document(process, drawing=shapes(tops))})


def overlapping(order: tuple[str, ...], condition: str) -> Process:
    process = Process().start().user("ask", "A", "B", "C").xor("g", "otherwise").end()
    process.path("start", "ask", "g")
    process.flow("g", "C", flow_id="otherwise")
    for step in order:
        process.flow("g", step, condition)
    return process.path("A", "end").path("B", "end").path("C", "end")


def with_object() -> Process:
    process = Process().start().user("between", "after", "other").xor("g", "no").end()
    process.user("write", inner=_write("held_ref")).user("read", inner=_read("held_ref"))
    process.add("dataObject", "held").add("dataObjectReference", "held_ref", dataObjectRef="held")
    process.path("start", "write", "between", "read", "g")
    process.flow("g", "other", flow_id="no")
    process.flow("g", "after", 'held = "yes"')
    return process.path("after", "end").path("other", "end")


def _write(reference: str) -> str:
    return (
        '<bpmn:dataOutputAssociation id="w">'
        f"<bpmn:targetRef>{reference}</bpmn:targetRef></bpmn:dataOutputAssociation>"
    )


def _read(reference: str) -> str:
    return (
        f'<bpmn:dataInputAssociation id="r"><bpmn:sourceRef>{reference}</bpmn:sourceRef>'
        "</bpmn:dataInputAssociation>"
    )


def _io(given: tuple[str, str], found: tuple[str, str]) -> str:
    return re.sub(
        r"\s*\n\s*",
        "",
        f"""<bpmn:ioSpecification>
        <bpmn:dataInput id="{given[0]}" name="{given[1]}"/>
        <bpmn:dataOutput id="{found[0]}" name="{found[1]}"/>
        <bpmn:inputSet><bpmn:dataInputRefs>{given[0]}</bpmn:dataInputRefs></bpmn:inputSet>
        <bpmn:outputSet><bpmn:dataOutputRefs>{found[0]}</bpmn:dataOutputRefs></bpmn:outputSet>
        </bpmn:ioSpecification>""",
    )
