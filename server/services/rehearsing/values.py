"""What YAML makes of a text as plain data: dates and moments as people wrote them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from server.domain.expressions import Json


def plain(values: Mapping[str, Json]) -> dict[str, Json]:
    """The entries as JSON."""
    return {key: json(value) for key, value in values.items()}


def json(value: Json) -> Json:
    """What YAML made of the text as JSON: dates and moments as ISO text."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return plain({str(key): item for key, item in value.items()})
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [json(item) for item in value]
    return value
