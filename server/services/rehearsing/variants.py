"""Other answers to a form than those that are known, and answers for what was left out.

An answer that decides where a case goes is mostly one of a few: an option of the form, or a value
that a condition names. Those are tried first, one field at a time, then two at a time.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations, islice, product
from typing import Any, Final

from server.domain.access import APPLICANT
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.packs import PolicyPack
from server.domain.texts import _
from server.forms.components import MANY_OF, ONE_OF, TEXTS
from server.forms.fields import Field, flat, read

_QUOTED: Final = re.compile(r'"([^"\\]{1,80})"')
_NUMBER: Final = re.compile(r"(?<![\w.\"])(\d{1,9})(?![\w.\"])")
#: of two fields at a time, at most so many pairs of values
_PAIRS: Final = 60

#: of the offices that may be named, so many are tried
_OFFICES: Final = 3
#: what is to come is made to come then
_LATER: Final = timedelta(days=30)

Answers = dict[str, Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class Making:
    """What answers are made from."""

    pack: PolicyPack
    #: the day of the act
    day: date
    #: fields that are answered so on purpose
    kept: frozenset[str] = frozenset()
    #: what is answered elsewhere: who is named there is not named again if there is another
    used: frozenset[str] = frozenset()


def varied(
    known: Sequence[Mapping[str, Json]],
    schema: Mapping[str, Any],
    pack: PolicyPack,
    conditions: Sequence[str],
) -> Iterator[Answers]:
    """Answers to try: those that are known, then what differs from the first of them.

    ``conditions`` are texts of the flows on the way, the one that is sought first.
    """
    yield from map(dict, known or [{}])
    base = dict(known[0]) if known else {}
    fields = sorted(
        (field for field in flat(read(schema.get("components"))) if not field.is_locked),
        key=lambda field: _rank(field, conditions),
    )
    choices = {field.key: list(values(field, pack, conditions)) for field in fields}
    for key, offered in choices.items():
        for value in offered:
            if value != base.get(key):
                yield {**base, key: value}
    deciding = [field.key for field in fields if _rank(field, conditions) < len(conditions)]
    yield from islice(_pairs(base, deciding, choices), _PAIRS)


def repaired(
    answers: Answers,
    findings: Iterable[Finding],
    schema: Mapping[str, Any],
    known: Sequence[Mapping[str, Json]],
    making: Making,
) -> Answers | None:
    """The answers with something for each field that was found wrong; None: nothing can be done."""
    fields = {field.key: field for field in flat(read(schema.get("components")))}
    found = dict(answers)
    for finding in findings:
        key = re.split(r"[.\[]", finding.field, maxsplit=1)[0]
        field = fields.get(key)
        if field is None or key in making.kept:
            continue
        tried = found.get(key)
        offered = [each[key] for each in known if each.get(key) not in (None, tried)]
        named = replace(making, used=frozenset(_texts(found)))
        offered += [made for made in _made(field, named) if made not in (None, tried)]
        if offered:
            found[key] = offered[0]
        elif tried is not None:
            del found[key]
    return found if found != answers else None


def _pairs(
    base: Answers, keys: Sequence[str], choices: Mapping[str, Sequence[Json]]
) -> Iterator[Answers]:
    for one, other in combinations(keys, 2):
        for first, second in product(choices[one], choices[other]):
            if first != base.get(one) and second != base.get(other):
                yield {**base, one: first, other: second}


def _rank(field: Field, conditions: Sequence[str]) -> int:
    """How soon the field is to be varied: named by the condition that is sought, by others, or
    by none."""
    word = re.compile(rf"(?<!\w){re.escape(field.key)}(?!\w)") if field.key else None
    return next(
        (nth for nth, text in enumerate(conditions) if word and word.search(text)), len(conditions)
    )


def values(field: Field, pack: PolicyPack, conditions: Sequence[str]) -> Iterator[Json]:
    """Values the field may be answered with: its options, and what the conditions name."""
    if field.component == "checkbox":
        yield from (True, False)
    elif field.component in ONE_OF:
        yield from _options(field, pack)
    elif field.component in MANY_OF:
        yield from ([each] for each in _options(field, pack))
    elif field.component == "number" and _rank(field, conditions) < len(conditions):
        named = {int(each) for text in conditions for each in _NUMBER.findall(text)}
        yield from sorted({near for each in named for near in (each - 1, each, each + 1)})
    elif field.component in TEXTS and field.kind is None:
        text = conditions[_rank(field, conditions)] if _is_named(field, conditions) else ""
        yield from _QUOTED.findall(text)


def _is_named(field: Field, conditions: Sequence[str]) -> bool:
    return _rank(field, conditions) < len(conditions)


def _options(field: Field, pack: PolicyPack) -> list[Json]:
    if field.list_name and field.list_name in pack.lists:
        return [item.code for item in pack.lists[field.list_name].items if not item.text_missing]
    given = field.schema.get("values")
    entries = given if isinstance(given, list) else []
    return [each["value"] for each in entries if isinstance(each, Mapping) and "value" in each]


def _made(field: Field, making: Making) -> Iterator[Json]:
    """Something that fits the field, nothing where nothing simple does."""
    options = _options(field, making.pack)
    if field.kind == "case":
        yield from [_("演练填写")] if field.which.may_be_elsewhere else ()
    elif field.kind is not None:
        people = [APPLICANT] if field.kind == "person" else []
        offices = [key for key, role in making.pack.roles.items() if role.organ]
        yield from sorted(people + offices, key=lambda key: key in making.used)[:_OFFICES]
    elif field.component in ONE_OF:
        yield from options[:1]
    elif field.component in MANY_OF:
        yield from [options[:1]] if options else ()
    elif field.type == "date":
        yield from (making.day.isoformat(), (making.day + _LATER).isoformat())
    elif field.is_rows:
        yield [{each.key: next(_made(each, making), None) for each in flat(field.children)}]
    else:
        simple: Mapping[str, Json] = {
            "checkbox": True,
            "number": field.limits.get("min", 1),
            "textfield": _("演练填写"),
            "textarea": _("演练填写"),
        }
        yield simple.get(field.component)


def _texts(value: Json) -> Iterator[str]:
    """Every text in some answers."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
