"""Cases of the shipped packs played to a point, for whoever looks at files, lists and ledgers."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from server.domain.access import SYSTEM
from server.models.case import case
from server.services import definitions
from server.services.context import Tools, reading
from server.services.rehearsing.play import Play
from server.services.rehearsing.scenario import read
from tests.factories import site
from tests.factories import tools as opening

_PROCESSES = Path(__file__).parent.parent.parent / "processes"

#: a whole course with consulted organs and archive, closed; one whose meeting asked for more, open
_CLOSED = _PROCESSES / "nanyang" / "scenarios" / "04_whole_ordinary_course.yaml"
_OPEN = _PROCESSES / "nanyang" / "scenarios" / "50_meeting_asks_for_more.yaml"

APPLICANT = "county1.housing_works.1"
DESK = "county1.case_supervision.1"
DESK_HEAD = "county1.case_supervision.head"
TEAM = "county1.investigation.1"
LEADER = "county1.deputy_secretary.head"
CONSULTED = "county1.audit.1"
ARCHIVE = "county1.personnel_archive.1"
STRANGER = "county1.petition.1"


@dataclass(frozen=True, slots=True)
class Filed:
    """Ids of the cases that were played."""

    closed: str
    open: str


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
        found = {row.status: row.id for row in session.execute(select(case.c.status, case.c.id))}
    return Filed(closed=found["closed"], open=found["open"])
