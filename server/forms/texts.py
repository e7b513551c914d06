"""What people wrote in their own words in a filled form."""

from collections.abc import Iterator, Mapping
from typing import Final

from server.domain.expressions import Json
from server.forms.fields import Field, flat

#: components whose text people write themselves
_WRITTEN: Final = frozenset({"textfield", "textarea"})


def written(fields: tuple[Field, ...], answers: Mapping[str, Json]) -> Iterator[str]:
    """The texts of the answers in the order of the form, those in groups and rows included.

    Choices, numbers, dates and ids of people, units and files are no texts.
    """
    for field in flat(fields):
        value = answers.get(field.key)
        if field.component in _WRITTEN and field.kind in (None, "case"):
            if isinstance(value, str) and value:
                yield value
        elif field.is_rows and isinstance(value, list):
            for row in value:
                if isinstance(row, Mapping):
                    yield from written(field.children, row)
        elif field.is_container and isinstance(value, Mapping):
            yield from written(field.children, value)
