from random import Random

import pytest
from sqlalchemy import event, insert, select

from server.domain.access import SYSTEM, Actor
from server.domain.errors import NotFound
from server.domain.perspectives import Perspective
from server.models.base import new_id
from server.models.case import case, subject
from server.models.identity import Person, Unit
from server.models.outbox import notification
from server.models.recusal import kinship, recusal
from server.models.work import participant, work_item
from server.queries import perspectives
from server.queries.visibility import visible
from server.services.context import Context, reading
from server.services.identity import people, posts
from tests.factories.tiny import ACCEPT, APPLICANT, AUDIT, DESK, HEAD, NOW, STRANGER, Tiny

ROLES = ("applicant", "subject", "team_lead", "team_member", "expert_panel", "checker")


def test_each_sees_the_case_from_his_own_side(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {**ACCEPT, "organs": ["audit_office"]})
    assert side(tiny, APPLICANT, case_id) is Perspective.PARTY
    assert side(tiny, DESK, case_id) is Perspective.OFFICE
    assert side(tiny, HEAD, case_id) is Perspective.OFFICE
    assert side(tiny, AUDIT, case_id) is Perspective.ASKED


@pytest.mark.parametrize("login", [STRANGER, "p.audit_admin.head", "p.designer.head"])
def test_for_everybody_else_it_does_not_exist(tiny: Tiny, login: str) -> None:
    case_id = tiny.open()
    with pytest.raises(NotFound) as refused:
        side(tiny, login, case_id)
    with pytest.raises(NotFound) as unknown:
        side(tiny, login, new_id())
    assert refused.value.message == unknown.value.message


def test_an_id_that_no_database_can_hold_is_nobodys(tiny: Tiny) -> None:
    with pytest.raises(NotFound):
        side(tiny, DESK, "a\x00b")


def test_the_facts_of_one_case_cost_the_same_statements_for_everybody(tiny: Tiny) -> None:
    case_id = tiny.open()
    # what the roles of a pack version are is read once per program
    side(tiny, DESK, case_id)
    counts = set()
    for login in (APPLICANT, DESK):
        actor, asked = tiny.actor(login), list[str]()
        with tiny.tools.readers() as session:

            def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
                asked.append(statement)  # noqa: B023  # called within this round

            event.listen(tiny.tools.database, "before_cursor_execute", note)
            perspectives.of(session, actor, case_id)
            event.remove(tiny.tools.database, "before_cursor_execute", note)
        counts.add(len([statement for statement in asked if statement.startswith("SELECT")]))
    assert counts == {4}


@pytest.mark.parametrize("seed", range(3))
def test_the_list_and_the_single_case_agree_for_everybody(tiny: Tiny, seed: int) -> None:
    chance = Random(seed)
    cases = [tiny.open() for _each in range(8)]
    with tiny.tools.readers() as session:
        logins = list(session.scalars(select(Person.login).order_by(Person.login)))
        units = list(session.scalars(select(Unit.id).order_by(Unit.path)))
        ids = {row.login: row.id for row in session.execute(select(Person.login, Person.id))}
    chosen = [APPLICANT, DESK, "p.audit_admin.head", *chance.sample(logins, 36)]
    for case_id in cases:
        tiny.program(
            lambda ctx, case_id=case_id: scatter(  # type: ignore[misc]
                ctx, chance, case_id, [ids[login] for login in chosen], units
            )
        )
    with reading(tiny.tools, SYSTEM, NOW) as ctx:
        actors = {login: people.actor(ctx, login) for login in chosen}
    sides = set()
    for actor in actors.values():
        with reading(tiny.tools, actor, NOW) as ctx:
            held = posts.with_posts(ctx)
            listed = set(ctx.session.scalars(select(case.c.id).where(visible(held))))
            named = set(ctx.session.scalars(perspectives.named_cases(ctx.session, held))) & listed
            found = {each: _side(ctx, held, each) for each in cases}
        assert listed == {each for each, one in found.items() if one is not None}
        knows_names = {Perspective.OFFICE, Perspective.PARTY}
        assert named == {each for each, one in found.items() if one in knows_names}
        sides |= set(found.values())
    assert sides == {None, *Perspective}


def scatter(
    ctx: Context, chance: Random, case_id: str, persons: list[str], units: list[str]
) -> None:
    """Facts of every kind for a handful of people and offices."""
    for person_id in chance.sample(persons, 6):
        role, ended = chance.choice(ROLES), chance.random() < 0.3
        ctx.session.execute(
            insert(participant).values(
                id=new_id(),
                case_id=case_id,
                person_id=person_id,
                role_key=role,
                from_at=NOW,
                to_at=NOW if ended else None,
            )
        )
    for unit_id in chance.sample(units, 25):
        role = chance.choice(("case_supervision_office", "audit_office", "personnel_archive"))
        ctx.session.execute(
            insert(work_item).values(
                id=new_id(),
                case_id=case_id,
                group_id=new_id(),
                task_key=new_id(),
                node_key="x",
                candidate_role=role,
                candidate_unit=unit_id,
                head_only=chance.random() < 0.3,
                state="ended",
                opened_at=NOW,
            )
        )
    for unit_id in chance.sample(units, 8):
        ctx.session.execute(
            insert(notification).values(
                id=new_id(),
                case_id=case_id,
                unit_id=unit_id,
                label=chance.choice(("supervising_organ", "x.head")),
                kind="deadline",
                dedupe_key=new_id(),
                created_at=NOW,
            )
        )
    for person_id in chance.sample(persons, 3):
        kind = chance.choice(("applicant", "subject"))
        ctx.session.execute(
            insert(subject).values(id=new_id(), case_id=case_id, kind=kind, person_id=person_id)
        )
    for person_id in chance.sample(persons, 4):
        ctx.session.execute(
            insert(recusal).values(
                id=new_id(),
                case_id=case_id,
                person_id=person_id,
                capacity="team",
                ground="kinship",
                by_id=person_id,
                state=chance.choice(("asked", "declared", "granted", "refused", "withdrawn")),
                at=NOW,
            )
        )
    # two who are kin, as far as it is recorded: the pair is noted once whatever the case
    one, other = chance.sample(persons, 2)
    pair = {"person_id": one, "relative_id": other}
    known = select(kinship.c.id).where(kinship.c.person_id == one, kinship.c.relative_id == other)
    if ctx.session.scalar(known) is None:
        ended_at = NOW if chance.random() < 0.3 else None
        row = {"id": new_id(), "relation": "兄弟", "noted_by": one, "noted_at": NOW}
        ctx.session.execute(insert(kinship).values(**pair, **row, ended_at=ended_at))


def side(tiny: Tiny, login: str, case_id: str) -> Perspective:
    with tiny.tools.readers() as session:
        return perspectives.of(session, tiny.actor(login), case_id).perspective


def _side(ctx: Context, actor: Actor, case_id: str) -> Perspective | None:
    try:
        return perspectives.of(ctx.session, actor, case_id).perspective
    except NotFound:
        return None
