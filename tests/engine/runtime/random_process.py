"""Random processes (sequence, XOR, OR, AND, items, call, boundary timers, loops) by seed."""

import random

from server.domain.expressions import Json
from server.engine.port import Files
from tests.factories.bpmn import Process, files, timer

_KINDS = ("user", "user", "seq", "xor", "and", "or", "each", "call", "interrupt", "remind", "loop")


class Maker:
    """Adds random blocks to processes; ids are numbered through."""

    kinds: tuple[str, ...] = _KINDS

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = 0
        self.called: list[Process] = []
        self.loops: list[tuple[Process, str, str, str]] = []

    def id(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def block(self, process: Process, depth: int) -> tuple[str, str]:
        """Adds a block; returns its first and last element."""
        kinds = self.kinds if depth > 0 else ("user", "remind", "each")
        made: tuple[str, str] = getattr(self, f"_{self.random.choice(kinds)}")(process, depth)
        return made

    def _user(self, process: Process, _depth: int) -> tuple[str, str]:
        step = self.id("u")
        process.user(step)
        return step, step

    def _seq(self, process: Process, depth: int) -> tuple[str, str]:
        first, last = self.block(process, depth - 1)
        for _round in range(self.random.randint(1, 2)):
            begin, end = self.block(process, depth - 1)
            process.flow(last, begin)
            last = end
        return first, last

    def branches(
        self, process: Process, depth: int, _split: str, _join: str
    ) -> list[tuple[str, str]]:
        """First and last element of each branch of a block."""
        return [self.block(process, depth - 1) for _branch in range(self.random.randint(2, 3))]

    def _and(self, process: Process, depth: int) -> tuple[str, str]:
        split, join = self.id("split"), self.id("join")
        process.parallel(split, join)
        for begin, end in self.branches(process, depth, split, join):
            process.path(split, begin)
            if end != split:
                process.path(end, join)
        return split, join

    def _choice(self, process: Process, depth: int, kind: str) -> tuple[str, str]:
        split, join = self.id("split"), self.id("join")
        (begin, end), *others = self.branches(process, depth, split, join)
        default = process.flow(split, begin)
        if end != split:
            process.path(end, join)
        for number, (begin, end) in enumerate(others, 1):
            process.flow(split, begin, f"modulo(num + {number}, 2) = 0")
            if end != split:
                process.path(end, join)
        process.add(kind, split, default=default)
        process.add(kind, join)
        return split, join

    def _xor(self, process: Process, depth: int) -> tuple[str, str]:
        return self._choice(process, depth, "exclusiveGateway")

    def _or(self, process: Process, depth: int) -> tuple[str, str]:
        return self._choice(process, depth, "inclusiveGateway")

    def _each(self, process: Process, _depth: int) -> tuple[str, str]:
        step = self.id("mi")
        process.each(
            step,
            "items",
            results=f"res_{step}",
            sequential=self.random.random() < 0.3,
            item=f"item_{step}",
            result="out",
        )
        return step, step

    def _call(self, process: Process, depth: int) -> tuple[str, str]:
        called = Process(self.id("proc"))
        called.start(f"s{called.id}").end(f"e{called.id}")
        begin, end = self.block(called, depth - 1)
        called.path(f"s{called.id}", begin)
        called.path(end, f"e{called.id}")
        self.called.append(called)
        step = self.id("call")
        process.call(step, called.id)
        if self.random.random() < 0.4:
            return step, self._interrupted(process, step)
        return step, step

    def _interrupted(self, process: Process, step: str) -> str:
        join, event = self.id("m"), self.id("t")
        process.xor(join).boundary(event, step, timer(f'deadline("{event}")'))
        process.path(step, join)
        process.path(event, join)
        return join

    def _interrupt(self, process: Process, _depth: int) -> tuple[str, str]:
        step = self.id("u")
        process.user(step)
        return step, self._interrupted(process, step)

    def _remind(self, process: Process, _depth: int) -> tuple[str, str]:
        step, event, reminder, end = self.id("u"), self.id("t"), self.id("u"), self.id("e")
        process.user(step, reminder).end(end)
        process.boundary(event, step, timer(f'reminder("{event}", -1)'), interrupting=False)
        process.path(event, reminder, end)
        return step, step

    def _loop(self, process: Process, depth: int) -> tuple[str, str]:
        merge, gate, count = self.id("m"), self.id("g"), self.id("u")
        process.xor(merge).user(count)
        begin, end = self.block(process, depth - 1)
        process.path(merge, begin)
        process.path(end, count, gate)
        self.loops.append((process, gate, merge, count))
        return merge, gate

    def close_loops(self) -> None:
        """Draw the flows back, once the way out of each loop is drawn."""
        for loop in list(self.loops):
            process, gate, merge, count = loop
            out = next((part for part in process.parts if f'sourceRef="{gate}"' in part), "")
            if out:
                process.xor(gate, out.split('id="')[1].split('"')[0])
                process.flow(gate, merge, f"rounds_{count} < 2")
                self.loops.remove(loop)


def make(seed: int) -> Files:
    """The process of this seed; it ends whatever people do."""
    maker = Maker(seed)
    main = Process("main").start().end()
    first, last = maker.block(main, 4)
    while len(main.parts) < 14:
        begin, end = maker.block(main, 3)
        main.flow(last, begin)
        last = end
    main.path("start", first)
    main.path(last, "end")
    maker.close_loops()
    return files(main, *maker.called)


def variables(seed: int, rounds: int) -> dict[str, Json]:
    """What such a process starts with; ``rounds`` of 2 or more leaves every loop at once."""
    chosen = random.Random(seed)
    return {
        "num": chosen.randint(0, 5),
        "items": ["A", "B", "C"][: chosen.randint(1, 3)],
        "nested": {"a": [1, {"b": 2}]},
        **{f"rounds_u{number}": rounds for number in range(80)},
    }
