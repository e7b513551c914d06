"""A case of Nanyang that waits for its leading body, and those who meet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select

from server.domain.access import SYSTEM
from server.domain.decision_rules import Secrecy, Writes
from server.models.case import case
from server.models.identity import Person, Post
from server.models.work import work_item
from server.queries import cases as case_queries
from server.services.case import incidents
from server.services.context import Context, Tools, reading
from server.services.files import decision_sheets
from server.services.files.decision_sheets import DecisionSheet
from server.services.identity import people
from server.services.packs import definitions
from server.services.rehearsing.play import Play
from server.services.rehearsing.scenario import read
from server.services.verbs import decision_records, decisions
from tests.factories import site
from tests.factories import tools as opening

T = TypeVar("T")

_SCENARIO = (
    Path(__file__).parent.parent.parent / "processes/nanyang/scenarios/49_quorum_and_majority.yaml"
)
#: what the form asks besides what the meeting itself writes
REST: Mapping[str, Any] = {
    "meeting_number": "会纪〔2026〕5号",
    "decision_reasons": "出于公心，程序瑕疵已经补正",
    "correction_order": "完善应急采购制度",
    "has_linked_matters": "no",
    "notice_planned": "no",
}
#: the moment of the meeting
NOW = site.MONDAY + timedelta(hours=2)


def fill(url: str) -> None:
    """The served region with the case played until its body has to meet."""
    site.fill_served(url)
    with opening.opened(url) as tools:
        scenario, findings = read(_SCENARIO.name, _SCENARIO.read_bytes())
        if scenario is None:
            raise ValueError(findings)
        until = next(n for n, step in enumerate(scenario.steps) if step.target == "deliberate")
        scenario = replace(scenario, steps=scenario.steps[:until], expect={})
        with reading(tools, SYSTEM, scenario.now) as ctx:
            release = definitions.in_force(ctx, scenario.procedure, ctx.today)
        playing = Play(tools=tools, release=release, scenario=scenario, now=scenario.now)
        playing.run()
        if playing.troubles:
            raise ValueError(playing.troubles)


@dataclass(slots=True)
class Meeting:
    """The case and its body, every act in a transaction of its own."""

    tools: Tools
    now: datetime = NOW
    case_id: str = field(init=False)
    #: id of the decision
    id: str = field(init=False)
    item_id: str = field(init=False)
    #: logins of the members, the head first
    members: list[str] = field(init=False)
    #: login -> id of the person
    ids: dict[str, str] = field(init=False)
    secretary: str = field(init=False)

    def __post_init__(self) -> None:
        with self.tools.readers() as session:
            self.case_id = session.scalars(select(case.c.id)).one()
            row = session.execute(
                select(work_item).where(work_item.c.node_key == "deliberate")
            ).one()
            self.id, self.item_id = row.group_id, row.id
            everybody = session.execute(select(Person.login, Person.id))
            self.ids = {each.login: each.id for each in everybody}
            office = select(work_item.c.candidate_unit).where(
                work_item.c.case_id == self.case_id,
                work_item.c.candidate_role == "party_committee_office",
            )
            self.secretary = (
                session.scalars(
                    select(Person.login)
                    .join(Post, Post.person_id == Person.id)
                    .where(Post.unit_id.in_(office), Post.is_head.is_(False))
                    .order_by(Person.login)
                ).first()
                or ""
            )
        with reading(self.tools, SYSTEM, self.now) as ctx:
            self.members = [
                each.login for each in people.holders(ctx, row.candidate_unit, ctx.today)
            ]

    @property
    def chair(self) -> str:
        """Login of the head of the body."""
        return self.members[0]

    def act(self, login: str, verb: Callable[[Context], T]) -> T:
        """Let somebody do something."""
        with reading(self.tools, SYSTEM, self.now) as ctx:
            actor = people.actor(ctx, login)
        with incidents.acting(self.tools, actor, self.now) as ctx:
            return verb(ctx)

    def see(self, login: str, read: Callable[[Context], T]) -> T:
        """What somebody is told; the database refuses any write in it."""
        with reading(self.tools, SYSTEM, self.now) as ctx:
            actor = people.actor(ctx, login)
        with reading(self.tools, actor, self.now) as ctx:
            return read(ctx)

    def sheet(self, login: str) -> DecisionSheet:
        """The decision as somebody sees it."""
        return self.see(login, lambda ctx: decision_sheets.sheet(ctx, self.id))

    def be_secret(self) -> None:
        """Let the pack allow ballots without names, and its form ask for no vote of anybody."""
        for key, release in self.tools.releases.items():
            entry = release.pack.decisions.get("deliberate")
            if entry is not None:
                open_ = replace(entry, secret=Secrecy.ALLOWED, writes=Writes(date="decided_on"))
                pack = replace(release.pack, decisions={"deliberate": open_})
                self.tools.releases[key] = replace(release, pack=pack)

    def convene(self, **given: Any) -> None:
        """The chair convenes the body for today, with a secretary."""
        asked = {"held_on": self.now.date(), "secretary": self.ids[self.secretary], **given}
        self.act(self.chair, lambda ctx: decisions.convene(ctx, self.id, **asked))

    def attend(self, login: str, attendance: str = "present", **said: Any) -> None:
        """The member says where he is."""
        self.act(login, lambda ctx: decisions.attend(ctx, self.id, attendance=attendance, **said))

    def gather(self, present: int, recused: int = 0) -> list[str]:
        """So many of the first members are there, so many of the last recused, the rest absent."""
        self.convene()
        last = len(self.members) - recused
        for login in self.members[last:]:
            self.attend(login, "recused", ground="decision_author")
        for number, login in enumerate(self.members[:last]):
            if number < present:
                self.attend(login)
            else:
                self.attend(login, "absent", reason="外出培训")
        return self.members[:present]

    def vote(self, login: str, choice: str) -> None:
        """The member votes."""
        self.act(login, lambda ctx: decisions.vote(ctx, self.id, choice=choice))

    def ballot(self, there: list[str], votes_for: int) -> None:
        """So many vote for no pursuit, the rest for lenience, the chair last and for it."""
        others = there[1:]
        for number, login in enumerate(others):
            self.vote(login, "no_pursuit" if number < votes_for - 1 else "lenient")
        self.vote(there[0], "no_pursuit")

    def sign(self, there: list[str]) -> None:
        """The secretary writes the record, and everybody signs."""
        self.act(
            self.secretary,
            lambda ctx: decision_records.note(
                ctx, self.id, minutes="与会成员逐一发表意见后表决", variables=REST
            ),
        )
        for login in there:
            self.act(login, lambda ctx: decision_records.sign(ctx, self.id))

    def close(self, login: str = "") -> None:
        """The chair closes it."""
        self.act(login or self.chair, lambda ctx: decisions.close(ctx, self.id))

    def open_steps(self) -> set[str]:
        """Steps of the case that wait."""
        with self.tools.readers() as session:
            return {each.node_key for each in case_queries.whole(session, self.case_id).work}

    @property
    def day(self) -> date:
        """The day of the meeting."""
        return self.now.date()
