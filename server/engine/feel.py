"""FEEL for the whole program: batches over the isolate, and a memo so that a step asks once.

Traps of the language that no evaluator can take away (ENGINE section 5a), for whoever writes
expressions; the checker looks for them where it can:

- ``"5" > 3`` is true: a text is turned into a number. Declare the type of every variable.
- ``d < date("2026-03-01")`` with a text ``d`` is false, whatever it says: pass ``types``.
- ``0.1 + 0.2 = 0.3`` is false, numbers are doubles: money in whole fen, or ``decimal(x, 2)``.
- an unknown name is null with a warning, and ``not(nope = "x")`` is true: a warning is a fault.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple

import orjson

from server.domain.errors import ExpressionFailed
from server.domain.expressions import Json, Parsed, Value
from server.domain.texts import _
from server.engine.feel_input import moment_text, refuse_inexact
from server.engine.feel_names import reserved_names
from server.engine.feel_text import too_costly, untrue_numbers
from server.engine.isolate import Isolate, shared
from server.engine.recent import Recent

__all__ = ["Feel", "reserved_names"]

_CLOCK: Final = frozenset({"now", "today"})
_PLAIN_NAME: Final = re.compile(r"[^\W\d]\w*")
#: texts parsed in one trip: far inside its time limit
_BATCH: Final = 500


class _Question(NamedTuple):
    """One expression, or one unary test with its input."""

    text: str
    unary: bool = False
    input: Json = None

    def sent(self) -> Json:
        return [self.text, self.input] if self.unary else self.text


class _Context(NamedTuple):
    """What the questions of one batch are asked about."""

    data: Mapping[str, Json]
    types: Mapping[str, str]
    now: datetime | None


class Feel:
    """Evaluates FEEL with a bounded memo; safe for many threads at once.

    A result is remembered under the expression and the exact values it reads; never one that
    reads the clock, never one with a warning, so that a fault is seen each time it is met.
    """

    def __init__(self, isolate: Isolate = shared, *, memo: int = 4096) -> None:
        self._isolate = isolate
        self._memo: Recent[tuple[str, bytes], str] = Recent(memo)
        self._parsed: Recent[tuple[str, bool], Parsed] = Recent(memo)

    def values(
        self,
        expressions: Sequence[str],
        context: Mapping[str, Json],
        *,
        now: datetime | None = None,
        types: Mapping[str, str] | None = None,
    ) -> list[Value]:
        """The value of each expression in ``context``; one bad expression does not hide others.

        ``types`` names the variables that are dates, times or durations in ISO text. Dates come
        back as ISO text, numbers without a fraction as int. Without ``now``, ``now()`` and
        ``today()`` are refused as a warning.

        Raises:
            ExpressionFailed: a limit of time, memory, length, nesting or digits was passed.
        """
        questions = [_Question(text) for text in expressions]
        return self._answer("values", questions, _Context(context, types or {}, now))

    def unary_tests(
        self,
        tests: Sequence[tuple[str, Json]],
        context: Mapping[str, Json],
        *,
        now: datetime | None = None,
        types: Mapping[str, str] | None = None,
    ) -> list[Value]:
        """For each (test text, input value): does the value pass; a blank test always passes.

        Raises:
            ExpressionFailed: a limit of time, memory, length, nesting or digits was passed.
        """
        questions = [_Question(text.strip() or "-", unary=True, input=it) for text, it in tests]
        return self._answer("unaryTests", questions, _Context(context, types or {}, now))

    def prefetch(
        self,
        expressions: Sequence[str],
        context: Mapping[str, Json],
        now: datetime | None = None,
        *,
        types: Mapping[str, str] | None = None,
    ) -> None:
        """Remember what ``values`` will be asked next, in one trip; never raises.

        An expression that fails is not remembered: it fails when it is really asked, if it is.
        """
        try:
            self.values(expressions, context, now=now, types=types)
        except ExpressionFailed:
            return

    def parse(self, expression: str, *, unary: bool = False) -> Parsed:
        """Free names, built-ins called and everything wrong with the text, without evaluating it.

        In a filter ``xs[a > 1]`` the name ``a`` counts as read, since it may be a variable or a
        field of the element; ``xs[item.a > 1]`` says which. Errors also name what ``values``
        would accept but publishing must not: numbers that lose digits, self-calling functions.
        """
        text = expression.strip() or "-" if unary else expression
        refusal = too_costly(text)
        if refusal:
            return Parsed(names=frozenset(), errors=(refusal,))
        try:
            return self._parse([(text, unary)])[0]
        except ExpressionFailed as failed:
            return Parsed(names=frozenset(), errors=(failed.message,))

    def parse_all(self, expressions: Sequence[tuple[str, bool]]) -> list[Parsed]:
        """``parse`` of many (text, unary) in few trips, for checks of whole tables."""
        texts = [(text.strip() or "-" if unary else text, unary) for text, unary in expressions]
        refused = [too_costly(text) for text, _unary in texts]
        known: dict[tuple[str, bool], Parsed] = {}
        sent = list(dict.fromkeys(t for t, no in zip(texts, refused, strict=True) if not no))
        for start in range(0, len(sent), _BATCH):
            known |= self._parse_apart(sent[start : start + _BATCH])
        return [
            Parsed(names=frozenset(), errors=(no,)) if no else known[text]
            for text, no in zip(texts, refused, strict=True)
        ]

    def _parse_apart(self, batch: list[tuple[str, bool]]) -> dict[tuple[str, bool], Parsed]:
        """A batch at once; one by one when some text is too slow even to parse."""
        try:
            return dict(zip(batch, self._parse(batch), strict=True))
        except ExpressionFailed:
            return {(text, unary): self.parse(text, unary=unary) for text, unary in batch}

    def close(self) -> None:
        """Close the isolate; the next question makes a new one."""
        self._isolate.close()

    def _answer(self, act: str, questions: list[_Question], context: _Context) -> list[Value]:
        for question in questions:
            refusal = _refusal(question.text)
            if refusal:
                raise ExpressionFailed(refusal, detail=question.text[:200])
        if not questions:
            return []
        parsed = self._parse([(question.text, question.unary) for question in questions])
        odd = _odd(context.data)
        keys = [self._key(*pair, context, odd) for pair in zip(questions, parsed, strict=True)]
        found = [self._recall(key) for key in keys]
        missing = [index for index, value in enumerate(found) if value is None]
        if missing:
            asked = [(questions[index], parsed[index]) for index in missing]
            for index, value in zip(missing, self._ask(act, asked, context), strict=True):
                found[index] = value
                self._remember(keys[index], value)
        return [value for value in found if value is not None]

    def _ask(
        self, act: str, asked: list[tuple[_Question, Parsed]], context: _Context
    ) -> list[Value]:
        read = frozenset[str]().union(*(parsed.names for _each, parsed in asked))
        view = _view(context.data, read, _odd(context.data))
        for name, value in view.items():
            refuse_inexact(value, name)
        for question, _parsed in asked:
            refuse_inexact(question.input, "?")
        answers, unreadable = self._isolate.ask(
            act,
            {
                "list": [question.sent() for question, _parsed in asked],
                "context": view,
                "types": {name: kind for name, kind in context.types.items() if name in view},
                "now": moment_text(context.now),
            },
        )
        return [
            Value(value, (*warnings, *_unreadable(parsed, unreadable)))
            for (_question, parsed), (value, warnings) in zip(asked, answers, strict=True)
        ]

    def _key(
        self, question: _Question, parsed: Parsed, context: _Context, odd: Iterable[str]
    ) -> tuple[str, bytes] | None:
        if parsed.builtins & _CLOCK:
            return None
        view = _view(context.data, parsed.names, odd)
        typed = {name: context.types[name] for name in view if name in context.types}
        try:
            known = orjson.dumps([view, typed, question.input], option=orjson.OPT_SORT_KEYS)
        except (TypeError, RecursionError):
            return None
        return f"{'?' if question.unary else '='}{question.text}", known

    def _recall(self, key: tuple[str, bytes] | None) -> Value | None:
        stored = None if key is None else self._memo.get(key)
        return None if stored is None else Value(json.loads(stored))

    def _remember(self, key: tuple[str, bytes] | None, value: Value) -> None:
        if key is not None and not value.warnings:
            self._memo.put(key, json.dumps(value.value))

    def _parse(self, wanted: list[tuple[str, bool]]) -> list[Parsed]:
        found = {pair: self._parsed.get(pair) for pair in wanted}
        known = {pair: parsed for pair, parsed in found.items() if parsed is not None}
        unknown = [pair for pair in found if pair not in known]
        if unknown:
            answers = self._isolate.ask("parse", {"list": unknown})
            for pair, answer in zip(unknown, answers, strict=True):
                known[pair] = _parsed(pair[0], answer)
                self._parsed.put(pair, known[pair])
        return [known[pair] for pair in wanted]


def _parsed(text: str, answer: list[list[Json]]) -> Parsed:
    names, builtins, wrong, recursive, halves, crossed, paths, compared, results = answer
    digits = untrue_numbers(text)
    return Parsed(
        names=frozenset(names) - frozenset(recursive),
        errors=(
            *_placed(_("第{position}个字符处不符合FEEL语法"), wrong),
            *_placed(_("第{position}个字符处多了比较符号，或者少了被比较的值"), halves),
            *_placed(_("第{position}个字符处的比较两边不能相比，请用between、in或者and"), crossed),
            *([digits] if digits else []),
            *(_("函数“{name}”调用了自己").format(name=name) for name in recursive),
        ),
        builtins=frozenset(builtins),
        paths=frozenset(paths),
        compared=frozenset((path, text) for path, text in compared),
        texts=frozenset(text for kind, text in results if kind == "text"),
        sources=frozenset(path for kind, path in results if kind == "path"),
        is_open=any(kind == "open" for kind, _path in results),
    )


def _placed(text: str, positions: Iterable[int]) -> Iterable[str]:
    """The text once for each place, counted from one."""
    return (text.format(position=position + 1) for position in dict.fromkeys(positions))


@lru_cache(maxsize=4096)
def _refusal(text: str) -> str:
    """Why this text may not be evaluated; packs ask the same few texts again and again."""
    return too_costly(text) or untrue_numbers(text)


@lru_cache(maxsize=4096)
def _is_plain(name: str) -> bool:
    return _PLAIN_NAME.fullmatch(name) is not None


def _odd(data: Mapping[str, Json]) -> list[str]:
    """Names that a text may read without naming them: one with a space is known by its value."""
    return [name for name in data if not _is_plain(name)]


def _view(data: Mapping[str, Json], read: Iterable[str], odd: Iterable[str]) -> dict[str, Json]:
    """The part of ``data`` that is read."""
    return {name: data[name] for name in (*read, *odd) if name in data}


def _unreadable(parsed: Parsed, names: list[str]) -> list[str]:
    return [f"TYPE_MISMATCH: {name}" for name in names if name in parsed.names]
