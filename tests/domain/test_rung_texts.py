"""What a notice says, and to whom it says how much."""

from datetime import date

import pytest

from server.domain.rung_texts import (
    RUNG_WORDS,
    Facts,
    Holding,
    RungKind,
    Told,
    at_of,
    kind_of,
    told,
)
from server.domain.urgency import DaysLeft

DUE = date(2026, 2, 26)
WORK = (
    Holding(step="提出拟办意见", office="案件监督管理室", person="赵某"),
    Holding(step="补充材料", office="", person=None),
)


@pytest.mark.parametrize(
    ("n", "is_past", "is_soft", "said"),
    [
        (1, False, False, "“拟办意见”将于2026-02-26（周四）到期，还有1个工作日。"),
        (0, False, False, "“拟办意见”今日到期：2026-02-26（周四）。"),
        (0, True, False, "“拟办意见”已于2026-02-26（周四）到期，仍未办结。"),
        (-3, True, False, "“拟办意见”已于2026-02-26（周四）到期，逾期3个工作日，仍未办结。"),
        (1, False, True, "“拟办意见”的提示时限为2026-02-26（周四）（非法定）。"),
        (-3, True, True, "“拟办意见”的提示时限2026-02-26（周四）已过（非法定）。"),
    ],
)
def test_the_period_is_told_as_it_stands(
    n: int, said: str, *, is_past: bool, is_soft: bool
) -> None:
    facts = Facts(
        title="拟办意见",
        due_on=DUE,
        left=DaysLeft(n=n, is_past=is_past),
        is_soft=is_soft,
        work=WORK,
    )
    assert told(facts, Told.PERIOD) == said


def test_a_head_reads_who_has_it_and_an_organ_elsewhere_which_office() -> None:
    own, party = "由申请方或者办理人员本人办理", "补充材料"
    assert ending(WORK, Told.NAMES) == (
        f"现在的环节：提出拟办意见（案件监督管理室，赵某）；{party}（{own}）。"
    )
    assert ending(WORK, Told.OFFICES) == (
        f"现在的环节：提出拟办意见（案件监督管理室）；{party}（{own}）。"
    )
    nobody = Holding(step="登记", office="案件监督管理室", person="")
    assert ending((nobody,), Told.NAMES) == "现在的环节：登记（案件监督管理室，尚未签收）。"
    other = Holding(step="登记", office="审计局", person=None)
    assert ending((other, other), Told.NAMES) == "现在的环节：登记（审计局）。"
    assert ending((), Told.NAMES) == ""


@pytest.mark.parametrize(
    ("at", "label", "is_soft", "kind"),
    [
        (-1, "assignee", False, RungKind.REMIND),
        (0, "assignee", False, RungKind.DUE),
        (1, "assignee", False, RungKind.OVERDUE),
        (1, "case_supervision_office.head", False, RungKind.ESCALATED),
        (3, "supervising_organ", False, RungKind.ESCALATED),
        (0, "assignee", True, RungKind.REMIND),
        (1, "case_supervision_office.head", True, RungKind.PAST_TARGET),
    ],
)
def test_kinds_of_rungs(at: int, label: str, kind: RungKind, *, is_soft: bool) -> None:
    assert kind_of(at, label, is_soft=is_soft) is kind


def test_every_kind_has_its_word_and_a_key_says_where_its_rung_stands() -> None:
    assert set(RUNG_WORDS) == set(RungKind)
    assert at_of("c1:2026-02-26:-1:assignee:p1") == -1


def ending(work: tuple[Holding, ...], how_much: Told) -> str:
    left = DaysLeft(n=-3, is_past=True)
    facts = Facts(title="拟办意见", due_on=DUE, left=left, is_soft=False, work=work)
    return told(facts, how_much).partition("。")[2]
