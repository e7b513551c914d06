"""Every POST of a page on what is somebody else's: refused, and alike whether it exists or not."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.domain.access import SYSTEM, Permission
from server.domain.proposals import ProposalKind
from server.models.access import session as sessions
from server.models.identity import Person, Post
from server.models.work import OPEN_STATES, work_item
from server.services import audit
from server.services.context import Tools, reading, transaction
from server.services.identity import people, proposals
from tests.factories import site
from tests.factories.filed import APPLICANT, DESK, STRANGER, Filed
from tests.web.walking import ask, declared, filled, last, named, plain, routes

Enter = Callable[[str], FlaskClient]

SYSTEM_ADMIN, SECURITY_ADMIN = "p.system_admin.head", "p.security_admin.head"
AUDIT_ADMIN, DESIGNER = "p.audit_admin.head", "p.designer.1"
#: somebody who could apply as the applicant did, and has nothing to do with his matter
OTHER_APPLICANT = "another applicant"
#: one of them applied: who is cast may differ between the databases
MIGHT_APPLY = ("county2.housing_works.1", "county1.housing_works.1")
#: whose routes are his business, and so are the things behind them
HOLDERS = {
    SYSTEM_ADMIN: Permission.SYSTEM_ADMINISTER,
    SECURITY_ADMIN: Permission.SECURITY_ADMINISTER,
    AUDIT_ADMIN: Permission.AUDIT_READ,
    DESIGNER: Permission.PACK_PUBLISH,
}
NAMES = ("case_id", "item_id", "attachment_id", "person_id", "session_id", "proposal_id")
#: accounts are the business of the security administrator
ACCOUNTS = {"person_id", "session_id", "proposal_id"}
BODIES: tuple[dict[str, str], ...] = ({}, {"a.x": "1", "reason": "理由", "answer": "不同意"})


@pytest.mark.parametrize(
    "part", [STRANGER, OTHER_APPLICANT, SYSTEM_ADMIN, SECURITY_ADMIN, AUDIT_ADMIN, DESIGNER]
)
def test_a_post_on_what_is_somebody_elses_tells_nothing_and_does_nothing(
    app: Flask, enter: Enter, there: dict[str, str], filed: Filed, filed_tools: Tools, part: str
) -> None:
    others = [login for login in MIGHT_APPLY if login != filed.people[APPLICANT]]
    client = enter(others[0] if part == OTHER_APPLICANT else part)
    token, walked = site.token(client, "/me"), 0
    before = last(filed_tools)[audit.ACT]
    for _method, rule in posts(app):
        if declared(app, rule).permission in (HOLDERS.get(part), Permission.ANYBODY):
            continue
        if part == SECURITY_ADMIN and rule.arguments & ACCOUNTS:
            continue
        walked += 1
        for body in BODIES:
            answers_alike(client, rule, token, there, body)
    assert walked >= 5
    assert last(filed_tools)[audit.ACT] == before
    assert others_sessions(filed_tools, there) == 1


def test_nobody_signed_in_is_sent_to_the_sign_in_by_every_post(
    app: Flask, there: dict[str, str], filed_tools: Tools
) -> None:
    nobody = app.test_client()
    token = site.token(nobody, "/sign-in")
    before = last(filed_tools)[audit.ACT]
    for _method, rule in posts(app):
        answer = answers_alike(nobody, rule, token, there, {})
        assert (answer.status_code, answer.headers["Location"][:8]) == (303, "/sign-in"), rule
    assert last(filed_tools)[audit.ACT] == before


def test_a_party_learns_of_no_task_of_the_offices_that_handle_his_case(
    app: Flask, enter: Enter, there: dict[str, str], filed_tools: Tools
) -> None:
    """He knows of the case, so what is refused must not tell its tasks from none."""
    client = enter(APPLICANT)
    token, walked = site.token(client, "/me"), 0
    before = last(filed_tools)[audit.ACT]
    for _method, rule in posts(app):
        if "item_id" in rule.arguments:
            walked += 1
            for body in BODIES:
                answer = answers_alike(client, rule, token, there, body)
                assert answer.status_code == 404, rule
    assert walked >= 5
    assert last(filed_tools)[audit.ACT] == before


def answers_alike(
    client: FlaskClient, rule: Any, token: str, there: dict[str, str], body: dict[str, str]
) -> Any:
    """The answer about what exists, which is the answer about what does not."""
    none = {name: str(uuid4()) for name in there}
    one, other = (ask(client, "POST", filled(rule.rule, ids), token, body) for ids in (there, none))
    assert one.status_code == other.status_code >= 300, rule
    assert one.status_code in (303, 403, 404), rule
    assert plain(one, there) == plain(other, none), rule
    assert bare(one, there) == bare(other, none), rule
    assert "ETag" not in one.headers, rule
    return one


def bare(answer: Any, ids: dict[str, str]) -> dict[str, str]:
    """The headers without what the address itself says."""
    found = named(answer)
    for each in ids.values():
        found = {name: value.replace(each, "") for name, value in found.items()}
    return found


def posts(app: Flask) -> list[tuple[str, Any]]:
    """Every POST that names something in its address."""
    return [
        (method, rule)
        for method, rule in routes(app)
        if method == "POST" and rule.arguments & set(NAMES)
    ]


def others_sessions(tools: Tools, there: dict[str, str]) -> int:
    """Is the session of the desk still there."""
    with tools.readers() as session:
        rows = session.scalars(
            select(sessions.c.id).where(
                sessions.c.id == there["session_id"], sessions.c.revoked_at.is_(None)
            )
        )
        return len(rows.all())


@pytest.fixture
def app(filed_tools: Tools, late: site.Clock) -> Flask:
    """The application over the played cases."""
    return site.served(filed_tools, late)


@pytest.fixture
def there(filed_tools: Tools, filed: Filed, enter: Enter, late: site.Clock) -> dict[str, str]:
    """A case with a task of an office, and a person with a session and a proposal about him."""
    enter(DESK)
    login = filed.people[DESK]
    with reading(filed_tools, SYSTEM, late.moment) as ctx:
        first = people.actor(ctx, "p.security_admin.1")
    with transaction(filed_tools, first, late.moment) as ctx:
        person = ctx.session.scalars(select(Person.id).where(Person.login == login)).one()
        proposal = proposals.propose(ctx, ProposalKind.DISABLE, person_id=person, reason="调离")
    with filed_tools.readers() as session:
        item = session.scalars(
            select(work_item.c.id)
            .where(work_item.c.case_id == filed.open, work_item.c.state.in_(OPEN_STATES))
            .where(work_item.c.candidate_unit.is_not(None))
            .limit(1)
        ).one()
        own = session.scalars(select(sessions.c.id).where(sessions.c.person_id == person)).one()
        assert session.scalars(select(Post.id).where(Post.person_id == person)).first()
    return {
        "case_id": filed.open,
        "item_id": item,
        "attachment_id": str(uuid4()),
        "person_id": person,
        "session_id": own,
        "proposal_id": proposal,
    }
