"""Makes a data directory a drill with everything in it: region, packs, passwords, cases."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from server.adapters import ring
from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Invalid
from server.domain.texts import _
from server.models.identity import Person
from server.services import installation
from server.services.backups import upgrades
from server.services.context import Context, Tools, reading, transaction
from server.services.drills import demo_cases, drill
from server.services.drills.demo_cases import DemoCase
from server.services.drills.drill import DemoAccount, Drill
from server.services.identity import passwords
from server.services.packs import shipped_packs
from server.services.rehearsing import demo

#: when the region was set up: before anything is played in it
SET_UP = datetime(2020, 1, 2, 9, 0, tzinfo=CHINA_TIME)


@dataclass(frozen=True, kw_only=True, slots=True)
class Demo:
    """What a visitor of the drill finds."""

    drill: Drill
    accounts: tuple[DemoAccount, ...]
    #: the cases that were played now; those of an earlier time are not among them
    played: tuple[DemoCase, ...]


def begin(
    tools: Tools, clock_at: datetime, real_now: datetime, *, without_backup: str = ""
) -> Drill:
    """Mark a new database as a drill whose clock shows ``clock_at``; a drill goes on as it is.

    Raises Conflict for an ordinary installation, and as ``upgrades.bring_up`` does.
    """
    upgrades.bring_up(tools, real_now, without_backup=without_backup)
    with transaction(tools, SYSTEM, clock_at) as ctx:
        drill.mark(ctx, clock_at, real_now)
    ring.make_drill_key(tools.config.data)
    installation.prepare(tools, clock_at)
    with reading(tools, SYSTEM, clock_at) as ctx:
        drill.verify(ctx)
        return _drill(ctx)


def fill(tools: Tools, real_now: datetime, password: str | None = None) -> Demo:
    """Load the region and the shipped packs into a drill, give all one password, play the cases.

    Doing it again fills up what is missing. ``password`` None keeps a password of one's own that
    was set before, and is the one everybody knows otherwise.

    Raises Invalid when this is no drill.
    """
    clock = drill.now(tools, real_now)
    with transaction(tools, SYSTEM, SET_UP) as ctx:
        _drill(ctx)
        demo.load(ctx)
    shipped_packs.publish(tools, SET_UP, [tools.config.shipped])
    with transaction(tools, SYSTEM, clock) as ctx:
        _set_passwords(ctx, password)
    played = demo_cases.play(tools, clock)
    with reading(tools, SYSTEM, clock) as ctx:
        return Demo(drill=_drill(ctx), accounts=drill.accounts(ctx), played=played)


def _drill(ctx: Context) -> Drill:
    found = drill.state(ctx)
    if found is None:
        raise Invalid(_("演练数据只能放在演练环境中"))
    return found


def _set_passwords(ctx: Context, password: str | None) -> None:
    """Nobody asked for another one and all have one: then what people changed stays."""
    found = _drill(ctx)
    bare = ctx.session.scalar(
        select(func.count()).select_from(Person).where(Person.secret_hash.is_(None))
    )
    if password is None and (found.demo_password == "own" or not bare):  # noqa: S105
        return
    secret = password or drill.KNOWN_PASSWORD
    passwords.set_for_all(ctx, secret)
    drill.password_set(ctx, "known" if secret == drill.KNOWN_PASSWORD else "own")
