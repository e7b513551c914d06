"""``rongcuo backup`` and ``rongcuo restore``: everything in one file, and back."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from server.cli.arguments import Commands
from server.cli.console import Console, complain
from server.cli.stores import clock, opened
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Conflict, RongcuoError
from server.domain.texts import _
from server.services import installation, schema
from server.services.backups import making, restoring
from server.services.backups.making import Made
from server.services.backups.restoring import Due, Restored

_KINDS = {"engine": _("流程定时"), "clock": _("期限届满"), "rung": _("期限提醒")}


def add(commands: Commands) -> None:
    """Describe the commands."""
    backup = commands.command("backup", _("把数据库和附件备份成一个文件，服务不必停止"), _backup)
    backup.add_argument("file", metavar="FILE", type=Path, help=_("要写的文件，不能已经存在"))
    restore = commands.command("restore", _("从备份恢复到空的数据目录和空的数据库"), _restore)
    restore.add_argument("file", metavar="FILE", type=Path, help=_("rongcuo backup写的文件"))
    restore.add_argument(
        "--accept-broken",
        metavar="REASON",
        default="",
        help=_("备份中的审计记录链不完整也恢复，须写明理由"),
    )


def _backup(options: argparse.Namespace, console: Console) -> int:
    with opened(console) as tools:
        if not console.has_database or schema.revision(tools.database) != schema.newest():
            raise Conflict(_("这里没有本版本的数据库；旧版本的在服务启动时自动备份并升级"))
        try:
            made = making.make(tools, options.file.absolute(), console.now)
        except RongcuoError:
            making.failed(tools, datetime.now(UTC))
            raise
        making.record(tools, made, clock(tools, console), datetime.now(UTC))
    if not made.is_sealed:
        complain(_("备份没有加密，请妥善保管；用RONGCUO_BACKUP_KEY指明密钥文件可以加密"))
    console.say(made.detail | {"file": str(made.file)}, [_made(made)])
    for content_hash in made.damaged:
        complain(_("附件{hash}已损坏或者丢失，不在备份中").format(hash=content_hash))
    return 1 if made.damaged else 0


def _made(made: Made) -> str:
    text = _("已备份到{file}：{bytes}字节，{rows}条记录，{attachments}个附件，SHA-256 {hash}")
    return text.format(
        file=made.file,
        bytes=made.bytes,
        rows=sum(made.counts.values()),
        attachments=made.attachments,
        hash=made.sha256,
    )


def _restore(options: argparse.Namespace, console: Console) -> int:
    with opened(console) as tools, installation.alone(tools):
        done = restoring.restore(
            tools, options.file, console.now, accept_broken=options.accept_broken
        )
    console.say(
        {
            "made_at": done.manifest["made_at"],
            "revision": done.manifest["revision"],
            "kind": done.manifest["kind"],
            "rows": sum(done.counts.values()),
            "attachments": done.attachments,
            "audited": done.audited,
            "broken": done.broken or None,
            "revoked": done.revoked,
            "due_count": done.due_count,
            "due": [_document(each) for each in done.due],
        },
        [*_lines(done)],
    )
    return 0


def _document(due: Due) -> dict[str, str]:
    return {
        "case": due.case_id,
        "kind": due.kind,
        "what": due.what,
        "due_at": due.due_at.isoformat(),
    }


def _lines(done: Restored) -> list[str]:
    text = _("已恢复{made_at}的备份：{rows}条记录，{attachments}个附件，审计记录{audited}条")
    lines = [
        text.format(
            made_at=done.manifest["made_at"],
            rows=sum(done.counts.values()),
            attachments=done.attachments,
            audited=done.audited,
        )
    ]
    if done.broken:
        lines.append(done.broken)
    if done.damaged:
        lines.append(_("备份时已损坏或者丢失的附件{n}个").format(n=done.damaged))
    lines.append(_("已结束登录和令牌{n}个，请重新登录").format(n=done.revoked))
    if done.due_count:
        lines.append(_("备份以后到时的定时{n}个，启动服务时触发：").format(n=done.due_count))
        lines += [_due(each) for each in done.due]
    else:
        lines.append(_("没有到时的定时"))
    return lines


def _due(due: Due) -> str:
    moment = due.due_at.astimezone(CHINA_TIME)
    return _("  {at:%Y-%m-%d %H:%M} {kind} {what} 事项{case}").format(
        at=moment, kind=_KINDS.get(due.kind, due.kind), what=due.what, case=due.case_id
    )
