"""Definitions are parsed once for each content and never changed by the cases that run on them."""

import pickle
from dataclasses import replace

from server.engine.runtime.parsing import Definition
from server.engine.runtime.specs import Specs, content_hash
from tests.engine.runtime.playing import Player
from tests.factories.bpmn import Process, files, timer


def test_the_same_content_gives_the_same_object() -> None:
    specs = Specs()
    assert specs.get(files(loop())) is specs.get(files(loop()))


def test_everything_that_decides_how_it_runs_is_in_the_hash() -> None:
    pack = files(loop())
    others = [
        files(loop(), variables=["v"]),
        files(loop(), types={"v": "date"}),
        files(loop(), decisions={"d.dmn": b"<definitions/>"}),
        replace(pack, process="other"),
        replace(pack, diagrams={**pack.diagrams, "more.bpmn": b"<x/>"}),
        replace(pack, diagrams={"renamed.bpmn": pack.diagrams["main.bpmn"]}),
    ]
    assert len({content_hash(each) for each in (pack, *others)}) == len(others) + 1
    assert content_hash(pack) == content_hash(files(loop()))


def test_the_cache_is_bounded() -> None:
    specs = Specs(2)
    first = specs.get(files(loop(), variables=["a"]))
    for name in "bc":
        specs.get(files(loop(), variables=[name]))
    assert specs.get(files(loop(), variables=["a"])) is not first


def test_running_cases_changes_nothing_in_the_definition() -> None:
    pack = files(loop())
    player = Player(pack)
    definition = player.engine.load(pack, player.start(again=True).state).definition
    before = _shape(definition)
    player.do("ask", organs=["a", "b"]).due("late", again=True)
    player.answer("hear", "a", opinion=1).answer("hear", "b", opinion=2)
    player.do("sum", again=True).back("ask").do("ask", organs=[])
    player.do("sum", again=False).finish()
    assert _shape(definition) == before


def _shape(definition: Definition) -> bytes:
    """Names, links, subscribers and data of every spec."""
    return pickle.dumps(
        [
            (
                each.name,
                type(each).__name__,
                list(each._inputs),
                list(each._outputs),
                dict(each.data),
                each.completed_event.n_subscribers(),
            )
            for each in definition.spec.task_specs.values()
        ]
    )


def loop() -> Process:
    process = Process().start().xor("m").user("ask", "sum", "remind").each("hear").xor("g", "out")
    process.boundary("late", "hear", timer("R3/P1D", "timeCycle"), interrupting=False)
    process.end("end", "e2").path("start", "m", "ask", "hear", "sum", "g")
    process.flow("g", "end", flow_id="out")
    process.flow("g", "m", "again = true")
    return process.path("late", "remind", "e2")
