"""Who is told of a recusal: the heads who decide, whoever asked, and who has to find somebody else.

The words name nobody and no ground: they leave the house.
"""

from collections.abc import Iterable

from server.domain.texts import _
from server.services.context import Context
from server.services.identity.people import Office
from server.services.notices import owing
from server.services.notices.owing import Wanted

_KIND = "recusal"


def asked(
    ctx: Context, case_id: str, recusal_id: str, office: Office, heads: Iterable[str]
) -> None:
    """Tell the heads of the office who decide."""
    _tell_heads(ctx, case_id, f"{recusal_id}:asked", office, heads, _("有一项回避，请您决定"))


def answered(ctx: Context, case_id: str, recusal_id: str, state: str, person_id: str) -> None:
    """Tell whoever asked, or declared it, what became of it; who keeps away reads it no more."""
    words = {"granted": _("您提出的回避，已经决定回避"), "refused": _("您提出的回避，决定不予回避")}
    wanted = Wanted(
        label="assignee",
        recipient_id=person_id,
        unit_id=None,
        kind=_KIND,
        case_id=case_id,
        text=words[state],
        dedupe_key=f"{_KIND}:{recusal_id}:{state}:{person_id}",
    )
    owing.owe(ctx, [wanted])


def replace(
    ctx: Context, case_id: str, recusal_id: str, office: Office, heads: Iterable[str]
) -> None:
    """Tell the heads that somebody the case had named left it, so that they name another."""
    text = _("有人员因回避退出调查组，请更换人员")
    _tell_heads(ctx, case_id, f"{recusal_id}:replace", office, heads, text)


def passed_up(
    ctx: Context, case_id: str, item_id: str, title: str, office: Office, heads: Iterable[str]
) -> None:
    """Tell the heads of the office above that a task came to them."""
    text = _("“{title}”因下级机关人员回避、无人可办，转由你们办理").format(title=title)
    _tell_heads(ctx, case_id, f"{item_id}:up:{office.id}", office, heads, text)


def unattended(
    ctx: Context, case_id: str, item_id: str, title: str, office: Office, heads: Iterable[str]
) -> None:
    """Tell the heads that nobody is left who could do a task."""
    text = _("“{title}”因人员回避、无人可办，请安排人员").format(title=title)
    _tell_heads(ctx, case_id, f"{item_id}:nobody:{office.id}", office, heads, text)


def _tell_heads(
    ctx: Context, case_id: str, cause: str, office: Office, heads: Iterable[str], text: str
) -> None:
    wanted = [
        Wanted(
            label=f"{office.kind}.head",
            recipient_id=head,
            unit_id=office.id,
            kind=_KIND,
            case_id=case_id,
            text=text,
            dedupe_key=f"{_KIND}:{cause}:{head}",
        )
        for head in sorted(heads)
    ]
    owing.owe(ctx, wanted)
