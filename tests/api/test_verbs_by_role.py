"""Every verb of a task and of a case as everybody: over the API and over the page.

A verb that is added to the tables joins by itself. A stranger, whoever keeps away and whose post
ended are refused everywhere, each like what does not exist.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import insert, select, update

from server.domain.access import SYSTEM
from server.http.verbs.table import CASE_VERBS, TASK_VERBS
from server.models.identity import Person, Post, Unit
from server.models.work import absence
from server.services.context import Tools, transaction
from server.services.identity import people
from tests.api.matters import APPLICANT, DESK, STRANGER, opened
from tests.factories import site
from tests.factories.programs import Program
from tests.factories.site import MONDAY
from tests.factories.verb_bodies import bodies

COLLEAGUE = "county1.case_supervision.2"
HEAD = "county1.case_supervision.head"
#: of an office that has nothing to do with the case
ELSEWHERE = "county2.case_supervision.1"
FORMER = "county2.petition.1"

#: of the same organ, in an office that has nothing to do with the case
SUBSTITUTE = "county1.investigation.2"
#: what nobody does in another's name: it is for himself, or takes a second person
PERSONAL = {"follow-up", "comment", "move", "amend", "recusals", "corrections"}

#: whom the case does not concern, or no longer -> what every verb answers
REFUSED = {
    STRANGER: 404,
    ELSEWHERE: 404,
    COLLEAGUE: 404,  # recused
    FORMER: 404,  # his post in the office ended yesterday
    "p.system_admin.head": 403,
    "p.security_admin.head": 403,
    "p.audit_admin.head": 403,
    "p.designer.1": 403,
}
#: not refused for who he is: it is done, or the state or the request is wrong
ADMITTED = {200, 201, 409, 422}

OF_TASK = [*TASK_VERBS, "claim", "release", "complete", "draft"]
OF_CASE = [*CASE_VERBS, "recusals", "corrections"]
SENT: dict[str, Any] = {
    **{path.removeprefix("/"): body for path, body in bodies().items()},
    "complete": {"variables": {}},
    "draft": {"variables": {}},
    "recusals": {"ground": "kinship"},
    "stop": {"deadline": "intake", "reason": "supplement"},
    "restart": {"deadline": "intake", "reason": "恢复"},
    "extend": {"deadline": "intake", "reason": "延长", "n": 1},
    "corrections": {"event": "at_desk", "date": "2026-02-27", "reason": "误录", "evidence": "x"},
}

#: done by whoever applied, and by nobody else
OF_PARTY = "withdraw-application"

Sign = Callable[[str], Program]


def test_each_verb_is_refused_to_whom_the_case_does_not_concern(
    app: Flask, demo_tools: Tools, signed: Sign
) -> None:
    case, task = prepared(demo_tools, signed)
    for login, status in REFUSED.items():
        program, page = signed(login), site.signed_in(app, login)
        for path, body in calls(case, task):
            answer = program.post(path, body)
            assert answer.status_code == status, (login, path)
        token = site.token(page, "/me")
        for path in pages(case, task):
            shown = page.get(path)
            sent = page.post(path, headers={"X-CSRFToken": token}, data={"reason": "理由"})
            assert {shown.status_code, sent.status_code} == {status}, (login, path)


def test_a_substitute_may_what_the_absent_one_may_and_nothing_that_is_his_own(
    demo_tools: Tools, signed: Sign
) -> None:
    """Verb by verb like whom he stands in for, in a case each."""
    for absent, verbs in ((DESK, OF_TASK), (HEAD, OF_CASE)):
        alone, in_name = prepared(demo_tools, signed), prepared(demo_tools, signed)
        with_substitute(demo_tools, absent, SUBSTITUTE)
        himself, other = signed(absent), signed(SUBSTITUTE)
        for name in verbs:
            if name in PERSONAL:
                continue
            at = [f"/tasks/{alone[1]}", f"/tasks/{in_name[1]}"]
            if verbs is OF_CASE:
                at = [f"/cases/{alone[0]}", f"/cases/{in_name[0]}"]
            body = SENT.get(name, {})
            mine = himself.post(f"{at[0]}/{name}", body).status_code
            his = other.post(f"{at[1]}/{name}", body).status_code
            # where both are refused the substitute reads why he himself may not
            assert mine == his or {mine, his} <= {403, 409}, (absent, name, mine, his)


def test_whoever_stood_in_and_does_no_more_or_keeps_away_is_a_stranger(
    demo_tools: Tools, signed: Sign
) -> None:
    case, task = prepared(demo_tools, signed)
    over = with_substitute(demo_tools, DESK, SUBSTITUTE)
    with transaction(demo_tools, SYSTEM, MONDAY) as ctx:
        ctx.session.execute(update(absence).where(absence.c.id == over).values(ended_at=MONDAY))
    # of the two whose names could be used one keeps away, so that neither acts in the case
    with_substitute(demo_tools, COLLEAGUE, SUBSTITUTE)
    program = signed(SUBSTITUTE)
    for path, body in calls(case, task):
        assert program.post(path, body).status_code == 404, path


def test_a_party_does_nothing_to_the_work_of_the_offices(
    app: Flask, demo_tools: Tools, signed: Sign
) -> None:
    case, task = prepared(demo_tools, signed)
    party, page = signed(APPLICANT), site.signed_in(app, APPLICANT)
    for path, body in calls(case, task):
        if path.endswith(OF_PARTY):
            continue
        answer = party.post(path, body)
        # he knows the case and its state, so that the state is wrong tells him nothing new
        expected = {404} if path.startswith("/tasks/") else {403, 404, 409, 422}
        assert answer.status_code in expected, path
    for path in pages(case, task):
        if path.startswith("/tasks/"):
            assert page.get(path).status_code == 404, path


def test_the_applicant_alone_takes_his_application_back(
    app: Flask, demo_tools: Tools, signed: Sign
) -> None:
    case, _task = prepared(demo_tools, signed)
    path = f"/cases/{case}/{OF_PARTY}"
    for login in (DESK, HEAD):
        assert signed(login).post(path, SENT[OF_PARTY]).status_code == 403, login
        assert OF_PARTY not in site.signed_in(app, login).get(f"/cases/{case}").text
    page = site.signed_in(app, APPLICANT)
    assert page.get(path).status_code == 200
    assert path in page.get(f"/applications/{case}").text
    assert signed(APPLICANT).post(path, {}).status_code == 422
    token = site.token(page, path)
    sent = page.post(path, headers={"X-CSRFToken": token}, data={"reason": "不再申请"})
    assert sent.status_code == 303
    seen = signed(APPLICANT).found(f"/cases/{case}")
    assert (seen["outcome"], seen["outcome_title"]) == ("withdrawn", "申请人撤回")
    assert signed(APPLICANT).post(path, SENT[OF_PARTY]).status_code == 409
    assert path not in page.get(f"/applications/{case}").text


@pytest.mark.parametrize("login", [DESK, HEAD])
def test_whoever_holds_the_work_and_his_head_get_past_who_they_are(
    demo_tools: Tools, signed: Sign, login: str
) -> None:
    """What they may do is for the tests of each verb; for them nothing is hidden."""
    case, task = prepared(demo_tools, signed)
    program = signed(login)
    for path, body in calls(case, task):
        if not path.startswith("/tasks/"):
            continue  # a clock or a question that is not there is not found by anybody
        answer = program.post(path, body)
        assert answer.status_code in {*ADMITTED, 403}, (login, path)


def prepared(tools: Tools, signed: Sign) -> tuple[str, str]:
    """A case whose task the desk holds; a colleague keeps away, and somebody left the office."""
    case = opened(signed(APPLICANT))["id"]
    desk = signed(DESK)
    queue = desk.found("/tasks?view=queue")["items"]
    task = next(each["id"] for each in queue if each["case"] == case)
    former = signed(COLLEAGUE)
    assert former.post(f"/cases/{case}/recusals", {"ground": "kinship"}).status_code == 201
    with transaction(tools, SYSTEM, MONDAY) as ctx:
        office = select(Unit.id).join(Post, Post.unit_id == Unit.id).join(Person)
        row = {
            "id": str(uuid4()),
            "person_id": ctx.session.scalar(select(Person.id).where(Person.login == FORMER)),
            "unit_id": ctx.session.scalar(office.where(Person.login == DESK).limit(1)),
            "title": "干部",
            "is_head": False,
            "is_main": False,
            "from_on": MONDAY.date() - timedelta(days=400),
            "to_on": MONDAY.date() - timedelta(days=1),
        }
        ctx.session.execute(insert(Post).values(**row))
    desk.done(f"/tasks/{task}/claim")
    return case, task


def with_substitute(tools: Tools, absent: str, substitute: str) -> str:
    """Let somebody stand in for all posts of a person today; the id of the arrangement."""
    with transaction(tools, SYSTEM, MONDAY) as ctx:
        ids = [people.person_by_login(ctx, login).id for login in (absent, substitute)]
        row = {
            "id": str(uuid4()),
            "version": 1,
            "person_id": ids[0],
            "substitute_id": ids[1],
            "from_on": MONDAY.date(),
            "to_on": MONDAY.date(),
            "reason": "",
            "made_by": ids[0],
            "made_at": MONDAY,
        }
        ctx.session.execute(insert(absence).values(**row))
    return str(row["id"])


def calls(case: str, task: str) -> Iterator[tuple[str, Any]]:
    """Address and body of every verb over the API."""
    for name in OF_TASK:
        yield f"/tasks/{task}/{name}", SENT.get(name)
    for name in OF_CASE:
        yield f"/cases/{case}/{name}", SENT.get(name, {})


def pages(case: str, task: str) -> Iterator[str]:
    """Address of the form of every verb."""
    for name in TASK_VERBS:
        yield f"/tasks/{task}/{name}"
    for name in CASE_VERBS:
        yield f"/cases/{case}/{name}"
    yield f"/cases/{case}/recusals/new"
