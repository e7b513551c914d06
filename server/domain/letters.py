"""The names a letter template may use, and who may read a paper that was issued.

The list is closed: a template that names anything else is refused when its pack is checked. It is
explained to designers in docs/reference/pack-format.md.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from server.domain.perspectives import Matter, Sight, matter_of
from server.domain.roles import Capacity

#: every name a template is given
NAMES: Final = frozenset(
    {
        "number",
        "title",
        "to",
        "copies",
        "basis",
        "issuer",
        "issued_on",
        "replaces",
        "case",
        "subjects",
        "answers",
        "lines",
        "tables",
        "steps",
        "decision",
        "served",
    }
)

#: what stands in a number pattern for year and figure
YEAR: Final = "{year}"
FIGURE: Final = "{number}"


def on_paper(day: date) -> str:
    """The day as official papers write it: 2026年3月2日."""
    return f"{day.year}年{day.month}月{day.day}日"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What decides who may read a paper that was issued."""

    matter: Matter
    #: role, office and person of the step it was written for
    role: str
    unit_id: str | None
    written_by: str | None
    #: roles it goes to
    to: Collection[str]
    needs_service: bool
    #: roles, and persons and units, it was handed over to
    served: Collection[tuple[str, str]]


def matter_of_paper(writer: Capacity | None, *, is_addressed: bool) -> Matter:
    """What kind of paper is issued for a step of this capacity.

    What a body decided goes to somebody and holds no votes; what goes to nobody is its minutes.
    """
    if writer is Capacity.BODY and is_addressed:
        return Matter.DECISION
    return matter_of(writer, is_addressed=is_addressed)


def may_read(sight: Sight, paper: Shown, held: Collection[tuple[str, str]]) -> bool:
    """May he read it: who wrote it, who sees papers of its kind, and to whom it was handed over.

    ``held``: his roles in the case, each with the id of the person or unit that holds it. Whoever
    a paper goes to reads it once it was served on him, since that is when it reaches him; what is
    not served reaches him when it is issued.
    """
    if sight.wrote(paper.written_by, paper.unit_id, paper.role) or sight.sees(paper.matter):
        return True
    if paper.needs_service:
        return any(one in held for one in paper.served)
    return any(role in paper.to for role, _holder in held)
