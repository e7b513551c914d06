"""Whom the answers to a form name, under the appointments of its node; nothing is written here.

A field of kind ``person`` names a person; one of kind ``unit`` stands for the holders of its
``unit_hr`` and ``unit_head`` posts, whoever that is on the day; in a dynamic list every inner field
of kind ``person`` counts.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as attribute

from server.domain.expressions import Json
from server.domain.packs import Appointment
from server.forms import compiler
from server.forms.fields import Field, flat


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """Somebody an answer names: a person, or a unit."""

    role: str
    person_id: str | None = None
    unit_id: str | None = None
    #: the field of the form that names him, empty for the starter himself
    field: str = attribute(default="", compare=False)
    #: he is looked into and not told
    is_untold: bool = attribute(default=False, compare=False)


def named(
    schema: Mapping[str, Json], appointments: Iterable[Appointment], answers: Mapping[str, Json]
) -> list[Named]:
    """Whom the answers to a form name under the appointments of its node; empty fields are none."""
    known = {field.key: field for field in compiler.fields(schema)}
    return [
        Named(
            role=appointment.role,
            field=appointment.field,
            is_untold=appointment.is_untold,
            **{f"{kind}_id": entry},
        )
        for appointment in appointments
        if appointment.field in known
        for kind, entry in _entries(known[appointment.field], answers.get(appointment.field))
    ]


def _entries(field: Field, value: Json) -> Iterator[tuple[str, str]]:
    """(``person`` or ``unit``, id) of everybody the value of a field names."""
    if field.children:
        for row in value if isinstance(value, list) else [value or {}]:
            for child in flat(field.children):
                yield from _entries(child, row.get(child.key))
        return
    for entry in value if isinstance(value, list) else [value]:
        if entry and field.kind in ("person", "unit"):
            yield field.kind, str(entry)


def with_subject(found: list[Named]) -> list[Named]:
    """Whoever applies is also the one concerned, where nobody else is named as such."""
    if any(entry.role == "subject" for entry in found):
        return found
    concerned = [replace(entry, role="subject") for entry in found if entry.role == "applicant"]
    return [*found, *concerned]
