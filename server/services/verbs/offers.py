"""Which procedures people of this installation may start; without a word they may start all.

A case that another case, or a campaign, begins is no start by somebody: it does not ask here. What
was begun goes on whatever is said here later.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import false, select
from sqlalchemy.exc import IntegrityError

from server.domain.errors import Conflict, NotFound, NotOffered
from server.domain.texts import _
from server.models.definition import Offer
from server.models.identity import Person
from server.services.context import Context
from server.services.packs import definitions
from server.services.verbs import reasons

#: longest reason
LONGEST: Final = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A procedure that could be started by people, and whether it is offered."""

    key: str
    title: str
    #: the pack it is of, and what that calls itself
    pack: str
    pack_title: str
    #: the day its pack comes into force, None when it has
    from_on: date | None
    is_offered: bool
    #: rises with every change, 0 before the first
    version: int = 0
    #: the last change: why, by whom (empty: at the console) and when
    reason: str = ""
    changed_by: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What a procedure is to be, for somebody who saw it at a version."""

    is_offered: bool
    seen: int


def closed(ctx: Context) -> frozenset[str]:
    """Keys of the procedures that are not offered; one statement."""

    def ask() -> frozenset[str]:
        return frozenset(
            ctx.session.scalars(select(Offer.procedure).where(Offer.offered == false()))
        )

    return ctx.once(("offers",), ask)


def refuse_closed(ctx: Context, procedure: str) -> None:
    """Return when people may start the procedure here. Raises NotOffered."""
    if procedure in closed(ctx):
        raise NotOffered


def listed(ctx: Context) -> tuple[Listed, ...]:
    """Every procedure that somebody can start now or once its pack is in force, by pack and title.

    What only other cases and campaigns begin is not among them.
    """
    now = definitions.all_in_force(ctx, ctx.today)
    releases = {**definitions.all_in_force(ctx, date.max), **now}
    rows = ctx.session.execute(
        select(Offer, Person.name).outerjoin(Person, Person.id == Offer.changed_by)
    )
    said = {row.Offer.procedure: (row.Offer, row.name or "") for row in rows}
    found = []
    for key, release in releases.items():
        procedure, pack = release.pack.procedures[key], release.pack
        if not procedure.starters:
            continue
        offer, name = said.get(key, (None, ""))
        found.append(
            Listed(
                key=key,
                title=procedure.title,
                pack=pack.key,
                pack_title=pack.title,
                from_on=None if key in now else pack.valid_from,
                is_offered=offer is None or offer.offered,
                version=offer.version if offer else 0,
                reason=offer.reason if offer else "",
                changed_by=name,
                changed_at=offer.changed_at if offer else None,
            )
        )
    return tuple(sorted(found, key=lambda each: (each.pack, each.title, each.key)))


def one(ctx: Context, key: str) -> Listed:
    """The procedure with this key. Raises NotFound when it is none that people start."""
    found = next((each for each in listed(ctx) if each.key == key), None)
    if found is None:
        raise NotFound
    return found


def change(ctx: Context, wishes: Mapping[str, Wish], reason: str) -> tuple[str, ...]:
    """Let people start these procedures, or no longer; the keys of those that changed.

    Raises:
        NotFound: one of them is none that people start.
        Invalid: no reason is given for a change.
        Conflict: somebody changed one of them since it was seen.
    """
    known = {each.key: each for each in listed(ctx)}
    if wishes.keys() - known.keys():
        raise NotFound
    changed = [key for key in sorted(wishes) if wishes[key].is_offered != known[key].is_offered]
    if not changed:
        return ()
    reasons.refuse_empty(reason)
    for key in changed:
        if wishes[key].seen != known[key].version:
            raise Conflict(_("“{title}”已被他人更改，请核对后重试").format(title=known[key].title))
        _write(ctx, key, is_offered=wishes[key].is_offered, reason=reason.strip()[:LONGEST])
    try:
        ctx.session.flush()
    except IntegrityError as error:
        raise Conflict(_("该内容已被他人更改，请刷新后重试")) from error
    return tuple(changed)


def _write(ctx: Context, key: str, *, is_offered: bool, reason: str) -> None:
    offer = ctx.session.get(Offer, key)
    if offer is None:
        offer = Offer(procedure=key)
        ctx.session.add(offer)
    offer.offered, offer.reason = is_offered, reason
    offer.changed_by, offer.changed_at = ctx.actor.person_id, ctx.now
    verb = "offer.open" if is_offered else "offer.close"
    ctx.record(verb, f"procedure:{key}", detail={"reason": reason})
