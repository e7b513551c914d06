"""What each kind of proposal asks of the state of things, and what it does once it is approved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from server.domain import proposals as wishes
from server.domain.errors import Conflict, NotFound
from server.domain.proposals import ProposalKind
from server.domain.texts import _
from server.models.access import Proposal
from server.models.identity import Person, Post, Unit
from server.services.context import Context
from server.services.identity import duties, passwords, people_imports, sign_in_attempts, staffing
from server.services.identity.passwords import Supply
from server.services.identity.people_imports import FirstSecret
from server.services.identity.staffing import NewPost


@dataclass(frozen=True, kw_only=True, slots=True)
class Approved:
    """What an approval brought about."""

    proposal_id: str
    #: whom it was about, empty for a whole table of people
    person_id: str
    #: told once, to whoever approved, to hand it over in person; stored nowhere
    first_secret: str | None = None
    #: the same for each new account of a table
    first_secrets: tuple[FirstSecret, ...] = ()


def check(ctx: Context, row: Proposal) -> None:
    """Make sure that the proposal could be carried out as things are.

    Raises Invalid, NotFound or Conflict, saying what is in the way.
    """
    _DEEDS[ProposalKind(row.kind)].check(ctx, row)


def new_accounts(row: Proposal) -> int:
    """How many first passwords the proposal asks for, as far as it tells."""
    if row.kind == ProposalKind.PEOPLE_IMPORT:
        return people_imports.new_accounts(row.payload)
    return int(row.kind in (ProposalKind.NEW_PERSON, ProposalKind.RESET_SECRET))


def carry_out(ctx: Context, row: Proposal, firsts: Supply) -> Approved:
    """Do what the proposal asks for. Raises as :func:`check` does; then nothing was done."""
    deed = _DEEDS[ProposalKind(row.kind)]
    deed.check(ctx, row)
    return deed.do(ctx, row, firsts)


def _check_new_person(ctx: Context, row: Proposal) -> None:
    wish = wishes.person_wish(row.payload)
    if ctx.session.scalar(select(Person.id).where(Person.login == wish.login)) is not None:
        raise Conflict(_("登录名“{login}”已经使用").format(login=wish.login))
    if row.unit_id is not None:
        wishes.post_wish(row.payload)
        _open_unit(ctx, row.unit_id)


def _new_person(ctx: Context, row: Proposal, firsts: Supply) -> Approved:
    wish = wishes.person_wish(row.payload)
    person_id = staffing.create_person(
        ctx, login=wish.login, name=wish.name, managed_by=wish.managed_by
    )
    ctx.session.flush()
    if row.unit_id is not None:
        _appoint(ctx, row, person_id, row.unit_id)
    return _with_secret(ctx, row, person_id, firsts)


def _check_post(ctx: Context, row: Proposal) -> None:
    wish = wishes.post_wish(row.payload)
    person = _person(ctx, row.person_id)
    unit = _open_unit(ctx, row.unit_id)
    duties.check_separate(ctx, person.id, unit.id, wish.from_on)
    held = ctx.session.scalar(
        select(Post.id).where(
            Post.person_id == person.id, Post.unit_id == unit.id, Post.to_on.is_(None)
        )
    )
    if held is not None:
        raise Conflict(_("此人已在该单位任职，请先免去原职务"))


def _post(ctx: Context, row: Proposal, _firsts: Supply) -> Approved:
    person, unit = _person(ctx, row.person_id), _open_unit(ctx, row.unit_id)
    _appoint(ctx, row, person.id, unit.id)
    return Approved(proposal_id=row.id, person_id=person.id)


def _check_end_post(ctx: Context, row: Proposal) -> None:
    wish = wishes.end_wish(row.payload)
    post = ctx.session.get(Post, wish.post_id, populate_existing=True)
    if post is None or post.person_id != row.person_id:
        raise NotFound
    if post.to_on is not None:
        raise Conflict(_("该职务已经免去"))
    duties.check_not_last(ctx, post.person_id, wish.to_on, unit_id=post.unit_id)


def _end_post(ctx: Context, row: Proposal, _firsts: Supply) -> Approved:
    wish = wishes.end_wish(row.payload)
    staffing.end_post(ctx, wish.post_id, wish.to_on)
    return Approved(proposal_id=row.id, person_id=_person(ctx, row.person_id).id)


def _check_disable(ctx: Context, row: Proposal) -> None:
    person = _person(ctx, row.person_id)
    if person.state != "active":
        raise Conflict(_("该账号已经停用"))
    duties.check_not_last(ctx, person.id, ctx.today)


def _disable(ctx: Context, row: Proposal, _firsts: Supply) -> Approved:
    person = _person(ctx, row.person_id)
    staffing.disable(ctx, person.id)
    return Approved(proposal_id=row.id, person_id=person.id)


def _check_enable(ctx: Context, row: Proposal) -> None:
    if _person(ctx, row.person_id).state == "active":
        raise Conflict(_("该账号没有停用"))


def _enable(ctx: Context, row: Proposal, _firsts: Supply) -> Approved:
    person = _person(ctx, row.person_id)
    staffing.enable(ctx, person.id)
    return Approved(proposal_id=row.id, person_id=person.id)


def _check_reset(ctx: Context, row: Proposal) -> None:
    if _person(ctx, row.person_id).state != "active":
        raise Conflict(_("该账号已经停用，请先启用"))


def _reset(ctx: Context, row: Proposal, firsts: Supply) -> Approved:
    return _with_secret(ctx, row, _person(ctx, row.person_id).id, firsts)


def _check_import(ctx: Context, row: Proposal) -> None:
    people_imports.planned(ctx, row.payload)


def _import(ctx: Context, row: Proposal, firsts: Supply) -> Approved:
    plan = people_imports.planned(ctx, row.payload)
    secrets = people_imports.apply(ctx, plan, firsts)
    return Approved(proposal_id=row.id, person_id="", first_secrets=secrets)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Deed:
    check: Callable[[Context, Proposal], None]
    do: Callable[[Context, Proposal, Supply], Approved]


_DEEDS: Mapping[ProposalKind, _Deed] = {
    ProposalKind.NEW_PERSON: _Deed(check=_check_new_person, do=_new_person),
    ProposalKind.POST: _Deed(check=_check_post, do=_post),
    ProposalKind.END_POST: _Deed(check=_check_end_post, do=_end_post),
    ProposalKind.DISABLE: _Deed(check=_check_disable, do=_disable),
    ProposalKind.ENABLE: _Deed(check=_check_enable, do=_enable),
    ProposalKind.RESET_SECRET: _Deed(check=_check_reset, do=_reset),
    ProposalKind.PEOPLE_IMPORT: _Deed(check=_check_import, do=_import),
}


def _with_secret(ctx: Context, row: Proposal, person_id: str, firsts: Supply) -> Approved:
    first = firsts.take()
    passwords.set_first(ctx, person_id, first)
    sign_in_attempts.pardon(ctx, _person(ctx, person_id).login)
    return Approved(proposal_id=row.id, person_id=person_id, first_secret=first.secret)


def _appoint(ctx: Context, row: Proposal, person_id: str, unit_id: str) -> None:
    wish = wishes.post_wish(row.payload)
    new = NewPost(
        person_id=person_id,
        unit_id=unit_id,
        title=wish.title,
        from_on=wish.from_on,
        is_head=wish.is_head,
        is_main=wish.is_main,
    )
    staffing.appoint(ctx, new)


def _person(ctx: Context, person_id: str | None) -> Person:
    row = None if person_id is None else ctx.session.get(Person, person_id, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def _open_unit(ctx: Context, unit_id: str | None) -> Unit:
    row = None if unit_id is None else ctx.session.get(Unit, unit_id, populate_existing=True)
    if row is None:
        raise NotFound
    if row.closed_on is not None and row.closed_on < ctx.today:
        raise Conflict(_("该单位已经撤销"))
    return row
