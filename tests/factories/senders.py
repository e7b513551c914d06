"""Workers in processes of their own that send notices, and one that dies between two breaths."""

import os
import signal
from dataclasses import replace
from datetime import datetime
from multiprocessing.synchronize import Barrier
from unittest.mock import patch

from server.services.notices import claims, delivery
from tests.factories import receivers
from tests.factories.receivers import Mailbox
from tests.factories.tools import opened


def send(url: str, port: int, now: datetime, ready: Barrier | None = None) -> None:
    """One round of delivery to the mail server on this port."""
    with opened(url) as tools:
        reaching = replace(tools, ways=receivers.ways(Mailbox(port=port).way()))
        if ready is not None:
            ready.wait(60)
        delivery.deliver(reaching, lambda: now, lambda: now)


def send_and_die(url: str, port: int, now: datetime) -> None:
    """The same, killed after the first letter is with the server and before it is noted."""
    with patch.object(claims, "sent", _die):
        send(url, port, now)


def _die(*_given: object) -> bool:
    os.kill(os.getpid(), signal.SIGKILL)
    return False
