"""Parties that a case finds on its way: it began with an event, and whom it is about came later."""

from collections.abc import Iterable

from sqlalchemy import select

from server.domain.errors import Invalid
from server.domain.findings import Finding
from server.domain.roles import PARTIES
from server.domain.texts import _
from server.models.identity import Person
from server.services.buffers import Row
from server.services.context import Context
from server.services.verbs import parties
from server.services.verbs.appointed import Named


def concern(ctx: Context, case_id: str, found: Iterable[Named]) -> None:
    """Note parties that a step names, where the case began without them.

    A second round puts whom it names in the place of those named before.

    Raises:
        Invalid: whoever applied for himself is not among the subjects that are named now, and
            would no longer be one of whom the case is about.
    """
    named = [one for one in found if one.role in PARTIES]
    kept = ctx.rows(parties.SUBJECTS, case_id)
    _refuse_lost_applicant(kept, named)
    # read at once: as long as they are held, the session has each of them
    met = _people(ctx, named)
    for role in sorted(PARTIES):
        wanted = {(one.person_id, one.unit_id): one for one in named if one.role == role}
        rows = [row for row in kept if row["kind"] == role]
        gone = [row for row in rows if (row["person_id"], row["unit_id"]) not in wanted]
        for row in rows:
            wanted.pop((row["person_id"], row["unit_id"]), None)
        for one in wanted.values():
            who = {
                "person_id": one.person_id,
                "unit_id": one.unit_id,
                "untold": one.is_untold,
                **parties.card(ctx, one),
            }
            if gone:
                kept.change(gone.pop(0), **who)
            else:
                kept.add(case_id=case_id, kind=role, **who)
    met.clear()


def _refuse_lost_applicant(kept: Iterable[Row], named: list[Named]) -> None:
    subjects = [one for one in named if one.role == "subject"]
    meant = {(one.person_id, one.unit_id) for one in subjects}
    rows = list(kept)
    concerned = {(row["person_id"], row["unit_id"]) for row in rows if row["kind"] == "subject"}
    lost = [
        row["name"]
        for row in rows
        if row["kind"] == "applicant"
        and (who := (row["person_id"], row["unit_id"])) not in meant
        and (not concerned or who in concerned)
    ]
    if subjects and lost:
        finding = Finding(
            code="APPLICANT_LEFT_OUT",
            field=subjects[0].field,
            message=_("申请人“{name}”也是当事人，应当列入").format(name=_("、").join(lost)),
            fix=_("把申请人一并列入"),
        )
        raise Invalid(finding.message, [finding])


def _people(ctx: Context, named: Iterable[Named]) -> list[Person]:
    ids = {one.person_id for one in named if one.person_id}
    asked = select(Person).where(Person.id.in_(sorted(ids)))
    return list(ctx.session.scalars(asked)) if ids else []
