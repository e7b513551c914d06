"""The command line (CONTRACTS section 2): parse, one call, print. ``--help`` lists what works.

Exit status: 0 done or passed, 1 refused or failed the check, 2 wrong usage. What went wrong is
said on stderr, one line each, in plain words and without a traceback.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from server.cli import audits, calendars, expressions, incidents, packs, people, sweeps
from server.cli.arguments import Commands, Parser, common, subcommands
from server.cli.console import Console, complain, finding_line
from server.config import Config
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Invalid, RongcuoError
from server.domain.texts import _
from server.services.context import Tools

_log = logging.getLogger(__name__)


def run(
    arguments: Sequence[str], environ: Mapping[str, str], build: Callable[[Config], Tools]
) -> int:
    """Do what the arguments say and give the exit status; raises SystemExit for wrong usage."""
    options = parser().parse_args(arguments)
    folder: Path | None = getattr(options, "data", None)
    console = Console(
        build=build,
        config=Config.read(environ, data=folder),
        as_json=getattr(options, "json", False),
        now=datetime.now(CHINA_TIME),
    )
    try:
        status: int = options.act(options, console)
    except RongcuoError as refused:
        _refuse(refused)
        return 1
    except SQLAlchemyError as error:
        _log.debug("database", exc_info=error)
        complain(_("数据库出错（{kind}）").format(kind=type(error).__name__))
        return 1
    except Exception as error:  # noqa: BLE001  # the command line never shows a traceback
        _log.debug("command", exc_info=error)
        complain(_("程序内部错误（{kind}）").format(kind=type(error).__name__))
        return 1
    return status


def parser() -> Parser:
    """Everything the command line understands."""
    root = Parser(prog="rongcuo", description=_("容错纠错事项办理系统"))
    common(root)
    commands = Commands(subcommands(root))
    for noun in (packs, calendars, expressions, sweeps, incidents, people, audits):
        noun.add(commands)
    return root


def _refuse(refused: RongcuoError) -> None:
    complain(refused.message)
    if isinstance(refused, Invalid):
        for finding in refused.findings:
            complain(finding_line(finding))
