"""Rules between the fields of a form, and what they may read of earlier cases.

An appeal is made once, a refused application once more: whether there was one is asked of the cases
that named the same case before. Which of them count is data of the pack.
"""

from dataclasses import dataclass
from typing import Final

from server.domain.expressions import Feel
from server.domain.sources import Basis

#: what ``where`` reads, and its properties
ENTRY: Final = "entry"
ENTRY_PROPERTIES: Final = ("procedure", "status", "outcome", "opened_on")


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerRule:
    """A cross-field rule: ``check`` must be true of the answers, else ``message`` at ``field``."""

    form: str
    field: str
    check: Feel
    message: str
    fix: str = ""
    #: earlier cases whose references stand behind the message, as far as the reader may see them
    tells: str = ""
    basis: Basis | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """Cases opened before that named a case which this one names as well."""

    #: the name rules read them under: a list
    key: str
    title: str
    #: procedures of the cases that count
    procedures: tuple[str, ...]
    #: which of them count; every one without it
    where: Feel | None
    basis: Basis
