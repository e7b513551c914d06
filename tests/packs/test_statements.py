"""What a completed task of the shipped procedures costs, files and many open tasks included."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import pytest

from server.config import SHIPPED
from server.domain.access import SYSTEM, Actor
from server.domain.expressions import Json
from server.services.case import incidents
from server.services.context import Tools, reading
from server.services.files import attachments
from server.services.packs import definitions
from server.services.rehearsing.play import Play
from server.services.rehearsing.scenario import Scenario, Step, read
from tests.databases import Databases
from tests.factories import shipped as factory
from tests.factories import tools as opening
from tests.factories.files import PDF
from tests.factories.statements import STATEMENTS, Completed, completions

PACKS = SHIPPED / "processes"
WHOLE = [
    PACKS / "nanyang/scenarios/04_whole_ordinary_course.yaml",
    PACKS / "nanyang/scenarios/16_supplement_loop.yaml",
    PACKS / "chuzhou/scenarios/01_recognised.yaml",
    PACKS / "chuzhou/scenarios/11_supplement_once.yaml",
]
#: offices that a team may ask; asking opens one task for each
OFFICES = ["audit_office", "reform_commission", "environment_bureau", "petition_bureau"]


@pytest.mark.parametrize("file", WHOLE, ids=lambda path: path.stem)
def test_a_task_costs_few_statements_with_as_many_files_as_its_form_takes(
    shipped_tools: Tools, file: Path
) -> None:
    played = FilingPlay.of(shipped_tools, _read(file))

    with completions(shipped_tools.database) as completed:
        played.run()

    assert played.troubles == []
    done = [one for one in played.scenario.steps if one.act == "do" and not one.refused]
    assert len(completed) == len(done)
    assert [one for one in completed if len(one.statements) > STATEMENTS] == []
    if file.parent.parent.name == "chuzhou" or "supplement" in file.stem:
        assert played.filed


def test_a_task_costs_the_same_however_many_tasks_open_with_it(shipped_tools: Tools) -> None:
    costs = {}
    for offices in (OFFICES[:1], OFFICES):
        opening_team = _asking(shipped_tools, offices)
        costs[opening_team.opened] = len(opening_team.statements)
    assert len(costs) == 2
    assert len(set(costs.values())) == 1


def _asking(tools: Tools, offices: Sequence[str]) -> Completed:
    """The completion that forms the team and asks these offices."""
    scenario = _read(WHOLE[0])
    number = next(i for i, step in enumerate(scenario.steps) if step.target == "form_team")
    step = scenario.steps[number]
    asking = replace(step, answers={**step.answers, "consulted_organs": list(offices)}, expect={})
    steps = (*scenario.steps[:number], asking)
    played = FilingPlay.of(tools, replace(scenario, steps=steps, expect={}))
    with completions(tools.database) as completed:
        played.run()
    assert played.troubles == []
    return completed[-1]


@dataclass(slots=True)
class FilingPlay(Play):
    """A scenario in which every field for files is given two."""

    #: files that were handed in
    filed: int = 0

    @classmethod
    def of(cls, tools: Tools, scenario: Scenario) -> "FilingPlay":
        """The scenario over the procedure in force on its day."""
        with reading(tools, SYSTEM, scenario.now) as ctx:
            release = definitions.in_force(ctx, scenario.procedure, ctx.today)
        return cls(tools=tools, release=release, scenario=scenario, now=scenario.now)

    def _do(self, step: Step) -> None:
        actor, item = self._cast(step)
        fields = self._file_fields(item.form_key)
        files = {key: [self._uploaded(actor), self._uploaded(actor)] for key in fields}
        self.filed += 2 * len(files)
        super(FilingPlay, self)._do(replace(step, answers={**step.answers, **files}))

    def _file_fields(self, form: str) -> list[str]:
        components = self.release.forms[form]["components"]
        assert isinstance(components, list)
        return list(_file_keys(components))

    def _uploaded(self, actor: Actor) -> str:
        received = attachments.receive(self.tools, BytesIO(PDF), "佐证.pdf")
        with incidents.acting(self.tools, actor, self.now) as ctx:
            return attachments.add(ctx, received)


def _file_keys(components: Sequence[Json]) -> Iterator[str]:
    for each in components:
        if isinstance(each, dict):
            if each["type"] == "filepicker":
                yield str(each["key"])
            elif each["type"] == "group":
                inner = each["components"]
                assert isinstance(inner, list)
                yield from _file_keys(inner)


def _read(file: Path) -> Scenario:
    scenario, findings = read(file.name, file.read_bytes())
    assert scenario, findings
    return scenario


@pytest.fixture
def shipped_tools(databases: Databases) -> Iterator[Tools]:
    """Tools over a database with the shipped packs and the offices they name."""
    with opening.copied(databases, "shipped", factory.fill) as tools:
        yield tools
