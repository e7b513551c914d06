"""Other answers to a form than those that are known, and answers for what was left out.

An answer that decides where a case goes is mostly one of a few: an option of the form, or a value
that a condition names. Those are tried first, one field at a time, then two at a time.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations, islice, product
from typing import Any, Final

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

Answers = dict[str, Json]


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
    pack: PolicyPack,
    now: datetime,
) -> Answers | None:
    """The answers with something for each field that was found wrong; None: nothing can be done."""
    fields = {field.key: field for field in flat(read(schema.get("components")))}
    found = dict(answers)
    for finding in findings:
        key = re.split(r"[.\[]", finding.field, maxsplit=1)[0]
        field = fields.get(key)
        if field is None:
            continue
        tried = found.get(key)
        offered = [each[key] for each in known if each.get(key) not in (None, tried)]
        offered += [made] if (made := _made(field, pack, now)) not in (None, tried) else []
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


def _made(field: Field, pack: PolicyPack, now: datetime) -> Json:
    """Something that fits the field, None where nothing simple does."""
    options = _options(field, pack)
    if field.kind is not None:
        offices = (key for key, role in pack.roles.items() if role.organ)
        return next(offices, None) if field.kind != "case" else None
    if field.component in ONE_OF:
        return options[0] if options else None
    if field.component in MANY_OF:
        return options[:1] or None
    simple: Mapping[str, Json] = {
        "checkbox": True,
        "number": field.limits.get("min", 1),
        "datetime": now.date().isoformat(),
        "textfield": _("演练填写"),
        "textarea": _("演练填写"),
    }
    return simple.get(field.component)
