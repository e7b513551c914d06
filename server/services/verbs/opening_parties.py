"""Whom a case that is about to begin concerns: named by its start form, else whoever starts it."""

from collections.abc import Mapping, Sequence

from server.domain.access import APPLICANT
from server.domain.errors import Forbidden
from server.domain.expressions import Json
from server.domain.packs import Procedure
from server.domain.roles import OF_THE_UNIT, PARTIES
from server.domain.texts import _
from server.services.case import case_rows, naming
from server.services.case.answers import Checked
from server.services.case.case_rows import CaseRow
from server.services.case.naming import Found
from server.services.context import Context
from server.services.identity import people
from server.services.identity.people import Office
from server.services.law import charts
from server.services.law.releases import Release
from server.services.verbs import parties
from server.services.verbs.appointed import Named
from server.services.verbs.appointed import named as named_in


def refuse_others(ctx: Context, checked: Checked, named: list[Named]) -> None:
    """Return when the cases that have to be are about a party of this one. Raises Invalid."""
    concerned = [entry for entry in named if entry.role in PARTIES]
    naming.refuse_others(
        ctx,
        checked.cases,
        (entry.person_id for entry in concerned if entry.person_id),
        (entry.unit_id for entry in concerned if entry.unit_id),
    )


def unit_of(ctx: Context, sender: CaseRow) -> Office | None:
    """The unit the sender of a message concerns."""
    return people.unit(ctx, sender.unit_id) if sender.unit_id else None


def whom(
    ctx: Context,
    release: Release,
    procedure: Procedure,
    checked: Mapping[str, Json],
    office_id: str | None,
) -> list[Named]:
    """Applicant, subject and others the start names; without one, whoever applies himself."""
    found = appointed(release, procedure, checked)
    if office_id is None and not any(entry.role == APPLICANT for entry in found):
        found.insert(0, _starter(ctx, checked))
    if office_id is not None:
        parties.refuse_own(ctx, found)
    return found


def appointed(release: Release, procedure: Procedure, checked: Mapping[str, Json]) -> list[Named]:
    """Whom the start form names; it is one form, at whichever start event the case begins."""
    starts = {
        node.id
        for node in charts.chart(release.files[procedure.key]).nodes.values()
        if node.kind == "startEvent" and node.scope == procedure.key
    }
    entries = {
        (entry.field, entry.role): entry
        for entry in release.pack.appointments
        if entry.node in starts
    }
    return named_in(release.forms[procedure.start_form], entries.values(), checked)


def _starter(ctx: Context, checked: Mapping[str, Json]) -> Named:
    person_id = ctx.actor.person_id
    if checked.get("applicant_kind") != "unit":
        return Named(role=APPLICANT, person_id=person_id)
    unit = people.own_unit(ctx, person_id, ctx.today)
    held = {post.office.kind for post in people.posts_on(ctx, person_id, ctx.today)}
    if unit is None or not held & OF_THE_UNIT:
        raise Forbidden(_("单位申请由本单位主要负责人或者组织人事部门提出"))
    return Named(role=APPLICANT, unit_id=unit.id, person_id=None)


def unit(ctx: Context, named: list[Named], cases: Sequence[Found]) -> Office | None:
    """The unit the case concerns: of the subject, else of the applicant.

    Of a matter about nobody, that of the case it names, else the starter's.
    """
    wanted = sorted(
        (entry for entry in named if entry.role in PARTIES),
        key=lambda entry: entry.role == APPLICANT,
    )
    for entry in wanted:
        if entry.unit_id:
            return people.unit(ctx, entry.unit_id)
        unit = people.own_unit(ctx, entry.person_id or "", ctx.today)
        if unit is not None:
            return unit
    if not wanted and cases:
        return unit_of(ctx, case_rows.found(ctx, cases[0].id))
    return people.own_unit(ctx, ctx.actor.person_id, ctx.today)
