"""An element is called by kind and name; one without a name by where it stands."""

from server.engine.imports import callings

DRAWN = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d">
<process id="p"><startEvent id="s" name="收到申请"/><userTask id="t" name="初 审"/>
<exclusiveGateway id="g"/><userTask id="u"/><boundaryEvent id="b" attachedToRef="t"/>
<subProcess id="e" triggeredByEvent="true"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="t"/>
<sequenceFlow id="f2" sourceRef="t" targetRef="g"/>
<sequenceFlow id="f3" sourceRef="g" targetRef="u"/></process></definitions>""".encode()


def said(*ids: str) -> dict[str, str]:
    return callings.called("a.bpmn", DRAWN, ids)


def test_a_named_element_is_its_kind_and_name() -> None:
    assert said("t") == {"t": "用户任务“初 审”"}


def test_an_unnamed_element_stands_between_its_neighbours() -> None:
    assert said("g", "u", "f1", "b") == {
        "g": "排他网关（在“初 审”和用户任务之间）",
        "u": "用户任务（在排他网关之后）",
        "f1": "连线（在“收到申请”和“初 审”之间）",
        "b": "边界事件（附在“初 审”上）",
    }


def test_an_event_subprocess_is_called_so() -> None:
    assert said("e") == {"e": "事件子流程"}


def test_what_is_no_element_or_no_diagram_has_no_calling() -> None:
    assert said("gone") == {}
    assert callings.called("a.bpmn", b"no xml", ["t"]) == {}
