"""加签: before, beside, after, taken back; who may be asked; what stays."""

from collections.abc import Mapping, Sequence
from functools import partial

import pytest
from sqlalchemy import select

from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.expressions import Json
from server.models.case import case_step
from server.models.outbox import notification
from server.models.work import work_act, work_item
from server.services.context import Context
from server.services.files import sheets
from server.services.verbs import drafts, signers, transfers, work
from tests.factories.tiny import ACCEPT, AUDIT, COLLEAGUE, DESK, HEAD, STRANGER, Tiny
from tests.factories.together import together

AGREE: Mapping[str, Json] = {"choice": "agree", "opinion": ""}
DISAGREE: Mapping[str, Json] = {"choice": "disagree", "opinion": "日期不对"}


def claimed(tiny: Tiny) -> tuple[str, str]:
    """A case with its registration in the hands of the desk: ids of the case and of the task."""
    case_id = tiny.open()
    item = tiny.item(case_id, "register")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    return case_id, item.id


def asked(tiny: Tiny, item_id: str, logins: Sequence[str], position: str) -> None:
    persons = [tiny.person(login) for login in logins]
    add = partial(signers.add, item_id=item_id, persons=persons, position=position, reason="请核对")
    tiny.act(DESK, lambda ctx: add(ctx))


def item_of(tiny: Tiny, main: str, login: str) -> str:
    """The open item of a signer."""
    with tiny.tools.readers() as session:
        found = session.scalar(
            select(work_item.c.id).where(
                work_item.c.parent_id == main,
                work_item.c.assignee_id == tiny.person(login),
                work_item.c.state == "claimed",
            )
        )
    assert found is not None
    return str(found)


def sign(tiny: Tiny, main: str, login: str, given: Mapping[str, Json] = AGREE) -> None:
    item_id = item_of(tiny, main, login)
    tiny.act(login, lambda ctx: work.complete(ctx, item_id, given))


def hand_in(tiny: Tiny, main: str, given: Mapping[str, Json] = ACCEPT) -> None:
    tiny.act(DESK, lambda ctx: work.complete(ctx, main, given))


def actions(tiny: Tiny, login: str, item_id: str) -> tuple[tuple[str, ...], str]:
    def looked(ctx: Context) -> tuple[tuple[str, ...], str]:
        found = sheets.sheet(ctx, item_id)
        return found.actions, found.hindrance

    return tiny.act(login, looked)


def steps(tiny: Tiny, case_id: str) -> list[tuple[str, str | None]]:
    with tiny.tools.readers() as session:
        rows = session.execute(
            select(case_step.c.node_key, case_step.c.actor_id)
            .where(case_step.c.case_id == case_id, case_step.c.command == "complete")
            .order_by(case_step.c.seq)
        )
        return [(row.node_key, row.actor_id) for row in rows]


def test_what_others_sign_before_is_worked_on_when_all_have_signed(tiny: Tiny) -> None:
    case_id, main = claimed(tiny)
    asked(tiny, main, [COLLEAGUE, HEAD], "before")
    with pytest.raises(Conflict):
        tiny.act(DESK, lambda ctx: drafts.save(ctx, main, ACCEPT))
    sign(tiny, main, COLLEAGUE)
    with pytest.raises(Conflict):
        hand_in(tiny, main)
    assert "complete" not in actions(tiny, DESK, main)[0]
    sign(tiny, main, HEAD, DISAGREE)
    hand_in(tiny, main)
    assert [each.node_key for each in tiny.facts(case_id).work] == ["verify"]


def test_what_others_sign_beside_can_be_filled_in_meanwhile(tiny: Tiny) -> None:
    case_id, main = claimed(tiny)
    asked(tiny, main, [COLLEAGUE], "parallel")
    tiny.act(DESK, lambda ctx: drafts.save(ctx, main, ACCEPT))
    found, why = actions(tiny, DESK, main)
    assert "draft" in found
    assert "complete" not in found
    assert why == "并加签的人员签署后才能提交，可以先填写、暂存"
    with pytest.raises(Conflict):
        hand_in(tiny, main)
    sign(tiny, main, COLLEAGUE)
    hand_in(tiny, main)
    assert steps(tiny, case_id) == [("register", tiny.person(DESK))]


def test_what_others_sign_after_goes_on_with_the_answers_of_who_wrote_them(tiny: Tiny) -> None:
    case_id, main = claimed(tiny)
    asked(tiny, main, [COLLEAGUE, HEAD], "after")
    with pytest.raises(Conflict):
        sign(tiny, main, COLLEAGUE)
    hand_in(tiny, main)
    assert steps(tiny, case_id) == []
    with pytest.raises(Conflict):
        hand_in(tiny, main)
    sign(tiny, main, COLLEAGUE)
    sign(tiny, main, HEAD)
    assert steps(tiny, case_id) == [("register", tiny.person(DESK))]
    assert [each.node_key for each in tiny.facts(case_id).work] == ["verify"]


def test_who_disagrees_after_it_sends_it_back_and_all_sign_anew(tiny: Tiny) -> None:
    case_id, main = claimed(tiny)
    asked(tiny, main, [COLLEAGUE, HEAD], "after")
    hand_in(tiny, main)
    sign(tiny, main, COLLEAGUE)
    sign(tiny, main, HEAD, DISAGREE)
    with tiny.tools.readers() as session:
        row = session.execute(select(work_item).where(work_item.c.id == main)).one()
    assert (row.answers, row.draft["answers"]["registered"]) == (None, "accept")
    hand_in(tiny, main)
    sign(tiny, main, COLLEAGUE)
    assert steps(tiny, case_id) == []
    sign(tiny, main, HEAD)
    assert steps(tiny, case_id) == [("register", tiny.person(DESK))]
    with tiny.tools.readers() as session:
        said = session.execute(
            select(work_act.c.choice, work_act.c.text)
            .where(work_act.c.case_id == case_id, work_act.c.verb == "sign")
            .order_by(work_act.c.at, work_act.c.choice)
        ).all()
    assert sorted(row.choice for row in said) == ["agree", "agree", "agree", "disagree"]
    assert "日期不对" in {row.text for row in said}


def test_who_disagrees_says_why(tiny: Tiny) -> None:
    _case_id, main = claimed(tiny)
    asked(tiny, main, [COLLEAGUE], "before")
    with pytest.raises(Invalid) as refused:
        sign(tiny, main, COLLEAGUE, {"choice": "disagree", "opinion": " "})
    assert [finding.field for finding in refused.value.findings] == ["opinion"]


def test_letting_off_the_last_who_was_to_sign_after_it_lets_the_case_go_on(tiny: Tiny) -> None:
    case_id, main = claimed(tiny)
    asked(tiny, main, [COLLEAGUE, HEAD], "after")
    hand_in(tiny, main)
    sign(tiny, main, COLLEAGUE)
    remove = partial(signers.remove, item_id=main, persons=[tiny.person(HEAD)], reason="出差")
    tiny.act(DESK, lambda ctx: remove(ctx))
    assert [each.node_key for each in tiny.facts(case_id).work] == ["verify"]


def test_who_has_signed_cannot_be_let_off_and_who_signs_is_told(tiny: Tiny) -> None:
    case_id, main = claimed(tiny)
    asked(tiny, main, [COLLEAGUE], "before")
    with tiny.tools.readers() as session:
        told = session.execute(
            select(notification.c.recipient_id, notification.c.text).where(
                notification.c.case_id == case_id, notification.c.kind == "signing"
            )
        ).all()
    assert [(row.recipient_id, row.text) for row in told] == [
        (tiny.person(COLLEAGUE), "请您签署“登记”")
    ]
    sign(tiny, main, COLLEAGUE)
    with pytest.raises(Invalid):
        tiny.act(
            DESK,
            lambda ctx: signers.remove(
                ctx, main, persons=[tiny.person(COLLEAGUE)], reason="不用了"
            ),
        )


def test_only_who_knows_of_the_case_or_works_in_the_office_can_be_asked(tiny: Tiny) -> None:
    case_id, main = claimed(tiny)
    found = {each.value for each in tiny.act(DESK, lambda ctx: signers.candidates(ctx, main))}
    assert {tiny.person(COLLEAGUE), tiny.person(HEAD)} <= found
    assert not {tiny.person(STRANGER), tiny.person(AUDIT), tiny.person(DESK)} & found
    with pytest.raises(Invalid):
        asked(tiny, main, [STRANGER], "before")
    tiny.recuse(case_id, COLLEAGUE)
    with pytest.raises(Invalid):
        asked(tiny, main, [COLLEAGUE], "before")


def test_nobody_is_asked_twice_nor_by_others_than_who_has_the_task(tiny: Tiny) -> None:
    _case_id, main = claimed(tiny)
    asked(tiny, main, [COLLEAGUE], "before")
    with pytest.raises(Invalid):
        asked(tiny, main, [COLLEAGUE], "after")
    persons = [tiny.person(HEAD)]
    add = partial(signers.add, item_id=main, persons=persons, position="after", reason="因")
    with pytest.raises(Conflict):
        tiny.act(COLLEAGUE, lambda ctx: add(ctx))
    with pytest.raises(NotFound):
        tiny.act(STRANGER, lambda ctx: add(ctx))
    signing = item_of(tiny, main, COLLEAGUE)
    with pytest.raises(Conflict):
        tiny.act(
            COLLEAGUE,
            lambda ctx: signers.add(ctx, signing, persons=persons, position="after", reason="因"),
        )
    with pytest.raises(Conflict):
        tiny.act(COLLEAGUE, lambda ctx: work.release(ctx, signing))


def test_of_two_who_sign_last_at_once_one_lets_the_case_go_on(tiny: Tiny) -> None:
    case_id, main = claimed(tiny)
    asked(tiny, main, [COLLEAGUE, HEAD], "after")
    hand_in(tiny, main)
    assert together(*(partial(sign, tiny, main, login) for login in (COLLEAGUE, HEAD))) == {
        "done": 2
    }
    assert len(steps(tiny, case_id)) == 1


def test_whoever_signs_a_task_is_not_given_the_task_itself(tiny: Tiny) -> None:
    _case_id, main = claimed(tiny)
    asked(tiny, main, [COLLEAGUE], "parallel")
    give = partial(transfers.transfer, item_id=main, to=tiny.person(COLLEAGUE), reason="出差")
    with pytest.raises(Invalid):
        tiny.act(DESK, lambda ctx: give(ctx))
    tiny.act(DESK, lambda ctx: work.release(ctx, main))
    with pytest.raises(Conflict):
        tiny.act(COLLEAGUE, lambda ctx: work.claim(ctx, main))
