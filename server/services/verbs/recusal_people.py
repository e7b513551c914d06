"""Who handles a case, and where: the people somebody may ask to keep away from it.

Officials choose one of them. A party writes whom it means in its own words and learns nothing: not
whether such a person has a part in its case, nor who has.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from server.domain.errors import Conflict
from server.domain.roles import PARTIES
from server.domain.texts import _
from server.models.identity import Person, Post
from server.models.work import work_item
from server.queries import tenure
from server.services.case.case_rows import CaseRow
from server.services.context import Context
from server.services.packs import definitions
from server.services.verbs import advance_work, case_offices, parties


@dataclass(frozen=True, kw_only=True, slots=True)
class Handler:
    """Somebody who handles the case, or could."""

    person_id: str
    name: str
    #: his post, or what he is in the case
    title: str
    #: role in which he acts
    role: str
    #: the office whose head is his; empty for whom the case itself names
    unit_id: str


def of_case(ctx: Context, case: CaseRow) -> list[Handler]:
    """The people of the offices that have or had work in the case and of its team, each once.

    Those it is about are not among them, nor who is kept out of it already.
    """
    known = parties.bars_of(ctx, case.id)
    own = frozenset[str]().union(*(parties.members(ctx, case.id, role) for role in PARTIES))
    found: dict[str, Handler] = {}
    for each in _everybody(ctx, case):
        if each.person_id not in own and not known.keeps_out(each.person_id):
            found.setdefault(each.person_id, each)
    return sorted(found.values(), key=lambda each: (each.unit_id, each.name, each.person_id))


def of_person(ctx: Context, case: CaseRow, person_id: str) -> Handler | None:
    """His part in the case, None where he has none."""
    return next((each for each in of_case(ctx, case) if each.person_id == person_id), None)


def part_of(ctx: Context, case: CaseRow, person_id: str) -> Handler | None:
    """The same of somebody who is kept out of the case by now: the part he had."""
    return next((each for each in _everybody(ctx, case) if each.person_id == person_id), None)


def named_in(ctx: Context, case: CaseRow, words: str) -> Handler | None:
    """The only one of them whose name stands in these words."""
    found = [each for each in of_case(ctx, case) if each.name in words]
    return found[0] if len(found) == 1 else None


def office_of(ctx: Context, case: CaseRow, handler: Handler | None) -> str:
    """The unit whose head decides: his office, else the office that the case is with.

    Raises:
        Conflict: it is with none.
    """
    if handler is not None and handler.unit_id:
        return handler.unit_id
    release = definitions.release(ctx, case.pack_version_id)
    for answering in case_offices.answering(ctx, case, release, ""):
        return answering.unit_id
    raise Conflict(_("没有办理该事项的机构，不能确定由谁决定"))


def _everybody(ctx: Context, case: CaseRow) -> Iterator[Handler]:
    """The team before the offices; whoever has several parts comes once for each."""
    yield from _team(ctx, case)
    yield from _offices(ctx, case)


def _offices(ctx: Context, case: CaseRow) -> Iterator[Handler]:
    """Holders of posts of the offices with work, in all roles these have; one statement."""
    work = select(work_item.c.candidate_unit, work_item.c.candidate_role).where(
        work_item.c.case_id == case.id, work_item.c.candidate_unit.is_not(None)
    )
    had = work.distinct().subquery()
    rows = ctx.session.execute(
        select(had.c.candidate_unit, had.c.candidate_role, Post.title, Person.id, Person.name)
        .join(Post, Post.unit_id == had.c.candidate_unit)
        .join(Person, Person.id == Post.person_id)
        .where(Person.state == "active", tenure.held(ctx.today))
        .order_by(had.c.candidate_unit, had.c.candidate_role, Post.is_head.desc(), Person.login)
    )
    for row in rows:
        yield Handler(
            person_id=row.id,
            name=row.name,
            title=row.title,
            role=row.candidate_role,
            unit_id=row.candidate_unit,
        )


def _team(ctx: Context, case: CaseRow) -> Iterator[Handler]:
    """People of the roles that the case itself names, role by role."""
    pack = definitions.release(ctx, case.pack_version_id).pack
    team = {
        role: parties.members(ctx, case.id, role)
        for role in sorted(advance_work.case_roles(pack) - PARTIES)
    }
    everybody = frozenset().union(*team.values())
    if not everybody:
        return
    named = select(Person.id, Person.name).where(Person.id.in_(everybody)).order_by(Person.login)
    names = {row.id: row.name for row in ctx.session.execute(named)}
    for role, ids in team.items():
        title = pack.roles[role].title if role in pack.roles else role
        for person_id in (each for each in names if each in ids):
            yield Handler(
                person_id=person_id, name=names[person_id], title=title, role=role, unit_id=""
            )
