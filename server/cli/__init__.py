"""The command line (CONTRACTS section 2): parse, one call, print. ``--help`` lists what works.

Exit status: 0 done or passed, 1 refused or failed the check, 2 wrong usage. What went wrong is
said on stderr, one line each, in plain words and without a traceback.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from server.cli.arguments import Commands, Parser, common, subcommands
from server.cli.console import Console, Wiring, complain, finding_line
from server.config import Config
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Invalid, RongcuoError
from server.domain.texts import _

if TYPE_CHECKING:
    from server.services.context import Tools

#: first word of a command -> module that does it; only what is named is loaded, so that evaluating
#: an expression does not wait for a database driver
NOUNS: Final = {
    "pack": "packs",
    "calendar": "calendars",
    "feel": "expressions",
    "dmn": "expressions",
    "sweep": "sweeps",
    "demo": "demo",
    "serve": "serve",
    "web": "serve",
    "worker": "serve",
    "backup": "backups",
    "restore": "backups",
    "incident": "incidents",
    "notice": "notices",
    "offer": "offers",
    "reporter": "reporters",
    "user": "people",
    "people": "people_tables",
    "audit": "audits",
    "takeover": "takeovers",
}

_log = logging.getLogger(__name__)


def run(
    arguments: Sequence[str],
    environ: Mapping[str, str],
    build: Callable[[Config], "Tools"],
    wiring: Callable[[], Wiring],
) -> int:
    """Do what the arguments say and give the exit status; raises SystemExit for wrong usage."""
    options = parser(arguments).parse_args(arguments)
    folder: Path | None = getattr(options, "data", None)
    console = Console(
        build=build,
        wiring=wiring,
        config=Config.read(environ, data=folder),
        as_json=getattr(options, "json", False),
        now=datetime.now(CHINA_TIME),
    )
    try:
        status: int = options.act(options, console)
    except RongcuoError as refused:
        _refuse(refused)
        return 1
    except Exception as error:  # noqa: BLE001  # the command line never shows a traceback
        _log.debug("command", exc_info=error)
        from_database = type(error).__module__.startswith("sqlalchemy.")
        text = _("数据库出错（{kind}）") if from_database else _("程序内部错误（{kind}）")
        complain(text.format(kind=type(error).__name__))
        return 1
    return status


def parser(arguments: Sequence[str] = ()) -> Parser:
    """What the command line understands; of the nouns only those the arguments name, if any."""
    root = Parser(prog="rongcuo", description=_("容错纠错事项办理系统"))
    common(root)
    commands = Commands(subcommands(root))
    named = [NOUNS[word] for word in arguments if word in NOUNS]
    for module in dict.fromkeys(named or NOUNS.values()):
        import_module(f"server.cli.{module}").add(commands)
    return root


def _refuse(refused: RongcuoError) -> None:
    complain(refused.message)
    if isinstance(refused, Invalid):
        for finding in refused.findings:
            complain(finding_line(finding))
