"""``rongcuo people``: units, people and posts from a workbook."""

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from server.adapters import new_files
from server.cli.arguments import Commands
from server.cli.console import Console, read_bytes
from server.cli.stores import clock, installed
from server.domain.access import SYSTEM
from server.domain.texts import _
from server.services.context import reading
from server.services.identity import people_console, people_sheets
from server.services.identity.people_console import Brought
from server.services.identity.people_imports import FirstSecret

_Tell = Callable[[Sequence[FirstSecret]], None]


def add(commands: Commands) -> None:
    """Describe the commands."""
    nested = commands.group("people", _("用表格办理单位、人员和任职"))
    bring = nested.command("import", _("导入表格：问题逐行列出，要么全部办理，要么不变"), _import)
    bring.add_argument("file", metavar="FILE", type=Path, help=_("表格，格式见people template"))
    bring.add_argument(
        "--reason", metavar="TEXT", default=_("运维人员在控制台导入"), help=_("理由，供批准人看")
    )
    bring.add_argument(
        "--secrets",
        metavar="FILE",
        type=Path,
        help=_("初始口令写入此新文件（只有所有者可读），默认打印一次"),
    )
    template = nested.command("template", _("写一个空表，附各列的说明"), _template)
    template.add_argument("file", metavar="FILE", type=Path, help=_("要写的文件，不能已经存在"))


def _import(options: argparse.Namespace, console: Console) -> int:
    content = read_bytes(options.file)
    kept: list[FirstSecret] = []
    with installed(console) as tools, _telling(options.secrets, kept) as tell:
        done = people_console.bring(
            tools,
            content,
            clock(tools, console),
            file=options.file.name[:100],
            reason=options.reason,
            tell=tell,
        )
    shown = kept if options.secrets is None else []
    console.say(_document(done, shown), [*_lines(done), *map(_secret, shown)])
    return 0


@contextmanager
def _telling(file: Path | None, kept: list[FirstSecret]) -> Iterator[_Tell]:
    """Keeps the first passwords to be printed, or writes them to a file."""
    if file is None:
        yield kept.extend
        return
    with new_files.created(file.absolute()) as target:
        yield lambda told: _write(target, told)


def _write(target: IO[bytes], told: Sequence[FirstSecret]) -> None:
    target.write("".join(f"{_secret(one)}\n" for one in told).encode())
    target.flush()  # what does not fit on the disk is not done


def _template(options: argparse.Namespace, console: Console) -> int:
    with installed(console) as tools, reading(tools, SYSTEM, clock(tools, console)) as ctx:
        content = people_sheets.template(ctx)
    with new_files.created(options.file.absolute()) as target:
        target.write(content)
    console.say({"file": str(options.file)}, [_("已写空表{file}").format(file=options.file)])
    return 0


def _document(done: Brought, secrets: Sequence[FirstSecret]) -> dict[str, object]:
    plan = done.plan
    return {
        "proposal": done.proposal_id or None,
        "counts": {name: len(getattr(plan, name)) for name in type(plan).__slots__},
        "secrets": [
            {"login": one.login, "name": one.name, "secret": one.secret} for one in secrets
        ],
    }


def _lines(done: Brought) -> list[str]:
    plan = done.plan
    text = _("新单位{units}个，新账号{people}个，新任职{posts}项，变更和结束{others}项")
    told = text.format(
        units=len(plan.new_units),
        people=len(plan.new_people),
        posts=len(plan.new_posts),
        others=len(plan.changed_units) + len(plan.changed_people) + len(plan.ended_posts),
    )
    if done.proposal_id:
        return [told, _("已有人任职，须两人办理：请安全保密管理员在网页上核实提出，另一人批准")]
    return [told, _("已全部办理；初始口令首次登录后须更换，请分别当面交给本人")]


def _secret(one: FirstSecret) -> str:
    return f"{one.login}\t{one.name}\t{one.unit}\t{one.secret}"
