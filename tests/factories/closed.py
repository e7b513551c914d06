"""Many closed cases of a shipped pack: its own scenarios played to the end, then copied."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from server.config import SHIPPED
from server.domain.access import SYSTEM
from server.models.case import case
from server.services.context import Tools, reading
from server.services.packs import definitions
from server.services.rehearsing.play import Play
from server.services.rehearsing.scenario import read
from tests.factories.many import copies

#: scenarios of Nanyang that end with a closed case: the ordinary course, a refusal …
NANYANG: Sequence[str] = (
    "04_whole_ordinary_course.yaml",
    "31_refused_in_writing.yaml",
    "34_excluded_at_desk.yaml",
    "38_no_substance_found.yaml",
    "46_minor_in_time.yaml",
    "56_lenient.yaml",
)


def closed(
    tools: Tools, count: int, *, pack: str = "nanyang", scenarios: Sequence[str] = NANYANG
) -> list[str]:
    """Ids of so many closed cases: each scenario is played once, and its case copied as often.

    Whoever plays must be in the region (``region_gaps.fill``). The cases end at the moments their
    scenarios say.
    """
    first = [_played(tools, pack, each) for each in scenarios[:count]]
    more, rest = divmod(count - len(first), len(first))
    made = list(first)
    for place, case_id in enumerate(first):
        twins = more + (place < rest)
        made += copies(tools, case_id, twins) if twins else []
    return made


def _played(tools: Tools, pack: str, name: str) -> str:
    file = SHIPPED / "processes" / pack / "scenarios" / name
    scenario, findings = read(name, file.read_bytes())
    assert scenario is not None, findings
    with reading(tools, SYSTEM, scenario.now) as ctx:
        release = definitions.in_force(ctx, scenario.procedure, scenario.now.date())
    play = Play(tools=tools, release=release, scenario=scenario, now=scenario.now)
    play.run()
    assert not play.troubles, [each.message for each in play.troubles]
    with tools.readers() as session:
        status = session.scalar(select(case.c.status).where(case.c.id == play.case_id))
    assert status == "closed", name
    return play.case_id


def last_closed(tools: Tools) -> datetime:
    """When the last of them ended."""
    with tools.readers() as session:
        found: datetime | None = session.scalar(select(func.max(case.c.closed_at)))
    assert found is not None
    return found
