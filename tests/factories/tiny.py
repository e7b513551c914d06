"""The small invented pack in a prepared database, and people of the region at work on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import insert

from server.adapters.packs import read_folder
from server.domain.access import SYSTEM, Actor
from server.domain.calendar import CHINA_TIME
from server.domain.expressions import Json
from server.models.base import new_id
from server.models.recusal import recusal
from server.queries import cases as case_queries
from server.queries.cases import CaseFacts, OpenWork
from server.services.case import incidents
from server.services.context import Context, Tools, reading, transaction
from server.services.identity import people, posts
from server.services.packs import definitions
from server.services.verbs import cases, messages, work
from tests.factories.tools import PREPARED, fill_region, opened

T = TypeVar("T")

PACK = Path(__file__).parent.parent / "packs_fixture" / "processes" / "tiny"

#: a Thursday before the long holiday: five working days later is 2026-02-26
NOW = datetime(2026, 2, 12, 9, 0, tzinfo=CHINA_TIME)

APPLICANT = "county1.housing_works.1"
DESK = "county1.case_supervision.1"
COLLEAGUE = "county1.case_supervision.2"
HEAD = "county1.case_supervision.head"
AUDIT = "county1.audit.1"
STRANGER = "county1.petition.1"

APPLICATION: Mapping[str, Json] = {"managed_by": "county", "facts": "抢修道路"}
ACCEPT: Mapping[str, Json] = {"registered": "accept"}


def fill(url: str) -> None:
    """A database with calendar, region and the pack."""
    fill_region(url)
    publish(url)


def publish(url: str) -> None:
    """Publish the pack in a database that has calendar and region."""
    with opened(url) as tools, transaction(tools, SYSTEM, PREPARED) as ctx:
        definitions.publish(ctx, read_folder(PACK), accept_warnings="测试")


@dataclass(frozen=True, slots=True)
class Tiny:
    """The pack at work: every act in a transaction of its own, by a login of the region."""

    tools: Tools

    def act(self, login: str, verb: Callable[[Context], T], now: datetime = NOW) -> T:
        """Let the person with this login do something at a moment."""
        with reading(self.tools, SYSTEM, now) as ctx:
            actor = people.actor(ctx, login)
        with incidents.acting(self.tools, actor, now) as ctx:
            return verb(ctx)

    def program(self, verb: Callable[[Context], T], now: datetime = NOW) -> T:
        """Let the program itself do something."""
        with incidents.acting(self.tools, SYSTEM, now) as ctx:
            return verb(ctx)

    def actor(self, login: str, now: datetime = NOW) -> Actor:
        """The person with this login and the posts he holds at a moment."""
        with reading(self.tools, SYSTEM, now) as ctx:
            actor = people.actor(ctx, login)
        with reading(self.tools, actor, now) as ctx:
            return posts.with_posts(ctx)

    def open(
        self,
        given: Mapping[str, Json] = APPLICATION,
        *,
        by: str = APPLICANT,
        now: datetime = NOW,
    ) -> str:
        """Open a case."""
        return self.act(by, lambda ctx: cases.open_case(ctx, "tiny_matter", given), now)

    def facts(self, case_id: str) -> CaseFacts:
        """The whole case as it stands."""
        with self.tools.readers() as session:
            return case_queries.whole(session, case_id)

    def item(self, case_id: str, node_key: str, nth: int = 0) -> OpenWork:
        """An open work item."""
        return [each for each in self.facts(case_id).work if each.node_key == node_key][nth]

    def do(
        self,
        login: str,
        case_id: str,
        node_key: str,
        given: Mapping[str, Json],
        *,
        nth: int = 0,
        now: datetime = NOW,
    ) -> None:
        """Claim a task if nobody has, and complete it."""
        item = self.item(case_id, node_key, nth)
        if item.assignee_id is None:
            self.act(login, lambda ctx: work.claim(ctx, item.id), now)
        self.act(login, lambda ctx: work.complete(ctx, item.id, given), now)

    def deliver(
        self, case_id: str, message: str, payload: Mapping[str, Json], now: datetime = NOW
    ) -> None:
        """Let a message of another case arrive."""
        self.program(lambda ctx: messages.deliver(ctx, case_id, message, payload), now)

    def person(self, login: str) -> str:
        """Id of the person with this login."""
        with reading(self.tools, SYSTEM, NOW) as ctx:
            return people.person_by_login(ctx, login).id

    def decided(self, case_id: str, now: datetime = NOW) -> None:
        """Play a case that was registered as accepted to its end."""
        self.do(DESK, case_id, "verify", {"finding": "属实"}, now=now)
        self.deliver(case_id, "evidence_received", {"evidence_weight": 1}, now)
        grounds = {"determination": "tolerated", "grounds": "抢险救灾"}
        self.do(HEAD, case_id, "decide", grounds, now=now)

    def recuse(self, case_id: str, login: str) -> None:
        """Grant that this person is recused from the case."""
        person = self.person(login)
        row = {
            "id": new_id(),
            "version": 1,
            "case_id": case_id,
            "person_id": person,
            "capacity": "desk",
            "ground": "kinship",
            "by_id": person,
            "state": "granted",
            "at": NOW,
        }
        self.program(lambda ctx: ctx.session.execute(insert(recusal).values(**row)))
