"""Pass 5, going back: the steps and offices that ``returns`` and ``reopen`` name are there."""

from collections.abc import Iterable

from server.checker.candidate import Candidate
from server.domain.deadline_rules import AfterReturn
from server.domain.movement import EARLIER
from server.domain.notes import Notes
from server.domain.roles import OF_THE_UNIT, PARTIES
from server.domain.texts import _


def check(candidate: Candidate, notes: dict[str, Notes]) -> None:
    """Note every rule of going back that could not work as it stands."""
    own = notes["pack.yaml"]
    for place, rule in enumerate(candidate.pack.returns):
        named = [*rule.nodes, *(node for node in rule.to if node != EARLIER)]
        _nodes(candidate, named, f"returns[{place}]", own)
    for reopening in candidate.pack.reopens.values():
        _nodes(candidate, reopening.to, f"reopen.{reopening.procedure}", own)
        pack, by = candidate.pack, reopening.by
        is_office = by in pack.roles and by not in PARTIES | OF_THE_UNIT
        if reopening.procedure not in pack.procedures or not is_office:
            own.error(
                "REOPEN_RULE",
                _("“{procedure}”的重新办理没有指明本包的程序和作决定的机构").format(
                    procedure=reopening.procedure[:60]
                ),
                _("键写procedures中的程序，by写roles中的机构"),
                element="reopen",
                field=reopening.procedure,
            )
    for withdrawal in candidate.pack.withdrawals.values():
        named = [*withdrawal.since, *withdrawal.until]
        _nodes(candidate, named, f"withdrawals.{withdrawal.procedure}", own)
        if withdrawal.procedure not in candidate.pack.procedures:
            own.error(
                "WITHDRAWAL_PROCEDURE",
                _("可以撤回申请的程序“{procedure}”不在procedures中").format(
                    procedure=withdrawal.procedure[:60]
                ),
                _("键写procedures中的程序"),
                element="withdrawals",
                field=withdrawal.procedure,
            )
    for clock in candidate.pack.deadlines.values():
        if clock.until is not None and clock.after_return is AfterReturn.RESTART:
            own.error(
                "RETURN_UNTIL",
                _("“{clock}”的最后一日由人确定，退回时无法重新起算").format(clock=clock.title),
                _("after_return改为continue或者pause"),
                element="deadlines",
                field=f"{clock.key}.after_return",
            )


def _nodes(candidate: Candidate, named: Iterable[str], place: str, notes: Notes) -> None:
    for key in named:
        node = candidate.nodes.get(key)
        if node is None or node.kind != "userTask":
            element, _dot, field = place.partition(".")
            notes.error(
                "MOVE_NODE",
                _("“{place}”所写的“{node}”不是图中的用户任务").format(place=place, node=key[:60]),
                _("改正环节的标识；任何以前的环节写earlier"),
                element=element,
                field=field,
            )
