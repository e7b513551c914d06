"""What people call the states, results and levels of a case (CONTRACTS section 3)."""

from typing import Final

from server.domain.lifecycle import CaseStatus
from server.domain.packs import PolicyPack
from server.domain.texts import _

_STATUS: Final = {
    CaseStatus.OPEN: _("办理中"),
    CaseStatus.SUSPENDED: _("已暂停"),
    CaseStatus.CLOSED: _("已办结"),
    CaseStatus.CANCELLED: _("已终止"),
}
_OUTCOMES: Final = {
    "no_pursuit": _("不予追究责任"),
    "lenient": _("从轻追究责任"),
    "mitigated": _("减轻追究责任"),
    "not_tolerated": _("不予容错"),
    "refused": _("不予启动（受理）"),
    "excluded": _("排除"),
    "direct_close": _("直接了结"),
    "rectified": _("整改到位，不予追责"),
    "transferred": _("移送"),
    "withdrawn": _("申请人撤回"),
}
_LEVELS: Final = {
    "central": _("中央"),
    "province": _("省级"),
    "city": _("市级"),
    "county": _("县（区）级"),
    "township": _("乡（镇、街道）级"),
}
#: how a case ends that its applicant withdrew: every procedure may, and no pack says it
WITHDRAWN: Final = "withdrawn"


def status_word(status: str) -> str:
    """What people call the status of a case."""
    return _STATUS[CaseStatus(status)]


def has_word(pack: PolicyPack, procedure: str, outcome: str) -> bool:
    """Can people be told of this result in words?"""
    return outcome in _OUTCOMES or outcome_title(pack, procedure, outcome) != outcome


def outcome_title(pack: PolicyPack, procedure: str, outcome: str | None) -> str:
    """What the procedure calls a result: its own word, that of the pack's list, or the common one.

    A version published before results had to have words may know one without: that is its code.
    """
    if not outcome:
        return ""
    known = pack.procedures.get(procedure)
    own = known.outcome_words.get(outcome) if known else None
    listed = pack.lists.get("outcomes")
    named = [item.text for item in listed.items if item.code == outcome] if listed else []
    return own or next(iter(named), _OUTCOMES.get(outcome, outcome))


def level_word(level: str | None) -> str:
    """What people call the level of an organ or of the authority over a person."""
    return _LEVELS.get(level, level) if level else ""
