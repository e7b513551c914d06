"""Back, taken back and stood still while others are at it: signers, another office, files, a
meeting, a variable that was amended."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from server.adapters.packs import PackFiles, read_folder
from server.domain.access import SYSTEM
from server.domain.errors import Conflict, Forbidden, NotFound
from server.domain.expressions import Json
from server.domain.requests import RequestKind
from server.models.document import attachment
from server.models.work import work_item
from server.services.case import replay
from server.services.context import Context, reading
from server.services.files import attachments
from server.services.identity import people
from server.services.packs import definitions
from server.services.verbs import (
    case_verbs,
    requests,
    returns,
    signers,
    transfers,
    withdrawals,
    work,
)
from tests.factories import joint
from tests.factories.asked import decider
from tests.factories.files import PDF
from tests.factories.invariants import violations
from tests.factories.tiny import ACCEPT, AUDIT, COLLEAGUE, DESK, HEAD, NOW, PACK, Tiny

CITY = "city1.case_supervision.1"
LATER = NOW + timedelta(hours=2)
BOTH = {**ACCEPT, "organs": ["audit_office", "petition_bureau"]}
AGREE: Mapping[str, Json] = {"choice": "agree", "opinion": "同意"}


def test_another_office_takes_back_what_it_was_handed_and_nobody_else_does(tiny: Tiny) -> None:
    case_id = tiny.open()
    given = taken(tiny, DESK, case_id, "register")
    city = office_of(tiny, CITY)
    tiny.act(DESK, lambda ctx: transfers.transfer(ctx, given, to=city, reason="应由上级受理"))
    item = taken(tiny, CITY, case_id, "register")
    tiny.act(CITY, lambda ctx: work.complete(ctx, item, ACCEPT))
    assert unit_of(tiny, case_id, "verify") == city
    for login, task in ((DESK, given), (DESK, item), (COLLEAGUE, item)):
        with pytest.raises((NotFound, Forbidden, Conflict)):
            tiny.act(login, withdrawing(task), LATER)
    tiny.act(CITY, withdrawing(item), LATER)
    (back,) = tiny.facts(case_id).work
    assert (back.id, back.assignee_id) == (item, tiny.person(CITY))
    assert unit_of(tiny, case_id, "register") == city
    assert violations(tiny.tools, case_id) == []
    tiny.act(CITY, lambda ctx: work.complete(ctx, item, ACCEPT), LATER)
    assert unit_of(tiny, case_id, "verify") == city
    assert violations(tiny.tools, case_id) == []


def test_what_was_handed_on_to_another_office_is_not_taken_back_by_the_sender(tiny: Tiny) -> None:
    case_id = tiny.open()
    item = tiny.item(case_id, "register").id
    tiny.do(DESK, case_id, "register", ACCEPT)
    verify = taken(tiny, COLLEAGUE, case_id, "verify")
    city = office_of(tiny, CITY)
    tiny.act(COLLEAGUE, lambda ctx: transfers.transfer(ctx, verify, to=city, reason="由上级核实"))
    with pytest.raises(Conflict, match="已经接手"):
        tiny.act(DESK, withdrawing(item), LATER)
    assert violations(tiny.tools, case_id) == []


def test_files_of_a_withdrawn_step_are_drafts_again_and_those_of_before_stay(tiny: Tiny) -> None:
    publish(tiny, with_files())
    case_id = tiny.open()
    first, second = (added(tiny, DESK) for _each in range(2))
    item = taken(tiny, DESK, case_id, "register")
    tiny.act(DESK, completing(item, {**ACCEPT, "papers": [first]}))
    assert bound(tiny, first) == (case_id, item, 2)
    verify = taken(tiny, DESK, case_id, "verify")
    back = partial(returns.return_, item_id=verify, to_task="register", reason="缺材料")
    tiny.act(DESK, lambda ctx: back(ctx))
    again = tiny.item(case_id, "register").id
    tiny.act(DESK, completing(again, {**ACCEPT, "papers": [first, second]}))
    assert bound(tiny, second) == (case_id, again, 4)

    tiny.act(DESK, withdrawing(again), LATER)
    assert bound(tiny, first) == (case_id, item, 2)
    assert bound(tiny, second) == (None, None, None)
    with pytest.raises(NotFound):
        tiny.act(COLLEAGUE, lambda ctx: attachments.open_for(ctx, second), LATER)
    tiny.act(DESK, completing(again, {**ACCEPT, "papers": [first, second]}), LATER)
    assert bound(tiny, second) == (case_id, again, 6)
    assert violations(tiny.tools, case_id) == []


def test_what_was_signed_afterwards_is_taken_back_and_signed_again_with_its_files(
    tiny: Tiny,
) -> None:
    publish(tiny, with_files())
    case_id = tiny.open()
    file = added(tiny, DESK)
    item = taken(tiny, DESK, case_id, "register")
    sign_by(tiny, item, [COLLEAGUE, HEAD], "after")
    given = {**ACCEPT, "papers": [file]}
    for turn, day in enumerate(("2026-02-12", "2026-02-11")):
        now = NOW + turn * timedelta(hours=1)
        tiny.act(DESK, completing(item, {**given, "registered_on": day}), now)
        for login in (COLLEAGUE, HEAD):
            assert [each.node_key for each in tiny.facts(case_id).work if each.id == item]
            tiny.act(login, completing(seat(tiny, item, login), AGREE), now)
        assert "verify" in {each.node_key for each in tiny.facts(case_id).work}
        case, by, _seq = bound(tiny, file)
        assert (case, by) == (case_id, item)
        assert tiny.facts(case_id).variables["registered_on"] == day
        assert violations(tiny.tools, case_id) == []
        tiny.act(DESK, withdrawing(item), now)
        assert bound(tiny, file) == (None, None, None)
        assert violations(tiny.tools, case_id) == []


@pytest.mark.parametrize("position", ["before", "parallel", "after"])
def test_a_return_ends_those_who_were_asked_to_sign(tiny: Tiny, position: str) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    item = taken(tiny, DESK, case_id, "verify")
    sign_by(tiny, item, [COLLEAGUE, HEAD], position)
    asked = seat(tiny, item, COLLEAGUE)
    back = partial(returns.return_, item_id=item, to_task="register", reason="缺材料")
    tiny.act(DESK, lambda ctx: back(ctx), LATER)
    (there,) = tiny.facts(case_id).work
    assert there.node_key == "register"
    with pytest.raises((Conflict, NotFound)):
        tiny.act(COLLEAGUE, completing(asked, AGREE), LATER)
    assert violations(tiny.tools, case_id) == []
    tiny.do(DESK, case_id, "register", ACCEPT, now=LATER)
    assert violations(tiny.tools, case_id) == []


def test_who_was_asked_to_sign_has_touched_the_task(tiny: Tiny) -> None:
    case_id = tiny.open()
    before = tiny.item(case_id, "register").id
    tiny.do(DESK, case_id, "register", ACCEPT)
    item = taken(tiny, DESK, case_id, "verify")
    sign_by(tiny, item, [COLLEAGUE], "parallel")
    with pytest.raises(Conflict, match="已经接手"):
        tiny.act(DESK, withdrawing(before), LATER)


def test_a_countersign_is_taken_back_until_somebody_signed(tiny: Tiny) -> None:
    publish(tiny, joint.files())
    case_id = tiny.open()
    item = tiny.item(case_id, "register").id
    tiny.do(DESK, case_id, "register", ACCEPT)
    tiny.act(DESK, withdrawing(item), LATER)
    assert [each.node_key for each in tiny.facts(case_id).work] == ["register"]
    assert violations(tiny.tools, case_id) == []
    tiny.act(DESK, completing(item, ACCEPT), LATER)
    signed = next(
        each.id
        for each in tiny.facts(case_id).work
        if each.node_key == "verify" and each.assignee_id == tiny.person(COLLEAGUE)
    )
    tiny.act(COLLEAGUE, completing(signed, AGREE), LATER)
    with pytest.raises(Conflict, match="已经接手"):
        tiny.act(DESK, withdrawing(item), LATER)
    assert violations(tiny.tools, case_id) == []


def test_a_suspended_case_is_signed_returned_and_taken_back_by_nobody(tiny: Tiny) -> None:
    case_id = tiny.open()
    before = tiny.item(case_id, "register").id
    tiny.do(DESK, case_id, "register", ACCEPT)
    item = taken(tiny, DESK, case_id, "verify")
    sign_by(tiny, item, [COLLEAGUE], "parallel")
    asked = seat(tiny, item, COLLEAGUE)
    tiny.act(HEAD, lambda ctx: case_verbs.suspend(ctx, case_id, reason="等候批复"))
    back = partial(returns.return_, item_id=item, to_task="register", reason="缺材料")
    for login, verb in (
        (COLLEAGUE, completing(asked, AGREE)),
        (DESK, lambda ctx: back(ctx)),
        (DESK, withdrawing(before)),
    ):
        with pytest.raises(Conflict):
            tiny.act(login, verb, LATER)
    assert violations(tiny.tools, case_id) == []
    tiny.act(HEAD, lambda ctx: case_verbs.resume(ctx, case_id, reason="已经批复"), LATER)
    tiny.act(COLLEAGUE, completing(asked, AGREE), LATER)
    tiny.act(DESK, completing(item, {"finding": "属实"}), LATER)
    assert violations(tiny.tools, case_id) == []


def test_an_amended_variable_holds_behind_a_return_and_the_log_plays_again(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", BOTH)
    tiny.do(AUDIT, case_id, "consult", {"opinion": "同意"})
    amend(tiny, case_id, "applicant_kind", "unit")
    item = taken(tiny, DESK, case_id, "verify")
    back = partial(returns.return_, item_id=item, to_task="register", reason="缺材料")
    tiny.act(DESK, lambda ctx: back(ctx))
    assert tiny.facts(case_id).variables["applicant_kind"] == "unit"
    amend(tiny, case_id, "applicant_kind", "person")
    again = tiny.item(case_id, "register").id
    tiny.act(DESK, completing(again, ACCEPT))
    tiny.act(DESK, withdrawing(again), LATER)
    amend(tiny, case_id, "applicant_kind", "unit")
    tiny.do(DESK, case_id, "register", ACCEPT)
    assert tiny.facts(case_id).variables["applicant_kind"] == "unit"
    tiny.decided(case_id)
    assert violations(tiny.tools, case_id) == []
    with reading(tiny.tools, SYSTEM, NOW) as ctx:
        found = replay.replay(ctx, case_id)
    assert (found.result, found.step, found.why) == ("same", None, "")


def amend(tiny: Tiny, case_id: str, name: str, value: str) -> None:
    """One head asks, another consents."""
    payload = {"name": name, "value": value}
    ask = partial(requests.ask, case_id=case_id, kind=RequestKind.AMEND, payload=payload)
    asked = tiny.act(HEAD, lambda ctx: ask(ctx, reason="登记有误"))
    tiny.act(decider(tiny.tools, asked), lambda ctx: requests.consent(ctx, asked))


def taken(tiny: Tiny, login: str, case_id: str, node: str) -> str:
    """The open task of the step, in his hands."""
    item = tiny.item(case_id, node).id
    tiny.act(login, lambda ctx: work.claim(ctx, item))
    return item


def completing(item: str, given: Mapping[str, Json]) -> Callable[[Context], None]:
    return lambda ctx: work.complete(ctx, item, given)


def withdrawing(item: str) -> Callable[[Context], None]:
    return lambda ctx: withdrawals.withdraw(ctx, item)


def sign_by(tiny: Tiny, item: str, logins: Sequence[str], position: str) -> None:
    persons = [tiny.person(login) for login in logins]
    add = partial(signers.add, item_id=item, persons=persons, position=position, reason="请核对")
    tiny.act(DESK, lambda ctx: add(ctx))


def seat(tiny: Tiny, main: str, login: str) -> str:
    """The open item in which he signs this task."""
    return str(
        one(
            tiny,
            select(work_item.c.id).where(
                work_item.c.parent_id == main,
                work_item.c.assignee_id == tiny.person(login),
                work_item.c.state == "claimed",
            ),
        )
    )


def office_of(tiny: Tiny, login: str) -> str:
    person = tiny.person(login)
    return tiny.program(lambda ctx: people.posts_on(ctx, person, ctx.today)[0].office.id)


def unit_of(tiny: Tiny, case_id: str, node: str) -> str:
    item = tiny.item(case_id, node).id
    return str(one(tiny, select(work_item.c.candidate_unit).where(work_item.c.id == item)))


def bound(tiny: Tiny, file: str) -> tuple[str | None, str | None, int | None]:
    """The case, the task and the step a file lies in."""
    with tiny.tools.readers() as session:
        row = session.execute(select(attachment).where(attachment.c.id == file)).one()
    assert (row.state == "bound") == (row.case_id is not None)
    return row.case_id, row.work_item_id, row.step_seq


def one(tiny: Tiny, wanted: Any) -> Any:
    with tiny.tools.readers() as session:
        return session.execute(wanted).scalar_one()


def added(tiny: Tiny, login: str) -> str:
    received = attachments.receive(tiny.tools, BytesIO(PDF), "合同.pdf")
    return tiny.act(login, lambda ctx: attachments.add(ctx, received))


def publish(tiny: Tiny, files: PackFiles) -> None:
    tiny.program(lambda ctx: definitions.publish(ctx, files, accept_warnings="测试"))


def with_files() -> PackFiles:
    """The small pack, in which files may be handed in with the registration."""
    read = read_folder(PACK)
    path = "forms/tiny/registration.form.json"
    schema = json.loads(read.files[path])
    field = {
        "type": "filepicker",
        "key": "papers",
        "label": "附件",
        "multiple": True,
        "id": "papers",
    }
    schema["components"].append(field)
    return PackFiles(key=read.key, files={**read.files, path: json.dumps(schema).encode()})
