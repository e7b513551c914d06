"""Plays a pack's scenarios on an in-memory database and says which flows no scenario takes.

What was rehearsed is what will run: the verbs, the engine, the calendars and the tables are those
of every day; only the clock is set and the region made up. Each scenario begins on the same
database as if it were the only one.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from server.adapters.packs import PackFiles, read_folder
from server.domain.errors import NotFound
from server.domain.findings import Finding
from server.domain.texts import _
from server.engine.diagrams.elements import Flow
from server.services.context import Tools
from server.services.law import charts
from server.services.law.releases import Release
from server.services.rehearsing import companions, stage
from server.services.rehearsing.stage import Result


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """A sequence flow of a pack."""

    procedure: str
    flow: str
    #: from where to where, in the labels people read
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RehearsalReport:
    """What a rehearsal found."""

    pack: str
    #: what the check of the pack said that does not keep it from being published
    findings: tuple[Finding, ...]
    results: tuple[Result, ...]
    #: sequence flows of all procedures of the pack
    flows: int
    #: those that no scenario takes
    not_taken: tuple[Way, ...] = field(default=())

    @property
    def passed(self) -> bool:
        """True when every scenario passed; coverage is reported beside it."""
        return bool(self.results) and all(result.passed for result in self.results)


def rehearse(tools: Tools, directory: Path, scenario: Path | None = None) -> RehearsalReport:
    """Play the scenarios of the pack in ``directory``, or the one given.

    ``tools`` stand over an empty in-memory SQLite database, which is used up.

    Raises:
        Invalid: the folder is no pack, or the pack does not pass its check.
        NotFound: the scenario file does not exist.
    """
    files = read_folder(directory)
    chosen = _chosen(files, scenario)
    played = stage.played_before(chosen)
    beside = partial(companions.in_folder, folder=directory, played=played)
    set_up = stage.set_up(tools, files, beside)
    with closing(set_up.empty):
        results = tuple(set_up.perform(name, content) for name, content in chosen.items())
    taken = frozenset().union(*(result.flows for result in results))
    all_ways = tuple(ways(set_up.release))
    return RehearsalReport(
        pack=set_up.release.pack.key,
        findings=set_up.findings,
        results=results,
        flows=len(all_ways),
        not_taken=tuple(way for way in all_ways if way.flow not in taken),
    )


def ways(release: Release) -> Iterator[Way]:
    """Every sequence flow of all procedures, each once."""
    seen = set()
    for key, files in release.files.items():
        chart = charts.chart(files)
        for flow in chart.flows.values():
            if flow.id not in seen:
                seen.add(flow.id)
                yield Way(procedure=key, flow=flow.id, label=_label(chart, flow))


def _chosen(files: PackFiles, scenario: Path | None) -> Mapping[str, bytes]:
    if scenario is None:
        return files.scenarios()
    if not scenario.is_file():
        raise NotFound(_("没有演练文件“{file}”").format(file=scenario.name))
    return {scenario.name: scenario.read_bytes()}


def _label(chart: charts.Chart, flow: Flow) -> str:
    way = f"{chart.label(flow.source)} → {chart.label(flow.target)}"
    return f"{way}（{flow.name}）" if flow.name else way
