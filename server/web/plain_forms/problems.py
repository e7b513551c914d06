"""What is wrong with a form, in one line each, so that every line names its question.

A form asks 依据 after every question. A line that only says so leads nowhere on paper or by ear:
where a label occurs more than once, the question asked before it is named too, and in a list the
number of the row.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.texts import _
from server.forms.fields import Field, flat, read
from server.web.plain_forms.parts import identity

_INDEX = re.compile(r"\[([0-9]+)\]")


def problems(schema: Mapping[str, Json], findings: Sequence[Finding]) -> list[tuple[str, str]]:
    """Id of the control and sentence of each problem."""
    fields = read(schema.get("components"))
    labels = Counter(field.label for field in _every(fields))
    asked = dict(_asked(fields, "", labels))
    return [
        (
            identity(one.field) if one.field else "",
            _row_of(one.field) + asked.get(_INDEX.sub("", one.field), "") + one.message,
        )
        for one in findings
    ]


def _row_of(place: str) -> str:
    numbers = _INDEX.findall(place)
    return _("第{n}项：").format(n=int(numbers[-1]) + 1) if numbers else ""


def _every(fields: Sequence[Field]) -> Iterator[Field]:
    for field in fields:
        yield field
        yield from _every(field.children)


def _asked(
    fields: tuple[Field, ...], place: str, labels: Mapping[str, int]
) -> Iterator[tuple[str, str]]:
    """Place of each field whose label occurs again, and the question before it."""
    question = ""
    for field in flat(fields):
        here = f"{place}.{field.key}" if place else field.key
        if labels[field.label] > 1:
            yield here, question
        elif not field.is_container:
            question = _("{question}：").format(question=field.label)
        yield from _asked(field.children, here, labels)
