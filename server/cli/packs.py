"""``rongcuo pack``: check and publish a policy pack."""

import argparse
from pathlib import Path

from server.adapters.packs import read_folder
from server.cli.arguments import Commands, Parser
from server.cli.console import Console, finding_line
from server.domain.access import SYSTEM
from server.domain.findings import has_errors
from server.domain.texts import _
from server.services import definitions
from server.services.context import transaction


def add(commands: Commands) -> None:
    """Describe the commands."""
    nested = commands.group("pack", _("政策包"))
    _folder(nested.command("check", _("检查政策包，一次列出全部问题"), _check))
    publish = nested.command("publish", _("检查并发布政策包的新版本"), _publish)
    _folder(publish)
    publish.add_argument(
        "--accept-warnings", metavar="REASON", default="", help=_("接受警告的理由")
    )


def _folder(parser: Parser) -> None:
    parser.add_argument("folder", metavar="DIR", type=Path, help=_("文件夹processes/<政策包>"))


def _check(options: argparse.Namespace, console: Console) -> int:
    files = read_folder(options.folder)
    with console.tools() as tools:
        findings = definitions.check(tools, files)[1]
    problems = [finding.as_problem() for finding in findings]
    lines = [finding_line(finding) for finding in findings]
    console.say(
        {"pack": files.key, "problems": problems},
        lines or [_("政策包“{key}”没有问题").format(key=files.key)],
    )
    return 1 if has_errors(findings) else 0


def _publish(options: argparse.Namespace, console: Console) -> int:
    files = read_folder(options.folder)
    with console.installed() as tools, transaction(tools, SYSTEM, console.now) as ctx:
        done = definitions.publish(ctx, files, accept_warnings=options.accept_warnings)
    text = _("已发布“{key}”第{n}版") if done.is_new else _("“{key}”第{n}版内容相同，没有改变")
    console.say(
        {"id": done.id, "pack": done.key, "version": done.version, "is_new": done.is_new},
        [text.format(key=done.key, n=done.version)],
    )
    return 0
