"""Work that goes to somebody else and comes back, or goes to another office, on frozen values.

A delegate prepares and hands back; who asked him decides. Another office takes over only what it
takes itself: until then the item lies between the two, and the giving office may take it back.
Each function returns the item as it will be, or raises as those of ``work`` do.
"""

from dataclasses import replace

from server.domain.access import Actor, Offered, is_candidate
from server.domain.errors import Conflict, Forbidden
from server.domain.lifecycle import WorkState, move_work
from server.domain.recusal import refuse_barred
from server.domain.texts import _
from server.domain.work import Work, may_transfer, refuse_idle


def may_delegate(work: Work, actor: Actor) -> Work:
    """Return the item when the actor may ask a colleague to prepare it.

    Raises:
        Conflict: it is not in his hands, is over, or the case stands still.
        Forbidden: he was asked himself, or may not act in it any more.
    """
    refuse_idle(work)
    if work.state is not WorkState.CLAIMED or work.offered.assignee_id != actor.person_id:
        raise Conflict(_("签收以后才能委派"))
    if work.owner_id is not None:
        raise Forbidden(_("该待办是他人委派您办理的，不能再委派给别人"))
    if work.offered.unit_id is None or not is_candidate(actor, work.offered):
        raise Forbidden(_("只有机构办理的待办可以委派"))
    refuse_barred(actor.person_id, work.offered.role, work.parties)
    return work


def delegate(work: Work, actor: Actor, to: str) -> Work:
    """The item in the hands of a colleague, to be handed back to the actor; as may_delegate."""
    may_delegate(work, actor)
    return replace(work, offered=replace(work.offered, assignee_id=to), owner_id=actor.person_id)


def is_delegate(work: Work, actor: Actor) -> bool:
    """True when the actor prepares the item for somebody else."""
    return work.owner_id is not None and work.offered.assignee_id == actor.person_id


def resolve(work: Work) -> Work:
    """The item back with who asked for it, prepared; the caller found that its delegate may."""
    offered = replace(work.offered, assignee_id=work.owner_id)
    return replace(work, offered=offered, owner_id=None)


def recall(work: Work, actor: Actor) -> Work:
    """The item out of the delegate's hands, back with the actor who asked him.

    Raises:
        Conflict: it is over, or the case stands still.
        Forbidden: he did not ask anybody, or may not act in it any more.
    """
    refuse_idle(work)
    if work.owner_id != actor.person_id or not is_candidate(actor, work.offered):
        raise Forbidden(_("只有委派人可以收回委派的待办"))
    refuse_barred(actor.person_id, work.offered.role, work.parties)
    return resolve(work)


def hand_over(work: Work, actor: Actor, to: Offered) -> tuple[Work, Work]:
    """The item as it ends here, and the one that another office is offered in its place.

    Raises:
        Conflict, Forbidden: as :func:`server.domain.work.may_transfer`.
    """
    may_transfer(work, actor)
    ended = replace(work, state=move_work(work.state, WorkState.ENDED), owner_id=None)
    offered = replace(work, state=WorkState.OFFERED, offered=to, owner_id=None, is_abandoned=False)
    return ended, replace(offered, is_on_its_way=True)


def decline(work: Work, actor: Actor) -> Work:
    """The item as it ends at the office that does not take it over.

    Raises:
        Conflict: the office has taken it over, or the case stands still.
        Forbidden: the actor has no post there.
    """
    refuse_idle(work)
    if not is_candidate(actor, work.offered):
        raise Forbidden(_("只有接收机构可以退回"))
    _refuse_taken(work)
    return replace(work, state=move_work(work.state, WorkState.ENDED), is_on_its_way=False)


def take_back(given: Work, lying: Work, actor: Actor, giver_id: str | None) -> Work:
    """The item in its office again, which it left (``given``) for another where it lies.

    ``giver_id`` is who handed it over.

    Raises:
        Conflict: the other office has taken it over, or the case stands still.
        Forbidden: the actor neither handed it over nor is head of the office.
    """
    refuse_idle(lying)
    _refuse_taken(lying)
    is_head = given.offered.unit_id in actor.headed
    is_giver = giver_id == actor.person_id and is_candidate(actor, given.offered)
    if not (is_head or is_giver):
        raise Forbidden(_("只有转出人或者转出机构的负责人可以收回"))
    refuse_barred(actor.person_id, given.offered.role, given.parties)
    return restored(given)


def restored(given: Work) -> Work:
    """The item that left its office, open there again as it was: in somebody's hands or offered."""
    then = WorkState.OFFERED if given.offered.assignee_id is None else WorkState.CLAIMED
    return replace(given, state=move_work(given.state, then))


def _refuse_taken(work: Work) -> None:
    if not work.is_on_its_way or work.state is not WorkState.OFFERED:
        raise Conflict(_("该待办不在移送途中，不能收回或者退回"))
