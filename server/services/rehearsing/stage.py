"""Where scenarios are played: an in-memory database with a made-up region and one pack.

Setting it up takes seconds, playing on it milliseconds: so it is set up once and copied, and every
scenario begins on the same copy as if it were the only one. A copy may be taken at any moment of a
play and gone back to.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from server.adapters.packs import PackFiles, parse
from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Invalid
from server.domain.findings import Finding
from server.domain.packs import PolicyPack
from server.domain.texts import _
from server.services import installation
from server.services.calendar import calendars
from server.services.context import Tools, reading, transaction
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.rehearsing import already, companions, demo, region_gaps
from server.services.rehearsing.play import Play
from server.services.rehearsing.scenario import Scenario, read
from server.services.rehearsing.troubles import Trouble

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
class Stage:
    """A database that is set up, and the pack that is played on it."""

    tools: Tools
    release: Release
    #: what the check of the pack said that does not keep it from being published
    findings: tuple[Finding, ...]
    #: the database as every play finds it
    empty: sqlite3.Connection = field(repr=False)

    def play(self, scenario: Scenario) -> Play:
        """The scenario, ready to begin on the empty stage, with the switches it sets otherwise.

        Raises:
            Invalid: the pack does not have such a switch.
        """
        known = self.release.pack.settings
        unknown = sorted(set(scenario.settings) - set(known))
        if unknown:
            raise Invalid(_("政策包中没有设置项{keys}").format(keys="、".join(unknown)))
        set_otherwise = self.release
        if scenario.settings:
            changed = {key: replace(known[key], value=to) for key, to in scenario.settings.items()}
            pack = replace(self.release.pack, settings={**known, **changed})
            set_otherwise = replace(self.release, pack=pack)
        self.back_to(self.empty)
        self.tools.releases[self.release.id] = set_otherwise
        return Play(tools=self.tools, release=set_otherwise, scenario=scenario, now=scenario.now)

    def perform(self, name: str, content: bytes) -> Result:
        """Play a whole scenario file on the empty stage."""
        scenario, findings = read(name, content)
        if scenario is None:
            troubles = tuple(Trouble(step=None, message=shown(finding)) for finding in findings)
            return Result(file=name, title=name, troubles=troubles)
        try:
            play = self.play(scenario)
        except Invalid as problem:
            troubles = (Trouble(step=None, message=problem.message),)
            return Result(file=name, title=scenario.title, troubles=troubles)
        play.run()
        case = play.facts()
        self.tools.releases[self.release.id] = self.release
        return Result(
            file=name,
            title=scenario.title,
            troubles=tuple(play.troubles),
            flows=frozenset(case.flows) if case else frozenset(),
        )

    def first_moment(self) -> datetime:
        """A morning to begin at: in spring of the newest year whose holidays are published."""
        with reading(self.tools, SYSTEM, SET_UP) as ctx:
            calendar = calendars.current(ctx)
        day = calendar.roll(date(max(calendar.years), 3, 1))
        return datetime.combine(day, time(9), CHINA_TIME)

    def copied(self) -> sqlite3.Connection:
        """A copy of the database as it stands."""
        return _copied(self.tools)

    def back_to(self, copy: sqlite3.Connection) -> None:
        """Make the database what it was when the copy was taken."""
        with closing(self.tools.database.raw_connection()) as connection:
            copy.backup(_raw(connection.driver_connection))


#: the packs beside a pack that its plays need
Beside = Callable[[PolicyPack], Iterable[PackFiles]]


def set_up(tools: Tools, files: PackFiles, beside: Beside, *, is_checked: bool = False) -> Stage:
    """Schema, calendars, the made-up region with every office the pack needs, the pack itself and
    those beside it.

    ``tools`` stand over an empty in-memory SQLite database. ``is_checked``: the files were checked
    before, without an error.

    Raises:
        Invalid: the pack does not pass its check.
    """
    installation.prepare(tools, SET_UP)
    checked = (parse(files)[0], ()) if is_checked else None
    with transaction(tools, SYSTEM, SET_UP) as ctx:
        accepted = _("演练")
        published = definitions.publish(ctx, files, accept_warnings=accepted, checked=checked)
        already.hold(ctx, published.id)
    with transaction(tools, SYSTEM, SET_UP) as ctx:
        demo.load(ctx)
        release = definitions.release(ctx, published.id)
        region_gaps.fill(ctx, release.pack)
        companions.publish(ctx, beside(release.pack))
    empty = _copied(tools)
    return Stage(tools=tools, release=release, findings=published.findings, empty=empty)


def played_before(scenarios: Mapping[str, bytes]) -> set[str]:
    """Procedures of the cases that the scenarios play before their own."""
    naming = {name: content for name, content in scenarios.items() if b"before:" in content}
    known = (read(name, content)[0] for name, content in naming.items())
    return {earlier.procedure for one in known if one for earlier in one.before}


def shown(finding: Finding) -> str:
    """A problem of a scenario file on one line."""
    place = ".".join(filter(None, (finding.element, finding.field)))
    return f"{place}：{finding.message}" if place else finding.message


def _copied(tools: Tools) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:", check_same_thread=False)
    with closing(tools.database.raw_connection()) as connection:
        _raw(connection.driver_connection).backup(copy)
    return copy


def _raw(connection: object) -> sqlite3.Connection:
    if not isinstance(connection, sqlite3.Connection):
        raise Invalid(_("演练只在内存数据库中进行"))
    return connection
