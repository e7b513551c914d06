"""Notices that people who work on a case give one another: urged, copied, called in a remark.

They are for persons, never for an office: a notice to an office would open the case to all of it.
Outside the house nothing is said but that a notice waits.
"""

from collections.abc import Iterable

from server.domain.rung_texts import RungKind
from server.services.context import Context
from server.services.notices import owing
from server.services.notices.owing import Wanted


def tell(
    ctx: Context, kind: RungKind, cause: tuple[str, str, str], texts: Iterable[tuple[str, str]]
) -> None:
    """Give each (person, text) his notice; ``cause`` is the case, the task and the act.

    The same act gives nobody a second one.
    """
    case_id, item_id, act_id = cause
    owing.owe(
        ctx,
        [
            Wanted(
                label=str(kind),
                recipient_id=person_id,
                unit_id=None,
                kind=str(kind),
                case_id=case_id,
                text=text,
                # the task stands where notice_lists looks for it
                dedupe_key=f"{kind}:{item_id}:{act_id}:{person_id}",
            )
            for person_id, text in texts
        ],
    )
