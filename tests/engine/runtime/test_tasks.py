"""Subprocesses, called processes and business rule tasks."""

import pytest

from server.domain.errors import DecisionFailed, EngineError
from server.engine.port import Files
from tests.engine.runtime.playing import Player
from tests.factories.bpmn import Process, error, files, timer


def test_an_embedded_subprocess_sees_and_leaves_all_variables() -> None:
    inner = Process("sub").start("s").user("deep").end("e").path("s", "deep", "e")
    process = Process().start().subprocess("sub", inner).user("after").end()
    player = Player(files(process.path("start", "sub", "after", "end"))).start(v=1)
    assert player.task("deep").data["v"] == 1
    assert player.do("deep", v=2).task("after").data["v"] == 2


def test_calls_nest_and_come_back_one_by_one() -> None:
    lowest = Process("p2").start("s2").user("lowest").end("e2").path("s2", "lowest", "e2")
    middle = Process("p1").start("s1").call("c2", "p2").user("mid").end("e1")
    middle.path("s1", "c2", "mid", "e1")
    process = Process().start().call("c1", "p1").end().path("start", "c1", "end")
    player = Player(files(process, middle, lowest)).start()
    assert player.do("lowest").open == ["mid"]
    assert player.last.visited == ("lowest", "e2", "c2")
    assert player.do("mid").ended


def test_a_timer_on_a_call_ends_what_runs_inside() -> None:
    called = Process("called").start("s").user("inner").end("e").path("s", "inner", "e")
    called.boundary("deep", "inner", timer("P1D")).end("e2").path("deep", "e2")
    process = Process().start().call("call", "called").user("chief", "after").end("end", "e3")
    process.boundary("late", "call", timer("P5D"))
    process.path("start", "call", "after", "end").path("late", "chief", "e3")
    player = Player(files(process, called)).start().due("late")
    assert player.open == ["chief"]
    assert player.armed == []
    assert player.last.visited == ("late",)
    assert player.do("chief").ended


def test_after_an_interruption_nothing_inside_runs_on() -> None:
    inner = Process("sub").start("s").parallel("fork").user("deep").path("s", "fork", "deep")
    inner.end("crash", inner=error()).path("fork", "crash")
    inner.end("calm").path("deep", "calm")
    process = Process().start().subprocess("sub", inner).user("repair", "after").end("end", "e2")
    process.boundary("caught", "sub", error())
    process.path("start", "sub", "after", "end").path("caught", "repair", "e2")
    player = Player(files(process)).start()
    assert player.open == ["repair"]
    assert "sub" not in player.visited
    assert player.do("repair").ended


def test_calls_deeper_than_ten_are_refused() -> None:
    process = Process().start().call("again", "main").end().path("start", "again", "end")
    with pytest.raises(EngineError) as refused:
        Player(files(process)).start()
    assert refused.value.element == "again"


def test_a_decision_is_assigned_and_its_rules_are_told() -> None:
    player = Player(deciding()).start(amount=5)
    assert player.open == ["after"]
    assert player.task("after").data["office"] == "large"
    (made,) = player.last.decisions
    assert (made.element, made.decision, made.result) == ("rule", "who", "large")
    assert {key: tuple(rules) for key, rules in made.hits.items()} == {"who": ("r2",)}
    assert player.last.variables["office"] == "large"


def test_a_decision_without_a_match_replaces_the_result_of_the_round_before() -> None:
    player = Player(deciding()).start(amount=5).do("after", more=True, amount=-1)
    assert player.task("after").data["office"] is None
    assert player.last.variables["office"] is None


def test_a_decision_that_is_missing_stops_the_step_at_its_element() -> None:
    with pytest.raises(EngineError) as failed:
        Player(deciding("nowhere")).start(amount=1)
    assert failed.value.element == "rule"


def test_a_table_with_two_hits_names_the_step() -> None:
    with pytest.raises(DecisionFailed):
        Player(deciding(second="&gt; 0")).start(amount=1)


def deciding(decision: str = "who", second: str = "&gt; 3") -> Files:
    process = Process().start().xor("m").rule("rule", decision, "office").user("after")
    process.xor("g", "out").end().path("start", "m", "rule", "after", "g")
    process.flow("g", "end", flow_id="out")
    process.flow("g", "m", "more = true")
    return files(
        process, decisions={"who.dmn": _TABLE.format(second=second).encode()}, variables=["more"]
    )


_TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"
 namespace="urn:test"><inputData id="amount_in" name="amount"><variable name="amount"
 typeRef="number"/></inputData><decision id="who" name="who"><variable name="who"/>
<informationRequirement id="q"><requiredInput href="#amount_in"/></informationRequirement>
<decisionTable id="t" hitPolicy="UNIQUE"><input id="i"><inputExpression id="ie" typeRef="number">
<text>amount</text></inputExpression></input><output id="o" name="who" typeRef="string"/>
<rule id="r1"><inputEntry id="e1"><text>[1..3]</text></inputEntry><outputEntry id="o1">
<text>"small"</text></outputEntry></rule>
<rule id="r2"><inputEntry id="e2"><text>{second}</text></inputEntry><outputEntry id="o2">
<text>"large"</text></outputEntry></rule></decisionTable></decision></definitions>"""
