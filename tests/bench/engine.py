"""``engine_step`` and ``step_growth``: complete and advance on a live object, without encoding."""

from typing import Any

from SpiffWorkflow.bpmn.workflow import BpmnWorkflow

from server.engine.port import CompleteTask, Files, OpenTask, Start
from server.engine.runtime.spiff import Running, SpiffEngine
from tests.bench.figures import Figure, Stopwatch, best
from tests.engine.runtime import stock
from tests.engine.runtime.playing import FEEL, NOW
from tests.factories.bpmn import Process, files, timer

_DATA = {f"field_{number}": "x" * 90 + str(number) for number in range(20)}
_ITEMS = list("abcde")
_STEPS = 14
_ROUNDS = (1, 10, 50, 200)


def measure() -> list[Figure]:
    """Both benchmarks of the engine."""
    return [_engine_step(), *_step_growth()]


def _engine_step() -> Figure:
    pack = files(*procedure())
    engine = SpiffEngine(FEEL)
    specs = stock.parsed(pack)
    ours, theirs = best(lambda: steps(engine, pack), lambda: _stock(*specs))
    return Figure(name="engine_step", unit="μs per step", value=ours, beside=theirs, share=0.5)


def _step_growth() -> list[Figure]:
    pack = files(rework())
    engine = SpiffEngine(FEEL)
    measured: dict[int, float] = dict.fromkeys(_ROUNDS, float("inf"))
    for _repeat in range(9):
        for rounds, value in _rework_costs(engine, pack).items():
            measured[rounds] = min(measured[rounds], value)
    return [
        Figure(
            name=f"step_growth loop {rounds}",
            unit="μs per step",
            value=measured[rounds],
            beside=measured[1],
            share=1.2,
        )
        for rounds in _ROUNDS[1:]
    ]


def steps(engine: SpiffEngine, pack: Files) -> float:
    """Microseconds of CPU one step of the benchmark's procedure takes on a live object."""
    running = engine.begin(pack)
    watch = Stopwatch()
    advance = engine.step(running, Start(variables={**_DATA, "organs": _ITEMS}, now=NOW))
    open_tasks = list(advance.opened)
    for number in range(_STEPS):
        task = open_tasks.pop(0)
        command = CompleteTask(task_key=task.task_key, variables=_answer(task, number), now=NOW)
        with watch:
            advance = engine.step(running, command)
        open_tasks += advance.opened
    if not advance.ended:
        raise AssertionError("the procedure has other than 14 steps")
    return watch.seconds / _STEPS * 1e6


def _answer(task: OpenTask, number: int) -> dict[str, str]:
    return {"opinion": "agreed"} if task.instance else {f"step_{number}": "done"}


def _stock(spec: Any, parts: Any) -> float:
    workflow = BpmnWorkflow(spec, parts)
    workflow.task_tree.data.update({**_DATA, "organs": _ITEMS})
    workflow.do_engine_steps()
    watch = Stopwatch()
    for number in range(_STEPS):
        task = workflow.get_next_task(state=16, manual=True)
        child = task.task_spec.name.endswith("[child]")
        with watch:
            task.data["hear_out" if child else f"step_{number}"] = "done"
            task.run()
            workflow.do_engine_steps()
    if not workflow.is_completed():
        raise AssertionError("the procedure has other than 14 steps")
    return watch.seconds / _STEPS * 1e6


def _rework_costs(engine: SpiffEngine, pack: Files) -> dict[int, float]:
    """Cost of a step in round 1, 10, 50 and 200 of one case; the least of five cases."""
    costs: dict[int, float] = {}
    for _case in range(5):
        running, task = _begun(engine, pack)
        for rounds in range(1, max(_ROUNDS) + 1):
            command = CompleteTask(task_key=task.task_key, variables={}, now=NOW)
            watch = Stopwatch()
            with watch:
                (task,) = engine.step(running, command).opened
            if rounds in _ROUNDS:
                costs[rounds] = min(costs.get(rounds, float("inf")), watch.seconds * 1e6)
    return costs


def _begun(engine: SpiffEngine, pack: Files) -> tuple[Running, OpenTask]:
    running = engine.begin(pack)
    (task,) = engine.step(running, Start(variables={**_DATA, "more": True}, now=NOW)).opened
    return running, task


def procedure() -> tuple[Process, Process]:
    """14 user steps: seven in a row, five at once, two in a called process, two timers beside."""
    called = Process("called").start("cs").user("s1", "s2").end("ce").path("cs", "s1", "s2", "ce")
    process = Process().start().user("u1", "u2", "u3", "u4", "u5", "u6", "u7", "chief", "remind")
    process.each("hear").call("call", "called").end("end", "e1", "e2")
    process.path("start", "u1", "u2", "u3", "hear", "call", "u4", "u5", "u6", "u7", "end")
    process.boundary("late", "u5", timer('"P5D"')).path("late", "chief", "e1")
    process.boundary("soon", "u6", timer('"P3D"'), interrupting=False)
    return process.path("soon", "remind", "e2"), called


def rework() -> Process:
    """A step that is sent back for correction again and again."""
    process = Process().start().xor("m").user("work").xor("g", "out").end()
    process.path("start", "m", "work", "g")
    process.flow("g", "end", flow_id="out")
    process.flow("g", "m", "more = true")
    return process
