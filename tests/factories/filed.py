"""Cases of the shipped packs played to a point, for whoever looks at files, lists and ledgers."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from server.domain.access import SYSTEM
from server.models.case import case, case_step
from server.models.identity import Person, Post, Unit
from server.models.work import work_item
from server.services.context import Tools, reading
from server.services.packs import definitions
from server.services.rehearsing.play import Play
from server.services.rehearsing.scenario import read
from tests.factories import site
from tests.factories import tools as opening

_PROCESSES = Path(__file__).parent.parent.parent / "processes"

#: a whole course with consulted organs and archive, closed; one whose meeting asked for more, open
_CLOSED = _PROCESSES / "nanyang" / "scenarios" / "04_whole_ordinary_course.yaml"
_OPEN = _PROCESSES / "nanyang" / "scenarios" / "50_meeting_asks_for_more.yaml"

#: parts in the cases: who plays them is the casting's choice
APPLICANT = "applicant"
DESK = "case_supervision_office"
DESK_HEAD = "case_supervision_office.head"
TEAM = "team_lead"
LEADER = "deputy_secretary"
CONSULTED = "audit_office"
ARCHIVE = "personnel_archive"
#: of an office that has nothing to do with them
STRANGER = "stranger"


@dataclass(frozen=True, slots=True)
class Filed:
    """Ids of the cases that were played, and who played which part."""

    closed: str
    open: str
    #: part -> login
    people: Mapping[str, str]
    #: name of the applicant, and of the unit he works in
    name: str
    unit: str


def fill(url: str) -> None:
    """The served region with the cases played."""
    site.fill_served(url)
    with opening.opened(url) as tools:
        for file in (_CLOSED, _OPEN):
            play(tools, file)


def play(tools: Tools, file: Path) -> str:
    """Play a scenario and give the id of its case."""
    scenario, findings = read(file.name, file.read_bytes())
    if scenario is None:
        raise ValueError(findings)
    with reading(tools, SYSTEM, scenario.now) as ctx:
        release = definitions.in_force(ctx, scenario.procedure, ctx.today)
    playing = Play(tools=tools, release=release, scenario=scenario, now=scenario.now)
    playing.run()
    if playing.troubles:
        raise ValueError(playing.troubles)
    return playing.case_id


def cases(tools: Tools) -> Filed:
    """The cases of a database filled by :func:`fill`."""
    with tools.readers() as session:
        found = {row.status: row for row in session.execute(select(case))}
        closed = found["closed"]
        people = {
            row.candidate_role or APPLICANT: row.login
            for row in session.execute(
                select(work_item.c.candidate_role, Person.login)
                .select_from(case_step)
                .join(Person, Person.id == case_step.c.actor_id)
                .outerjoin(work_item, work_item.c.id == case_step.c.work_item_id)
                .where(case_step.c.case_id == closed.id)
            )
        }
        desk = select(work_item.c.candidate_unit).where(
            work_item.c.case_id == closed.id, work_item.c.candidate_role == DESK
        )
        people[DESK_HEAD] = session.scalars(
            select(Person.login)
            .join(Post, Post.person_id == Person.id)
            .where(Post.is_head, Post.unit_id.in_(desk))
        ).one()
        people[STRANGER] = "p.petition.1"
        applicant = session.scalars(
            select(Person.name).where(Person.login == people[APPLICANT])
        ).one()
        unit = session.scalars(select(Unit.name).where(Unit.id == closed.unit_id)).one()
    return Filed(closed=closed.id, open=found["open"].id, people=people, name=applicant, unit=unit)
