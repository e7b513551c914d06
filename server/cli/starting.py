"""Making an installation ready, as every long-running process does before it works.

Any number of processes may be started at once: the first makes the database and publishes the
packs, the others wait for it and find everything done.
"""

import argparse
import logging
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from server import telemetry
from server.cli.arguments import Parser, moment
from server.cli.console import Console
from server.cli.stores import opened
from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Invalid
from server.domain.texts import _
from server.http import serving
from server.http.serving import Listening
from server.services import installation, schema
from server.services.context import Tools, reading
from server.services.drills import demo_drill, drill
from server.services.drills.drill import Drill
from server.services.packs import shipped_packs

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ready:
    """An installation that may be worked on."""

    tools: Tools
    #: what its clock shows; in a drill not the real time
    clock: Callable[[], datetime]


def options(parser: Parser) -> None:
    """The options of making ready, the same for every long-running process."""
    parser.add_argument(
        "--packs", metavar="DIR", type=Path, help=_("另有政策包的文件夹，默认为数据目录")
    )
    parser.add_argument("--drill", action="store_true", help=_("新的数据目录作为演练环境"))
    parser.add_argument(
        "--clock", metavar="ISO", type=moment, help=_("演练时钟从此刻开始，只能与--drill同用")
    )
    parser.add_argument(
        "--no-backup",
        metavar="REASON",
        default="",
        help=_("升级旧版本的数据库前不备份，须写明理由"),
    )


@contextmanager
def ready(
    given: argparse.Namespace, console: Console, listening: Listening | None = None
) -> Iterator[Ready]:
    """The installation of the data directory, made ready in turn with all other processes.

    Raises Invalid when the options contradict one another, when ``listening`` would let strangers
    in, or when the database cannot be used; then nothing was changed.
    """
    if given.clock is not None and not given.drill:
        raise Invalid(_("--clock只能与--drill同用"))
    with opened(console) as tools:
        with installation.alone(tools):
            if listening is not None:
                found = _drill(tools, console)
                serving.check(listening, found, is_drill=given.drill or found is not None)
            telemetry.configure()
            found = _prepared(tools, given, console)
            if listening is not None:  # what it is shows only now where the schema was older
                serving.check(listening, found, is_drill=found is not None)
            clock = _clock(tools, is_drill=found is not None)
            _publish(tools, clock(), given.packs or console.config.data)
        yield Ready(tools=tools, clock=clock)


def form_secret(folder: Path) -> str:
    """What signs the anti-forgery token: the same for all processes of the data directory.

    It is kept, so that open forms outlive a restart; of several that make it, one wins.
    """
    file = folder / "form-secret"
    if not file.exists():
        beside = folder / f"form-secret.{uuid4().hex}.part"
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
            made.write(secrets.token_hex(32))
            made.flush()
            os.fsync(made.fileno())
        try:
            os.link(beside, file)  # whole, or not at all
        except FileExistsError:
            _log.debug("form secret was there")
        finally:
            beside.unlink()
    return file.read_text(encoding="ascii")


def _prepared(tools: Tools, given: argparse.Namespace, console: Console) -> Drill | None:
    if given.drill:
        begun = given.clock or console.now
        return demo_drill.begin(tools, begun, console.now, without_backup=given.no_backup)
    installation.prepare(tools, console.now, without_backup=given.no_backup)
    return _state(tools, console)


def _drill(tools: Tools, console: Console) -> Drill | None:
    """What the database is already, before anything is written to it."""
    if not console.has_database or not schema.is_current(tools.database):
        return None
    return _state(tools, console)


def _state(tools: Tools, console: Console) -> Drill | None:
    with reading(tools, SYSTEM, console.now) as ctx:
        drill.verify(ctx)
        return drill.state(ctx)


def _clock(tools: Tools, *, is_drill: bool) -> Callable[[], datetime]:
    if is_drill:
        return lambda: drill.now(tools, datetime.now(CHINA_TIME))
    return lambda: datetime.now(CHINA_TIME)


def _publish(tools: Tools, now: datetime, packs: Path) -> None:
    """The packs shipped with the program, then those of the site."""
    shipped_packs.publish(tools, now, [*dict.fromkeys((tools.config.shipped, packs.absolute()))])
