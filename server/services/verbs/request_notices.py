"""Who is told of a request: those who may consent, and whoever asked of the answer."""

from collections.abc import Iterable

from server.domain.requests import RequestState
from server.domain.texts import _
from server.services.context import Context
from server.services.identity.people import Office
from server.services.notices import owing
from server.services.notices.owing import Wanted

_KIND = "request"


def asked(
    ctx: Context, case_id: str, request_id: str, what: str, office: Office, to: Iterable[str]
) -> None:
    """Tell those who may decide."""
    text = _("请示：{what}，请您决定").format(what=what)
    wanted = [
        Wanted(
            label=f"{office.kind}.head",
            recipient_id=each,
            unit_id=office.id,
            kind=_KIND,
            case_id=case_id,
            text=text,
            dedupe_key=f"{_KIND}:{request_id}:asked:{each}",
        )
        for each in sorted(to)
    ]
    owing.owe(ctx, wanted)


def answered(
    ctx: Context, case_id: str, request_id: str, what: str, asked_by: str, state: RequestState
) -> None:
    """Tell whoever asked what became of it."""
    words = {
        RequestState.CONSENTED: _("{what}：已经同意并办理"),
        RequestState.REFUSED: _("{what}：没有同意"),
    }
    notice = Wanted(
        label="assignee",
        recipient_id=asked_by,
        unit_id=None,
        kind=_KIND,
        case_id=case_id,
        text=words[state].format(what=what),
        dedupe_key=f"{_KIND}:{request_id}:{state}:{asked_by}",
    )
    owing.owe(ctx, [notice])
