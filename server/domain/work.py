"""What may be done to a work item, decided on frozen values before any row is touched.

Each function returns the item as it will be, or raises: ``Conflict`` when the item is not in a
state for it, ``Forbidden`` when the person may not.
"""

from dataclasses import dataclass, field, replace

from server.domain.access import Actor, Offered, Permission, permits
from server.domain.errors import Conflict, Forbidden
from server.domain.groups import SIGNERS, Duty
from server.domain.lifecycle import CaseStatus, WorkState, move_work
from server.domain.recusal import Parties, refuse_barred
from server.domain.roles import PARTIES
from server.domain.texts import _


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """A work item with what decides about it."""

    state: WorkState
    case_status: CaseStatus
    offered: Offered
    parties: Parties = field(default_factory=Parties)
    #: claimed by somebody whose post or part has ended since, or who is barred by now
    is_abandoned: bool = False
    #: what it is in its group: a signer was asked himself, nobody else can take his place
    duty: Duty = Duty.MAIN
    #: the actor has another item of the same group: nobody has a part in it twice
    has_other: bool = False
    #: who asked its assignee to prepare it, and gets it back
    owner_id: str | None = None
    #: it was offered here by another office and nobody has taken it over yet
    is_on_its_way: bool = False


def claim(work: Work, actor: Actor) -> Work:
    """The item in the hands of the actor.

    Raises:
        Conflict: the case stands still, or somebody has the item.
        Forbidden: it is not offered to him, or he is barred.
    """
    _case_runs(work)
    if not permits(actor, Permission.WORK_CLAIM, work.offered):
        raise Forbidden(_("该待办不属于您任职的机构，您不能签收"))
    refuse_barred(actor.person_id, work.offered.role, work.parties)
    if work.duty in SIGNERS and work.offered.assignee_id != actor.person_id:
        _over(work)
        raise Conflict(_("该待办指定由被加签人签署，他人不能签收"))
    if work.has_other:
        raise Conflict(_("您在同一待办中已有签署任务，不能再签收"))
    if work.state is not WorkState.OFFERED and not _is_free(work):
        _over(work)
        if work.offered.assignee_id == actor.person_id:
            raise Conflict(_("您已经签收该待办"))
        raise Conflict(_("该待办已由他人签收"))
    offered = replace(work.offered, assignee_id=actor.person_id)
    taken = replace(work, offered=offered, owner_id=None, is_on_its_way=False)
    if _is_free(work):
        return replace(taken, is_abandoned=False)
    return replace(taken, state=move_work(work.state, WorkState.CLAIMED))


def release(work: Work, actor: Actor) -> Work:
    """The item back with everybody it is offered to, or with who asked the actor to prepare it.

    The head of the office takes it back from whoever has it.

    Raises:
        Conflict: nobody has it, somebody else has it, or the case stands still.
    """
    _case_runs(work)
    if work.state is not WorkState.CLAIMED or not takes_back(work, actor):
        _is_claimed(work, actor)
    if work.duty in SIGNERS:
        raise Conflict(_("加签的待办不能退签；可以转办，或者请加签人撤销"))
    if work.owner_id is not None and work.offered.assignee_id == actor.person_id:
        return replace(
            work, offered=replace(work.offered, assignee_id=work.owner_id), owner_id=None
        )
    state = move_work(work.state, WorkState.OFFERED)
    offered = replace(work.offered, assignee_id=None)
    return replace(work, state=state, offered=offered, owner_id=None, is_abandoned=False)


def give_up(work: Work, actor: Actor) -> Work:
    """What :func:`release` does with one's own item, or :func:`take_back` with somebody else's."""
    return (take_back if takes_back(work, actor) else release)(work, actor)


def take_back(work: Work, actor: Actor) -> Work:
    """The item back with its office, out of the hands of somebody else, by the office's head.

    Raises:
        Conflict: nobody has it, it is over, or the case stands still.
        Forbidden: the actor is not head of its office, or is barred.
    """
    _case_runs(work)
    _over(work)
    if not takes_back(work, actor):
        raise Forbidden(_("只有本机构负责人可以收回他人签收的待办"))
    refuse_barred(actor.person_id, work.offered.role, work.parties)
    return release(work, actor)


def takes_back(work: Work, actor: Actor) -> bool:
    """True when the item is in somebody else's hands and the actor is head of its office."""
    return (
        work.offered.assignee_id not in (None, actor.person_id)
        and work.offered.unit_id is not None
        and work.offered.unit_id in actor.headed
    )


def complete(work: Work, actor: Actor) -> Work:
    """The item done.

    Raises:
        Conflict: it was not claimed, is over, is in other hands, or the case stands still.
        Forbidden: the actor has lost the post it was offered to, or is barred by now.
    """
    _case_runs(work)
    _is_claimed(work, actor)
    if not permits(actor, Permission.WORK_COMPLETE, work.offered):
        raise Forbidden(_("您已不在该待办所属的机构任职，不能办理"))
    refuse_barred(actor.person_id, work.offered.role, work.parties)
    return replace(work, state=move_work(work.state, WorkState.DONE))


def send_back(work: Work, actor: Actor) -> Work:
    """The item over without being done, since its case goes back to an earlier step.

    Raises:
        Conflict, Forbidden: as :func:`complete`; whom the case is about returns nothing.
    """
    complete(work, actor)
    if work.offered.role in PARTIES:
        raise Forbidden(_("当事人不能退回"))
    return replace(work, state=move_work(work.state, WorkState.ENDED))


def transfer(work: Work, actor: Actor, to: str) -> Work:
    """The item in the hands of a colleague, whom the caller found able to have it.

    Raises:
        Conflict: the item is over, or the case stands still.
        Forbidden: it is neither in the actor's hands nor of an office he is head of.
    """
    may_transfer(work, actor)
    offered = replace(work.offered, assignee_id=to)
    return replace(
        work, state=WorkState.CLAIMED, offered=offered, is_abandoned=False, owner_id=None
    )


def may_transfer(work: Work, actor: Actor) -> Work:
    """Return the item when the actor may give it to a colleague; raises as :func:`transfer`."""
    _case_runs(work)
    _over(work)
    if work.offered.unit_id is None or not permits(actor, Permission.WORK_ASSIGN, work.offered):
        raise Forbidden(_("只有签收人或者本机构负责人可以转办"))
    if work.owner_id is not None and work.offered.unit_id not in actor.headed:
        raise Forbidden(_("该待办是他人委派您办理的，请交回委派人，不能再转给别人"))
    if work.is_on_its_way:
        raise Conflict(_("该待办由其他机构转来，请先签收或者退回"))
    refuse_barred(actor.person_id, work.offered.role, work.parties)
    return work


def may_have_signed(work: Work, actor: Actor) -> Work:
    """Return when the actor may ask others to sign with him, or take that back.

    Raises:
        Conflict: he does not have the item, it is no task of its own, or the case stands still.
        Forbidden: he has lost the post it was offered to, or is barred by now.
    """
    _case_runs(work)
    _is_claimed(work, actor)
    if work.duty is not Duty.MAIN:
        raise Conflict(_("签署的待办不能再加签"))
    if work.offered.unit_id is None and work.offered.role in PARTIES:
        raise Forbidden(_("申请人、当事人的事项不能加签"))
    if not permits(actor, Permission.WORK_COMPLETE, work.offered):
        raise Forbidden(_("您已不在该待办所属的机构任职，不能办理"))
    refuse_barred(actor.person_id, work.offered.role, work.parties)
    return work


def _is_free(work: Work) -> bool:
    return work.state is WorkState.CLAIMED and work.is_abandoned


def refuse_idle(work: Work) -> None:
    """Return when it still waits in a case that is worked on.

    Raises:
        Conflict: the case stands still, or it is done or nobody has to do it any more.
    """
    _case_runs(work)
    _over(work)


def _case_runs(work: Work) -> None:
    if work.case_status is not CaseStatus.OPEN:
        raise Conflict(_("该事项目前不在办理中，不能操作"))


def _is_claimed(work: Work, actor: Actor) -> None:
    if work.state is WorkState.OFFERED:
        raise Conflict(_("请先签收该待办"))
    _over(work)
    if work.offered.assignee_id not in (actor.person_id, actor.on_behalf_of):
        raise Conflict(_("该待办已由他人签收"))


def _over(work: Work) -> None:
    """A withdraw alone opens an item again that has ended."""
    if work.state in (WorkState.DONE, WorkState.ENDED):
        raise Conflict(_("该待办已经办结或者已不需办理，请刷新后再试"))
