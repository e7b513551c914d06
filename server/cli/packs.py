"""``rongcuo pack``: check, publish and rehearse a policy pack."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from server.adapters.packs import read_folder
from server.cli.arguments import Commands, Parser
from server.cli.console import Console, finding_line
from server.cli.stores import clock, installed
from server.domain.access import SYSTEM
from server.domain.expressions import Json
from server.domain.findings import has_errors
from server.domain.texts import _
from server.services.context import transaction
from server.services.packs import definitions
from server.services.rehearsing import rehearsal
from server.services.rehearsing.rehearsal import RehearsalReport


def add(commands: Commands) -> None:
    """Describe the commands."""
    nested = commands.group("pack", _("政策包"))
    _folder(nested.command("check", _("检查政策包，一次列出全部问题"), _check))
    rehearse = nested.command("rehearse", _("演练政策包的场景，并列出没有走到的顺序流"), _rehearse)
    _folder(rehearse)
    rehearse.add_argument("--scenario", metavar="FILE", type=Path, help=_("只演练这一个场景"))
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
    with installed(console) as tools:
        checked = definitions.check(tools, files)
        with transaction(tools, SYSTEM, clock(tools, console)) as ctx:
            done = definitions.publish(
                ctx, files, accept_warnings=options.accept_warnings, checked=checked
            )
    text = _("已发布“{key}”第{n}版") if done.is_new else _("“{key}”第{n}版内容相同，没有改变")
    console.say(
        {"id": done.id, "pack": done.key, "version": done.version, "is_new": done.is_new},
        [text.format(key=done.key, n=done.version)],
    )
    return 0


def _rehearse(options: argparse.Namespace, console: Console) -> int:
    with console.in_memory() as tools:
        report = rehearsal.rehearse(tools, options.folder, options.scenario)
    lines = [*map(finding_line, report.findings), *_lines(report)]
    if options.scenario is None:  # one scenario alone is not expected to take every flow
        lines += _not_taken(report)
    console.say(_document(report), lines)
    return 0 if report.passed else 1


def _document(report: RehearsalReport) -> dict[str, Json]:
    return {
        "pack": report.pack,
        "passed": report.passed,
        "problems": [finding.as_problem() for finding in report.findings],
        "scenarios": [
            {
                "file": result.file,
                "title": result.title,
                "passed": result.passed,
                "troubles": [
                    {"step": trouble.step, "message": trouble.message}
                    for trouble in result.troubles
                ],
            }
            for result in report.results
        ],
        "flows": report.flows,
        "not_taken": [
            {"procedure": one.procedure, "flow": one.flow, "label": one.label}
            for one in report.not_taken
        ],
    }


def _lines(report: RehearsalReport) -> Iterator[str]:
    for result in report.results:
        word = _("通过") if result.passed else _("失败")
        yield f"{word} {result.file} {result.title}"
        for trouble in result.troubles:
            place = _("结束时") if trouble.step is None else _("第{n}步").format(n=trouble.step)
            yield f"    {place}：{trouble.message}"
    if not report.results:
        yield _("没有任何场景")
    taken = report.flows - len(report.not_taken)
    yield _("顺序流：走到{taken}条，共{all}条").format(taken=taken, all=report.flows)


def _not_taken(report: RehearsalReport) -> Iterator[str]:
    for one in report.not_taken:
        yield _("    没有走到 {flow}：{label}").format(flow=one.flow, label=one.label)
