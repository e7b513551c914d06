"""Words of a search and of what is searched, as marks that mean the same to every database.

Chinese is written without spaces: a text is stored as the pairs of neighbouring characters, in
order, so that two-character words are found exactly and a longer word is a phrase of pairs. What
is not Chinese (numbers, Latin words) is stored word by word. Marks are plain ASCII, since neither
database's own reading of Chinese or of rare characters is to be relied on.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

#: longest search, in characters (BU-7)
MAX_QUERY: Final = 100

#: most words of one search
MAX_TERMS: Final = 8

#: ideographs, their radicals and strokes, the ideographic zero; beyond the 16-bit range too
_HAN: Final = "〇⺀-⿕㇀-㇣㐀-䶿一-鿿豈-龎\U00020000-\U0003ffff"

_RUN: Final = re.compile(f"[{_HAN}]+|[^\\W_{_HAN}]+")
_IS_HAN: Final = re.compile(f"[{_HAN}]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One word of a search: marks that follow one another."""

    marks: tuple[str, ...]
    #: the last mark is only the beginning of one: a single Chinese character
    is_beginning: bool = False
    #: as it was typed, normalised
    text: str


def marks(text: str) -> Iterator[str]:
    """The marks of a text, in order: pairs of Chinese characters, and whole other words.

    The last character of a Chinese run stands alone, so that it is found by itself too.
    """
    for run in _RUN.findall(_normal(text)):
        if _IS_HAN.match(run):
            yield from _pairs(run)
            yield _han(run[-1])
        else:
            yield _word(run)


def terms(query: str) -> tuple[Term, ...]:
    """The words of a search; all of them have to be found. Empty when there is nothing to find."""
    runs = dict.fromkeys(_RUN.findall(_normal(query[:MAX_QUERY])))
    return tuple(_term(run) for run in list(runs)[:MAX_TERMS])


def stands_in(term: Term, text: str) -> bool:
    """Is the word found in the text, as the index finds it."""
    found, wanted = list(marks(text)), term.marks
    if term.is_beginning:
        return any(mark.startswith(wanted[-1]) for mark in found)
    return any(tuple(found[at:][: len(wanted)]) == wanted for at in range(len(found)))


def normal(text: str) -> str:
    """The text as the search compares it: one form of each character, small letters."""
    return _normal(text)


def _term(run: str) -> Term:
    if not _IS_HAN.match(run):
        return Term(marks=(_word(run),), text=run)
    if len(run) == 1:
        return Term(marks=(_han(run),), is_beginning=True, text=run)
    return Term(marks=tuple(_pairs(run)), text=run)


def _pairs(run: str) -> Iterator[str]:
    for one, other in pairwise(run):
        yield f"{_han(one)}{ord(other):05x}"


def _han(character: str) -> str:
    return f"h{ord(character):05x}"


def _word(run: str) -> str:
    plain = "".join(one if one.isascii() else f"x{ord(one):05x}" for one in run)
    return f"w{plain}"


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
