"""撤回: whether what somebody handed in last may be taken back, and what stands in the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.domain.access import Actor, Offered, Permission, permits
from server.domain.errors import Conflict, Forbidden
from server.domain.lifecycle import CaseStatus
from server.domain.recusal import Parties, refuse_barred
from server.domain.texts import _


@dataclass(frozen=True, kw_only=True, slots=True)
class Handed:
    """The last step of a case, with what came of it since."""

    case_status: CaseStatus
    offered: Offered
    parties: Parties
    #: it completed the task that is to be taken back, and its traces were kept
    is_last: bool
    #: ids of who did it and of whom he acted for
    by: frozenset[str]
    #: a body decided it, not whoever handed it in
    is_of_body: bool = False
    #: it told another case something
    has_sent: bool = False
    #: titles of tasks of others that it ended
    ended: tuple[str, ...] = ()
    #: titles of the tasks it opened that somebody took or began to fill in -> by whom
    touched: Mapping[str, str] = field(default_factory=dict)
    #: a clock was stopped, extended or corrected since
    has_clocks_changed: bool = False


def may_withdraw(handed: Handed, actor: Actor) -> None:
    """Return when the actor may take back what he handed in.

    Raises:
        Forbidden: somebody else did it, or he has lost the post he did it in.
        Conflict: it cannot be taken back any more; the sentence says why.
    """
    if handed.case_status is not CaseStatus.OPEN:
        raise Conflict(_("该事项已经办结、终止或者暂停，不能撤回"))
    if not handed.is_last:
        raise Conflict(_("该待办不是本事项最近办理的一步，不能撤回"))
    acting = {actor.person_id, *([actor.on_behalf_of] if actor.on_behalf_of else [])}
    if not acting & handed.by:
        raise Forbidden(_("只有办理人本人可以撤回"))
    if not permits(actor, Permission.WORK_CLAIM, handed.offered):
        raise Forbidden(_("您已不在该待办所属的机构任职，不能撤回"))
    refuse_barred(actor.person_id, handed.offered.role, handed.parties)
    _refuse_what_came_of_it(handed)


def _refuse_what_came_of_it(handed: Handed) -> None:
    for name, who in handed.touched.items():
        raise Conflict(_("下一环节“{step}”{who}已经接手，不能撤回").format(step=name, who=who))
    if handed.is_of_body:
        raise Conflict(_("会议已经作出决定，不能撤回"))
    if handed.has_sent:
        raise Conflict(_("办理时已经向其他事项或者机关发出函件，不能撤回"))
    if handed.ended:
        text = _("办理时同时结束了“{steps}”，不能撤回")
        raise Conflict(text.format(steps=_("、").join(handed.ended)))
    if handed.has_clocks_changed:
        raise Conflict(_("此后有期限被中止、延长或者更正，不能撤回"))
