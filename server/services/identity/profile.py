"""What a person decides about his own account, besides his password."""

from dataclasses import dataclass

from server.domain.errors import Invalid, NotFound
from server.domain.findings import Finding
from server.domain.outbound import is_mail_address
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
    row = ctx.session.get(Person, ctx.actor.person_id, populate_existing=True)
    if row is None:
        raise NotFound
    if (row.email or "") != wanted:
        row.email = wanted or None
        # that it was changed and not to what: the record outlives the address
        ctx.record("person.email", f"person:{row.id}", detail={"given": bool(wanted)})


def prefer(ctx: Context, wanted: Preferences) -> None:
    """Keep what the actor chose for himself. Raises NotFound for the program itself."""
    row = ctx.session.get(Person, ctx.actor.person_id, populate_existing=True)
    if row is None:
        raise NotFound
    chosen = {"large_type": wanted.large_type, "shortcuts": wanted.shortcuts}
    kept = {name: choice for name, choice in chosen.items() if choice is not None}
    row.preferences = {**row.preferences, **kept}
    ctx.record("person.prefer", f"person:{row.id}")
