"""会签、或签、依次会签、票签: who is asked, when it ends, and what it comes to."""

from collections.abc import Mapping
from functools import partial

import pytest
from sqlalchemy import func, select

from server.domain.absences import Absence
from server.domain.errors import Conflict, Forbidden
from server.domain.expressions import Json
from server.models.case import case_state, case_step
from server.models.work import work_act, work_item
from server.queries import inbox
from server.services.context import Context
from server.services.files import open_tasks, sheets
from server.services.verbs import absences, recusals, work
from tests.factories import joint
from tests.factories.tiny import AUDIT, COLLEAGUE, DESK, HEAD, NOW, STRANGER, Tiny
from tests.factories.together import together

AGREE: Mapping[str, Json] = {"choice": "agree", "opinion": "同意"}
DISAGREE: Mapping[str, Json] = {"choice": "disagree", "opinion": "证据不足"}


def item_of(tiny: Tiny, case_id: str, login: str) -> str:
    with tiny.tools.readers() as session:
        found = session.scalar(
            select(work_item.c.id).where(
                work_item.c.case_id == case_id,
                work_item.c.node_key == "verify",
                work_item.c.assignee_id == tiny.person(login),
            )
        )
    assert found is not None
    return str(found)


def sign(tiny: Tiny, case_id: str, login: str, given: Mapping[str, Json] = AGREE) -> None:
    item_id = item_of(tiny, case_id, login)
    tiny.act(login, lambda ctx: work.complete(ctx, item_id, given))


def states(tiny: Tiny, case_id: str) -> dict[str, int]:
    with tiny.tools.readers() as session:
        rows = session.execute(
            select(work_item.c.state, func.count())
            .where(work_item.c.case_id == case_id, work_item.c.node_key == "verify")
            .group_by(work_item.c.state)
        )
        return {row[0]: row[1] for row in rows}


def result(tiny: Tiny, case_id: str) -> tuple[Json, Json, Json]:
    with tiny.tools.readers() as session:
        found = session.scalar(
            select(case_state.c.variables).where(case_state.c.case_id == case_id)
        )
    assert found is not None
    return (found.get("joint_agreed"), found.get("joint_for"), found.get("joint_against"))


def completions(tiny: Tiny, case_id: str) -> int:
    with tiny.tools.readers() as session:
        found = session.scalar(
            select(func.count()).where(
                case_step.c.case_id == case_id, case_step.c.node_key == "verify"
            )
        )
    return int(found or 0)


def mine(tiny: Tiny, case_id: str, login: str) -> frozenset[str]:
    def looked(ctx: Context) -> frozenset[str]:
        actor = tiny.actor(login)
        return inbox.of_case(ctx.session, actor, case_id, when=open_tasks.when(ctx))

    return tiny.act(login, looked)


def test_a_countersign_ends_as_soon_as_its_result_is_certain(tiny: Tiny) -> None:
    case_id = joint.opened(tiny)
    asked = states(tiny, case_id)["claimed"]
    sign(tiny, case_id, DESK)
    if asked > 2:
        assert completions(tiny, case_id) == 0
    sign(tiny, case_id, COLLEAGUE)
    assert completions(tiny, case_id) == 1
    assert result(tiny, case_id) == (True, 2, 0)
    assert states(tiny, case_id) == {"done": 2, "ended": asked - 2}


def test_an_or_sign_is_over_with_the_first_who_signs(tiny: Tiny) -> None:
    case_id = joint.opened(tiny, kind="or_sign")
    sign(tiny, case_id, HEAD, DISAGREE)
    assert result(tiny, case_id) == (False, 0, 1)
    with pytest.raises(Conflict):
        sign(tiny, case_id, DESK)


def test_one_after_the_other_the_head_last(tiny: Tiny) -> None:
    case_id = joint.opened(tiny, kind="sequence", **{"pass": "1/1"})
    assert item_of(tiny, case_id, DESK) in mine(tiny, case_id, DESK)
    assert mine(tiny, case_id, COLLEAGUE) == frozenset()
    with pytest.raises(Conflict):
        sign(tiny, case_id, COLLEAGUE)
    sign(tiny, case_id, DESK)
    assert item_of(tiny, case_id, COLLEAGUE) in mine(tiny, case_id, COLLEAGUE)
    sign(tiny, case_id, COLLEAGUE)
    sign(tiny, case_id, HEAD)
    assert result(tiny, case_id) == (True, 3, 0)


def test_a_vote_goes_by_weight_and_whoever_does_the_task_goes_on_with_its_result(
    tiny: Tiny,
) -> None:
    case_id = joint.opened(tiny, kind="vote", head_weight=3, main=True, **{"pass": ">1/2"})
    with tiny.tools.readers() as session:
        main = session.scalars(
            select(work_item.c.id).where(
                work_item.c.case_id == case_id,
                work_item.c.node_key == "verify",
                work_item.c.duty == "main",
            )
        ).one()
    with pytest.raises(Conflict):
        tiny.act(DESK, lambda ctx: work.claim(ctx, main))
    sign(tiny, case_id, HEAD, DISAGREE)
    assert completions(tiny, case_id) == 0
    tiny.act(DESK, lambda ctx: work.claim(ctx, main))
    tiny.act(DESK, lambda ctx: work.complete(ctx, main, {"finding": "属实"}))
    assert result(tiny, case_id) == (False, 0, 3)


def test_a_countersign_may_be_given_for_somebody_absent_a_ballot_is_his_own(tiny: Tiny) -> None:
    for kind in ("countersign", "vote"):
        case_id = joint.opened(tiny, kind=kind, **{"pass": "1/1"})
        item_id = item_of(tiny, case_id, DESK)
        if kind == "countersign":
            wanted = Absence(
                person_id=tiny.person(DESK),
                substitute_id=tiny.person(STRANGER),
                from_on=NOW.date(),
                to_on=NOW.date(),
            )
            tiny.act(DESK, partial(absences.arrange, wanted=wanted))
        shown = tiny.act(STRANGER, partial(sheets.sheet, item_id=item_id))
        given = partial(work.complete, item_id=item_id, given=AGREE)
        if kind == "vote":
            assert "complete" not in shown.actions
            with pytest.raises(Forbidden, match="表决由本人进行"):
                tiny.act(STRANGER, given)
        else:
            assert "complete" in shown.actions
            tiny.act(STRANGER, given)


def test_an_office_that_is_asked_signs_by_whoever_takes_it_and_nobody_twice(tiny: Tiny) -> None:
    roles = ["case_supervision_office", "audit_office"]
    case_id = joint.opened(tiny, who={"roles": roles}, **{"pass": "1/1"})
    first, second = (tiny.item(case_id, "verify", nth).id for nth in (0, 1))
    both = {
        tiny.item(case_id, "verify", nth).office: each for nth, each in ((0, first), (1, second))
    }
    audit, desk = both["audit_office"], both["case_supervision_office"]
    tiny.act(AUDIT, lambda ctx: work.claim(ctx, audit))
    tiny.act(AUDIT, lambda ctx: work.release(ctx, audit))
    tiny.act(AUDIT, lambda ctx: work.claim(ctx, audit))
    tiny.act(AUDIT, lambda ctx: work.complete(ctx, audit, AGREE))
    tiny.act(DESK, lambda ctx: work.claim(ctx, desk))
    tiny.act(DESK, lambda ctx: work.complete(ctx, desk, AGREE))
    assert result(tiny, case_id) == (True, 2, 0)


def test_of_those_who_sign_at_once_one_lets_the_case_go_on(tiny: Tiny) -> None:
    case_id = joint.opened(tiny)
    came = together(*(partial(sign, tiny, case_id, login) for login in (DESK, COLLEAGUE, HEAD)))
    assert came["done"] >= 2
    assert completions(tiny, case_id) == 1
    with tiny.tools.readers() as session:
        signed = session.scalar(
            select(func.count()).where(work_act.c.case_id == case_id, work_act.c.verb == "sign")
        )
    assert signed == came["done"]


def test_who_must_keep_away_does_not_count_and_the_others_go_on(tiny: Tiny) -> None:
    case_id = joint.opened(tiny, **{"pass": "1/1", "early": False})
    everybody = states(tiny, case_id)["claimed"]
    sign(tiny, case_id, DESK)
    tiny.act(COLLEAGUE, lambda ctx: recusals.declare(ctx, case_id, ground="kinship"))
    assert states(tiny, case_id) == {"done": 1, "claimed": everybody - 2, "ended": 1}
    sign(tiny, case_id, HEAD)
    assert completions(tiny, case_id) == (everybody == 3)
    assert result(tiny, case_id)[1:] == ((2, 0) if everybody == 3 else (None, None))
