"""What a drawn form sends: its answers as one JSON document."""

from collections.abc import Mapping

from flask import request

from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.domain.texts import _


def variables() -> dict[str, Json]:
    """The answers the request carries.

    Raises:
        Invalid: it carries no document with ``variables``.
    """
    sent = request.get_json(silent=True)
    found = sent.get("variables") if isinstance(sent, Mapping) else None
    if not isinstance(found, dict):
        raise Invalid(_("填写的内容不是有效的数据"))
    return found


def word(name: str) -> str | None:
    """A word that comes with the answers, None where there is none."""
    document = request.get_json(silent=True)
    found = document.get(name) if isinstance(document, Mapping) else None
    return found[:64] if isinstance(found, str) else None
