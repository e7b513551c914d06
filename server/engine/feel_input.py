"""What goes into the isolate beside the text: the moment, and only numbers that stay exact."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from server.domain.errors import ExpressionFailed
from server.domain.expressions import Json
from server.domain.texts import _

_ZONE: Final = ZoneInfo("Asia/Shanghai")
_EXACT: Final = 2**53


def moment_text(now: datetime | None) -> str | None:
    """The moment as the isolate reads it, on the clocks of China; None stays None."""
    if now is None:
        return None
    if now.tzinfo is None:
        raise ValueError("now needs an offset")
    return now.astimezone(_ZONE).isoformat()


def refuse_inexact(value: Json, name: str) -> None:
    """Refuse what would change on its way in: integers above 2**53 lose digits (EX-7).

    Raises:
        ExpressionFailed: there is such a number somewhere in the value called ``name``.
    """
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, list | tuple):
            stack.extend(item)
        elif isinstance(item, int) and not -_EXACT <= item <= _EXACT:
            raise ExpressionFailed(_("数字过大，计算会失真"), detail=name)
