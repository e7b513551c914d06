"""The moves of a case to other versions of its pack, as its file tells them."""

from dataclasses import dataclass
from datetime import datetime

from server.domain.perspectives import Sight
from server.services.case import laws
from server.services.context import Context
from server.services.packs import definitions


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """One move."""

    at: datetime
    #: numbers of the versions
    old: int
    new: int
    #: who did it and why; empty for whoever does not handle the case
    by: str
    reason: str


def of_case(ctx: Context, sight: Sight, case_id: str) -> tuple[Move, ...]:
    """Every move of the case, the oldest first."""
    is_told = sight.is_office
    return tuple(
        Move(
            at=each.at,
            old=definitions.release(ctx, each.source).version,
            new=definitions.release(ctx, each.target).version,
            by=each.by if is_told else "",
            reason=each.reason if is_told else "",
        )
        for each in laws.of_case(ctx, case_id).moves
    )
