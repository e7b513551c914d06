"""Decisions of DMN files: a value, the rows that gave it, or a refusal in words.

The tables are evaluated inside the isolate (``js/decide.mjs``), one call for a decision with all
that it requires, since the parts of a model hand each other dates and functions that JSON cannot
hold. What must not be quiet becomes an error here: two rows of a UNIQUE table, an unknown policy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from server.domain.errors import DecisionFailed, ExpressionFailed
from server.domain.expressions import Json
from server.domain.texts import _
from server.engine.decisions.graph import Graph, Program, compile_decision
from server.engine.decisions.model import Model
from server.engine.decisions.reader import read_model
from server.engine.feel_input import moment_text, refuse_inexact
from server.engine.isolate import Isolate, shared
from server.engine.recent import Recent

_CACHED: Final = 64
#: a datetime is a date too, so it comes first
_TEMPORAL: Final = (
    (datetime, "dateTime"),
    (date, "date"),
    (time, "time"),
    (timedelta, "duration"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """What a decision gave and why."""

    #: JSON; dates and durations as ISO text
    value: Json
    #: id of each decision or knowledge model with a table -> ids of the rules that hit, in order
    hits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: ``element id: KIND: text`` of everything that made a value null on the way
    warnings: tuple[str, ...] = ()


class Decisions:
    """The decisions of some DMN files, parsed once. Safe for many threads."""

    def __init__(self, files: Mapping[str, bytes | str | Model], isolate: Isolate = shared) -> None:
        """Read every file that is not read already.

        Raises:
            DecisionFailed: one of them cannot be read as DMN.
        """
        self._graph = Graph(
            tuple(
                file if isinstance(file, Model) else read_model(file, name)
                for name, file in files.items()
            )
        )
        self._isolate = isolate
        self._programs: dict[str, Program] = {}

    @property
    def graph(self) -> Graph:
        """The requirements graph over all files."""
        return self._graph

    def inputs_of(self, decision: str) -> frozenset[str]:
        """Names of the input data the decision reads, directly or through others.

        Raises:
            DecisionFailed: there is no such decision, or its graph is broken.
        """
        nodes = self._program(decision).nodes
        return frozenset(node.name for node in nodes if node.kind == "input")

    def decide(
        self,
        decision: str,
        inputs: Mapping[str, Any],
        *,
        now: datetime | None = None,
        types: Mapping[str, str] | None = None,
        strict: bool = True,
    ) -> Decided:
        """The value of the decision with this id or name; the inputs go by name, label or id.

        Missing inputs are null. ``types`` are the dates among the inputs, where the model itself
        does not say so. ``strict`` (the engine's way, EX-6) makes any warning an error;
        otherwise a doubtful value is null, as the standard says, and the warnings are returned.

        Raises:
            DecisionFailed: no such decision, a broken graph, a hit policy that does not hold.
            ExpressionFailed: a limit was passed, or ``strict`` met a warning.
        """
        program = self._program(decision)
        answer = self._ask(program, _given(program, inputs, types or {}), now)
        labels = {node.key: node for node in program.nodes}
        for key, kind, rules in answer["faults"]:
            raise DecisionFailed(
                _fault(kind, labels[key].label, [number for _id, number in rules]),
                element=labels[key].id,
                detail=", ".join(rule for rule, _number in rules),
            )
        warnings = tuple(f"{element}: {text}" for element, text in answer["warnings"])
        if strict and warnings:
            raise ExpressionFailed(
                _("决策“{name}”的表达式无法计算").format(name=program.node.label),
                element=program.node.id,
                detail="; ".join(warnings)[:2000],
            )
        hits = {labels[key].id: tuple(rules) for key, rules in answer["hits"].items()}
        return Decided(value=answer["value"], hits=hits, warnings=warnings)

    def _program(self, decision: str) -> Program:
        program = self._programs.get(decision)
        if program is None:
            program = compile_decision(self._graph, self._graph.find(decision))
            self._programs[decision] = program
        return program

    def _ask(self, program: Program, inputs: Mapping[str, Json], now: datetime | None) -> Json:
        request: dict[str, Json] = {
            "hash": program.hash,
            "key": program.node.key,
            "inputs": inputs,
            "now": moment_text(now),
        }
        answer = self._isolate.ask("decide", request)
        if answer is None:
            answer = self._isolate.ask("decide", {**request, "model": program.request})
        return answer


def evaluate(
    model_text: bytes | str,
    decision: str,
    inputs: Mapping[str, Any],
    *,
    others: Sequence[bytes | str] = (),
    now: datetime | None = None,
) -> Json:
    """The value of one decision of one DMN file, null where the standard says so.

    ``others`` are the files it may import. Dates may be given as dates or as ISO text of a
    declared type; they come back as ISO text. Without ``now``, ``now()`` gives null.

    Raises:
        DecisionFailed: unreadable file, no such decision, a circle, a hit policy that fails.
        ExpressionFailed: a limit of time, memory or size was passed.
    """
    return parsed((model_text, *others)).decide(decision, inputs, now=now, strict=False).value


_cache: Final[Recent[tuple[bytes | str, ...], Decisions]] = Recent(_CACHED)


def parsed(files: tuple[bytes | str, ...]) -> Decisions:
    """The decisions of these files, the same object for the same content.

    Raises:
        DecisionFailed: one of them cannot be read as DMN.
    """
    known = _cache.get(files)
    if known is None:
        known = Decisions({str(index): text for index, text in enumerate(files)})
        _cache.put(files, known)
    return known


def _fault(kind: str, name: str, numbers: Sequence[int]) -> str:
    rows = "、".join(_("第{number}行").format(number=number) for number in numbers)
    match kind:
        case "NOT_UNIQUE":
            text = _("决策“{name}”只允许一行符合，却有{count}行同时符合：{rows}")
        case "NOT_ANY":
            text = _("决策“{name}”同时符合的各行结论不一致：{rows}")
        case "NOT_NUMBERS":
            text = _("决策“{name}”要汇总的结论不都是数字：{rows}")
        case _:
            text = _("决策“{name}”的命中策略无法识别")
    return text.format(name=name, count=len(numbers), rows=rows)


def _given(program: Program, inputs: Mapping[str, Any], types: Mapping[str, str]) -> Json:
    given = {name: value for name, value in inputs.items() if program.reads(name)}
    for name, value in given.items():
        refuse_inexact(value, name)
    return {name: _typed(value, types.get(name)) for name, value in given.items()}


def _typed(value: Any, kind: str | None) -> Json:
    if kind is None:
        return _sent(value)
    if isinstance(value, list):
        return [_typed(item, kind) for item in value]
    return {"@": [kind, value]} if isinstance(value, str) else _sent(value)


def _sent(value: Any) -> Json:
    """JSON as it is; Python dates, times and decimals tagged for ``revive`` in the isolate."""
    if isinstance(value, list | tuple):
        return [_sent(item) for item in value]
    if isinstance(value, Mapping):
        inner = {str(key): _sent(item) for key, item in value.items()}
        return {"@": ["context", inner]} if "@" in inner else inner
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    for kind, name in _TEMPORAL:
        if isinstance(value, kind):
            return {"@": [name, _iso(value)]}
    return value


def _iso(value: Any) -> str:
    return _duration(value) if isinstance(value, timedelta) else str(value.isoformat())


def _duration(value: timedelta) -> str:
    sign = "-" if value < timedelta(0) else ""
    size = abs(value)
    seconds = f"{size.seconds + size.microseconds / 1_000_000:f}".rstrip("0").rstrip(".")
    return f"{sign}P{size.days}DT{seconds}S"
