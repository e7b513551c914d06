"""Every route of the API as everybody who has no business there; new routes join by themselves."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import insert, select

from server.domain.access import SYSTEM
from server.http.site import EXTENSION
from server.models.case import case as case_table
from server.models.case import case_request
from server.models.desk import cc, comment
from server.models.identity import Person
from server.models.outbox import notification
from server.models.work import work_item
from server.services.context import Tools, transaction
from server.services.identity import people
from server.services.verbs import timers
from tests.api.matters import (
    APPLICANT,
    APPLICATION,
    AUDIT_ADMIN,
    COLLEAGUE,
    DESIGNER,
    DESK,
    NANYANG,
    SECURITY_ADMIN,
    STRANGER,
    SYSTEM_ADMIN,
    offered,
    opened,
)
from tests.factories.programs import PREFIX, Program
from tests.factories.site import MONDAY, Clock
from tests.factories.verb_bodies import bodies

Sign = Callable[[str], Program]

OTHER_APPLICANT = "county2.housing_works.1"
#: open to anybody
OPEN = {"/tokens", "/openapi.json", "/docs"}
PETITION = "county1.petition.1"
KEEPER = "county1.personnel_archive.1"
#: of duties beside the cases, and whose
DUTIES = {
    "/packs": DESIGNER,
    "/offers": DESIGNER,
    "/audit": AUDIT_ADMIN,
    "/drill": SYSTEM_ADMIN,
    "/kinships": KEEPER,
}
BODIES: dict[str, Any] = {
    **bodies(),
    "/complete": {"variables": {}},
    "/draft": {"variables": {}},
    "/stop": {"deadline": "intake", "reason": "supplement"},
    "/restart": {"deadline": "intake", "reason": "恢复"},
    "/extend": {"deadline": "intake", "reason": "延长", "n": 1},
    "/recusals": {"ground": "kinship", "person": "x", "reason": "系亲属"},
    "/grant": {"answer": "属实"},
    "/corrections": {"event": "at_desk", "date": "2026-02-27", "reason": "误录", "evidence": "x"},
    "/approve": {},
    "/leave-out": {"reason": "已调离"},
    "/widen": {"scope": "各镇街"},
    "/targets": {"kind": "person", "who": str(uuid4())},
    "/refuse": {"answer": "不符"},
    "/withdraw": {},
    "/consent": {},
    "/open": {"reason": "核对"},
    "/names": {"person": str(uuid4()), "reason": "核对"},
    "/feedback": {
        "form": "written",
        "given_on": "2026-03-01",
        "content": "查无实据",
        "acknowledged": True,
    },
}


def test_nobody_and_whoever_was_signed_in_before_get_nothing(
    app: Flask, signed: Sign, nobody: Program, clock: Clock
) -> None:
    former = signed(DESK)
    clock.forward(hours=9)
    bodies = set()
    for method, path in routes(app):
        for program in (nobody, former):
            answer = ask(program, method, path.format(**nowhere()))
            assert answer.status_code == 401, path
            assert "ETag" not in answer.headers
            bodies.add(answer.get_data())
    assert len(bodies) == 1


def test_the_administrators_and_the_designer_see_no_case(app: Flask, signed: Sign) -> None:
    ids = known(signed)
    for login in (SYSTEM_ADMIN, SECURITY_ADMIN, AUDIT_ADMIN, DESIGNER):
        program, bodies = signed(login), set()
        for method, path in routes(app):
            if duty(path) is None:
                answer = ask(program, method, path.format(**ids))
                assert answer.status_code == 403, (login, path)
                bodies.add(answer.get_data())
        assert len(bodies) == 1, login


def test_a_duty_of_the_program_is_for_its_holder_alone(app: Flask, signed: Sign) -> None:
    others = (APPLICANT, DESK, SYSTEM_ADMIN, SECURITY_ADMIN, AUDIT_ADMIN, DESIGNER, KEEPER)
    for login in others:
        program = signed(login)
        for method, path in routes(app):
            if duty(path) not in (None, login):
                answer = ask(program, method, path.format(**nowhere()))
                assert answer.status_code == 403, (login, path)


def test_a_stranger_cannot_tell_a_case_that_is_there_from_none(
    app: Flask, demo_tools: Tools, signed: Sign
) -> None:
    ids, stranger = known(signed), signed(STRANGER)
    for method, path in routes(app):
        if "{" not in path or duty(path) is not None:
            continue
        there, none = (ask(stranger, method, path.format(**each)) for each in (ids, nowhere()))
        assert there.status_code == none.status_code == 404, path
        assert there.get_data() == none.get_data(), path
        assert {*there.headers.keys()} == {*none.headers.keys()}, path
        assert "ETag" not in there.headers
    assert stranger.found("/cases") == {"items": [], "total": 0}
    for view in ("inbox", "queue", "overdue", "done"):
        assert stranger.found(f"/tasks?view={view}") == {"items": [], "total": 0}


@pytest.mark.parametrize("body", [None, {"variables": {"accepted": True}}])
def test_a_party_learns_of_no_task_of_the_offices_that_handle_his_case(
    app: Flask, signed: Sign, body: Any
) -> None:
    """He knows of the case, so what is refused must not tell its tasks from none."""
    ids, applicant = known(signed), signed(APPLICANT)
    walked = 0
    for method, path in routes(app):
        if "{task}" not in path:
            continue
        walked += 1
        answers = [
            applicant.post(path.format(**each), body)
            if body and method == "POST"
            else ask(applicant, method, path.format(**each))
            for each in (ids, nowhere())
        ]
        # what does not fit the schema is refused before anything is looked for
        fits = body is None or path.endswith(("/claim", "/complete", "/draft"))
        wanted = 404 if fits or method == "GET" else 422
        assert [answer.status_code for answer in answers] == [wanted, wanted], path
        assert answers[0].get_data() == answers[1].get_data(), path
    assert walked >= 5
    assert signed(DESK).found(f"/tasks/{ids['task']}")["state"] == "claimed"


def test_an_applicant_with_a_case_of_his_own_cannot_tell_another_case_from_none(
    app: Flask, signed: Sign
) -> None:
    ids, other = known(signed), signed(OTHER_APPLICANT)
    opened(other)
    for method, path in routes(app):
        if "{" not in path or duty(path) is not None:
            continue
        there, none = (ask(other, method, path.format(**each)) for each in (ids, nowhere()))
        assert there.status_code == none.status_code == 404, path
        assert there.get_data() == none.get_data(), path


def test_somebody_elses_file_is_handed_in_no_more_than_one_that_does_not_exist(
    signed: Sign,
) -> None:
    kept, other = known(signed)["attachment"], signed(OTHER_APPLICANT)
    answers = [
        other.post(
            "/cases",
            {"procedure": NANYANG, "variables": {**APPLICATION, "item_files": [each]}},
        )
        for each in (kept, str(uuid4()))
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    told: list[Any] = [answer.json for answer in answers]
    assert told[0] == told[1]
    assert [each["field"] for each in told[0]["problems"]] == ["item_files"]
    assert other.found("/cases")["total"] == 0


def routes(app: Flask) -> Iterator[tuple[str, str]]:
    """Method and path of every route of the API that is not open to anybody."""
    for rule in app.url_map.iter_rules():
        path = rule.rule.removeprefix(PREFIX)
        if not rule.rule.startswith(PREFIX) or path in OPEN:
            continue
        path = re.sub(r"<(?:[^:>]+:)?(\w+)>", r"{\1}", path)
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            yield method, path


def duty(path: str) -> str | None:
    """Whose duty the route is, None for routes of cases."""
    return next((login for start, login in DUTIES.items() if path.startswith(start)), None)


def known(signed: Sign) -> dict[str, str]:
    """Ids of a case with a task that is claimed, and of a file the applicant has not handed in."""
    applicant, desk = signed(APPLICANT), signed(DESK)
    case = opened(applicant)["id"]
    task = offered(desk, case)["id"]
    desk.done(f"/tasks/{task}/claim")
    file = {"file": (BytesIO("说明".encode()), "说明.txt")}
    kept = applicant.done("/attachments", data=file)["id"]
    evidence = desk.done("/attachments", data={"file": (BytesIO("簿".encode()), "簿.txt")})["id"]
    question = {"event": "at_desk", "date": "2026-02-27", "reason": "误录", "evidence": evidence}
    asked = desk.done(f"/cases/{case}/corrections", question)["id"]
    with program_tools(desk).readers() as session:
        group = session.scalars(select(work_item.c.group_id).where(work_item.c.id == task)).one()
    found = {"case": case, "task": task, "attachment": kept, "pack": "nanyang", "decision": group}
    about = {"ground": "kinship", "person": "查无此人", "reason": "系亲属"}
    recusal = applicant.done(f"/cases/{case}/recusals", about)["id"]
    found["recusal"] = recusal
    found |= {"notice": told(program_tools(applicant), case), "correction": asked}
    found |= {"request": requested(program_tools(desk), case), "absence": arranged(desk)}
    found |= {"reporter": reported(signed(PETITION), case), "entry": str(uuid4())}
    found |= {name: str(uuid4()) for name in ("campaign", "part", "target")}
    found |= {"paper": str(uuid4()), "key": "measures", "kind": "docx"}
    found["message"] = str(uuid4())
    return found | said(desk, task)


def reported(petition: Program, case: str) -> str:
    """Id of a record of who reported what came to this case."""
    with program_tools(petition).readers() as session:
        reference = session.scalars(select(case_table.c.reference).filter_by(id=case)).one()
    asked = {"reference": reference, "kind": "anonymous", "note": "来信"}
    made: str = petition.done("/reporters", asked)["id"]
    return made


def arranged(desk: Program) -> str:
    """Id of an arrangement by which a colleague stands in for the desk."""
    substitute = person(program_tools(desk), COLLEAGUE)
    days = {"from_on": "2026-03-09", "to_on": "2026-03-10"}
    asked = {"substitute": substitute, **days, "reason": "出差"}
    made: str = desk.done("/absences", asked)["id"]
    return made


def said(desk: Program, task: str) -> dict[str, str]:
    """Ids of a remark at the task and of a copy of it."""
    colleague = person(program_tools(desk), COLLEAGUE)
    desk.done(f"/tasks/{task}/comment", {"text": "请看"})
    desk.done(f"/tasks/{task}/cc", {"persons": [colleague], "reason": "请知悉"})
    with program_tools(desk).readers() as session:
        remark = session.scalars(select(comment.c.id)).one()
        return {"comment": remark, "copy": session.scalars(select(cc.c.id)).one()}


def requested(tools: Tools, case_id: str) -> str:
    """Id of a request of the desk in the case, as the database keeps one."""
    with transaction(tools, SYSTEM, MONDAY) as ctx:
        desk = people.person_by_login(ctx, DESK).id
        office = people.posts_on(ctx, desk, ctx.today)[0].office.id
        row = {
            "id": str(uuid4()),
            "case_id": case_id,
            "kind": "extend",
            "payload": {},
            "reason": "案情复杂",
            "asked_by": desk,
            "asked_at": MONDAY,
            "office_id": office,
            "state": "asked",
        }
        ctx.session.execute(insert(case_request), row)
        return str(row["id"])


def person(tools: Tools, login: str) -> str:
    """Id of the person with this login."""
    with tools.readers() as session:
        return str(session.scalars(select(Person.id).where(Person.login == login)).one())


def program_tools(program: Program) -> Tools:
    tools: Tools = program.app.extensions[EXTENSION].tools
    return tools


def told(tools: Tools, case_id: str) -> str:
    """Id of a notice to the office that holds the case's task."""
    timers.sweep(tools, MONDAY + timedelta(days=7))
    with tools.readers() as session:
        wanted = select(notification.c.id).where(notification.c.case_id == case_id)
        notice_id: str = session.scalars(wanted.limit(1)).one()
    return notice_id


def nowhere() -> dict[str, str]:
    ids = (
        *("case", "task", "attachment", "notice", "correction", "comment", "copy", "request"),
        *("recusal", "decision", "absence", "kinship", "proposal", "reporter", "entry", "paper"),
        *("campaign", "part", "target", "message"),
    )
    fixed = {"pack": "none", "key": "none", "kind": "docx"}
    return {**{name: str(uuid4()) for name in ids}, **fixed}


def ask(program: Program, method: str, path: str) -> Any:
    if method == "GET":
        return program.get(path)
    last = path[path.rindex("/") :]
    # what else is ended needs no reason
    ends = {"reason": "停办"} if path.startswith("/campaigns/") and last == "/end" else None
    return program.post(path, ends or BODIES.get(last))
