"""检举人: who reported is recorded by the petition office, sealed, and opened with a reason.

The identity is here and nowhere else (SECURITY RI-1 to RI-6). What a case has to know of it, that
somebody keeps away, is in marks (``reporter_bars``).
"""

from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Row, insert, select

from server.domain.access import Permission, permits
from server.domain.errors import Forbidden, NotFound
from server.domain.reporting import (
    LONGEST_NAME,
    LONGEST_TEXT,
    ReporterKind,
    refuse_wrong,
    wrong,
)
from server.domain.texts import _
from server.models.base import new_id
from server.models.case import case
from server.models.identity import Unit
from server.models.reporter import (
    reporter,
    reporter_case,
    reporter_view,
)
from server.queries import perspectives, visibility
from server.queries import reporters as rows
from server.services import audit
from server.services.case import case_rows, links
from server.services.context import Context
from server.services.identity import people, posts
from server.services.verbs import reasons, reporter_bars

#: columns of a record that only a key opens
SEALED: Final = ("name", "contact", "note", "person")


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What is recorded of one reporter."""

    #: of the case the report came to
    reference: str
    kind: str
    name: str = field(default="", repr=False)
    contact: str = field(default="", repr=False)
    note: str = field(default="", repr=False)
    #: the official he is, if he is one
    person: str = field(default="", repr=False)

    @property
    def sealed(self) -> dict[str, str]:
        """The columns that are sealed, as far as there is something in them."""
        given = {name: getattr(self, name).strip() for name in SEALED}
        return {name: text for name, text in given.items() if text}


def record(ctx: Context, **given: str) -> str:
    """Record who reported what came to a case; the id of the record.

    ``given`` are the fields of :class:`Report`. An official who reported, and his near relatives,
    keep away from the case from then on.

    Raises:
        Forbidden: the actor's office receives no reports, or it is his own report.
        Invalid: there is no such case of its organ, or what is given does not fit the kind.
        Conflict: there is no key to seal it with.
    """
    actor = posts.with_posts(ctx)
    if not permits(actor, Permission.REPORTER_KEEP):
        raise Forbidden(_("检举人由接收检举的信访机构登记"))
    report = Report(**given)
    _refuse_wrong(ctx, report)
    unit_id, case_id = _case_of(ctx, report.reference.strip())
    reporter_id = new_id()
    ring = ctx.tools.ring
    name_mark = ring.mark(_same(report.name))  # without a key nothing is recorded, be it empty
    ctx.session.execute(
        insert(reporter).values(
            id=reporter_id,
            unit_id=unit_id,
            kind=report.kind,
            key_id=ring.ids[0],
            lookup=name_mark if report.name.strip() else None,
            recorded_by=ctx.actor.person_id,
            recorded_at=ctx.now,
            **{
                column: ring.seal(text, "reporter", reporter_id, column)
                for column, text in report.sealed.items()
            },
        )
    )
    for each in (case_id, *links.begun_by(ctx, case_id)):
        _belong(ctx, reporter_id, each, report.person)
    # without the case: what is recorded of a case is read by those who handle it
    ctx.record("reporter.record", reporter_id)
    return reporter_id


def _refuse_wrong(ctx: Context, report: Report) -> None:
    name, contact = report.name.strip(), report.contact.strip()
    refuse_wrong(ReporterKind(report.kind), name=name, contact=contact, person=report.person)
    for column, text in report.sealed.items():
        most = LONGEST_TEXT if column == "note" else LONGEST_NAME
        if len(text) > most:
            raise wrong(column, _("最多{n}字").format(n=most))
    if report.person and people.unknown(ctx, {("person", report.person)}):
        raise wrong("person", _("请从名单中选择人员"))
    if report.person == ctx.actor.person_id:
        raise Forbidden(_("本人的检举由他人登记"))


def open_(ctx: Context, reporter_id: str, *, reason: str) -> dict[str, str]:
    """Open a record, which is itself recorded with the reason; what it holds, unsealed.

    Raises:
        NotFound: there is none, or the actor is none of those who may read it.
        Invalid: no reason.
    """
    found = readable(ctx, reporter_id)
    reasons.refuse_empty(reason)
    view_id = new_id()
    ring = ctx.tools.ring
    ctx.session.execute(
        insert(reporter_view).values(
            id=view_id,
            reporter_id=found.id,
            person_id=ctx.actor.person_id,
            at=ctx.now,
            key_id=ring.ids[0],
            reason=ring.seal(reason.strip(), "reporter_view", view_id, "reason"),
        )
    )
    ctx.record("reporter.read", found.id, detail={"view": view_id}, chain=audit.ACCESS)
    return {column: _opened(ctx, found, column) for column in SEALED}


def _opened(ctx: Context, found: Row[Any], column: str) -> str:
    sealed = getattr(found, column)
    place = ("reporter", found.id, column)
    return ctx.tools.ring.open(sealed, found.key_id, *place) if sealed else ""


def follow(ctx: Context, from_case: str, to_case: str) -> None:
    """A case began another: who reported the first keeps away from the second as well."""
    found = ctx.session.execute(
        select(reporter)
        .join(reporter_case, reporter_case.c.reporter_id == reporter.c.id)
        .where(reporter_case.c.case_id == from_case)
    ).all()
    for row in found:
        if to_case not in rows.cases_of(ctx.session, row.id):
            _belong(ctx, row.id, to_case, _opened(ctx, row, "person"))


def _belong(ctx: Context, reporter_id: str, case_id: str, person: str) -> None:
    ctx.session.execute(
        insert(reporter_case).values(reporter_id=reporter_id, case_id=case_id, at=ctx.now)
    )
    if person:
        reporter_bars.keep_out(ctx, reporter_id, case_id, person)


def _case_of(ctx: Context, reference: str) -> tuple[str, str]:
    """The actor's office that receives it, and the case with this reference.

    A case he may know of, or one of his own organ. Raises Invalid, the same for all others.
    """
    actor = posts.with_posts(ctx)
    out = (visibility.recused_from(actor), perspectives.own_cases(actor))
    found = ctx.session.execute(
        select(case.c.id, case.c.level, Unit.region)
        .outerjoin(Unit, Unit.id == case.c.unit_id)
        .where(
            case.c.reference == reference.replace("\x00", ""),
            *(case.c.id.not_in(each) for each in out),
        )
    ).one_or_none()
    keeping = [people.unit(ctx, unit_id) for unit_id in rows.offices(actor)]
    if found is not None:
        case_rows.lock(ctx, found.id)
        for office in keeping:
            here = f"{found.region or ''}/".startswith(f"{office.region}/")
            if here and office.level == found.level:
                return office.id, str(found.id)
        if visibility.knows(ctx.session, actor, found.id):
            return keeping[0].id, str(found.id)
    raise wrong("reference", _("没有找到本机关办理的这一编号的事项"))


def readable(ctx: Context, reporter_id: str) -> Row[Any]:
    """The locked record for whoever may open it. Raises NotFound."""
    return _row(ctx, reporter_id, rows.readable(posts.with_posts(ctx)))


def kept(ctx: Context, reporter_id: str) -> Row[Any]:
    """The locked record for the office that received the report. Raises NotFound."""
    actor = posts.with_posts(ctx)
    return _row(ctx, reporter_id, rows.readable(actor) & rows.kept(actor))


def _row(ctx: Context, reporter_id: str, may: Any) -> Row[Any]:
    case_rows.refuse_odd(reporter_id)
    found = ctx.session.execute(
        select(reporter).where(reporter.c.id == reporter_id, may).with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def _same(text: str) -> str:
    """A name as it is compared with others: without spaces."""
    return "".join(text.split())
