"""Every section of pack.yaml that has a form, in the order people look for it."""

from typing import Final

from server.domain.texts import _
from server.web.entries import kinds_bodies as bodies
from server.web.entries import kinds_exchange as exchange
from server.web.entries import kinds_law as law
from server.web.entries import kinds_moves as moves
from server.web.entries import kinds_time as time
from server.web.entries import kinds_work as work
from server.web.entries.parts import Chapter, Kind

CHAPTERS: Final = (
    Chapter(title=_("依据和名单"), kinds=(law.PACK, law.SOURCES, law.LISTS, law.SETTINGS)),
    Chapter(title=_("程序和机构"), kinds=(work.PROCEDURES, work.LANES, work.ROLES, work.APPOINTS)),
    Chapter(title=_("期限"), kinds=(time.EVENTS, time.DEADLINES, time.AGENDAS)),
    Chapter(
        title=_("办理"),
        kinds=(
            moves.FIELDS,
            law.RULES,
            bodies.TOGETHER,
            bodies.DECISIONS,
            moves.RETURNS,
            moves.HANDOVER,
            moves.WITHDRAWALS,
            moves.REOPEN,
            moves.RECUSAL,
            moves.INCOMPATIBLE,
            moves.DESK,
            law.EARLIER,
        ),
    ),
    Chapter(
        title=_("消息、文书、登记"),
        kinds=(exchange.MESSAGES, exchange.PAPERS, exchange.REGISTERS, exchange.CAMPAIGNS),
    ),
)

KINDS: Final[dict[str, Kind]] = {kind.key: kind for each in CHAPTERS for kind in each.kinds}
