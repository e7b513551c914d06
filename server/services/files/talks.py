"""What those who handle a case say to one another beside its papers: remarks, copies, urgings."""

from dataclasses import dataclass

from server.domain import talking
from server.domain.errors import Conflict, Forbidden
from server.domain.lifecycle import CaseStatus
from server.domain.perspectives import Sight
from server.queries import comments, copies, urgings
from server.queries.comments import Comment
from server.queries.copies import Copy
from server.queries.urgings import Urging
from server.services.context import Context


@dataclass(frozen=True, kw_only=True, slots=True)
class Talk:
    """What was said, as somebody who handles the case reads it; its parts may be empty."""

    comments: tuple[Comment, ...]
    #: of the whole case, with who has read
    copies: tuple[Copy, ...]
    #: of one task
    urgings: tuple[Urging, ...]
    may_comment: bool


def of_case(
    ctx: Context, sight: Sight, case_id: str, status: str, item_id: str = ""
) -> Talk | None:
    """What was said in the case, None for whoever does not handle it.

    ``item_id``: with the urgings of this task.
    """
    if not sight.is_office:
        return None
    try:
        talking.may_comment(CaseStatus(status), sight)
        may_comment = True
    except (Conflict, Forbidden):
        may_comment = False
    return Talk(
        comments=comments.of_case(ctx.session, sight, case_id),
        copies=copies.of_case(ctx.session, case_id),
        urgings=urgings.of_task(ctx.session, item_id) if item_id else (),
        may_comment=may_comment,
    )
