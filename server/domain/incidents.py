"""What can go wrong with the installation itself, in words for the system administrator.

Trouble of one case is no incident of the installation: it stands at the case.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from server.domain.texts import _


class IncidentKind(StrEnum):
    """Everything that may be noted; there is nothing besides."""

    #: no background work was done for a while: what was due meanwhile was made up for
    OUTAGE = "outage"
    #: the clock of the machine went back or leapt
    CLOCK_JUMPED = "clock_jumped"
    #: the database did not answer
    DATABASE_GONE = "database_gone"
    #: there was no room to write
    DISK_FULL = "disk_full"
    #: a kind of background work ended with a fault; the subject is its name
    CHORE_FAILED = "chore_failed"
    #: notices do not get out; the subject is the channel
    CHANNEL_DOWN = "channel_down"
    #: a record of the audit chain was changed or is gone; the subject is the chain
    AUDIT_BROKEN = "audit_broken"


#: what it is called
TITLES: Final[Mapping[IncidentKind, str]] = {
    IncidentKind.OUTAGE: _("后台任务中断过"),
    IncidentKind.CLOCK_JUMPED: _("服务器时钟跳变"),
    IncidentKind.DATABASE_GONE: _("数据库不可用"),
    IncidentKind.DISK_FULL: _("磁盘空间不足"),
    IncidentKind.CHORE_FAILED: _("后台任务出错"),
    IncidentKind.CHANNEL_DOWN: _("通知发不出去"),
    IncidentKind.AUDIT_BROKEN: _("审计记录链不完整"),
}
