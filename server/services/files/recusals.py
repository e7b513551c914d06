"""人员与回避 as people look at it: who was asked, who keeps away, what waits for a decision."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from server.domain import recusal as grounds
from server.domain.errors import Forbidden, NotFound
from server.domain.packs import Item, PolicyPack
from server.domain.perspectives import Sight
from server.domain.texts import _
from server.queries import case_files
from server.queries import recusals as rows
from server.queries.case_files import Head
from server.queries.recusals import Recusal, Said
from server.services.case import case_rows, sights
from server.services.context import Context
from server.services.identity import posts
from server.services.packs import definitions
from server.services.verbs import recusal_people
from server.services.verbs.recusal_people import Handler


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A recusal as its reader may see it."""

    recusal: Recusal
    #: whom it is about, in words
    who: str
    #: what he is in the case, in words
    role: str
    #: the ground in words of the pack
    ground: str
    may_decide: bool
    may_withdraw: bool
    #: for who decides: whom a party may have meant
    choices: tuple[Handler, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Somebody who was asked whether he has to keep away."""

    said: Said
    role: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """What the file of a case shows about people and recusals."""

    views: tuple[View, ...]
    asked: tuple[Asked, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Blank:
    """The form in which somebody keeps away, or asks that another does."""

    head: Head
    is_party: bool
    #: entries of the pack's list, empty where it has none
    grounds: tuple[Item, ...]
    #: the others who handle the case; empty for a party, who names somebody in its own words
    people: tuple[Handler, ...]


def block(ctx: Context, pack: PolicyPack, sight: Sight, case_id: str) -> Block:
    """The block of a case that was looked up already."""
    headed = posts.with_posts(ctx).headed
    views = [_view(ctx, pack, row) for row in rows.of_case(ctx.session, sight, headed, case_id)]
    out = {view.recusal.person_id for view in views if view.recusal.holds}
    asked = [
        Asked(said=said, role=_role(pack, said.capacity))
        for said in (rows.said(ctx.session, case_id) if sight.is_office else ())
        if said.person_id not in out
    ]
    return Block(views=tuple(views), asked=tuple(asked))


def of_case(ctx: Context, case_id: str) -> tuple[View, ...]:
    """The recusals of a case that the actor may know of. Raises NotFound."""
    sight = sights.of(ctx, case_id)
    case = case_rows.found(ctx, case_id)
    return block(ctx, definitions.release(ctx, case.pack_version_id).pack, sight, case_id).views


def one(ctx: Context, recusal_id: str) -> tuple[Head, View]:
    """A recusal with the head of its case.

    Raises:
        NotFound: there is no such recusal, or it does not exist for the actor.
    """
    case_rows.refuse_odd(recusal_id)
    case_id = rows.case_of(ctx.session, recusal_id)
    if case_id is None:
        raise NotFound
    found = next((each for each in of_case(ctx, case_id) if each.recusal.id == recusal_id), None)
    if found is None:
        raise NotFound
    head = case_files.head(ctx.session, case_id)
    if not found.may_decide or found.recusal.person_id:
        return head, found
    people = recusal_people.of_case(ctx, case_rows.found(ctx, case_id))
    others = tuple(each for each in people if each.person_id != ctx.actor.person_id)
    return head, replace(found, choices=others)


def blank(ctx: Context, case_id: str) -> Blank:
    """The form for this case.

    Raises:
        NotFound: the case does not exist for the actor.
        Forbidden: he was only told of it.
    """
    case_rows.refuse_odd(case_id)
    sight = sights.of(ctx, case_id)
    if not (sight.is_party or sight.is_office):
        raise Forbidden(_("回避由当事人或者承办机构的人员提出"))
    case = case_rows.found(ctx, case_id)
    pack = definitions.release(ctx, case.pack_version_id).pack
    people = () if sight.is_party else recusal_people.of_case(ctx, case)
    return Blank(
        head=case_files.head(ctx.session, case_id),
        is_party=sight.is_party,
        grounds=grounds.grounds(pack),
        people=tuple(each for each in people if each.person_id != ctx.actor.person_id),
    )


def waiting(ctx: Context, office_ids: Collection[str]) -> tuple[View, ...]:
    """What the actor, head of these offices, has to decide."""
    return tuple(
        _view(ctx, definitions.release(ctx, row.pack_version_id).pack, row)
        for row in rows.waiting(ctx.session, posts.with_posts(ctx), office_ids)
    )


def _view(ctx: Context, pack: PolicyPack, row: Recusal) -> View:
    is_own = row.by_id == ctx.actor.person_id
    is_about_him = row.person_id == ctx.actor.person_id
    is_head = row.office_id in posts.with_posts(ctx).headed
    named: Mapping[str, str] = {item.code: item.text for item in grounds.grounds(pack)}
    return View(
        recusal=row,
        who=row.person or row.named or _("有关人员"),
        role=_role(pack, row.capacity),
        ground=named.get(row.ground, ""),
        may_decide=row.is_open and is_head and not is_own and not is_about_him,
        may_withdraw=row.is_open and is_own and not row.holds,
    )


def _role(pack: PolicyPack, key: str) -> str:
    return pack.roles[key].title if key in pack.roles else ""
