"""An older database is brought to the program's schema, after a backup of it as it was."""

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from server.domain.access import SYSTEM
from server.domain.chores import BACKUP
from server.domain.errors import Conflict, Invalid
from server.domain.expressions import Json
from server.domain.texts import _
from server.services import heartbeats, schema
from server.services.backups import making
from server.services.case import search
from server.services.context import Tools, transaction

#: where backups before an upgrade lie in the data directory
FOLDER: Final = "backups"
#: where a restore keeps everything until it is put in place; one that is left was cut short
STAGING: Final = ".restoring"

_log = logging.getLogger(__name__)


def bring_up(tools: Tools, now: datetime, *, without_backup: str = "") -> Path | None:
    """Bring the database to the program's revision; the backup that was made of an older one.

    ``without_backup`` is the reason for none. What was done is on record in the audit chain.

    Raises:
        Conflict: the database is of a newer program, or half of a restore.
        Invalid: the backup could not be made; then nothing was changed.
    """
    if (tools.config.data / STAGING).exists():
        raise Conflict(_("上次的恢复没有做完，请重新执行rongcuo restore"))
    before = schema.revision(tools.database)
    if before == schema.newest():
        return None
    if before is None:
        schema.migrate(tools.database)
        return None
    if not schema.is_known(before):
        text = _("数据库是更新的程序（{revision}）建立的，请用那个版本的程序打开")
        raise Conflict(text.format(revision=before))
    made = None if without_backup else _backed_up(tools)
    schema.migrate(tools.database)
    detail: dict[str, Json] = {"from": before, "to": schema.newest()}
    detail["backup"] = made.detail if made else {"left_out": without_backup}
    with transaction(tools, SYSTEM, now) as ctx:
        search.index_papers(ctx)
        ctx.record("schema.upgrade", "installation", detail=detail)
    if made is None:
        _log.warning("upgraded without a backup")
        return None
    heartbeats.note(tools, BACKUP, datetime.now(UTC), made.detail)
    _log.warning("backed up and upgraded")
    return made.file


def _backed_up(tools: Tools) -> making.Made:
    real_now = datetime.now(UTC)
    folder = tools.config.data / FOLDER
    name = f"before-{schema.newest()}-{real_now:%Y%m%dT%H%M%SZ}.rongcuo"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        made = making.make(tools, folder / name, real_now)
    except (OSError, Invalid) as error:
        reason = error.message if isinstance(error, Invalid) else error.strerror
        text = _("升级前的备份没有做成，数据库没有改动：{why}（确需不备份就升级的，加--no-backup）")
        raise Invalid(text.format(why=reason)) from error
    if made.damaged:
        _log.warning("attachments damaged", extra={"failed": len(made.damaged)})
    return made
