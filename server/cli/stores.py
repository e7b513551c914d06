"""The tools over a database that is made ready first, for the commands that need one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from server.cli.console import Console
from server.domain.errors import Invalid
from server.domain.texts import _
from server.services import installation
from server.services.context import Tools
from server.services.drills import drill


@contextmanager
def opened(console: Console) -> Iterator[Tools]:
    """The tools over the database of the data directory, as it is.

    The directory is made when there is none, readable by its owner only; so is one that others
    could read (SECURITY DR-4). Raises Invalid when it cannot be used.
    """
    folder = console.config.data
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        message = _("无法使用数据目录“{folder}”：{why}")
        raise Invalid(message.format(folder=folder, why=error.strerror)) from None
    with console.tools() as tools:
        yield tools


@contextmanager
def installed(console: Console) -> Iterator[Tools]:
    """The tools over the database of the data directory, which is made ready first."""
    with opened(console) as tools:
        with installation.alone(tools):
            installation.prepare(tools, console.now)
        yield tools


def clock(tools: Tools, console: Console) -> datetime:
    """The moment of this run as the installation counts it: in a drill, what its clock shows."""
    return drill.now(tools, console.now)
