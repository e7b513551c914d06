"""How long to wait after a failure, and when to stop trying."""

from datetime import datetime, timedelta
from typing import Final

#: after so many failures a row is given up and shown as an incident
MOST_ATTEMPTS: Final = 5


def next_try(now: datetime, attempts: int) -> datetime | None:
    """The moment of the next attempt after ``attempts`` failures, None when it was the last."""
    if attempts >= MOST_ATTEMPTS:
        return None
    return now + timedelta(minutes=2 ** (attempts - 1))
