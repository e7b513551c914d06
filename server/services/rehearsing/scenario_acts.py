"""What a step of a scenario may do, and how the act is written (docs/reference/scenarios.md)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import yaml

from server.adapters.reading import Node
from server.domain.expressions import Json
from server.domain.texts import _
from server.services.rehearsing import values


def required(node: Node, key: str) -> str:
    """A text that has to be there."""
    value = node.text(key)
    if not value and not node.has(key):
        missing(node, key)
    return value


def missing(node: Node, key: str) -> None:
    """Report that it is not there."""
    node.wrong(node.at(key), _("缺少该项"))


def moment(node: Node, key: str) -> datetime | None:
    """A moment with its offset."""
    value = node.raw(key)
    if value is None:
        return None
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        node.wrong(node.at(key), _("应为带时区的时刻，例如2026-02-12T09:00+08:00"))
        return None
    return found


def _delivery(node: Node, act: str) -> Json:
    child = node.child(act)
    target = {
        "message": required(child, "message"),
        "from": child.text("from"),
        "with": values.plain(child.child("with").values()),
    }
    child.finish()
    return target


def _clock(node: Node, act: str) -> Json:
    child = node.child(act)
    target = {
        "deadline": required(child, "deadline"),
        "reason": child.text("reason"),
        "n": child.whole("n"),
    }
    child.finish()
    return target


def _return(node: Node, act: str) -> Json:
    child = node.child(act)
    target = {key: required(child, key) for key in ("task", "to", "reason")}
    child.finish()
    return target


def _reopening(node: Node, act: str) -> Json:
    child = node.child(act)
    target = {"to": child.text("to"), "reason": required(child, "reason")}
    child.finish()
    return target


def _recusal(node: Node, act: str) -> Json:
    child = node.child(act)
    target = {"ground": required(child, "ground"), "note": child.text("note")}
    child.finish()
    return target


def _calendar(node: Node, act: str) -> Json:
    return yaml.safe_dump(node.raw(act), allow_unicode=True).encode()


#: act -> what it is done to, as it is written; a step has one of them, or none: then it only looks
ACTS: Final[Mapping[str, Callable[[Node, str], Json]]] = {
    "do": required,
    "claim": required,
    "release": required,
    "deliver": _delivery,
    "until": moment,
    "stop": _clock,
    "restart": _clock,
    "extend": _clock,
    "import_calendar": _calendar,
    "withdraw_application": required,
    "return": _return,
    "withdraw": required,
    "suspend": required,
    "resume": required,
    "cancel": required,
    "reopen": _reopening,
    "recuse": _recusal,
}
#: acts that nobody in particular does
NOBODY: Final = frozenset({"deliver", "until", "import_calendar"})
