import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from server.app import build
from server.config import IN_MEMORY, Config
from server.domain.errors import Invalid, NotFound
from server.services.context import Tools
from server.services.rehearsing.rehearsal import RehearsalReport, rehearse
from tests.factories.tiny import PACK

START = {"as": "applicant", "with": {"managed_by": "county", "facts": "抢修道路"}}
ACCEPT = {"do": "register", "as": "case_supervision_office", "with": {"registered": "accept"}}


def test_every_scenario_of_the_pack_passes_and_takes_every_flow(memory: Tools) -> None:
    report = rehearse(memory, PACK)
    assert [(result.file, result.troubles) for result in report.results] == [
        ("01_through.yaml", ()),
        ("02_supplement.yaml", ()),
    ]
    assert report.passed
    assert (report.flows, report.not_taken) == (19, ())


def test_flows_that_no_scenario_takes_are_named(memory: Tools) -> None:
    report = rehearse(memory, PACK, PACK / "scenarios" / "02_supplement.yaml")
    assert "受理？ → g_split（受理）" in [each.label for each in report.not_taken]


#: steps after the start that go otherwise than said, and what is told of it
OTHERWISE: list[tuple[list[object], str]] = [
    ([{"expect": {"open": ["verify"]}}], "open应为verify，实际为register"),
    ([{**ACCEPT, "refused": "invalid"}], "应被拒绝（invalid），实际获准"),
    ([{**ACCEPT, "as": "petition_bureau"}], "not_found："),
    ([{**ACCEPT, "as": "applicant"}], "not_found："),
    (
        [
            {
                "extend": {"deadline": "registration", "n": 1, "reason": "案情复杂"},
                "as": "case_supervision_office",
            }
        ],
        "forbidden：",
    ),
    ([{**ACCEPT, "as": "nobody.at.all"}], "演练地区中没有人担任“nobody.at.all”"),
    ([{**ACCEPT, "do": "decide"}], "环节“decide”没有待办"),
    ([{**ACCEPT, "with": {"registered": "refuse"}}], "reason：不受理的须写明理由"),
    (
        [{**ACCEPT, "with": {}, "refused": "forbidden"}],
        "应以forbidden拒绝，实际为invalid：",
    ),
    (
        [{**ACCEPT, "with": {}, "refused": "invalid", "problems": ["reason"]}],
        "应以invalid拒绝，实际为invalid：",
    ),
    ([{"until": "2026-02-11T09:00+08:00"}], "时间只能向前"),
    ([{"deliver": {"message": "evidence_received"}}], "conflict："),
]


@pytest.fixture(scope="module")
def otherwise(tmp_path_factory: pytest.TempPathFactory) -> RehearsalReport:
    """All of these played in one rehearsal."""
    root = tmp_path_factory.mktemp("otherwise") / "pack"
    shutil.copytree(PACK.parent.parent, root)
    folder = root / "processes" / PACK.name
    for file in (folder / "scenarios").iterdir():
        file.unlink()
    for number, (steps, _said) in enumerate(OTHERWISE):
        written(
            folder / "scenarios", f"{number:02}.yaml", start=START, steps=[{"expect": {}}, *steps]
        )
    tools = built(root)
    try:
        return rehearse(tools, folder)
    finally:
        tools.database.dispose()


@pytest.mark.parametrize("number", range(len(OTHERWISE)))
def test_what_goes_otherwise_is_told_with_its_step(otherwise: RehearsalReport, number: int) -> None:
    (trouble,) = otherwise.results[number].troubles
    assert trouble.step == 2
    assert OTHERWISE[number][1] in trouble.message
    assert not otherwise.passed


def test_a_refusal_that_was_asked_for_is_a_pass(memory: Tools, tmp_path: Path) -> None:
    refused = {**START, "with": {"managed_by": "county"}, "refused": 422, "problems": ["facts"]}
    assert played(memory, tmp_path, {"start": refused}).passed


def test_a_start_that_should_be_refused_and_is_not_is_told(memory: Tools, tmp_path: Path) -> None:
    report = played(memory, tmp_path, {"start": {**START, "refused": "forbidden"}})
    assert [trouble.step for trouble in report.results[0].troubles] == [0]


def test_what_is_expected_at_the_end_is_told_without_a_step(memory: Tools, tmp_path: Path) -> None:
    report = played(memory, tmp_path, {"start": START, "expect": {"status": "closed"}})
    (trouble,) = report.results[0].troubles
    assert (trouble.step, trouble.message) == (None, "status应为closed，实际为open")


def test_a_scenario_that_cannot_be_read_fails_with_the_place(memory: Tools, tmp_path: Path) -> None:
    report = played(memory, tmp_path, {"start": {**START, "whom": "x"}})
    assert "start.whom" in report.results[0].troubles[0].message


def test_a_switch_the_pack_does_not_have_is_refused(memory: Tools, tmp_path: Path) -> None:
    report = played(memory, tmp_path, {"start": START, "settings": {"nothing": 1}})
    assert "nothing" in report.results[0].troubles[0].message


def test_a_switch_set_for_one_scenario_holds_in_it_alone(memory: Tools, tmp_path: Path) -> None:
    report = played(memory, tmp_path, {"start": START, "settings": {"weight": 2}})
    assert report.passed
    (release,) = memory.releases.values()
    assert release.pack.settings["weight"].value == 1


def test_a_procedure_the_pack_does_not_have_is_told(memory: Tools, tmp_path: Path) -> None:
    report = played(memory, tmp_path, {"start": START, "procedure": "another"})
    assert "another" in report.results[0].troubles[0].message


def test_clocks_can_be_stopped_extended_and_a_year_published(memory: Tools, tmp_path: Path) -> None:
    desk, head = {"as": "case_supervision_office"}, {"as": "case_supervision_office.head"}
    year = {
        "year": 2027,
        "source": "测试通知",
        "published_on": "2026-11-05",
        "days_off": ["2027-01-01..2027-01-03"],
        "makeup_workdays": [],
    }
    steps = [
        {"claim": "register", **desk},
        {"release": "register", **desk},
        {"stop": {"deadline": "registration", "reason": "illness"}, **desk},
        {"expect": {"deadlines": {"registration": {"state": "stopped", "due_on": None}}}},
        {"restart": {"deadline": "registration"}, **desk},
        {"extend": {"deadline": "registration", "n": 1}, **head},
        {"extend": {"deadline": "registration", "n": 9}, **head, "refused": "invalid"},
        {"expect": {"deadlines": {"registration": "undetermined"}, "due_on": None}},
        {"until": "2027-01-08T09:00+08:00", "expect": {"overdue": []}},
        {"import_calendar": year},
        {"expect": {"due_on": "2027-01-06"}},
    ]
    report = played(
        memory,
        tmp_path,
        {"now": "2026-12-28T09:00+08:00", "start": START, "steps": steps},
    )
    assert report.results[0].troubles == ()


def test_each_scenario_begins_as_if_it_were_the_only_one(memory: Tools, tmp_path: Path) -> None:
    report = rehearse(memory, PACK)
    references = {result.file for result in report.results}
    with memory.readers() as session:
        kept = session.connection().exec_driver_sql('SELECT count(*) FROM "case"').scalar()
    assert (len(references), kept) == (2, 1)


def test_a_folder_that_is_no_pack_is_refused(memory: Tools, tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        rehearse(memory, tmp_path)


def test_a_scenario_file_that_does_not_exist_is_not_found(memory: Tools, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        rehearse(memory, PACK, tmp_path / "nothing.yaml")


def played(memory: Tools, folder: Path, content: dict[str, object]) -> RehearsalReport:
    return rehearse(memory, PACK, written(folder, "one.yaml", **content))


def written(folder: Path, name: str, **content: object) -> Path:
    """A scenario in a file."""
    whole = {"procedure": "tiny_matter", "now": "2026-02-12T09:00+08:00", **content}
    (folder / name).write_text(yaml.safe_dump(whole, allow_unicode=True), encoding="utf-8")
    return folder / name


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Tools]:
    """Tools over an empty in-memory database."""
    tools = built(tmp_path)
    yield tools
    tools.database.dispose()


def built(folder: Path) -> Tools:
    """The same, its files in this folder."""
    return build(Config(data=folder / "data", database_url=IN_MEMORY, sqlite_sync="OFF"))
