"""The parts a plain form is drawn from: controls, their options, and what a form is asked with."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from server.domain.expressions import Evaluate, Json
from server.domain.findings import Finding

#: what stands before the name of an answer, so that it is never taken for a field of the page
ANSWER: Final = "a."

#: offers people or units: (kind, what was typed to find them, ids chosen) -> (value, label)
Offer = Callable[[str, str, Sequence[str]], Sequence[tuple[str, str]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One entry to choose."""

    value: str
    label: str
    is_chosen: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """A file that was added before."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Control:
    """One component of the form at its place."""

    #: how it is drawn: text area number date choice choices box list group rows files shown …
    kind: str
    #: place of the answer, empty for what only shows something
    name: str = ""
    id: str = ""
    label: str = ""
    hint: str = ""
    required: bool = False
    #: cannot be changed
    is_locked: bool = False
    #: when it is asked for, in words; empty: always
    condition: str = ""
    #: its condition does not hold with what is filled in
    is_off: bool = False
    value: str = ""
    #: type of an input
    type: str = "text"
    #: further attributes of an input
    limits: Mapping[str, str] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    #: people, units and cases: what was typed to find them
    typed: str = ""
    names_case: bool = False
    uploads: tuple[Upload, ...] = ()
    is_multiple: bool = False
    children: tuple["Control", ...] = ()
    rows: tuple[tuple["Control", ...], ...] = ()
    #: head and cells of a table
    head: tuple[str, ...] = ()
    cells: tuple[tuple[str, ...], ...] = ()
    #: what is wrong with it
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """Everything a form is drawn from."""

    schema: Mapping[str, Any]
    #: what the form is shown with: variables, lists, earlier answers
    data: Mapping[str, Json]
    evaluate: Evaluate
    #: what was typed, None for a form that is shown the first time
    answers: Mapping[str, Json] | None = None
    findings: Sequence[Finding] = ()
    offer: Offer = lambda _kind, _typed, _chosen: ()
    #: place of a person or unit -> what was typed to find it
    searches: Mapping[str, str] = field(default_factory=dict)
    #: name of an uploaded file by its id
    uploads: Mapping[str, str] = field(default_factory=dict)
    #: nothing can be filled in
    is_locked: bool = False


def identity(name: str) -> str:
    """The id in the page of the control of an answer."""
    return "f-" + re.sub(r"[^\w-]+", "-", name).strip("-")


def written_value(value: Json) -> str:
    """An option's value as text of a page; what is no plain text is marked, so it comes back."""
    if isinstance(value, str) and not value.startswith("="):
        return value
    return "=" + json.dumps(value, ensure_ascii=False)


def cell(value: Json) -> str:
    """A value as text of a page, empty for none."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "；".join(cell(one) for one in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
