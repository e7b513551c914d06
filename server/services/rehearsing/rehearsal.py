"""Plays a pack's scenarios on an in-memory database and says which flows no scenario takes.

What was rehearsed is what will run: the verbs, the engine, the calendars and the tables are those
of every day; only the clock is set and the region made up. Each scenario begins on the same
database as if it were the only one.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from server.adapters.packs import PackFiles, read_folder
from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Invalid, NotFound
from server.domain.findings import Finding
from server.domain.texts import _
from server.engine.diagrams.elements import Flow
from server.services import installation
from server.services.context import Tools, transaction
from server.services.law import charts
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.rehearsing import already, companions, demo, region_gaps
from server.services.rehearsing.play import Play, Trouble
from server.services.rehearsing.scenario import Scenario, read

#: when the region of a rehearsal was set up: before anything is played in it
SET_UP = datetime(2020, 1, 2, 9, 0, tzinfo=CHINA_TIME)


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """One scenario and how it went."""

    file: str
    title: str
    troubles: tuple[Trouble, ...] = ()
    flows: frozenset[str] = frozenset()

    @property
    def passed(self) -> bool:
        """True when everything went as the scenario says."""
        return not self.troubles


@dataclass(frozen=True, kw_only=True, slots=True)
class NotTaken:
    """A sequence flow that no scenario takes."""

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
    not_taken: tuple[NotTaken, ...] = field(default=())

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
    release, findings = _prepare(tools, files, directory, _played_before(chosen))
    with closing(_copied(tools)) as empty:
        results = tuple(_play(tools, release, name, data, empty) for name, data in chosen.items())
    return _report(release, findings, results)


def _chosen(files: PackFiles, scenario: Path | None) -> Mapping[str, bytes]:
    if scenario is None:
        return files.scenarios()
    if not scenario.is_file():
        raise NotFound(_("没有演练文件“{file}”").format(file=scenario.name))
    return {scenario.name: scenario.read_bytes()}


def _played_before(chosen: Mapping[str, bytes]) -> set[str]:
    """Procedures of the cases that the scenarios play before their own."""
    naming = {name: content for name, content in chosen.items() if b"before:" in content}
    known = (read(name, content)[0] for name, content in naming.items())
    return {earlier.procedure for one in known if one for earlier in one.before}


def _prepare(
    tools: Tools, files: PackFiles, directory: Path, played: set[str]
) -> tuple[Release, tuple[Finding, ...]]:
    """Schema, calendars, the made-up region with every office the pack needs, the pack itself and
    those whose procedures its messages begin or its scenarios play before."""
    installation.prepare(tools, SET_UP)
    with transaction(tools, SYSTEM, SET_UP) as ctx:
        published = definitions.publish(ctx, files, accept_warnings=_("演练"))
        already.hold(ctx, published.id)
    with transaction(tools, SYSTEM, SET_UP) as ctx:
        demo.load(ctx)
        release = definitions.release(ctx, published.id)
        region_gaps.fill(ctx, release.pack)
        companions.publish(ctx, release.pack, directory, played)
    return release, published.findings


def _play(
    tools: Tools, release: Release, name: str, content: bytes, empty: sqlite3.Connection
) -> Result:
    scenario, findings = read(name, content)
    if scenario is None:
        troubles = tuple(Trouble(step=None, message=_shown(finding)) for finding in findings)
        return Result(file=name, title=name, troubles=troubles)
    problem = _unknown_settings(release, scenario)
    if problem:
        return Result(file=name, title=scenario.title, troubles=(problem,))
    _restore(tools, empty)
    set_otherwise = _with_settings(release, scenario)
    tools.releases[release.id] = set_otherwise
    play = Play(tools=tools, release=set_otherwise, scenario=scenario, now=scenario.now)
    play.run()
    case = play.facts()
    tools.releases[release.id] = release
    return Result(
        file=name,
        title=scenario.title,
        troubles=tuple(play.troubles),
        flows=frozenset(case.flows) if case else frozenset(),
    )


def _unknown_settings(release: Release, scenario: Scenario) -> Trouble | None:
    unknown = sorted(set(scenario.settings) - set(release.pack.settings))
    if not unknown:
        return None
    message = _("政策包中没有设置项{keys}").format(keys="、".join(unknown))
    return Trouble(step=None, message=message)


def _with_settings(release: Release, scenario: Scenario) -> Release:
    """The release with the switches this scenario sets otherwise."""
    if not scenario.settings:
        return release
    changed = {
        key: replace(release.pack.settings[key], value=value)
        for key, value in scenario.settings.items()
    }
    settings = {**release.pack.settings, **changed}
    return replace(release, pack=replace(release.pack, settings=settings))


def _shown(finding: Finding) -> str:
    place = ".".join(filter(None, (finding.element, finding.field)))
    return f"{place}：{finding.message}" if place else finding.message


def _report(
    release: Release, findings: tuple[Finding, ...], results: tuple[Result, ...]
) -> RehearsalReport:
    taken = frozenset().union(*(result.flows for result in results))
    flows: dict[str, tuple[str, str, str]] = {}
    for key, files in release.files.items():
        chart = charts.chart(files)
        for flow in chart.flows.values():
            flows.setdefault(flow.id, (key, flow.id, _label(chart, flow)))
    return RehearsalReport(
        pack=release.pack.key,
        findings=findings,
        results=results,
        flows=len(flows),
        not_taken=tuple(
            NotTaken(procedure=key, flow=flow_id, label=label)
            for flow_id, (key, _id, label) in flows.items()
            if flow_id not in taken
        ),
    )


def _label(chart: charts.Chart, flow: Flow) -> str:
    way = f"{chart.label(flow.source)} → {chart.label(flow.target)}"
    return f"{way}（{flow.name}）" if flow.name else way


def _copied(tools: Tools) -> sqlite3.Connection:
    """A copy of the prepared database, from which each scenario begins."""
    copy = sqlite3.connect(":memory:", check_same_thread=False)
    with closing(tools.database.raw_connection()) as connection:
        _raw(connection.driver_connection).backup(copy)
    return copy


def _restore(tools: Tools, empty: sqlite3.Connection) -> None:
    with closing(tools.database.raw_connection()) as connection:
        empty.backup(_raw(connection.driver_connection))


def _raw(connection: object) -> sqlite3.Connection:
    if not isinstance(connection, sqlite3.Connection):
        raise Invalid(_("演练只在内存数据库中进行"))
    return connection
