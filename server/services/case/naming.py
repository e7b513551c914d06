"""Cases that an answer names by reference: only those whoever answers may know of.

A reference that is not there and one that he may not see are the same: the refusal has the same
words, and one statement is asked for both. What the program fills in for a message names only what
the case that sent it could reach itself, so that no message tells of a case, or links one, that
whoever wrote it may not know.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, or_, select

from server.domain.errors import Invalid
from server.domain.findings import Finding
from server.domain.texts import _
from server.forms.compiler import Named
from server.models.case import case as case_table
from server.models.case import subject, takeover
from server.queries.visibility import visible
from server.services.case import links
from server.services.context import Context
from server.services.identity import posts

KIND: Final = "case"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where cases are named."""

    #: the case whose form it is; empty: one that is about to begin
    case_id: str = ""
    #: the case whose message, or whose entry in a register, fills the form in; empty: a person does
    sender_id: str = ""


NOWHERE: Final = Place()


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A case that an answer names."""

    id: str
    #: where it is named
    field: str = ""
    #: it has to be about the same person or unit
    is_same_party: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    id: str
    reference: str
    procedure: str
    status: str


def judged(
    ctx: Context, named: Iterable[Named], place: Place
) -> tuple[tuple[Found, ...], list[Finding]]:
    """The cases that are named, and what is wrong with those that cannot be."""
    asked = [each for each in named if each.kind == KIND]
    if not asked:
        return (), []
    known = _known(ctx, {each.id.strip() for each in asked}, place)
    found: list[Found] = []
    problems: list[Finding] = []
    for each in asked:
        row = known.get(each.id.strip())
        if row is not None:
            wrong = _unfit(each, row, place)
            problems += wrong
            if not wrong:
                one = Found(id=row.id, field=each.field, is_same_party=each.which.is_same_party)
                found.append(one)
        elif not each.which.may_be_elsewhere:
            problems.append(_not_there(each.field))
    if place.case_id:
        problems += _of_others(ctx, place.case_id, found)
    return tuple(found), problems


def refuse_others(
    ctx: Context, named: Sequence[Found], people: Iterable[str], units: Iterable[str]
) -> None:
    """Return when all that have to be are about one of these people or units.

    Raises:
        Invalid: with one finding for each that is not.
    """
    whom = or_(
        subject.c.person_id.in_(set(people)),
        and_(subject.c.person_id.is_(None), subject.c.unit_id.in_(set(units))),
    )
    problems = _strange(ctx, named, whom)
    if problems:
        raise Invalid(_("填写的内容有{n}处问题").format(n=len(problems)), problems)


def link(ctx: Context, case_id: str, named: Iterable[str]) -> None:
    """Note that the case names these; one it has named before is noted once."""
    wanted = set(named) - {case_id}
    if not wanted:
        return
    for other in links.name(ctx, case_id, sorted(wanted)):
        ctx.record("case.name", other, case_id, {})


def _known(ctx: Context, references: set[str], place: Place) -> Mapping[str, _Row]:
    """Reference -> the case; also by the one under which it was taken over."""
    wanted = {each for each in references if "\x00" not in each}
    rows = ctx.session.execute(
        select(
            case_table.c.id,
            case_table.c.reference,
            case_table.c.procedure,
            case_table.c.status,
            takeover.c.reference.label("elsewhere"),
        )
        .outerjoin(takeover, takeover.c.case_id == case_table.c.id)
        .where(
            or_(case_table.c.reference.in_(wanted), takeover.c.reference.in_(wanted)),
            _may_be_named(ctx),
        )
        .order_by(case_table.c.opened_at.desc(), case_table.c.id)
    ).all()
    if ctx.actor.is_system:
        rows = [row for row in rows if _is_near(ctx, place.sender_id, row.id)]
    found: dict[str, _Row] = {}
    for name in ("elsewhere", "reference"):
        for row in rows:
            own = _Row(
                id=row.id, reference=row.reference, procedure=row.procedure, status=row.status
            )
            found[getattr(row, name) or ""] = own
    return {name: row for name, row in found.items() if name in wanted}


def _may_be_named(ctx: Context) -> ColumnElement[bool]:
    if ctx.actor.is_system:
        return case_table.c.id.is_not(None)
    return visible(posts.with_posts(ctx))


def _is_near(ctx: Context, sender_id: str, case_id: str) -> bool:
    """Could the sender reach the case with a message, or is it the sender."""
    if not sender_id:
        return False
    return (
        sender_id == case_id
        or links.are_linked(ctx, sender_id, case_id)
        or links.share_a_party(ctx, sender_id, case_id)
    )


def _unfit(named: Named, row: _Row, place: Place) -> list[Finding]:
    which = named.which
    if row.id == place.case_id:
        why = _("不能填写本事项自己")
    elif which.procedures and row.procedure not in which.procedures:
        why = _("该编号的事项不是这里可以填写的程序")
    elif which.states and row.status not in which.states:
        why = _("该编号的事项还没有办到可以填写的状态")
    else:
        return []
    return [_finding(named.field, why)]


def _of_others(ctx: Context, case_id: str, found: Iterable[Found]) -> list[Finding]:
    """Those that have to be about a party of the case, and are not."""
    strict = [each for each in found if each.is_same_party]
    return [
        _finding(each.field, _other_party())
        for each in strict
        if not links.share_a_party(ctx, case_id, each.id)
    ]


def _strange(ctx: Context, named: Sequence[Found], whom: ColumnElement[bool]) -> list[Finding]:
    strict = [each for each in named if each.is_same_party]
    if not strict:
        return []
    fits = set(
        ctx.session.scalars(
            select(case_table.c.id).where(
                case_table.c.id.in_([each.id for each in strict]),
                exists().where(subject.c.case_id == case_table.c.id, whom),
            )
        )
    )
    return [_finding(each.field, _other_party()) for each in strict if each.id not in fits]


def _other_party() -> str:
    return _("该编号的事项不涉及本事项的当事人或者单位")


def _not_there(field: str) -> Finding:
    return _finding(field, _("没有这个编号的事项，或者您不能查看该事项"))


def _finding(field: str, message: str) -> Finding:
    return Finding(
        code="ANSWER_CASE",
        field=field,
        message=message,
        fix=_("核对编号，或者从您可以查看的事项中选择"),
    )
