"""A message that begins a case, and a program killed while it is handed over: once, no loss."""

import subprocess
import sys

import pytest
from sqlalchemy import func, select

from server.models.case import case
from server.models.link import case_link
from server.services.context import Tools
from server.services.verbs import messages
from tests.databases import Databases
from tests.factories import family as factory
from tests.factories import tools as opening
from tests.factories.family import ONE, Family
from tests.factories.tiny import NOW, Tiny

#: hands over, and ends without a word before the given statement is sent
KILLED = """
import os, sys
from sqlalchemy import event
from server.services.verbs import messages
from tests.factories.tiny import NOW
from tests.factories.tools import opened

left = int(sys.argv[2])
with opened(sys.argv[1]) as tools:
    @event.listens_for(tools.database, "before_cursor_execute")
    def count(*_given):
        global left
        left -= 1
        if left < 0:
            os._exit(9)
    messages.hand_over(tools, NOW)
"""

#: before which statements: the lock of the message, the new case, its link, the record
POINTS = (6, 14, 26, 40)


@pytest.mark.soak_on("sqlite")
def test_a_message_begins_one_case_wherever_the_program_is_killed(databases: Databases) -> None:
    with databases.copy("kin", factory.fill) as url, opening.opened(url) as tools:
        asking = Family(Tiny(tools)).ask(ONE)
        killed = 0
        for point in POINTS:
            ended = subprocess.run(
                [sys.executable, "-c", KILLED, url, str(point)], check=False, timeout=60
            )
            killed += ended.returncode == 9
            assert begun(tools) <= 1
        assert killed >= 2
        messages.hand_over(tools, NOW)
        messages.hand_over(tools, NOW)
        assert begun(tools) == 1
        with tools.readers() as session:
            assert session.scalar(select(func.count()).select_from(case)) == 2
            assert session.scalars(select(case_link.c.from_id)).all() == [asking]


def begun(tools: Tools) -> int:
    with tools.readers() as session:
        return session.scalar(select(func.count()).select_from(case_link)) or 0
