"""Proposes FEEL for the simplest conditions of other engines; a person decides, nothing is run.

Only comparisons of names with literals, joined by and, or, not. Anything else has no proposal:
to guess would change what a diagram means.
"""

import re
from typing import Final

_WRAPPED: Final = re.compile(r"\s*[$#]\{(.*)\}\s*", re.DOTALL)
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<text>'[^'\\]*'|\"[^\"\\]*\")|(?P<number>-?\d{1,15}(?:\.\d{1,15})?)"
    r"|(?P<word>[^\W\d]\w*(?:\.[^\W\d]\w*)*)|(?P<sign>===|!==|==|!=|<=|>=|&&|\|\||[<>!()]))"
)
_SAME: Final = {
    "==": "=",
    "===": "=",
    "eq": "=",
    "!=": "!=",
    "!==": "!=",
    "ne": "!=",
    "<": "<",
    "lt": "<",
    "<=": "<=",
    "le": "<=",
    ">": ">",
    "gt": ">",
    ">=": ">=",
    "ge": ">=",
}
_JOIN: Final = {"&&": "and", "and": "and", "||": "or", "or": "or"}
_LITERALS: Final = {"true", "false", "null"}
_MOST: Final = 500


def proposed(text: str) -> str:
    """The same in FEEL, empty when it is not simple enough to say so with certainty."""
    wrapped = _WRAPPED.fullmatch(text)
    inner = wrapped.group(1) if wrapped else text
    if len(inner) > _MOST:
        return ""
    try:
        reader = _Reader(_tokens(inner))
        said = reader.joined()
        return said if reader.is_done else ""
    except _TooHard:
        return ""


class _TooHard(Exception):
    """The text says more than comparisons."""


def _tokens(text: str) -> list[tuple[str, str]]:
    found, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise _TooHard
        found.append((match.lastgroup, match.group(match.lastgroup)))
        position = match.end()
    return found


class _Reader:
    """Reads the tokens from left to right; ``and`` binds closer than ``or`` in both languages."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def is_done(self) -> bool:
        """Was everything read."""
        return self._at == len(self._tokens)

    def joined(self) -> str:
        said = self._part()
        while self._next() in _JOIN:
            said += f" {_JOIN[self._take()]} {self._part()}"
        return said

    def _part(self) -> str:
        if self._next() in ("!", "not"):
            self._take()
            return f"not({self._part_inside()})"
        if self._next() == "(":
            return f"({self._inside()})"
        return self._comparison()

    def _part_inside(self) -> str:
        return self._inside() if self._next() == "(" else self._flag()

    def _inside(self) -> str:
        self._take()
        said = self.joined()
        if self._take() != ")":
            raise _TooHard
        return said

    def _comparison(self) -> str:
        name = self._name()
        if self._next() not in _SAME:
            return f"{name} = true"
        return f"{name} {_SAME[self._take()]} {self._value()}"

    def _flag(self) -> str:
        return f"{self._name()} = true"

    def _name(self) -> str:
        kind, text = self._token()
        if kind != "word" or text in _LITERALS or text in _SAME or text in _JOIN:
            raise _TooHard
        return text

    def _value(self) -> str:
        kind, text = self._token()
        if kind == "text" and '"' not in text[1:-1]:
            return f'"{text[1:-1]}"'
        if kind == "number" or text in _LITERALS:
            return text
        raise _TooHard

    def _next(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        return self._token()[1]

    def _token(self) -> tuple[str, str]:
        if self.is_done:
            raise _TooHard
        self._at += 1
        return self._tokens[self._at - 1]
