"""The coverage table is true where that can be counted: rows, scenarios, names, files."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from server.config import SHIPPED

TEXT = (SHIPPED / "docs/reference/coverage.md").read_text("utf-8")
PROCESSES = SHIPPED / "processes"
#: how many entries the inventory of requirements has, by source
INVENTORY = {"NY": 39, "CZ": 20, "LN": 17, "ZJ": 27, "WD": 14}
#: points on which the sources are silent or contradict each other
DEFAULTS = 40
#: scenarios of the inventory
SCENARIOS = 25
LETTERS = {
    "N": "nanyang",
    "C": "chuzhou",
    "ZJ": "zhejiang",
    "WD": "wendeng",
    "LN": "liaoning",
    "澄": "clarification",
    "诬": "false_accusation",
    "J": "supervision_letter",
    "D": "disclosure",
    "R": "reverse_accountability",
    "T": "public_notice",
    "Q": "remedies",
}
#: packs whose scenarios the table names by their pack
OTHERS = {
    *("exante_filing", "influence_period", "integrity_opinion", "rectification", "revisit"),
    "sampling_review",
}
#: how many scenarios show a procedure
LEAST = 8
#: a number as the table writes it: its letter and two digits, or from one to another
NUMBERED = re.compile(
    r"(?<![A-Za-z0-9_])(N|C|ZJ|WD|LN|澄|诬|J|D|R|T|Q)(\d{2})(?:[–—]\1?(\d{2}))?(?!\d)"
)
NAMED = re.compile(r"`([^`]+)`")


def rows(heading: str) -> list[list[str]]:
    part = TEXT.split(f"\n## {heading}", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


@pytest.mark.parametrize("source", INVENTORY)
def test_every_entry_of_the_inventory_has_exactly_one_row(source: str) -> None:
    found = re.findall(rf"^\| {source}-(\d+) \|", TEXT, re.MULTILINE)
    assert [int(each) for each in found] == list(range(1, INVENTORY[source] + 1))


def test_every_point_on_which_the_sources_are_silent_has_a_row() -> None:
    found = [int(each) for row in rows("矛盾和空白") for each in re.findall(r"\d+", row[0])]
    assert found == list(range(1, DEFAULTS + 1))


def test_every_scenario_of_the_inventory_has_a_place() -> None:
    cells = [cell for row in rows("情景") for cell in row[::2]]
    found = sorted(int(cell) for cell in cells if cell.isdigit())
    assert found == list(range(1, SCENARIOS + 1))


def test_every_procedure_has_eight_scenarios_of_its_own() -> None:
    counted = Counter(
        re.findall(r"^procedure: (\w+)", file.read_text("utf-8"), re.MULTILINE)[0]
        for file in PROCESSES.glob("[a-z]*/scenarios/*.yaml")
    )
    few = {procedure for procedure in procedures() if counted[procedure] < LEAST}
    assert few == set()


def procedures() -> Iterator[str]:
    for folder in set(LETTERS.values()) | OTHERS:
        diagrams = (PROCESSES / folder / "pack.yaml").read_text("utf-8")
        yield from re.findall(r"^  (\w+):\n(?:    .*\n)*?    diagram:", diagrams, re.MULTILINE)


def test_no_row_leaves_a_cell_empty() -> None:
    cells = [line for line in TEXT.splitlines() if re.match(r"\| [A-Z]{2}-\d+ \|", line)]
    assert [line for line in cells if re.search(r"\|\s*\|", line)] == []


def numbered() -> Iterator[tuple[str, str]]:
    for letter, first, last in NUMBERED.findall(TEXT):
        for number in range(int(first), int(last or first) + 1):
            yield LETTERS[letter], f"{number:02}"


def test_every_scenario_named_by_number_exists() -> None:
    known = {
        (folder, file.name.split("_", 1)[0])
        for folder in set(LETTERS.values())
        for file in (PROCESSES / folder / "scenarios").glob("*.yaml")
    }
    assert sorted(set(numbered()) - known) == []


def test_every_scenario_and_test_named_by_file_exists() -> None:
    missing = []
    pack = ""
    for named in re.findall(r"`(?:([a-z_]+)/)?(\d\d\w*)`|\| [A-Z]{2}-\d+ (\|)", TEXT):
        folder, file, is_row = named
        pack = "" if is_row else folder or pack
        if file and not list((PROCESSES / pack / "scenarios").glob(f"{file}*.yaml")):
            missing.append(f"{pack}/{file}")
    tests = set(re.findall(r"tests/[\w/]+(?:\.py)?", TEXT))
    missing += [
        each
        for each in tests
        if not (SHIPPED / each.removesuffix(".py")).with_suffix(".py").exists()
    ]
    assert missing == []


def test_every_name_in_backticks_is_one_of_the_packs_or_of_the_program() -> None:
    folders = ("processes", "forms", "server")
    kinds = {".yaml", ".bpmn", ".dmn", ".json", ".py"}
    files = [
        file
        for folder in folders
        for file in (SHIPPED / folder).rglob("*")
        if file.suffix in kinds and "static" not in file.parts and "scenarios" not in file.parts
    ]
    known = set(re.findall(r"\w+", "\n".join(file.read_text("utf-8") for file in files)))
    known |= {part for file in files for part in (*file.parts, file.name)}
    known |= {file.stem for file in (SHIPPED / "tests").rglob("test_*.py")}
    known |= {
        file.stem
        for folder in set(LETTERS.values())
        for file in PROCESSES.glob(f"{folder}/letters/*")
    }
    names = {
        word
        for named in NAMED.findall(TEXT)
        for word in re.findall(r"[A-Za-z_][A-Za-z_0-9]*", named)
        if "/" not in named and not named[0].isdigit()
    }
    unknown = {each for each in names - known if each.rstrip("_") not in _BEGINNINGS}
    assert sorted(unknown) == []


#: beginnings of names the table writes for a whole family: `feedback_*`
_BEGINNINGS = {"feedback", "quorum", "majority"}
