"""The three administrators an installation begins with: made once, by its operator.

Everybody after them is proposed by one person and approved by another in the pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select

from server.domain.access import ADMINISTRATORS, AUDIT_ADMIN, SECURITY_ADMIN, SYSTEM_ADMIN
from server.domain.errors import Conflict, Invalid
from server.domain.texts import _
from server.models.base import new_id
from server.models.identity import Person, Post, Unit
from server.services.context import Context
from server.services.identity import passwords

#: kind of unit, its name, title of its post; in the order in which the people are named
_DUTIES = (
    (SYSTEM_ADMIN, _("系统管理岗"), _("系统管理员")),
    (SECURITY_ADMIN, _("安全保密管理岗"), _("安全保密管理员")),
    (AUDIT_ADMIN, _("安全审计岗"), _("安全审计员")),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Appointed:
    """An administrator, and the first password, which is told once."""

    login: str
    name: str
    title: str
    secret: str


def appoint(ctx: Context, people: Sequence[tuple[str, str]]) -> tuple[Appointed, ...]:
    """Make the system, the security and the audit administrator, given as (login, name) in turn.

    Each gets a random first password that has to be changed at the first sign-in.

    Raises:
        Conflict: there is an administrator already.
        Invalid: these are not three different people.
    """
    known = ctx.session.scalar(select(Unit.id).where(Unit.kind.in_(ADMINISTRATORS)).limit(1))
    if known is not None:
        raise Conflict(_("三员已经设立；以后的人员由两人在网页上办理"))
    if len(people) != len(_DUTIES) or len({login for login, _name in people}) != len(_DUTIES):
        raise Invalid(_("三员须由三个不同的人担任"))
    return tuple(
        _appoint(ctx, login, name, duty)
        for (login, name), duty in zip(people, _DUTIES, strict=True)
    )


def _appoint(ctx: Context, login: str, name: str, duty: tuple[str, str, str]) -> Appointed:
    kind, office, title = duty
    unit_id, person_id = new_id(), new_id()
    first = passwords.Supply(ctx.tools.config).take()
    unit = {"id": unit_id, "key": kind, "name": office, "kind": kind, "path": kind, "version": 1}
    place = {"level": "province", "affiliation": "province", "region": "p"}
    ctx.session.execute(insert(Unit), [unit | place])
    person = {"id": person_id, "login": login, "name": name, "state": "active", "version": 1}
    ctx.session.execute(insert(Person), [person | {"must_change_secret": True, "preferences": {}}])
    post = {"id": new_id(), "person_id": person_id, "unit_id": unit_id, "title": title}
    ctx.session.execute(
        insert(Post),
        [post | {"is_head": True, "is_main": True, "from_on": ctx.today, "version": 1}],
    )
    passwords.set_first(ctx, person_id, first)
    ctx.record("person.add", f"person:{person_id}", detail={"unit": unit_id})
    return Appointed(login=login, name=name, title=title, secret=first.secret)
