"""The text around a word that a search found in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from server.domain.search_terms import Term, normal

#: characters shown before and after the word
_BEFORE: Final = 24
_AFTER: Final = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Snippet:
    """A piece of a text in three parts; ``word`` is what was found, as it stands there."""

    before: str
    word: str
    after: str


def snippet(texts: Iterable[str], words: Sequence[Term]) -> Snippet | None:
    """The piece around the first word in the first text that has one; None where none does."""
    for text in texts:
        plain = " ".join(text.split())
        places = [place for word in words if (place := _place(plain, word.text))]
        if places:
            start, end = min(places)
            return Snippet(
                before=_cut(plain[:start]), word=plain[start:end], after=_rest(plain[end:])
            )
    return None


def _place(text: str, word: str) -> tuple[int, int] | None:
    """Where the word stands in the text; one character may compare as several."""
    owners = [place for place, one in enumerate(text) for _mark in normal(one)]
    start = "".join(normal(one) for one in text).find(word)
    return (owners[start], owners[start + len(word) - 1] + 1) if start >= 0 else None


def _cut(text: str) -> str:
    return text if len(text) <= _BEFORE else f"…{text[-_BEFORE:]}"


def _rest(text: str) -> str:
    return text if len(text) <= _AFTER else f"{text[:_AFTER]}…"
