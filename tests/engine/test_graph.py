"""The graph says what the diagram says, by ids, in document order."""

from server.engine.diagrams.elements import Expression
from server.engine.graph import ProcessGraph, read_graph
from tests.factories.bpmn import Process, condition, document, lane, message, timer


def test_nodes_keep_what_the_designer_wrote_on_them() -> None:
    node = graph().node("decide")
    assert (node.kind, node.name, node.form, node.deadline) == (
        "userTask",
        "作出决定",
        "decision",
        "none",
    )
    assert node.documentation == "由集体研究决定"


def test_the_lane_of_a_node_is_the_innermost_one_and_reaches_into_subprocesses() -> None:
    found = graph()
    assert found.node("decide").lane == "leader"
    assert found.node("inside").lane == "desk"
    assert found.node("late").lane == "leader"
    assert {each.id: each.innermost for each in found.lanes} == {
        "office": False,
        "leader": True,
        "desk": True,
    }


def test_events_say_what_they_wait_for() -> None:
    found = graph()
    late, reply = found.node("late").event, found.node("reply").event
    assert late is not None
    assert reply is not None
    assert (late.kind, late.timer, late.wish) == ("timer", "timeDuration", 'deadline("decision")')
    assert (reply.kind, reply.name) == ("message", "consent")
    assert not found.node("late").interrupting
    assert [each.id for each in found.boundary("decide")] == ["late"]


def test_multi_instance_is_known_by_the_names_of_its_variables() -> None:
    many = graph().node("ask").multi_instance
    assert many is not None
    assert (many.collection, many.item, many.output, many.output_collection) == (
        "organs",
        "organ",
        "opinion",
        "opinions",
    )
    assert many.completion == "completed >= 3"


def test_every_expression_is_listed_with_its_element() -> None:
    assert graph().names_read() == (
        Expression(element="accepted", use="condition", text="result = true"),
        Expression(element="ask", use="collection", text="organs"),
        Expression(element="ask", use="completion", text="completed >= 3"),
        Expression(element="ready", use="event", text="files = true"),
        Expression(element="end", use="outcome", text="determination"),
    )


def test_scopes_starts_and_ends_are_told_apart() -> None:
    found = graph()
    assert [node.id for node in found.starts("main")] == ["start"]
    assert [node.id for node in found.ends("main")] == ["end", "end2"]
    assert [node.id for node in found.within("part")] == ["start2", "inside", "end3"]
    assert [flow.id for flow in found.outgoing("choice")] == ["accepted", "else"]
    assert found.node("choice").default == "else"


def test_processes_that_do_not_run_are_not_read() -> None:
    picture = Process("picture").start("s9").end("e9").path("s9", "e9")
    data = document(Process().start().end().path("start", "end"), picture)
    data = data.replace(b'id="picture" isExecutable="true"', b'id="picture"')
    assert [each.id for each in read_graph(data).processes] == ["main"]
    assert read_graph(data).find("s9") is None


def graph() -> ProcessGraph:
    part = Process("part").start("start2").user("inside").end("end3")
    part.path("start2", "inside", "end3")
    process = Process().start()
    process.add(
        "userTask",
        "decide",
        "<bpmn:documentation>由集体研究决定</bpmn:documentation>",
        **{"name": "作出决定", "rongcuo:form": "decision", "rongcuo:deadline": "none"},
    )
    process.boundary("late", "decide", timer('deadline("decision")'), interrupting=False)
    process.xor("choice", default="else").each("ask", until="completed >= 3")
    process.catch("reply", message("consent")).catch("ready", condition("files = true"))
    process.subprocess("part", part)
    process.add("endEvent", "end", **{"rongcuo:outcome": "=determination"}).end("end2")
    process.path("start", "decide", "choice").path("late", "end2")
    process.flow("choice", "ask", "result = true", flow_id="accepted")
    process.flow("choice", "part", flow_id="else")
    process.path("ask", "reply", "ready", "end").path("part", "end")
    process.lanes(lane("office", inner=lane("leader", "decide") + lane("desk", "part", "ask")))
    return read_graph(document(process, messages=["consent"]))
