"""Filled workbooks of running matters, from what the scenarios of the packs say."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from server.adapters.spreadsheets import Cell, Sheet, write_book
from server.services.law.releases import Release
from server.services.rehearsing.scenario import Scenario, read
from server.services.takeover import columns as headings
from server.services.takeover.cells import SHEET
from server.services.takeover.columns import Columns, columns

_PROCESSES = Path(__file__).parent.parent.parent / "processes"

#: when the matters of these workbooks are taken over, and when everything before happened
DAY = date(2026, 3, 2)

Filled = dict[str, Cell]


def book(rows: Sequence[Mapping[str, Cell]]) -> bytes:
    """A workbook with these rows."""
    names = list(dict.fromkeys([*headings.FIXED, *(name for row in rows for name in row)]))
    lines = [[row.get(name) for name in names] for row in rows]
    return write_book([Sheet(name=SHEET, columns=names, rows=lines)])


def scenarios(pack: str, procedure: str) -> list[Scenario]:
    """The scenarios of a shipped procedure."""
    found = []
    for file in sorted((_PROCESSES / pack / "scenarios").glob("*.yaml")):
        scenario, findings = read(file.name, file.read_bytes())
        assert scenario is not None, findings
        if scenario.procedure == procedure:
            found.append(scenario)
    return found


def told(release: Release, procedure: str, scenario: Scenario, target: str) -> dict[str, Any]:
    """What the scenario says before the step comes up for the first time."""
    given = {**release.pack.procedures[procedure].defaults, **scenario.start.answers}
    for step in scenario.steps:
        if step.act == "do" and step.target == target:
            break
        given |= step.answers
    return given


def row(
    release: Release,
    procedure: str,
    target: str,
    given: Mapping[str, Any],
    people: Mapping[str, Cell],
    on: date = DAY,
) -> Filled:
    """A row for a matter at this step; every event before it happened on that day."""
    found = columns(release, procedure)
    filled: Filled = {
        headings.PROCEDURE: procedure,
        headings.STEP: target,
        headings.OLD: f"旧{procedure}{target}",
        headings.TITLE: "抢修道路",
        headings.LEVEL: "县",
        **people,
    }
    filled |= {each.heading: on for each in found.events.values()}
    filled |= dict(_answers(found, given))
    return filled


def _answers(found: Columns, given: Mapping[str, Any]) -> Iterator[tuple[str, Cell]]:
    for key, asked in found.answers.items():
        value = given.get(key)
        if value is None or asked.is_part:
            continue
        words = {code: word for word, code in asked.options.items()}
        if isinstance(value, bool):
            yield asked.heading, "是" if value else "否"
        elif isinstance(value, list) and asked.field.is_rows:
            keys = [each.key for each in asked.field.children]
            yield (
                asked.heading,
                "；".join("／".join(str(each.get(key, "")) for key in keys) for each in value),
            )
        elif isinstance(value, list):
            yield asked.heading, "、".join(str(each) for each in value)
        elif isinstance(value, date):
            yield asked.heading, value
        else:
            yield asked.heading, str(words.get(value, value))
