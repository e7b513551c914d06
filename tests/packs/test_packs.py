"""Every pack in the repository is clean and plays its own scenarios, whatever packs there are."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.adapters.packs import parse, read_folder
from server.app import build
from server.config import IN_MEMORY, SHIPPED, Config
from server.domain.findings import Severity
from server.domain.sources import Basis
from server.services.context import Tools
from server.services.rehearsing.rehearsal import rehearse
from tests.factories.statements import STATEMENTS, completions

#: ``_national`` and the calendars hold no procedure; ``_template`` is a whole pack
PACKS = [
    folder
    for folder in sorted((SHIPPED / "processes").iterdir())
    if (folder / "pack.yaml").is_file()
    and (folder.name == "_template" or not folder.name.startswith("_"))
]


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_a_pack_is_clean_plays_every_scenario_takes_every_flow_and_costs_few_statements(
    folder: Path, tools: Tools
) -> None:
    with completions(tools.database) as completed:
        report = rehearse(tools, folder)

    assert report.pack == folder.name
    assert [one for one in report.findings if one.severity is not Severity.INFO] == []
    assert {one.file: one.troubles for one in report.results if not one.passed} == {}
    assert report.results
    assert [one.label for one in report.not_taken] == []
    assert completed
    assert [one for one in completed if len(one.statements) > STATEMENTS] == []


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_every_list_deadline_and_switch_names_its_source(folder: Path) -> None:
    pack, _findings = parse(read_folder(folder))
    assert pack is not None

    named: list[tuple[str, Basis]] = [
        *((rule.key, rule.basis) for rule in pack.deadlines.values()),
        *((one.key, one.basis) for one in pack.lists.values()),
        *((one.key, one.basis) for one in pack.settings.values()),
    ]

    assert [key for key, basis in named if not (basis.source or basis.default)] == []
    assert {basis.source for _key, basis in named if basis.source} <= set(pack.sources)


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_every_paper_has_a_letter_that_it_is_written_by(folder: Path) -> None:
    pack, _findings = parse(read_folder(folder))
    assert pack is not None

    assert [key for key, paper in pack.papers.items() if not paper.template] == []


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_the_change_log_has_an_entry_for_the_version(folder: Path) -> None:
    pack, _findings = parse(read_folder(folder))
    assert pack is not None

    entry = (folder / "CHANGELOG.md").read_text("utf-8").partition(f"\n## {pack.version}")[2]

    assert "\n- " in entry


@pytest.fixture
def tools() -> Iterator[Tools]:
    """Tools over an empty database in memory, as a rehearsal needs them."""
    config = Config(data=Path("unused"), database_url=IN_MEMORY, sqlite_sync="OFF")
    made = build(config)
    try:
        yield made
    finally:
        made.database.dispose()
