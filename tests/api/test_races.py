"""Two programs at once, on both databases: one wins, the other is told so, nothing is double."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from server.domain.access import SYSTEM
from server.domain.proposals import ProposalKind
from server.models.case import case_step
from server.models.identity import Person, Post, Unit
from server.services.context import Context, Tools, reading, transaction
from server.services.identity import people, proposals
from tests.api.matters import APPLICANT, COLLEAGUE, DESK, HEAD, offered, opened
from tests.factories.invariants import broken_chain, violations
from tests.factories.programs import Program
from tests.factories.site import MONDAY
from tests.factories.together import at_once

Sign = Callable[[str], Program]

FIRST, SECOND = "p.security_admin.head", "p.security_admin.1"
ACCEPT = {"accepted": True}


def test_of_three_who_claim_one_task_one_has_it(signed: Sign, demo_tools: Tools) -> None:
    case_id = opened(signed(APPLICANT))["id"]
    programs = [signed(login) for login in (DESK, COLLEAGUE, HEAD)]
    task = offered(programs[0], case_id)["id"]
    answers = at_once([partial(one.post, f"/tasks/{task}/claim") for one in programs])
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    has_it = [len(one.found("/tasks?view=inbox")["items"]) for one in programs]
    assert has_it == [int(answer.status_code == 200) for answer in answers]
    assert acts(signed(HEAD), case_id).count("claim") == 1
    assert violations(demo_tools, case_id) == []


def test_a_release_and_a_claim_that_cross_leave_the_task_with_one_or_with_all(
    signed: Sign, demo_tools: Tools
) -> None:
    other = signed(COLLEAGUE)
    for _round in range(2):
        holder, case_id, task = claimed(signed)
        given, taken = at_once(
            [
                partial(holder.post, f"/tasks/{task}/release"),
                partial(other.post, f"/tasks/{task}/claim"),
            ]
        )
        has_it = other.found(f"/tasks/{task}")["assignee"]
        assert given.status_code == 200
        if taken.status_code == 200:
            assert has_it["name"] == name(demo_tools, COLLEAGUE)
        else:
            assert taken.status_code == 409
            assert has_it is None
        told = acts(other, case_id)
        assert told.count("claim") == 1 + (taken.status_code == 200)
        assert told.count("release") == 1
        assert violations(demo_tools, case_id) == []


def test_a_completion_sent_twice_under_one_key_is_done_once_and_answered_twice(
    signed: Sign, demo_tools: Tools
) -> None:
    desk, case_id, task = claimed(signed)
    ask = partial(complete, desk, task, headers={"Idempotency-Key": "one"})
    one, other = at_once([ask, ask])
    assert (one.status_code, other.status_code) == (200, 200)
    assert one.json == other.json
    assert one.headers["ETag"] == other.headers["ETag"]
    assert steps(demo_tools, case_id) == ["open", "complete"]
    assert violations(demo_tools, case_id) == []
    assert broken_chain(demo_tools) is None


def test_two_contents_under_one_key_are_never_both_done(signed: Sign, demo_tools: Tools) -> None:
    desk, case_id, task = claimed(signed)
    headers = {"Idempotency-Key": "one"}
    answers = at_once(
        [
            partial(complete, desk, task, headers=headers),
            partial(complete, desk, task, headers=headers, accepted_on="2026-03-02"),
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [200, 422]
    [refused] = [answer.json for answer in answers if answer.status_code == 422]
    assert "换用新的键" in str(refused)
    assert steps(demo_tools, case_id) == ["open", "complete"]


def test_two_who_saw_the_same_version_do_not_both_complete(signed: Sign, demo_tools: Tools) -> None:
    desk, case_id, task = claimed(signed)
    seen = desk.get(f"/tasks/{task}").headers["ETag"]
    ask = partial(complete, desk, task, headers={"If-Match": seen})
    statuses = [answer.status_code for answer in at_once([ask, ask])]
    assert statuses.count(200) == 1
    assert set(statuses) - {200} <= {409, 412}
    assert steps(demo_tools, case_id) == ["open", "complete"]


@pytest.mark.parametrize("login", [DESK, COLLEAGUE])
def test_who_loses_his_post_while_he_completes_has_done_so_before_or_not_at_all(
    signed: Sign, demo_tools: Tools, login: str
) -> None:
    clerk, case_id, task = claimed(signed, login)
    ending = proposed_end(demo_tools, login)

    def end() -> Any:
        with transaction(demo_tools, actor(demo_tools, SECOND), MONDAY) as ctx:
            return proposals.approve(ctx, ending, proposals.firsts(ctx, ending))

    asked: list[Callable[[], Any]] = [partial(complete, clerk, task), end]
    answer = at_once(asked)[0]
    is_done = answer.status_code == 200
    assert is_done or answer.status_code == 404
    assert steps(demo_tools, case_id) == ["open", *["complete"] * is_done]
    assert complete(clerk, task).status_code == 404  # for him it does not exist any more
    if not is_done:
        assert complete_as_another(signed, login, task).status_code == 200
    assert violations(demo_tools, case_id) == []
    assert broken_chain(demo_tools) is None


def claimed(signed: Sign, login: str = DESK) -> tuple[Program, str, str]:
    """A new case whose first task this person has claimed."""
    case_id = opened(signed(APPLICANT))["id"]
    clerk = signed(login)
    task = offered(clerk, case_id)["id"]
    clerk.done(f"/tasks/{task}/claim")
    return clerk, case_id, task


def complete(clerk: Program, task: str, **given: Any) -> Any:
    headers = given.pop("headers", {})
    body = {"variables": {**ACCEPT, **given}}
    return clerk.post(f"/tasks/{task}/complete", body, headers=headers)


def complete_as_another(signed: Sign, login: str, task: str) -> Any:
    other = signed(HEAD)
    other.done(f"/tasks/{task}/claim")
    return complete(other, task)


def proposed_end(tools: Tools, login: str) -> str:
    """The proposal that this person's post was over yesterday."""
    with transaction(tools, actor(tools, FIRST), MONDAY) as ctx:
        person, post = held(ctx, login)
        return proposals.propose(
            ctx,
            ProposalKind.END_POST,
            person_id=person,
            payload={"post_id": post, "to_on": date(2026, 3, 1).isoformat()},
            reason="调离",
        )


def held(ctx: Context, login: str) -> tuple[str, str]:
    row = ctx.session.execute(
        select(Post.person_id, Post.id)
        .join(Person, Person.id == Post.person_id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(Person.login == login, Unit.kind == "case_supervision_office")
    ).one()
    return row.person_id, row.id


def actor(tools: Tools, login: str) -> Any:
    with reading(tools, SYSTEM, MONDAY) as ctx:
        return people.actor(ctx, login)


def name(tools: Tools, login: str) -> str:
    with reading(tools, SYSTEM, MONDAY) as ctx:
        return people.person_by_login(ctx, login).name


def acts(who: Program, case_id: str) -> list[str]:
    return [each["verb"] for each in who.found(f"/cases/{case_id}/events")["items"]]


def steps(tools: Tools, case_id: str) -> list[str]:
    """What people did to the case."""
    with tools.readers() as session:
        return list(
            session.scalars(
                select(case_step.c.command)
                .where(case_step.c.case_id == case_id, case_step.c.actor_id.is_not(None))
                .order_by(case_step.c.seq)
            )
        )
