"""What ends with work that is over without having been done: returned, cancelled, taken away."""

from collections.abc import Callable, Collection
from typing import Final

from server.services.context import Context

#: what else hangs on a group and ends with it: each is given the case and ids of groups
_ENDS: Final[tuple[Callable[[Context, str, Collection[str]], None], ...]] = ()


def ended(ctx: Context, case_id: str, groups: Collection[str]) -> None:
    """End everything that hangs on these groups of work, which no longer wait."""
    for end in _ENDS if groups else ():
        end(ctx, case_id, groups)
