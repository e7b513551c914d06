"""What a person decides about his own account, besides his password."""

from dataclasses import dataclass

from server.domain.errors import NotFound
from server.models.identity import Person
from server.services.context import Context


@dataclass(frozen=True, kw_only=True, slots=True)
class Preferences:
    """How somebody wants the pages; None leaves a choice as it is."""

    large_type: bool | None = None
    #: single keys do something
    shortcuts: bool | None = None


def prefer(ctx: Context, wanted: Preferences) -> None:
    """Keep what the actor chose for himself. Raises NotFound for the program itself."""
    row = ctx.session.get(Person, ctx.actor.person_id, populate_existing=True)
    if row is None:
        raise NotFound
    chosen = {"large_type": wanted.large_type, "shortcuts": wanted.shortcuts}
    kept = {name: choice for name, choice in chosen.items() if choice is not None}
    row.preferences = {**row.preferences, **kept}
    ctx.record("person.prefer", f"person:{row.id}")
