"""``rongcuo feel`` and ``rongcuo dmn eval``: the same evaluator the procedures run on."""

import argparse
from pathlib import Path

from server.cli.arguments import Commands, json_object
from server.cli.console import Console, complain, read_bytes, write_json
from server.domain.errors import Invalid
from server.domain.texts import _
from server.engine import dmn
from server.engine.feel import Feel


def add(commands: Commands) -> None:
    """Describe the commands."""
    feel = commands.command("feel", _("计算一个FEEL表达式，打印JSON值"), _feel)
    feel.add_argument("expression", metavar="EXPR", help=_("表达式，例如1 + 1"))
    feel.add_argument(
        "--context", metavar="JSON", type=json_object, default="{}", help=_("变量，JSON对象")
    )
    nested = commands.group("dmn", _("决策表"))
    decide = nested.command("eval", _("计算DMN文件中的一个决策，打印JSON值"), _eval)
    decide.add_argument("file", metavar="FILE", type=Path, help=_("DMN文件"))
    decide.add_argument("decision", metavar="DECISION", help=_("决策的编号或名称"))
    decide.add_argument(
        "--input", metavar="JSON", type=json_object, default="{}", help=_("输入数据，JSON对象")
    )


def _feel(options: argparse.Namespace, console: Console) -> int:
    feel = Feel()
    errors = feel.parse(options.expression).errors
    if errors:
        raise Invalid(_("表达式有误：{why}").format(why="；".join(errors)))
    answer = feel.values([options.expression], options.context, now=console.now)[0]
    for warning in answer.warnings:
        complain(_("提示：{text}").format(text=warning))
    write_json(answer.value)
    return 0


def _eval(options: argparse.Namespace, console: Console) -> int:
    model = read_bytes(options.file)
    beside = sorted(options.file.parent.glob("*.dmn"))
    others = [read_bytes(path) for path in beside if path.name != options.file.name]
    value = dmn.evaluate(model, options.decision, options.input, others=others, now=console.now)
    write_json(value)
    return 0
