"""Random processes of every construct, then with flows led elsewhere: sound ones and others.

What a checker would refuse is wanted here too: tokens double, joins wait for ever, and the engine
must do what BPMN says all the same. Conditions are of the few forms that ``naive`` reads.
"""

import random
import re
from typing import Final

from server.domain.expressions import Json
from server.engine.port import Files
from tests.engine.runtime.random_process import Maker
from tests.factories.bpmn import (
    TERMINATE,
    Process,
    condition,
    error,
    escalation,
    files,
    message,
    signal,
    timer,
)

_NAMES: Final = ("alpha", "beta")
_FLOW: Final = re.compile(r'^<bpmn:sequenceFlow id="\w+" sourceRef="(\w+)" targetRef="(\w+)"')
_BORDER: Final = re.compile(r'^<bpmn:boundaryEvent id="(\w+)" attachedToRef="(\w+)"')


class WildMaker(Maker):
    """The blocks of ``Maker`` and those below."""

    kinds = (
        *("user", "seq", "seq", "xor", "and", "and", "or", "or", "each", "call", "loop"),
        *("interrupt", "remind", "sub", "sub", "fail", "first", "catch", "receive", "send"),
        *("until", "times", "signal", "when", "beside", "subeach", "calleach", "side", "nest"),
    )

    def branches(
        self, process: Process, depth: int, split: str, join: str
    ) -> list[tuple[str, str]]:
        """One of the branches may be a mere flow to the join."""
        made = [self.block(process, depth - 1) for _branch in range(self.random.randint(1, 2))]
        made.append((join, split) if self.random.random() < 0.3 else self._user(process, depth))
        self.random.shuffle(made)
        return made

    def _sub(self, process: Process, depth: int) -> tuple[str, str]:
        inner, step = self._inside(depth), self.id("sub")
        process.subprocess(step, inner)
        return step, self._watched(process, step)

    def _inside(self, depth: int) -> Process:
        inner = Process(self.id("in"))
        inner.start(f"s{inner.id}").end(f"e{inner.id}")
        begin, end = self.block(inner, depth - 1)
        inner.path(f"s{inner.id}", begin)
        inner.path(end, f"e{inner.id}")
        self.close_loops()
        return inner

    def _watched(self, process: Process, step: str) -> str:
        """With nothing, an interrupting timer or a reminder on it."""
        kind = self.random.choice(("none", "interrupt", "remind"))
        if kind == "interrupt":
            return self._interrupted(process, step)
        if kind == "remind":
            self._aside(process, step, timer(f'reminder("{step}", -1)'))
        return step

    def _aside(self, process: Process, step: str, definition: str) -> None:
        event, work, end = self.id("t"), self.id("u"), self.id("e")
        process.user(work).end(end).boundary(event, step, definition, interrupting=False)
        process.path(event, work, end)

    def _fail(self, process: Process, _depth: int) -> tuple[str, str]:
        """A subprocess that may end by an error, an escalation or at once."""
        inner, step, join = Process(self.id("in")), self.id("sub"), self.id("m")
        first, gate, user, other = self.id("u"), self.id("g"), self.id("u"), self.id("u")
        ends = [self.id("e") for _end in range(3)]
        fork = self.id("split")
        inner.start(f"s{inner.id}").parallel(fork).user(first, user, other)
        inner.xor(gate, inner.flow(gate, user)).end(*ends[:2])
        inner.path(f"s{inner.id}", fork, first, gate)
        inner.path(user, ends[0])
        inner.path(fork, other, ends[1])
        inner.flow(gate, ends[2], f"modulo(num + {self.random.randint(0, 1)}, 2) = 0")
        kind = self.random.choice(("error", "escalation", "terminate"))
        made = {"error": error("bad"), "escalation": escalation("up"), "terminate": TERMINATE}
        inner.end(ends[2], inner=made[kind])
        process.subprocess(step, inner).xor(join)
        if kind != "terminate" and (kind == "error" or self.random.random() < 0.8):
            code = self.random.choice(("", {"error": "bad", "escalation": "up"}[kind]))
            event, beside = self.id("t"), kind == "escalation" and self.random.random() < 0.6
            caught = {"error": error, "escalation": escalation}[kind](code)
            process.boundary(event, step, caught, interrupting=not beside)
            if beside:
                work, end = self.id("u"), self.id("e")
                process.user(work).end(end).path(event, work, end)
            else:
                process.path(event, join)
        process.path(step, join)
        return step, join

    def _first(self, process: Process, _depth: int) -> tuple[str, str]:
        """Whichever event comes first."""
        gate, join = self.id("g"), self.id("m")
        late, told = self.id("t"), self.id("c")
        process.first_event(gate).xor(join)
        process.catch(late, timer(f'deadline("{late}")')).catch(told, message("alpha"))
        process.path(gate, late, join)
        process.path(gate, told, join)
        return gate, join

    def _catch(self, process: Process, _depth: int) -> tuple[str, str]:
        event = self.id("c")
        name = self.random.choice(_NAMES)
        process.catch(event, self.random.choice((message(name), timer('deadline("x")'))))
        return event, event

    def _receive(self, process: Process, _depth: int) -> tuple[str, str]:
        step = self.id("r")
        process.add("receiveTask", step, messageRef=self.random.choice(_NAMES))
        return step, self._watched(process, step)

    def _send(self, process: Process, _depth: int) -> tuple[str, str]:
        step = self.id("x")
        if self.random.random() < 0.5:
            process.add("sendTask", step, messageRef="beta")
        else:
            process.throw(step, message("alpha"))
        return step, step

    def _until(self, process: Process, _depth: int) -> tuple[str, str]:
        step = self.id("mi")
        process.each(
            step,
            "items",
            results=f"res_{step}",
            sequential=self.random.random() < 0.5,
            item=f"item_{step}",
            result="out",
            until=f"completed >= {self.random.randint(1, 3)}",
        )
        return step, self._watched(process, step)

    def _times(self, process: Process, _depth: int) -> tuple[str, str]:
        step = self.id("mi")
        process.each(
            step,
            results=self.random.choice(("", f"res_{step}")),
            sequential=self.random.random() < 0.5,
            cardinality=str(self.random.randint(1, 3)),
            result="out",
        )
        return step, self._watched(process, step)

    def _subeach(self, process: Process, depth: int) -> tuple[str, str]:
        step = self.id("sub")
        process.each(
            step,
            "items",
            kind="subProcess",
            results=f"res_{step}",
            sequential=self.random.random() < 0.4,
            item=f"item_{step}",
            result="out",
            inner="".join(self._inside(depth - 1).parts),
        )
        return step, self._watched(process, step)

    def _calleach(self, process: Process, depth: int) -> tuple[str, str]:
        called, step = self._inside(depth - 1), self.id("call")
        self.called.append(called)
        process.each(
            step,
            "items",
            kind="callActivity",
            called=called.id,
            results=f"res_{step}",
            item=f"item_{step}",
            result="out",
        )
        return step, self._watched(process, step)

    def _signal(self, process: Process, _depth: int) -> tuple[str, str]:
        """One branch throws what the other waits for, perhaps too early."""
        split, join, first = self.id("split"), self.id("join"), self.id("u")
        throw, wait = self.id("x"), self.id("u")
        process.parallel(split, join).user(first).throw(throw, signal("go"))
        process.path(split, first, throw, join)
        if self.random.random() < 0.5:
            catch = self.id("c")
            process.catch(catch, signal("go")).path(split, catch, join)
        else:
            process.user(wait).path(split, wait, join)
            self._aside(process, wait, signal("go"))
        return split, join

    def _when(self, process: Process, _depth: int) -> tuple[str, str]:
        split, join, first = self.id("split"), self.id("join"), self.id("u")
        event, wait = self.id("c"), self.id("u")
        process.parallel(split, join).user(first).path(split, first, join)
        text = condition(f"done_{first} >= 1")
        if self.random.random() < 0.5:
            process.catch(event, text).path(split, event, join)
        else:
            merge = self.id("m")
            process.user(wait).xor(merge).boundary(event, wait, text)
            process.path(split, wait, merge, join)
            process.path(event, merge)
        return split, join

    def _beside(self, process: Process, _depth: int) -> tuple[str, str]:
        step = self.id("u")
        process.user(step)
        self._aside(process, step, message("beta"))
        return step, step

    def _side(self, process: Process, depth: int) -> tuple[str, str]:
        """A branch that ends on its own."""
        split, end = self.id("split"), self.id("e")
        process.parallel(split).end(end)
        begin, last = self.block(process, depth - 1)
        process.path(split, begin)
        process.path(last, end)
        begin, last = self.block(process, depth - 1)
        process.path(split, begin)
        return split, last

    def _nest(self, process: Process, depth: int) -> tuple[str, str]:
        """A split inside a branch of another, both ending at the same join."""
        outer, inner, join = self.id("split"), self.id("split"), self.id("join")
        process.parallel(outer, inner).add(
            self.random.choice(("parallelGateway", "inclusiveGateway")), join
        )
        for split, target in ((outer, join), (outer, inner), (inner, join), (inner, join)):
            begin, end = self.block(process, depth - 1)
            process.path(split, begin)
            process.path(end, target)
        return outer, join


def wild(seed: int, *, bends: int = 0) -> Files:
    """The process of this seed, ``bends`` of its flows led elsewhere."""
    maker = WildMaker(seed)
    main = Process("main").start().end()
    least = maker.random.choice((12, 24, 48))
    first, last = maker.block(main, 4)
    while len(main.parts) < least:
        begin, end = maker.block(main, 3)
        main.flow(last, begin)
        last = end
    main.path("start", first)
    main.path(last, "end")
    maker.close_loops()
    for _bend in range(bends):
        _bend_one(main, maker.random)
    return files(
        main,
        *maker.called,
        messages=_NAMES,
        signals=("go",),
        errors=("bad",),
        escalations=("up",),
    )


def _bend_one(process: Process, chosen: random.Random) -> None:
    """Lead one flow elsewhere, but for what the engine does not read as drawn and nobody publishes:

    unreachable nodes, two flows between one pair, other ways into the events of an event gateway.
    """
    flows = [at for at, part in enumerate(process.parts) if part.startswith("<bpmn:sequenceFlow")]
    at = chosen.choice(flows)
    source = _ways(process.parts[at : at + 1])[0][0]
    kinds = _kinds(process)
    caught = {to for come, to in _ways(process.parts) if kinds[come] == "eventBasedGateway"}
    caught |= {name for name, kind in kinds.items() if kind in ("startEvent", "boundaryEvent")}
    target = chosen.choice([name for name in kinds if name not in caught])
    if kinds[source] == "eventBasedGateway" or (source, target) in _ways(process.parts):
        return
    drawn = process.parts[at]
    ends = f'sourceRef="{source}" targetRef="{target}"'
    process.parts[at] = re.sub(r'sourceRef="\w+" targetRef="\w+"', ends, drawn)
    if _reached(process) < set(kinds):
        process.parts[at] = drawn


def _ways(parts: list[str]) -> list[tuple[str, str]]:
    return [pair for part in parts for pair in _FLOW.findall(part)]


def _kinds(process: Process) -> dict[str, str]:
    found = (re.match(r'<bpmn:(\w+) id="(\w+)"', part) for part in process.parts)
    return {each[2]: each[1] for each in found if each and each[1] != "sequenceFlow"}


def _reached(process: Process) -> set[str]:
    ways = _ways(process.parts)
    ways += [pair[::-1] for part in process.parts for pair in _BORDER.findall(part)]
    seen, todo = {"start"}, ["start"]
    while todo:
        here = todo.pop()
        ahead = {target for source, target in ways if source == here} - seen
        seen |= ahead
        todo += ahead
    return seen


def variables(seed: int, process: Files) -> dict[str, Json]:
    """What such a process starts with; every name its conditions read is there."""
    chosen = random.Random(seed)
    read = re.findall(r"(?:rounds|done)_\w+", str(process.diagrams))
    return {
        "num": chosen.randint(0, 5),
        "items": ["A", "B", "C"][: chosen.randint(0, 3)],
        **dict.fromkeys(read, 0),
    }
