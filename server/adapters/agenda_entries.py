"""``agendas`` of pack.yaml: meetings that come round; what the names mean the checker asks."""

from typing import Final

from server.adapters.reading import REQUIRED, Node
from server.domain.agendas import MONTHS, AgendaRule, Every, Roll
from server.domain.sources import Basis
from server.domain.texts import _

_NO_BASIS: Final = Basis(default="")
#: most days of a month, and most working days of notice that can be meant
_DAYS: Final = 31


def agenda(key: str, node: Node) -> AgendaRule:
    """One meeting that comes round."""
    every = Every(node.choice("every", tuple(Every), REQUIRED) or Every.MONTH)
    return AgendaRule(
        key=key,
        title=node.text("title", REQUIRED),
        tasks=node.texts("tasks"),
        every=every,
        month=_between(node, "month", node.whole("month", 1), 1, MONTHS[every]),
        day=_between(node, "day", node.whole("day", REQUIRED), 1, _DAYS),
        roll=Roll(node.choice("roll", tuple(Roll), Roll.NEXT)),
        notice=_between(node, "notice", node.whole("notice", REQUIRED), 0, _DAYS),
        basis=node.basis(required=True) or _NO_BASIS,
    )


def _between(node: Node, key: str, given: int | None, least: int, most: int) -> int:
    if given is None:
        return least
    if not least <= given <= most:
        node.wrong(node.at(key), _("应在{least}至{most}之间").format(least=least, most=most))
        return least
    return given
