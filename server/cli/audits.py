"""``rongcuo audit``: are the chains of acts and of accesses whole, and a copy to keep elsewhere."""

import argparse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

from server.adapters import new_files
from server.cli.arguments import Commands
from server.cli.console import Console, complain
from server.cli.stores import clock, installed
from server.domain.access import SYSTEM
from server.domain.errors import Invalid
from server.domain.texts import _
from server.services import audit
from server.services.auditing import exports, verifying
from server.services.auditing.exports import Export
from server.services.auditing.verifying import Verified
from server.services.case import replay
from server.services.context import reading, transaction

_RESULTS: Final = {
    "same": _("{reference}：共{steps}步，与记录一致"),
    "differs": _("{reference}：第{step}步起与记录不一致：{why}"),
    "untold": _(
        "{reference}：第{step}步没有记下推演所需的内容（接收的在办事项，或者升级以前的办理）"
    ),
}
_CHAINS = {audit.ACT: _("操作"), audit.ACCESS: _("访问")}


def add(commands: Commands) -> None:
    """Describe the commands."""
    nested = commands.group("audit", _("审计记录"))
    verify = nested.command("verify", _("逐条核对审计记录链，指出第一条有问题的记录"), _verify)
    verify.add_argument("--file", metavar="EXPORT", type=Path, help=_("核对导出的文件，不用数据库"))
    verify.add_argument(
        "--anchor",
        metavar="EXPORT",
        type=Path,
        help=_("与先前导出、另处保存的文件比对，可以发现整条链被改写或者截短"),
    )
    again = nested.command("replay", _("由办理记录重新推演，核对是否得到现存的流转状态"), _replay)
    again.add_argument("--case", metavar="REFERENCE", default="", help=_("只核对这一编号的事项"))
    export = nested.command("export", _("把两条审计记录链导出为一个文件"), _export)
    export.add_argument("file", metavar="FILE", type=Path, help=_("要写的文件，不能已经存在"))


def _verify(options: argparse.Namespace, console: Console) -> int:
    with ExitStack() as stack:
        anchor = stack.enter_context(_opened(options.anchor)) if options.anchor else None
        if options.file:
            file = stack.enter_context(_opened(options.file))
            found = verifying.in_export(file, anchor)
        else:
            tools = stack.enter_context(installed(console))
            with reading(tools, SYSTEM, console.now) as ctx:
                found = verifying.in_database(ctx, anchor)
            verifying.note(tools, SYSTEM, found, clock(tools, console), datetime.now(UTC))
    return _tell(console, found)


def _tell(console: Console, found: Verified) -> int:
    if found.chain is None:
        console.say(found.document, [_("审计记录链完整，共{n}条").format(n=found.count)])
        return 0
    console.say(found.document, [])
    told = _("{chain}链第{n}条审计记录有问题：{why}")
    complain(told.format(chain=_CHAINS[found.chain], n=found.broken, why=found.reason))
    return 1


def _replay(options: argparse.Namespace, console: Console) -> int:
    with installed(console) as tools:
        with reading(tools, SYSTEM, console.now) as ctx:
            ids = replay.chosen(ctx, options.case)
        found = []
        for case_id in ids:  # each on its own: what one case takes in memory is given back
            with reading(tools, SYSTEM, console.now) as ctx:
                found.append(replay.replay(ctx, case_id))
    counts = {name: sum(each.result == name for each in found) for name in _RESULTS}
    text = _("共{n}件：一致{same}件，不一致{differs}件，没有推演所需记录的{untold}件")
    document = {"cases": [asdict(each) for each in found], **counts}
    console.say(
        document,
        [
            *(_RESULTS[each.result].format(**asdict(each)) for each in found),
            text.format(n=len(found), **counts),
        ],
    )
    return 1 if counts["differs"] else 0


def _export(options: argparse.Namespace, console: Console) -> int:
    with installed(console) as tools:
        now = clock(tools, console)
        with new_files.created(options.file.absolute()) as target:
            with reading(tools, SYSTEM, now) as ctx:
                heads = exports.write(ctx, target, console.now)
            with transaction(tools, SYSTEM, now) as ctx:
                ctx.record("audit.export", "audit", detail={"heads": heads})
    text = _("{chain}链{n}条，末端摘要{hash}")
    lines = [
        text.format(chain=_CHAINS[chain], n=head["seq"], hash=head["hash"])
        for chain, head in heads.items()
    ]
    console.say({"file": str(options.file), "heads": heads}, lines)
    return 0


@contextmanager
def _opened(file: Path) -> Iterator[Export]:
    try:
        lines: IO[bytes] = file.open("rb")
    except OSError as error:
        text = _("无法读取文件“{file}”：{why}")
        raise Invalid(text.format(file=file, why=error.strerror)) from None
    with lines:
        yield Export(lines)
