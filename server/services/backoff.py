"""How long to wait after a failure, and when to stop trying."""

from datetime import datetime, timedelta
from typing import Final

#: after so many failures a row is given up and shown as an incident
MOST_ATTEMPTS: Final = 5

#: what another machine has to take is tried until it is this old, and this often at least: a
#: weekend without the mail server loses nothing, nor does a week in which this one was down
PATIENCE: Final = timedelta(days=3)
LEAST_ATTEMPTS: Final = 10
_LONGEST_WAIT: Final = 15


def next_try(now: datetime, attempts: int) -> datetime | None:
    """The moment of the next attempt after ``attempts`` failures, None when it was the last."""
    if attempts >= MOST_ATTEMPTS:
        return None
    return now + timedelta(minutes=2 ** (attempts - 1))


def patiently(now: datetime, attempts: int, since: datetime) -> datetime | None:
    """The same for what another machine has to take and is owed ``since`` then; minutes apart."""
    if attempts >= LEAST_ATTEMPTS and now - since >= PATIENCE:
        return None
    return now + timedelta(minutes=min(2 ** min(attempts - 1, 10), _LONGEST_WAIT))
