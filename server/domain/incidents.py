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


#: what happens until it is over, and what to do about it
ADVICE: Final[Mapping[IncidentKind, str]] = {
    IncidentKind.OUTAGE: _(
        "停止期间到时的期限、提醒和上报正按先后补办，办完自动了结。请查明后台进程为什么停过。"
    ),
    IncidentKind.CLOCK_JUMPED: _(
        "为免提前催办和上报，到时的事项暂缓处理，其他办理照常。时钟不对的，请校准，校准后自动恢复；"
        "时钟是对的（例如服务器刚从挂起中恢复，或者刚校过时），请核对后在本页确认。"
    ),
    IncidentKind.DATABASE_GONE: _(
        "期间页面提示“暂时不能使用”，未提交的内容没有丢失，也没有办成一半的事。"
        "请查明数据库为什么停过。"
    ),
    IncidentKind.DISK_FULL: _(
        "写不下的操作已整个退回，没有办成一半的事。请清出空间或者扩大磁盘；"
        "有了空间并且十分钟没有再次发生，自动了结。"
    ),
    IncidentKind.CHORE_FAILED: _(
        "程序会一再重试，成功后自动了结；其他后台任务照常。持续出错的，"
        "请按日志中同一时间的记录查明原因。"
    ),
    IncidentKind.CHANNEL_DOWN: _(
        "站内提醒不受影响，待发的通知不会丢失。请检查该通知方式的地址和网络；恢复后自动补发。"
    ),
    IncidentKind.AUDIT_BROKEN: _(
        "审计记录被改动或者缺失。请保护现场，不要删除任何文件，告知审计管理员和安全保密管理员，"
        "与最近的备份比对。再次核对完整后自动了结。"
    ),
}

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
