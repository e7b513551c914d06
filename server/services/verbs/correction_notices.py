"""Who is told of a corrected date: the heads who are to decide, and whoever asked of the answer."""

from collections.abc import Iterable, Mapping
from typing import Any

from server.domain.packs import PolicyPack
from server.domain.texts import _
from server.services.context import Context
from server.services.identity.people import Office
from server.services.notices import owing
from server.services.notices.owing import Wanted

_KIND = "correction"


def asked(
    ctx: Context,
    pack: PolicyPack,
    question: Mapping[str, Any],
    office: Office,
    heads: Iterable[str],
) -> None:
    """Tell the heads of the office who may decide."""
    text = _("{what}，请您决定").format(what=_what(pack, question))
    for head in sorted(heads):
        to = {"recipient_id": head, "unit_id": office.id}
        _write(ctx, question, to, f"{office.kind}.head", text)


def answered(ctx: Context, pack: PolicyPack, question: Mapping[str, Any]) -> None:
    """Tell whoever asked what became of it."""
    words = {"approved": _("{what}，已经批准"), "refused": _("{what}，没有批准")}
    text = words[question["state"]].format(what=_what(pack, question))
    _write(ctx, question, {"recipient_id": question["asked_by"]}, "assignee", text)


def _what(pack: PolicyPack, question: Mapping[str, Any]) -> str:
    return _("“{event}”的日期由{was}更正为{to}").format(
        event=pack.events[question["event"]].title,
        was=question["was_on"].isoformat(),
        to=question["to_on"].isoformat(),
    )


def _write(
    ctx: Context,
    question: Mapping[str, Any],
    to: Mapping[str, str | None],
    label: str,
    text: str,
) -> None:
    recipient = to["recipient_id"]
    wanted = Wanted(
        label=label,
        recipient_id=recipient,
        unit_id=to.get("unit_id"),
        kind=_KIND,
        case_id=question["case_id"],
        text=text,
        dedupe_key=f"{_KIND}:{question['id']}:{question['state']}:{recipient}",
    )
    owing.owe(ctx, [wanted])
