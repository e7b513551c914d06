"""The command line as argparse reads it, with its words in Chinese and its refusals on one line."""

import argparse
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

from server.cli.console import Console, complain
from server.domain.calendar import CHINA_TIME
from server.domain.expressions import Json
from server.domain.texts import _

#: what a command does with its options; the answer is the exit status
Act = Callable[[argparse.Namespace, Console], int]

#: argparse's refusals -> ours; the group is what the user wrote or left out
_REFUSALS = (
    (re.compile(r"the following arguments are required: (.*)"), _("缺少参数：{0}")),
    (re.compile(r"unrecognized arguments: (.*)"), _("不认识的参数：{0}")),
    (re.compile(r"argument (.*): invalid choice: (\S+) .*"), _("“{0}”不能是{1}")),
    (re.compile(r"argument (.*): expected .*"), _("“{0}”后面缺少值")),
    (re.compile(r"argument ([^:]*): (.*)"), _("“{0}”：{1}")),
)


class Parser(argparse.ArgumentParser):
    """A parser that speaks Chinese and refuses in one line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(add_help=False, allow_abbrev=False, **options)
        self._positionals.title = _("参数")
        self._optionals.title = _("选项")
        self.add_argument("-h", "--help", action="help", help=_("显示本说明"))

    def error(self, message: str) -> NoReturn:
        """One line on stderr, exit status 2."""
        for pattern, text in _REFUSALS:
            found = pattern.fullmatch(message)
            if found:
                message = text.format(*found.groups())
        complain(
            _("用法有误：{why}（用法见{program} --help）").format(why=message, program=self.prog)
        )
        raise SystemExit(2)

    def format_usage(self) -> str:
        """The usage line."""
        return super().format_usage().replace("usage: ", _("用法："), 1)

    def format_help(self) -> str:
        """The whole help."""
        text = super().format_help().replace("usage: ", _("用法："), 1)
        return re.sub(r"(?m)^(\S+):$", r"\1：", text)


@dataclass(frozen=True, slots=True)
class Commands:
    """A place to which commands and groups of commands are added."""

    choices: Any

    def group(self, name: str, text: str) -> "Commands":
        """A noun with commands of its own."""
        parser = self.choices.add_parser(name, help=text, description=text)
        return Commands(subcommands(parser))

    def command(self, name: str, text: str, act: Act) -> Parser:
        """A command that does ``act``."""
        parser: Parser = self.choices.add_parser(name, help=text, description=text)
        parser.set_defaults(act=act)
        common(parser)
        return parser


def subcommands(parser: Parser) -> Any:
    """Where the commands of a parser are added; one of them must be given."""
    return parser.add_subparsers(
        title=_("命令"), metavar=_("命令"), required=True, parser_class=Parser
    )


def common(parser: Parser) -> None:
    """The options every command takes, before or after its name."""
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        default=argparse.SUPPRESS,
        help=_("数据目录（默认取RONGCUO_DATA，再默认为./var）"),
    )
    parser.add_argument(
        "--json",
        action="store_true",
        default=argparse.SUPPRESS,
        help=_("在标准输出打印一个JSON文档"),
    )


def day(text: str) -> date:
    """A date argument."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _wrong(_("“{text}”不是日期，例如2026-02-12"), text) from None


def whole(text: str) -> int:
    """A whole number argument."""
    try:
        return int(text)
    except ValueError:
        raise _wrong(_("“{text}”不是整数"), text) from None


def moment(text: str) -> datetime:
    """A moment argument as ISO 8601; without a zone it is China's."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise _wrong(_("“{text}”不是时刻，例如2026-03-02T08:30+08:00"), text) from None
    return found if found.tzinfo else found.replace(tzinfo=CHINA_TIME)


def json_object(text: str) -> dict[str, Json]:
    """A JSON object argument."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise _wrong(_("不是有效的JSON：{text}"), text) from None
    if not isinstance(value, dict):
        raise _wrong(_('应为JSON对象，例如{{"x": 1}}，而不是{text}'), text)
    return value


def _wrong(message: str, text: str) -> argparse.ArgumentTypeError:
    return argparse.ArgumentTypeError(message.format(text=text[:60]))
