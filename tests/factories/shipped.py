"""The shipped packs in a prepared database, with every office they name, and people at work."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from server.adapters.packs import read_folder
from server.config import SHIPPED
from server.domain.access import SYSTEM, Actor
from server.domain.calendar import CHINA_TIME
from server.services.context import Context, Tools, reading, transaction
from server.services.identity import people
from server.services.packs import definitions
from server.services.rehearsing import region_gaps
from tests.factories.tools import PREPARED, fill_region, opened

T = TypeVar("T")

PACKS = ("nanyang", "chuzhou")
NANYANG, CHUZHOU = "nanyang_five_step", "chuzhou_four_step"

#: a Thursday before the long holiday: five working days later is 2026-02-26
NOW = datetime(2026, 2, 12, 9, 0, tzinfo=CHINA_TIME)

APPLICANT = "county1.housing_works.1"
DESK = "county1.case_supervision.1"


def fill(url: str) -> None:
    """A database with calendar, region and the shipped packs."""
    fill_region(url)
    with opened(url) as tools:
        for name in PACKS:
            with transaction(tools, SYSTEM, PREPARED) as ctx:
                files = read_folder(SHIPPED / "processes" / name)
                published = definitions.publish(ctx, files, accept_warnings="测试")
                region_gaps.fill(ctx, definitions.release(ctx, published.id).pack)


@dataclass(frozen=True, slots=True)
class Shipped:
    """The packs at work: every act in a transaction of its own, by a login of the region."""

    tools: Tools

    def actor(self, login: str, now: datetime = NOW) -> Actor:
        """The person with this login."""
        with reading(self.tools, SYSTEM, now) as ctx:
            return people.actor(ctx, login)

    def act(self, login: str, verb: Callable[[Context], T], now: datetime = NOW) -> T:
        """Let the person do something at a moment."""
        actor = self.actor(login, now)
        with transaction(self.tools, actor, now) as ctx:
            return verb(ctx)

    def see(self, login: str, read: Callable[[Context], T], now: datetime = NOW) -> T:
        """What the person is told; the database refuses any write in it."""
        actor = self.actor(login, now)
        with reading(self.tools, actor, now) as ctx:
            return read(ctx)
