"""Who is told that somebody is to sign, that all have signed, or that nobody asks him any more."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from server.domain.texts import _
from server.models.base import new_id
from server.services.context import Context
from server.services.notices import owing
from server.services.notices.owing import Wanted

_KIND: Final = "signing"


def asked(ctx: Context, items: Iterable[Mapping[str, Any]]) -> None:
    """It is the turn of whoever has these items to sign."""
    _tell(ctx, items, _("请您签署“{step}”"))


def signed(ctx: Context, main: Mapping[str, Any]) -> None:
    """Nobody the main one waited for is owed any more."""
    _tell(ctx, [main], _("“{step}”的签署人都已签署，请您接着办理"))


def sent_back(ctx: Context, main: Mapping[str, Any]) -> None:
    """Somebody who signs after the main one disagreed."""
    _tell(ctx, [main], _("“{step}”的后加签人不同意，退给您修改"))


def let_off(ctx: Context, items: Iterable[Mapping[str, Any]]) -> None:
    """Whoever has these items need not sign any more."""
    _tell(ctx, items, _("您不需要再签署“{step}”"))


def _tell(ctx: Context, items: Iterable[Mapping[str, Any]], text: str) -> None:
    owing.owe(
        ctx,
        [
            Wanted(
                label="assignee",
                recipient_id=row["assignee_id"],
                unit_id=row["candidate_unit"],
                kind=_KIND,
                case_id=row["case_id"],
                text=text.format(step=row["title"]),
                dedupe_key=f"{_KIND}:{row['id']}:{new_id()}:{row['assignee_id']}",
            )
            for row in items
            if row["assignee_id"]
        ],
    )
