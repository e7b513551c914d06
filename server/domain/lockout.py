"""When too many failures lock an account: a rule over moments, nothing else.

So many failures within the window lock the account from the last of them for as long as the
window is. While it is locked nothing more is counted towards the lock, so nobody can be kept out
for ever by somebody who goes on guessing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta


def locked_until(failures: Sequence[datetime], *, limit: int, window: timedelta) -> datetime | None:
    """The end of the lock these failures bring about, None when there are too few together.

    ``failures`` may be in any order; only the newest ``limit`` of them decide.
    """
    newest = sorted(failures, reverse=True)[:limit]
    if len(newest) < limit or newest[0] - newest[-1] >= window:
        return None
    return newest[0] + window
