"""Who may say something about a task that moves nothing: remark, copy, urge.

Decided on frozen values. All three are for those who handle the case; whoever is party to it, or
was only asked in it, neither reads nor writes them (an applicant urges his matter as a whole).
"""

from server.domain.access import Actor, is_candidate
from server.domain.errors import Conflict, Forbidden
from server.domain.lifecycle import OVER, CaseStatus, WorkState
from server.domain.perspectives import Sight
from server.domain.texts import _
from server.domain.work import Work

_WAITS = (WorkState.OFFERED, WorkState.CLAIMED)


def may_comment(status: CaseStatus, sight: Sight) -> None:
    """Return when the reader may add a remark to the case.

    Raises:
        Forbidden: he does not handle it.
        Conflict: it is over.
    """
    refuse_others(sight)
    if status in OVER:
        raise Conflict(_("该事项已经办结或者终止，不能再发表讨论"))


def may_copy(work: Work, actor: Actor, sight: Sight) -> None:
    """Return when the actor may send copies of this task: his office has or had it.

    Raises:
        Forbidden: he does not handle the case, or the task is none of his office's.
    """
    refuse_others(sight)
    own = actor.person_id == work.offered.assignee_id or is_candidate(actor, work.offered)
    if not own:
        raise Forbidden(_("只有该待办所属机构的人员可以抄送"))


def may_urge(work: Work, actor: Actor, sight: Sight, *, did_earlier: bool) -> None:
    """Return when the actor may urge this task.

    ``did_earlier`` says that he handled an earlier step, opened the case, or is head of an office
    that did.

    Raises:
        Forbidden: he is none of those, nor the head of the office that has it.
        Conflict: nothing waits, or it waits for himself.
    """
    refuse_others(sight)
    if work.case_status is not CaseStatus.OPEN or work.state not in _WAITS:
        raise Conflict(_("该待办现在不需要办理，不能催办"))
    if work.offered.assignee_id == actor.person_id:
        raise Conflict(_("该待办在您自己手上，不能催办"))
    leads = work.offered.unit_id is not None and work.offered.unit_id in actor.headed
    if not (did_earlier or leads):
        raise Forbidden(_("只有办理过前面环节的人员、承办机构负责人可以催办"))


def refuse_others(sight: Sight) -> None:
    """Return when the reader handles the case. Raises Forbidden."""
    if not sight.is_office:
        raise Forbidden(_("只有承办机关的人员可以这样操作"))
