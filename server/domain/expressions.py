"""What callers may ask of an expression language, without knowing which library answers.

``engine/feel.py`` implements it over one isolate; forms, checker and services receive it as
an argument and never name the isolate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

#: JSON only: str, int, float, bool, None, list and dict with str keys
Json = Any


@dataclass(frozen=True, slots=True)
class Value:
    """Answer of one expression: its JSON value and the warnings that make it untrustworthy."""

    value: Json
    #: e.g. ``("NO_VARIABLE_FOUND: …",)``; at run time a warning is a fault, never a default (EX-6)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """What parsing tells without evaluating."""

    #: every identifier that is read and not bound inside the expression (free names)
    names: frozenset[str]
    #: syntax errors in words, empty when it parses
    errors: tuple[str, ...] = ()
    #: built-in functions it calls, e.g. ``now`` and ``today``, which need the command's clock
    builtins: frozenset[str] = frozenset()
    #: every path read, ``routing.level``; ``members[].vote`` is that of a member of a list
    paths: frozenset[str] = frozenset()
    #: (path, text) of every comparison of a path with a text that is written out
    compared: frozenset[tuple[str, str]] = frozenset()
    #: texts the whole may come to, and paths whose value it may come to
    texts: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    #: True when it may come to something that parsing cannot tell
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Feel:
    """A FEEL expression out of a pack, without its leading ``=``."""

    text: str


#: a value given directly, or computed in FEEL from the case's variables
Given = str | Feel


class Evaluate(Protocol):
    """FEEL, in batches: one call, one trip to the isolate."""

    def values(
        self,
        expressions: Sequence[str],
        context: Mapping[str, Json],
        *,
        now: datetime | None = None,
        types: Mapping[str, str] | None = None,
    ) -> list[Value]:
        """The value of each expression in ``context``; one bad expression does not hide others.

        ``now`` binds ``now()`` and ``today()`` (Asia/Shanghai); without it both are refused.
        ``types`` names the variables that are dates, times or durations in ISO text.
        Raises ExpressionFailed only when the limits (time, memory, size) are passed.
        """

    def unary_tests(
        self,
        tests: Sequence[tuple[str, Json]],
        context: Mapping[str, Json],
        *,
        now: datetime | None = None,
        types: Mapping[str, str] | None = None,
    ) -> list[Value]:
        """For each (test text, input value): does the value pass the FEEL unary test."""

    def parse(self, expression: str, *, unary: bool = False) -> Parsed:
        """Names and syntax errors of one expression, without evaluating it."""

    def parse_all(self, expressions: Sequence[tuple[str, bool]]) -> list[Parsed]:
        """``parse`` of many (text, is a unary test) in few trips; ``parse`` then knows them."""
