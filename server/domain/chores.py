"""The background work of an installation: what is done by itself, and how often.

What is done seldom is owed by what the database says of the last time, so that a process that is
started anew every day neither forgets it nor does it twice.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from server.domain.texts import _

#: what is done less often than this is owed by the last time it was done, by whichever process
_SELDOM: Final = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Chore:
    """One kind of background work."""

    #: names its heartbeat, its incidents and its figures
    name: str
    #: what people call it
    title: str
    every: timedelta

    @property
    def is_seldom(self) -> bool:
        """Is each single time noted down, with what came of it."""
        return self.every >= _SELDOM

    @property
    def looked_at(self) -> timedelta:
        """How often a process asks whether it is owed."""
        return min(self.every, _SELDOM)

    def is_owed(self, last: datetime | None, now: datetime) -> bool:
        """Is it time again; a last time that has yet to come was told by a wrong clock."""
        return last is None or not timedelta(0) <= now - last < self.every


#: fires timers and hands over messages
ROUND: Final = Chore(name="round", title=_("到时的期限、提醒和上报"), every=timedelta(seconds=5))
#: sends notices out; a receiver that is slow keeps no round waiting
DELIVER: Final = Chore(name="deliver", title=_("发出通知"), every=timedelta(seconds=5))
#: makes the PDF of papers that were issued
PRINT: Final = Chore(name="print", title=_("生成文书的PDF"), every=timedelta(seconds=5))
#: looks after the installation itself
WATCH: Final = Chore(name="watch", title=_("检查运行状况"), every=timedelta(minutes=1))
#: gives back what people left behind whose posts ended, or who keep away from a case
LEFT: Final = Chore(
    name="left", title=_("离岗、回避人员的待办退回机构"), every=timedelta(minutes=1)
)
#: convenes the meetings that come round by the calendar
AGENDAS: Final = Chore(name="agendas", title=_("召集定期会议"), every=timedelta(minutes=1))
#: proposes targets of campaigns and opens their cases
CAMPAIGNS: Final = Chore(
    name="campaigns", title=_("专项活动选取对象、启动事项"), every=timedelta(minutes=1)
)
#: plays closed cases on drafts of packs
REPLAY: Final = Chore(name="replay", title=_("用政策包草稿重放旧案"), every=timedelta(seconds=5))
#: judges and moves running cases to newer versions of their packs
MIGRATE: Final = Chore(name="migrate", title=_("在办事项迁移到新版本"), every=timedelta(seconds=5))
#: forgets what was kept for a time
TIDY: Final = Chore(name="tidy", title=_("清理过期的数据"), every=timedelta(hours=1))
#: walks both chains of the record
VERIFY: Final = Chore(name="verify", title=_("核对审计记录链"), every=timedelta(days=1))

#: name of the heartbeat that a backup leaves, which the operator makes by command
BACKUP: Final = "backup"

#: all there are, in the order people look at them
CHORES: Final = (
    *(ROUND, DELIVER, PRINT, WATCH, LEFT, AGENDAS, CAMPAIGNS),
    *(REPLAY, MIGRATE, TIDY, VERIFY),
)
