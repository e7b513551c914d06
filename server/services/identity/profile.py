"""What a person decides about his own account, besides his password."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.domain.errors import Invalid, NotFound
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.outbound import is_mail_address
from server.domain.paces import CHOICES, Pace
from server.domain.rung_texts import RUNG_WORDS, RungKind
from server.domain.texts import _
from server.models.identity import Person
from server.services.context import Context


@dataclass(frozen=True, kw_only=True, slots=True)
class Preferences:
    """How somebody wants the pages; None leaves a choice as it is."""

    large_type: bool | None = None
    #: single keys do something
    shortcuts: bool | None = None


def address(ctx: Context) -> str:
    """Where the actor gets mail, for his own eyes; empty for nowhere."""
    row = ctx.session.get(Person, ctx.actor.person_id, populate_existing=True)
    return (row.email if row else None) or ""


def change_address(ctx: Context, text: str) -> None:
    """Mail the actor's notices to this address from now on; an empty one ends it.

    Raises:
        Invalid: it is no plain mail address.
        NotFound: for the program itself.
    """
    wanted = text.strip()
    if wanted and not is_mail_address(wanted):
        message = _("邮箱地址不正确，应如zhangsan@example.cn")
        raise Invalid(message, [Finding(code="EMAIL_FORM", field="email", message=message)])
    row = _own(ctx)
    if (row.email or "") != wanted:
        row.email = wanted or None
        # that it was changed and not to what: the record outlives the address
        ctx.record("person.email", f"person:{row.id}", detail={"given": bool(wanted)})


def pace(ctx: Context, wanted: Mapping[RungKind, Pace]) -> Mapping[str, Json]:
    """Tell the actor of these kinds of notices so soon from now on; of others as before.

    Returns what he chose for himself altogether.

    Raises:
        Invalid: a kind is not his to put off, or to switch off; nothing is changed.
        NotFound: for the program itself.
    """
    problems = [
        Finding(
            code="NOTICE_PACE",
            field=str(kind),
            message=_("“{kind}”不能这样设置").format(kind=RUNG_WORDS[kind]),
            fix=_("从该类消息可以选择的方式中选一种"),
        )
        for kind, chosen in wanted.items()
        if chosen not in CHOICES.get(kind, (Pace.AT_ONCE,))
    ]
    if problems:
        raise Invalid(problems[0].message, problems)
    row = _own(ctx)
    kept = row.preferences.get("paces")
    before = kept if isinstance(kept, dict) else {}
    chosen = {str(kind): str(each) for kind, each in wanted.items()}
    row.preferences = {**row.preferences, "paces": {**before, **chosen}}
    ctx.record("person.prefer", f"person:{row.id}", detail={"paces": chosen})
    return row.preferences


def prefer(ctx: Context, wanted: Preferences) -> None:
    """Keep what the actor chose for himself. Raises NotFound for the program itself."""
    row = _own(ctx)
    chosen = {"large_type": wanted.large_type, "shortcuts": wanted.shortcuts}
    kept = {name: choice for name, choice in chosen.items() if choice is not None}
    row.preferences = {**row.preferences, **kept}
    ctx.record("person.prefer", f"person:{row.id}")


def _own(ctx: Context) -> Person:
    row = ctx.session.get(Person, ctx.actor.person_id, populate_existing=True)
    if row is None:
        raise NotFound
    return row
