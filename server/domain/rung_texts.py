"""What a rung of a ladder says to whom it tells: the period, how late it is, who holds the work.

Whom a notice may name follows from whom it is for: the head of the office that holds the work
reads who has it, an organ elsewhere reads the office, a party reads its period alone (DOMAIN
section 7, no. 25).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from server.domain.calendar import weekday_word
from server.domain.texts import _
from server.domain.urgency import DaysLeft


class RungKind(StrEnum):
    """What kind of notice a rung gives."""

    REMIND = "remind"
    DUE = "due"
    OVERDUE = "overdue"
    ESCALATED = "escalated"
    #: a target is past, which is no limit of the law
    PAST_TARGET = "past_target"
    #: somebody asks for the work to be done
    URGED = "urge"
    #: somebody sent a copy
    COPIED = "cc"
    #: somebody called him in a remark
    MENTIONED = "comment"
    #: the day has come on which he wanted to look again
    FOLLOW_UP = "follow_up"
    #: a meeting, or what is left to do after it
    MEETING = "meeting"
    #: a notice no rung gave
    OTHER = "other"


RUNG_WORDS: Final = {
    RungKind.REMIND: _("提醒"),
    RungKind.DUE: _("到期"),
    RungKind.OVERDUE: _("逾期"),
    RungKind.ESCALATED: _("逾期上报"),
    RungKind.PAST_TARGET: _("超过提示"),
    RungKind.URGED: _("催办"),
    RungKind.COPIED: _("抄送"),
    RungKind.MENTIONED: _("讨论"),
    RungKind.FOLLOW_UP: _("到期再看"),
    RungKind.MEETING: _("会议"),
    RungKind.OTHER: _("通知"),
}

#: kinds of notices that people give one another or themselves, as they are stored
OF_PEOPLE: Final = {
    str(kind): kind
    for kind in RungKind
    if kind in ("urge", "cc", "comment", "follow_up", "meeting")
}


class Told(StrEnum):
    """How much a notice may say of who holds the work."""

    #: the period alone
    PERIOD = "period"
    #: steps and offices, nobody's name
    OFFICES = "offices"
    #: names as well
    NAMES = "names"


@dataclass(frozen=True, kw_only=True, slots=True)
class Holding:
    """Open work under the period."""

    step: str
    #: empty for people of the case
    office: str
    #: empty: nobody has claimed it; None: it is not for the reader to know
    person: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What there is to say."""

    #: title of the period
    title: str
    due_on: date
    left: DaysLeft
    is_soft: bool
    work: tuple[Holding, ...]


def kind_of(at: int, label: str, *, is_soft: bool) -> RungKind:
    """The kind of a rung ``at`` units after the due date that tells those the label names."""
    if is_soft:
        return RungKind.PAST_TARGET if at > 0 else RungKind.REMIND
    if at <= 0:
        return RungKind.DUE if at == 0 else RungKind.REMIND
    is_up = label == "supervising_organ" or label.endswith(".head")
    return RungKind.ESCALATED if is_up else RungKind.OVERDUE


def of_stored(kind: str, dedupe_key: str, label: str, force: str | None) -> RungKind:
    """The kind of a notice as it is stored; ``force``: of its clock, None without one."""
    if kind != "deadline":
        return OF_PEOPLE.get(kind, RungKind.OTHER)
    return kind_of(at_of(dedupe_key), label, is_soft=force == "soft")


def at_of(dedupe_key: str) -> int:
    """Where in its ladder the rung stands that a notice with this key was given by."""
    # the key names clock, due date, place in the ladder, office and person
    return int(dedupe_key.split(":")[2])


def item_of(dedupe_key: str) -> str | None:
    """The task that a notice of one person to another is about, None: the case as a whole."""
    # the key names kind, task, act and person
    return dedupe_key.split(":")[1] or None


def told(facts: Facts, how_much: Told) -> str:
    """The notice as its reader gets it, in whole sentences."""
    text = _period(facts) + "。"
    if how_much is Told.PERIOD or not facts.work:
        return text
    held = [_held(each, how_much) for each in facts.work]
    return text + _("现在的环节：{held}。").format(held="；".join(dict.fromkeys(held)))


def _period(facts: Facts) -> str:
    day = f"{facts.due_on.isoformat()}（{weekday_word(facts.due_on)}）"
    said = {"title": facts.title, "day": day, "n": abs(facts.left.n)}
    if facts.left.is_past:
        if facts.is_soft:
            return _("“{title}”的提示时限{day}已过（非法定）").format(**said)
        if facts.left.n == 0:
            return _("“{title}”已于{day}到期，仍未办结").format(**said)
        return _("“{title}”已于{day}到期，逾期{n}个工作日，仍未办结").format(**said)
    if facts.is_soft:
        return _("“{title}”的提示时限为{day}（非法定）").format(**said)
    if facts.left.n == 0:
        return _("“{title}”今日到期：{day}").format(**said)
    return _("“{title}”将于{day}到期，还有{n}个工作日").format(**said)


def _held(work: Holding, how_much: Told) -> str:
    if not work.office:
        return _("{step}（由申请方或者办理人员本人办理）").format(step=work.step)
    if how_much is Told.OFFICES or work.person is None:
        return _("{step}（{office}）").format(step=work.step, office=work.office)
    person = work.person or _("尚未签收")
    return _("{step}（{office}，{person}）").format(
        step=work.step, office=work.office, person=person
    )
