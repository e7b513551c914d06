"""One row of the workbook as a matter that can be opened at its step, or everything that is wrong.

Nothing is written. The plan that a check shows is the one that is opened: the way is walked by the
engine, the offices are looked up as for any task, the clocks are counted as for any event.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from server.domain.access import APPLICANT
from server.domain.errors import EngineError, ExpressionFailed, Invalid
from server.domain.jurisdiction import Level
from server.domain.roles import PARTIES, Capacity
from server.domain.texts import _
from server.engine.port import OpenTask
from server.services.case import facts
from server.services.identity import people
from server.services.law import charts
from server.services.law.releases import Release
from server.services.takeover import columns as headings
from server.services.takeover import events_on_the_way, gaps
from server.services.takeover.cells import Cells
from server.services.takeover.events_on_the_way import Course
from server.services.takeover.readings import Concerned, Read
from server.services.takeover.walking import Astray, Walked, Walker
from server.services.verbs import advance_work, appointed
from server.services.verbs.advance_work import Candidates
from server.services.verbs.appointed import Named


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A matter that can be opened."""

    release: Release
    procedure: str
    target: str
    #: its reference in the old record
    reference: str
    title: str
    concerned: Concerned
    named: tuple[Named, ...]
    level: Level
    walked: Walked
    course: Course
    known: facts.Facts
    #: open step -> to whom it is offered
    seats: tuple[tuple[OpenTask, Candidates], ...]
    assignee_id: str | None
    #: the office that has the matter in hand, whoever holds the present step: it sees the file
    keeper_id: str | None = None

    @property
    def region(self) -> str:
        """Where its offices are looked up."""
        return self.concerned.unit.region

    @property
    def unit_id(self) -> str:
        """The unit it concerns."""
        return self.concerned.unit.id


def plan(cells: Cells, read: Read) -> Plan | None:
    """The matter at its step, None where something is wrong, which gathers in ``cells``."""
    if cells.problems or read.concerned is None:
        return None
    ctx, release = cells.ctx, read.kind.release
    walker = Walker(
        engine=ctx.tools.engine,
        release=release,
        procedure=read.kind.key,
        given=read.given,
        now=ctx.now,
    )
    try:
        walked = walker.walk(read.target)
        gaps.answers(cells, read.kind.release, read.kind.columns, walked, read.given)
        course = events_on_the_way.course(ctx, release, read.kind.key, walked, read.days)
        gaps.days(cells, read.kind.columns, course)
        return None if cells.problems else _planned(cells, read, walked, course)
    except Astray as astray:
        gaps.turned(cells, release, read, astray)
    except Invalid as error:
        cells.wrong("", error.findings[0].message if error.findings else error.message)
    except (EngineError, ExpressionFailed) as error:
        cells.wrong("", error.message)
    return None


def _planned(cells: Cells, read: Read, walked: Walked, course: Course) -> Plan | None:
    ctx, release = cells.ctx, read.kind.release
    concerned = read.concerned
    if concerned is None:
        return None
    known = facts.collect(release, read.kind.key, walked.variables, {}, ctx.now)
    level = facts.given(ctx.tools.evaluate, release.pack.procedures[read.kind.key].level, known)
    if level not in tuple(Level):
        cells.wrong(headings.LEVEL, _("不能确定由哪一级机关办理"), _("检查管理权限的填写"))
        return None
    found = Plan(
        release=release,
        procedure=read.kind.key,
        target=read.target,
        reference=read.reference,
        title=read.title,
        concerned=concerned,
        named=tuple(_named(read, walked)),
        level=Level(level),
        walked=walked,
        course=course,
        known=known,
        seats=(),
        assignee_id=None,
    )
    seats = tuple(_seats(cells, found))
    found = replace(found, seats=seats, keeper_id=_keeper(cells, found))
    if read.assignee:
        found = replace(found, assignee_id=_assignee(cells, found, read.assignee))
    return None if cells.problems else found


def _named(read: Read, walked: Walked) -> Iterator[Named]:
    """Who has a part: those concerned, and whom the steps on the way named."""
    release, concerned = read.kind.release, read.concerned
    if concerned is not None:
        yield from concerned.named()
    nodes = charts.chart(release.files[read.kind.key]).nodes
    for node_key in dict.fromkeys(walked.nodes):
        entries = [each for each in release.pack.appointments if each.node == node_key]
        if entries:
            yield from appointed.named(release.forms[nodes[node_key].form], entries, read.given)


def _seats(cells: Cells, found: Plan) -> Iterator[tuple[OpenTask, Candidates]]:
    nodes = charts.chart(found.release.files[found.procedure]).nodes
    for task in found.walked.open.values():
        laned = replace(task, lane=nodes[task.node_key].lane or task.lane)
        label = nodes[task.node_key].label
        try:
            seat = advance_work.candidates(cells.ctx, found, found.release.pack, laned, found.known)
        except EngineError as error:
            message = _("“{step}”没有找到承办机关：{why}").format(step=label, why=error.message)
            cells.wrong(headings.UNIT, message, _("检查当事人单位、管理权限和影响承办机关的各列"))
            continue
        if seat.office is None and not any(each.role == seat.role for each in found.named):
            gaps.nobody(cells, found.release, found.procedure, seat.role, label)
        yield laned, seat


def _keeper(cells: Cells, found: Plan) -> str | None:
    """The desk that had a step last, else the office that did; None where only people had any."""
    nodes, pack = charts.chart(found.release.files[found.procedure]).nodes, found.release.pack
    offices: list[str] = []
    for task in reversed(found.walked.seen):
        laned = replace(task, lane=nodes[task.node_key].lane or task.lane)
        try:
            seat = advance_work.candidates(cells.ctx, found, pack, laned, found.known)
        except EngineError:
            continue
        role = pack.roles.get(seat.role)
        if seat.office is not None and role is not None and role.capacity is Capacity.DESK:
            return seat.office.id
        offices += [seat.office.id] if seat.office else []
    return offices[0] if offices else None


def _assignee(cells: Cells, found: Plan, login: str) -> str | None:
    person_id = cells.person(headings.ASSIGNEE, login)
    seat = next(seat for task, seat in found.seats if task.node_key == found.target)
    if person_id is None:
        return None
    if seat.office is None:
        holding = {each.person_id for each in found.named if each.role == seat.role}
        holding |= people.holders_of(
            cells.ctx,
            {each.unit_id for each in found.named if each.role == seat.role and each.unit_id},
            cells.ctx.today,
        )
    else:
        held = people.holders(cells.ctx, seat.office.id, cells.ctx.today, head_only=seat.head_only)
        holding = {each.person_id for each in held}
    if person_id not in holding:
        where = seat.office.name if seat.office else seat.role
        message = _("经办人不在“{office}”任职").format(office=where)
        cells.wrong(headings.ASSIGNEE, message, _("填写承办机构人员的账号，或者留空"))
    if person_id == found.concerned.person_id and seat.role not in {APPLICANT, *PARTIES}:
        cells.wrong(headings.ASSIGNEE, _("经办人是当事人本人，应当回避"), _("换人或者留空"))
    return person_id
