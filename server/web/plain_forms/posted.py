"""What came back from a plain form, as the nested answers its schema asks for.

What was typed is kept as typed: a word where a number belongs stays that word, so that the refusal
shows it again at its field. Rows are added and taken away here, by the buttons of the form.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from werkzeug.datastructures import MultiDict

from server.domain.expressions import Json
from server.forms.components import MANY_OF, MOST_ROWS, ONE_OF
from server.forms.fields import Field, flat, read
from server.forms.visibility import Path, written
from server.web.plain_forms.parts import ANSWER

#: hidden field with the number of rows of a list, ``rows.members``
ROWS: Final = "rows."
#: what was typed to find a person or unit
SEARCH: Final = "search."
#: a file that is to be taken out again
DROP: Final = "drop."
#: names of the buttons that change the form and submit nothing: add, remove, find
STEPS: Final = ("add", "remove", "find")

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Posted:
    """A plain form that came back."""

    answers: dict[str, Json]
    #: place of a person or unit -> what was typed to find it
    searches: Mapping[str, str] = field(default_factory=dict)
    #: place to go on at after a row was added or somebody was looked for; empty: it was submitted
    step_at: str = ""

    @property
    def is_step(self) -> bool:
        """Was a button pressed that only changes the form."""
        return bool(self.step_at)


def posted(
    schema: Mapping[str, Json],
    sent: MultiDict[str, str],
    added: Mapping[str, Sequence[str]] | None = None,
) -> Posted:
    """The answers; ``added`` are ids of files that were uploaded with the form, by their place.

    A locked field is not sent, and the server knows its value. If somebody sends it all the same,
    or an answer that no field asks for, it is among the answers and refused with them.
    """
    fields = read(schema.get("components"))
    removed = _split(sent.get("remove", ""))
    taken = _Taken(sent=sent, added=added or {})
    answers = _level(fields, (), taken)
    made_up = {key for key in sent if key.startswith(ANSWER)} - taken.names
    answers |= {key.removeprefix(ANSWER): sent.get(key) for key in sorted(made_up)}
    step_at = ""
    if sent.get("add", ""):
        step_at = _add(fields, answers, sent.get("add", ""))
    elif removed is not None:
        step_at = _remove(answers, *removed)
    elif sent.get("find", ""):
        step_at = sent.get("find", "")
    searches = {
        key.removeprefix(SEARCH): sent.get(key, "") for key in sent if key.startswith(SEARCH)
    }
    return Posted(answers=answers, searches=searches, step_at=step_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Taken:
    sent: MultiDict[str, str]
    added: Mapping[str, Sequence[str]]
    #: names of answers that fields ask for
    names: set[str] = field(default_factory=set)


def _level(fields: tuple[Field, ...], path: Path, taken: _Taken) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for each in flat(fields):
        here = (*path, each.key)
        if each.is_rows:
            found[each.key] = [
                _level(each.children, (*here, number), taken)
                for number in range(_count(taken.sent.get(ROWS + written(here), "0")))
            ]
        elif each.is_container:
            found[each.key] = _level(each.children, here, taken)
        else:
            name = ANSWER + written(here)
            taken.names.add(name)
            is_asked = not each.is_locked or name in taken.sent
            if is_asked and each.component != "expression":
                found[each.key] = _answer(each, written(here), taken)
    return found


def _answer(each: Field, place: str, taken: _Taken) -> Json:
    name, sent = ANSWER + place, taken.sent
    if each.component == "checkbox":
        return sent.get(name, "") == "true"
    if each.component == "filepicker":
        dropped = set(sent.getlist(DROP + place))
        kept = [one for one in sent.getlist(name) if one and one not in dropped]
        return [*kept, *taken.added.get(place, ())]
    if each.component in MANY_OF or (each.kind and each.type == "list"):
        return [_option(one) for one in sent.getlist(name) if one]
    text = sent.get(name, "").replace("\r\n", "\n")
    read_as = {"number": _number, **dict.fromkeys(ONE_OF, _option)}
    return read_as.get(each.component, str)(text) if text else None


def _option(text: str) -> Json:
    if not text.startswith("="):
        return text
    try:
        return json.loads(text[1:])
    except ValueError:
        return text


def _number(text: str) -> Json:
    plain = text.strip()
    if not _NUMBER.fullmatch(plain):
        return text
    return float(plain) if "." in plain else int(plain) if len(plain) < 20 else text


def _count(text: str) -> int:
    return min(int(text), MOST_ROWS) if text.isdecimal() and len(text) < 6 else 0


def _add(fields: tuple[Field, ...], answers: dict[str, Json], place: str) -> str:
    """One more row at the end of a list; its place."""
    rows = _rows_at(answers, _parts(place))
    known = _field_at(fields, [part for part in _parts(place) if isinstance(part, str)])
    if rows is None or known is None or len(rows) >= MOST_ROWS:
        return place
    rows.append({})
    return f"{place}[{len(rows) - 1}]"


def _remove(answers: dict[str, Json], place: str, number: int) -> str:
    rows = _rows_at(answers, _parts(place))
    if rows is not None and number < len(rows):
        rows.pop(number)
    return place


def _split(text: str) -> tuple[str, int] | None:
    """``members[2]`` as list and number of the row."""
    match = re.fullmatch(r"(.+)\[([0-9]{1,3})\]", text)
    return (match[1], int(match[2])) if match else None


def _parts(place: str) -> list[str | int]:
    return [
        int(part[1:-1]) if part.startswith("[") else part
        for part in re.findall(r"\[[0-9]{1,3}\]|[^.\[\]]+", place)
    ]


def _rows_at(answers: Json, parts: list[str | int]) -> list[Json] | None:
    here = answers
    for part in parts:
        if isinstance(part, int):
            here = here[part] if isinstance(here, list) and part < len(here) else None
        else:
            here = here.get(part) if isinstance(here, dict) else None
    return here if isinstance(here, list) else None


def _field_at(fields: tuple[Field, ...], keys: list[str]) -> Field | None:
    found = None
    for key in keys:
        found = next((each for each in flat(fields) if each.key == key), None)
        fields = found.children if found else ()
    return found if found is not None and found.is_rows else None
