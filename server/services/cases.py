"""Open a case: right to start, start form, competence, reference number, first step."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import insert

from server.domain.access import APPLICANT, Opening, Permission, holds_role, permits
from server.domain.errors import Forbidden, Invalid
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.jurisdiction import Level
from server.domain.lifecycle import CaseStatus
from server.domain.packs import Procedure
from server.domain.texts import _
from server.engine.port import Start
from server.models.base import new_id
from server.models.case import case as case_table
from server.services import (
    advance,
    answers,
    case_rows,
    charts,
    definitions,
    facts,
    parties,
    people,
    posts,
    references,
)
from server.services.advance_work import OF_THE_UNIT
from server.services.case_rows import CaseRow
from server.services.case_state import Act
from server.services.context import Context
from server.services.facts import Facts
from server.services.parties import Named
from server.services.people import Office
from server.services.releases import Release


def open_case(ctx: Context, procedure_key: str, given: Mapping[str, Json]) -> str:
    """Open a case of the pack version in force today and return its id.

    Raises:
        NotFound: there is no such procedure in force.
        Forbidden: the actor holds none of the roles that may start it, or not in this case.
        Invalid: the start form is not filled in as it asks; all problems at once.
    """
    release = definitions.in_force(ctx, procedure_key, ctx.today)
    procedure = release.pack.procedures[procedure_key]
    _may_start_at_all(ctx, procedure)
    filled = {**procedure.defaults, **given}
    checked = answers.check(ctx, release, procedure_key, procedure.start_form, filled, {}).values
    known = facts.collect(release, procedure_key, {}, checked, ctx.now)
    office_id = _opening_office(ctx, procedure, known)
    named = _named(ctx, release, procedure, checked, office_id)
    case = _insert(ctx, release, procedure, known, _unit(ctx, named), office_id)
    parties.concern(ctx, case.id, [entry for entry in named if entry.role in parties.CONCERNED])
    parties.appoint(ctx, case.id, parties.with_subject(named))
    ctx.record("case.open", case.id, case.id, {"reference": case.reference})
    act = Act(
        command="open",
        node_key=_start_node(release, procedure),
        answers=checked,
        form_hash=release.form_hashes.get(procedure.start_form),
        message=procedure.start_message or "",
    )
    variables = advance.routing(release, procedure_key, checked)
    command = Start(
        variables={**variables, "settings": facts.settings_of(release)},
        now=ctx.now,
        message=procedure.start_message,
    )
    advance.step(ctx, case, release, command, act)
    return case.id


def _may_start_at_all(ctx: Context, procedure: Procedure) -> None:
    roles = frozenset(starter.role for starter in procedure.starters)
    if not permits(posts.with_posts(ctx), Permission.CASE_OPEN, Opening(roles=roles)):
        raise Forbidden(_("您没有权限启动该程序"))


def _named(
    ctx: Context,
    release: Release,
    procedure: Procedure,
    checked: Mapping[str, Json],
    office_id: str | None,
) -> list[Named]:
    """Applicant, subject and others the start names; without one, whoever applies himself."""
    node = _start_node(release, procedure)
    found = parties.named(
        release.forms[procedure.start_form],
        [entry for entry in release.pack.appointments if entry.node == node],
        checked,
    )
    if office_id is None and not any(entry.role == APPLICANT for entry in found):
        found.insert(0, _starter(ctx, checked))
    if office_id is not None:
        parties.refuse_own(ctx, found)
    return found


def _opening_office(ctx: Context, procedure: Procedure, known: Facts) -> str | None:
    """The office in whose role the actor opens the case, None when he does as applicant."""
    actor = posts.with_posts(ctx)
    roles = frozenset(
        starter.role
        for starter in procedure.starters
        if facts.holds(ctx.tools.evaluate, starter.when, known)
    )
    if not permits(actor, Permission.CASE_OPEN, Opening(roles=roles)):
        raise Forbidden(_("您没有权限以这种方式启动该程序"))
    for post in actor.posts:
        if any(holds_role(replace(actor, posts=(post,)), role) for role in roles - {APPLICANT}):
            return post.unit_id
    return None


def _starter(ctx: Context, checked: Mapping[str, Json]) -> Named:
    person_id = ctx.actor.person_id
    if checked.get("applicant_kind") != "unit":
        return Named(role=APPLICANT, person_id=person_id)
    unit = people.own_unit(ctx, person_id, ctx.today)
    held = {post.office.kind for post in people.posts_on(ctx, person_id, ctx.today)}
    if unit is None or not held & OF_THE_UNIT:
        raise Forbidden(_("单位申请由本单位主要负责人或者组织人事部门提出"))
    return Named(role=APPLICANT, unit_id=unit.id, person_id=None)


def _unit(ctx: Context, named: list[Named]) -> Office | None:
    """The unit the case concerns: of the subject, else of the applicant, else of the starter."""
    wanted = sorted(
        (entry for entry in named if entry.role in parties.CONCERNED),
        key=lambda entry: entry.role == APPLICANT,
    )
    for entry in wanted:
        if entry.unit_id:
            return people.unit(ctx, entry.unit_id)
        unit = people.own_unit(ctx, entry.person_id or "", ctx.today)
        if unit is not None:
            return unit
    return people.own_unit(ctx, ctx.actor.person_id, ctx.today)


def _insert(
    ctx: Context,
    release: Release,
    procedure: Procedure,
    known: Facts,
    unit: Office | None,
    office_id: str | None,
) -> CaseRow:
    level = facts.given(ctx.tools.evaluate, procedure.level, known)
    if level not in tuple(Level):
        finding = Finding(
            code="CASE_LEVEL",
            message=_("不能确定由哪一级机关办理"),
            fix=_("检查干部管理权限或者隶属关系的填写"),
        )
        raise Invalid(_("填写的内容有误"), [finding])
    case_id, today = new_id(), ctx.today
    ctx.session.execute(
        insert(case_table).values(
            id=case_id,
            reference=references.next_reference(ctx, procedure.reference, today.year),
            procedure=procedure.key,
            pack_version_id=release.id,
            status=CaseStatus.OPEN,
            unit_id=unit.id if unit else None,
            level=level,
            opened_on=today,
            opened_at=ctx.now,
            opened_by=None if ctx.actor.is_system else ctx.actor.person_id,
            opened_for=office_id,
        )
    )
    return case_rows.lock(ctx, case_id)


def _start_node(release: Release, procedure: Procedure) -> str:
    """Id of the start event the procedure begins at."""
    wanted = procedure.start_message or ""
    nodes = charts.chart(release.files[procedure.key]).nodes.values()
    return next(
        (
            node.id
            for node in nodes
            if node.kind == "startEvent"
            and node.scope == procedure.key
            and (node.event.name if node.event else "") == wanted
        ),
        "",
    )
