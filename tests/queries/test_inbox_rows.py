"""What the lists select is what the domain allows, for random people and random work."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from server.domain.access import Actor, Offered, is_candidate
from server.domain.recusal import Parties, barred
from server.models.base import new_id
from server.models.case import case, subject
from server.models.definition import PackVersion
from server.models.identity import Person, Unit
from server.models.recusal import recusal
from server.models.work import participant, work_item
from server.queries import inbox
from server.queries.inbox import Sheet, View, When
from server.services.context import Context
from tests.factories.tiny import NOW, Tiny

LOGINS = (
    "county1.case_supervision.1",
    "county1.case_supervision.2",
    "county1.case_supervision.head",
    "county1.audit.1",
    "county1.petition.1",
    "county1.housing_works.1",
    "county1.deputy_secretary.head",
    "p.audit_admin.head",
)
UNITS = (
    "county1.case_supervision",
    "county1.coordination",
    "county1.audit",
    "county1.deputy_secretary",
)
ROLES = ("applicant", "subject", "checker", "team_lead")
WHEN = When(now=NOW, on=NOW.date(), soon_on=NOW.date())


@dataclass(frozen=True, kw_only=True)
class World:
    """What was made up, as the domain sees it."""

    items: list[dict[str, Any]]
    parts: list[dict[str, Any]]
    subjects: list[dict[str, Any]]
    recusals: list[dict[str, Any]]
    actors: dict[str, Actor]
    disabled: frozenset[str]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_lists_give_what_the_domain_allows(tiny: Tiny, seed: int) -> None:
    world = made_up(tiny, Random(seed))
    for actor in world.actors.values():
        for view in ("mine", "queue"):
            assert listed(tiny, actor, view) == {
                item["id"] for item in world.items if wanted(world, actor, view, item)
            }, (actor.name, view)


def wanted(world: World, actor: Actor, view: View, item: dict[str, Any]) -> bool:
    """The answer of the domain."""
    if any(post.kind.endswith("_admin") for post in actor.posts):
        return False
    away = {row["case_id"] for row in world.recusals if is_of(row, actor) and is_granted(row)}
    if item["case_id"] in away or not able(world, actor, item):
        return False
    if view == "mine":
        return (item["state"], item["assignee_id"]) == ("claimed", actor.person_id)
    if item["state"] == "offered":
        return True
    holder = next(a for a in world.actors.values() if a.person_id == item["assignee_id"])
    return bool(item["state"] == "claimed") and not (
        able(world, holder, item)
        and (item["candidate_unit"] is None or holder.person_id not in world.disabled)
    )


def able(world: World, actor: Actor, item: dict[str, Any]) -> bool:
    """He may take the item, and is not barred by what the case shows."""
    units = {post.unit_id for post in actor.posts}
    has_part = any(
        part["case_id"] == item["case_id"]
        and part["role_key"] == item["candidate_role"]
        and part["to_at"] is None
        and (part["person_id"] == actor.person_id or part["unit_id"] in units)
        for part in world.parts
    )
    offered = Offered(
        role=item["candidate_role"],
        unit_id=item["candidate_unit"],
        head_only=item["head_only"],
        people=frozenset({actor.person_id} if has_part else ()),
    )
    about = [row for row in world.subjects if row["case_id"] == item["case_id"]]
    has_subject = any(row["kind"] == "subject" for row in about)
    concerned = frozenset(
        row["person_id"] for row in about if row["kind"] == "subject" or not has_subject
    )
    parties = Parties(subjects=concerned)
    return is_candidate(actor, offered) and not barred(
        actor.person_id, item["candidate_role"], parties
    )


def listed(tiny: Tiny, actor: Actor, view: View) -> set[str]:
    found: list[str] = []
    with tiny.tools.readers() as session:
        for number in (1, 2, 3):
            page = inbox.page(session, actor, view, when=WHEN, sheet=Sheet(number=number, size=200))
            found += [entry.id for entry in page.items]
        assert page.total == len(found)
    assert len(found) == len(set(found))
    return set(found)


def is_of(row: dict[str, Any], actor: Actor) -> bool:
    return bool(row["person_id"] == actor.person_id)


def is_granted(row: dict[str, Any]) -> bool:
    return bool(row["state"] == "granted")


def made_up(tiny: Tiny, random: Random) -> World:
    actors = {login: tiny.actor(login) for login in LOGINS}
    disabled = frozenset({actors["county1.case_supervision.2"].person_id})

    def write(ctx: Context) -> World:
        units = [ctx.session.scalars(select(Unit.id).where(Unit.key == key)).one() for key in UNITS]
        pack = ctx.session.scalars(select(PackVersion.id)).one()
        cases = [new_id() for _number in range(60)]
        people = [actor.person_id for actor in actors.values()]
        rows = (
            [a_case(case_id, pack) for case_id in cases],
            [an_item(random, random.choice(cases), units, people) for _number in range(300)],
            list(parts(random, cases, units, people)),
            [a_subject(random, case_id, people) for case_id in cases for _number in range(2)],
            [a_recusal(random, random.choice(cases), people) for _number in range(12)],
        )
        for table, values in zip(
            (case, work_item, participant, subject, recusal), rows, strict=True
        ):
            ctx.session.execute(insert(table), values)
        ctx.session.execute(update(Person).where(Person.id.in_(disabled)).values(state="disabled"))
        return World(
            items=rows[1],
            parts=rows[2],
            subjects=rows[3],
            recusals=rows[4],
            actors=actors,
            disabled=disabled,
        )

    return tiny.program(write)


def a_case(case_id: str, pack: str) -> dict[str, Any]:
    return {
        "id": case_id,
        "reference": f"测〔2026〕{case_id}",
        "procedure": "tiny_matter",
        "pack_version_id": pack,
        "status": "open",
        "level": "county",
        "opened_on": NOW.date(),
        "opened_at": NOW,
    }


def an_item(random: Random, case_id: str, units: list[str], people: list[str]) -> dict[str, Any]:
    state = random.choice(("offered", "claimed", "claimed", "done", "ended"))
    unit = random.choice((None, *units))
    return {
        "id": new_id(),
        "case_id": case_id,
        "group_id": new_id(),
        "task_key": new_id(),
        "node_key": "register",
        "candidate_role": random.choice(ROLES) if unit is None else "office",
        "candidate_unit": unit,
        "head_only": unit is not None and random.random() < 0.3,
        "assignee_id": None if state == "offered" else random.choice(people),
        "state": state,
        "order_key": random.randrange(20260101, 20261231),
        "opened_at": NOW,
        "opened_version": 1,
    }


def parts(
    random: Random, cases: list[str], units: list[str], people: list[str]
) -> Iterator[dict[str, Any]]:
    for case_id in cases:
        for _number in range(3):
            is_unit = random.random() < 0.3
            yield {
                "id": new_id(),
                "case_id": case_id,
                "role_key": random.choice(ROLES),
                "person_id": None if is_unit else random.choice(people),
                "unit_id": random.choice(units) if is_unit else None,
                "from_at": NOW,
                "to_at": NOW if random.random() < 0.2 else None,
            }


def a_subject(random: Random, case_id: str, people: list[str]) -> dict[str, Any]:
    return {
        "id": new_id(),
        "case_id": case_id,
        "kind": random.choice(("applicant", "applicant", "subject")),
        "person_id": random.choice((*people, *people, None)),
        "name": "某",
    }


def a_recusal(random: Random, case_id: str, people: list[str]) -> dict[str, Any]:
    who = random.choice(people)
    return {
        "id": new_id(),
        "case_id": case_id,
        "person_id": who,
        "capacity": "handler",
        "ground": "kin",
        "by_id": who,
        "state": random.choice(("granted", "granted", "asked")),
        "at": NOW,
    }
