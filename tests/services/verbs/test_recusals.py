"""Who keeps away, who decides it, and what becomes of his work and of his sight."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from server.domain.errors import Conflict, Forbidden, Invalid, NotFound
from server.domain.perspectives import Sight
from server.models.audit import AuditEvent
from server.models.base import new_id
from server.models.identity import Post
from server.models.outbox import notification
from server.models.recusal import declaration, kinship, recusal
from server.models.work import participant
from server.queries import perspectives
from server.services.context import Context
from server.services.files import sheets
from server.services.identity import people, posts
from server.services.verbs import (
    delegations,
    handovers,
    recusal_decisions,
    recusals,
    signers,
    transfers,
    work,
)
from tests.factories.invariants import broken_chain, violations
from tests.factories.tiny import ACCEPT, APPLICANT, COLLEAGUE, DESK, HEAD, NOW, STRANGER, Tiny

CITY_HEAD = "city1.case_supervision.head"


def test_who_declares_a_ground_loses_work_and_sight_at_once(tiny: Tiny) -> None:
    case_id = tiny.open()
    item = tiny.item(case_id, "register")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))

    declared(tiny, case_id, DESK)

    assert tiny.item(case_id, "register").assignee_id is None
    with pytest.raises(NotFound):
        sight(tiny, DESK, case_id)
    with pytest.raises(NotFound):
        tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    tiny.do(COLLEAGUE, case_id, "register", ACCEPT)
    assert violations(tiny.tools, case_id, NOW) == []
    assert broken_chain(tiny.tools) is None


def test_the_head_confirms_what_was_declared_or_gives_the_right_back(tiny: Tiny) -> None:
    case_id = tiny.open()
    first, second = declared(tiny, case_id, DESK), declared(tiny, case_id, COLLEAGUE)

    decided(tiny, HEAD, first, granted=True)
    decided(tiny, HEAD, second, granted=False)

    with pytest.raises(NotFound):
        sight(tiny, DESK, case_id)
    sight(tiny, COLLEAGUE, case_id)
    with pytest.raises(Conflict):
        decided(tiny, HEAD, first, granted=False)


def test_what_a_colleague_asks_holds_once_it_is_granted(tiny: Tiny) -> None:
    case_id = tiny.open()
    item = tiny.item(case_id, "register")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    question = asked(tiny, case_id, COLLEAGUE, tiny.person(DESK))
    sight(tiny, DESK, case_id)

    for login, refusal in ((COLLEAGUE, Forbidden), (DESK, NotFound), (STRANGER, NotFound)):
        with pytest.raises(refusal):
            decided(tiny, login, question, granted=True)
    with pytest.raises(Invalid):
        decided(tiny, HEAD, question, granted=True, answer=" ")
    decided(tiny, HEAD, question, granted=True)

    assert tiny.item(case_id, "register").assignee_id is None
    with pytest.raises(NotFound):
        sight(tiny, DESK, case_id)


def test_about_the_head_the_one_above_decides(tiny: Tiny) -> None:
    case_id = tiny.open()
    for question in (
        declared(tiny, case_id, HEAD),
        asked(tiny, case_id, DESK, tiny.person(COLLEAGUE)),
    ):
        with pytest.raises(NotFound):
            decided(tiny, HEAD, question, granted=True)
        decided(tiny, CITY_HEAD, question, granted=True)


def test_a_party_asks_by_a_name_and_learns_nothing_from_the_answer(tiny: Tiny) -> None:
    case_id = tiny.open()
    name = tiny.program(lambda ctx: people.person_by_login(ctx, DESK).name)
    known = asked(tiny, case_id, APPLICANT, f"{name}同志")
    unknown = asked(tiny, case_id, APPLICANT, "查无此人")
    with pytest.raises(Conflict):
        asked(tiny, case_id, APPLICANT, "查无此人")

    rows = recusals_of(tiny, case_id)
    assert [rows[known].person_id, rows[unknown].person_id] == [tiny.person(DESK), None]
    assert {rows[each].office_id for each in (known, unknown)} == {rows[known].office_id}
    with pytest.raises(Invalid):
        decided(tiny, HEAD, unknown, granted=True)
    tiny.act(
        HEAD,
        lambda ctx: recusal_decisions.decide(
            ctx, unknown, granted=True, answer="属实", person=tiny.person(COLLEAGUE)
        ),
    )
    decided(tiny, HEAD, known, granted=False)
    with pytest.raises(NotFound):
        sight(tiny, COLLEAGUE, case_id)


def test_parties_do_not_declare_and_strangers_ask_nothing(tiny: Tiny) -> None:
    case_id = tiny.open()
    with pytest.raises(Forbidden):
        declared(tiny, case_id, APPLICANT)
    for verb in (declared, partial(asked, person=tiny.person(DESK))):
        with pytest.raises(NotFound):
            verb(tiny, case_id, STRANGER)
    with pytest.raises(Invalid):
        tiny.act(DESK, lambda ctx: recusals.declare(ctx, case_id, ground="unheard_of"))
    with pytest.raises(Invalid):
        asked(tiny, case_id, DESK, tiny.person(STRANGER))


def test_the_one_who_asked_takes_his_question_back(tiny: Tiny) -> None:
    case_id = tiny.open()
    question = asked(tiny, case_id, COLLEAGUE, tiny.person(DESK))
    with pytest.raises(Forbidden):
        tiny.act(HEAD, lambda ctx: recusal_decisions.withdraw(ctx, question))
    tiny.act(COLLEAGUE, lambda ctx: recusal_decisions.withdraw(ctx, question))
    with pytest.raises(Conflict):
        decided(tiny, HEAD, question, granted=True)


def test_a_member_of_the_team_leaves_it_and_comes_back_when_it_does_not_hold(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    tiny.do(COLLEAGUE, case_id, "verify", {"finding": "属实", "checker": tiny.person(STRANGER)})
    assert parts(tiny, case_id, STRANGER) == ["checker"]
    with tiny.tools.readers() as session:
        said = select(declaration.c.answer).where(declaration.c.occasion == "appointment")
        assert session.scalars(said).all() == ["none"]

    question = declared(tiny, case_id, STRANGER)
    assert parts(tiny, case_id, STRANGER) == []
    assert "有人员因回避退出调查组，请更换人员" in told(tiny, case_id, HEAD)
    decided(tiny, HEAD, question, granted=False)
    assert parts(tiny, case_id, STRANGER) == ["checker"]


def test_work_that_nobody_is_left_to_do_goes_to_the_office_above(tiny: Tiny) -> None:
    case_id = tiny.open()
    only_head(tiny)
    declared(tiny, case_id, HEAD)

    item = tiny.item(case_id, "register")
    # he is head of another office as well
    assert item.unit_id in tiny.actor(CITY_HEAD).headed
    assert "“登记”因下级机关人员回避、无人可办，转由你们办理" in told(tiny, case_id, CITY_HEAD)
    # nobody handed it over, so that there is nobody to send it back to
    shown = tiny.act(CITY_HEAD, lambda ctx: sheets.sheet(ctx, item.id))
    assert {"claim", "transfer", "decline"} & set(shown.actions) == {"claim", "transfer"}
    assert shown.handing == ()
    with pytest.raises(Conflict):
        tiny.act(CITY_HEAD, lambda ctx: handovers.decline(ctx, item.id, reason="不归本级管"))
    tiny.do(CITY_HEAD, case_id, "register", ACCEPT)
    assert violations(tiny.tools, case_id, NOW) == []


def test_work_that_nobody_anywhere_can_do_is_never_silent(tiny: Tiny) -> None:
    case_id = tiny.open()
    ended = update(Post).values(to_on=NOW.date() - timedelta(days=1))
    tiny.program(lambda ctx: ctx.session.execute(ended.where(Post.person_id != tiny.person(HEAD))))
    declared(tiny, case_id, HEAD)
    with tiny.tools.readers() as session:
        verbs = set(session.scalars(select(AuditEvent.verb).where(AuditEvent.case_id == case_id)))
    assert "work.unattended" in verbs


def test_what_a_delegate_prepared_goes_back_to_who_asked_him(tiny: Tiny) -> None:
    case_id = tiny.open()
    item = tiny.item(case_id, "register")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    tiny.act(DESK, delegating(item.id, tiny.person(COLLEAGUE)))
    declared(tiny, case_id, COLLEAGUE)
    assert tiny.item(case_id, "register").assignee_id == tiny.person(DESK)
    tiny.act(DESK, lambda ctx: work.complete(ctx, item.id, ACCEPT))


def test_a_signature_that_was_delegated_is_not_waited_for_when_its_signer_keeps_away(
    tiny: Tiny,
) -> None:
    case_id = tiny.open()
    item = tiny.item(case_id, "register")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    who = [tiny.person(COLLEAGUE)]
    add = partial(signers.add, item_id=item.id, persons=who, position="before", reason="会同")
    tiny.act(DESK, lambda ctx: add(ctx))
    [signing] = [each.id for each in tiny.facts(case_id).work if each.id != item.id]
    tiny.act(COLLEAGUE, delegating(signing, tiny.person(HEAD)))
    declared(tiny, case_id, COLLEAGUE)
    assert [each.id for each in tiny.facts(case_id).work] == [item.id]
    tiny.act(DESK, lambda ctx: work.complete(ctx, item.id, ACCEPT))
    assert violations(tiny.tools, case_id, NOW) == []


def test_a_claim_declares_once_for_a_person_and_a_role(tiny: Tiny) -> None:
    case_id = tiny.open()
    item = tiny.item(case_id, "register")
    for _round in range(2):
        tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
        tiny.act(DESK, lambda ctx: work.release(ctx, item.id))
    with tiny.tools.readers() as session:
        (row,) = session.execute(select(declaration)).all()
    said = (row.person_id, row.occasion, row.capacity, row.answer)
    assert said == (tiny.person(DESK), "claim", "case_supervision_office", "none")


def test_nothing_is_transferred_to_whoever_keeps_away(tiny: Tiny) -> None:
    case_id = tiny.open()
    item = tiny.item(case_id, "register")
    declared(tiny, case_id, COLLEAGUE)
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    with pytest.raises(Invalid):
        tiny.act(
            DESK,
            lambda ctx: transfers.transfer(ctx, item.id, to=tiny.person(COLLEAGUE), reason="出差"),
        )


def test_who_took_the_disputed_decision_is_kept_out_without_being_asked(tiny: Tiny) -> None:
    case_id = tiny.open()
    author = {**ACCEPT, "decision_maker": tiny.person(COLLEAGUE)}
    tiny.do(DESK, case_id, "register", author)

    with pytest.raises(NotFound):
        sight(tiny, COLLEAGUE, case_id)
    (row,) = recusals_of(tiny, case_id).values()
    assert (row.ground, row.state, row.by_id) == ("decision_author", "declared", tiny.person(DESK))


def test_the_applicant_keeps_his_part_though_he_took_the_decision(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", {**ACCEPT, "decision_maker": tiny.person(APPLICANT)})
    assert recusals_of(tiny, case_id) == {}
    sight(tiny, APPLICANT, case_id)


def test_a_recorded_relative_is_kept_out_and_comes_back_when_the_record_ends(tiny: Tiny) -> None:
    case_id = tiny.open()
    item = tiny.item(case_id, "register")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    pair = {"person_id": tiny.person(DESK), "relative_id": tiny.person(APPLICANT)}
    more = {"id": new_id(), "relation": "表兄", "noted_by": tiny.person(HEAD), "noted_at": NOW}
    tiny.program(lambda ctx: ctx.session.execute(insert(kinship).values(**pair, **more)))

    with pytest.raises(NotFound):
        tiny.act(DESK, lambda ctx: work.complete(ctx, item.id, ACCEPT))
    tiny.act(COLLEAGUE, lambda ctx: work.claim(ctx, item.id))
    sight(tiny, APPLICANT, case_id)
    tiny.program(lambda ctx: ctx.session.execute(update(kinship).values(ended_at=NOW)))
    sight(tiny, DESK, case_id)


def test_whoever_did_the_one_does_not_do_the_other(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    tiny.do(HEAD, case_id, "verify", {"finding": "属实"})
    tiny.deliver(case_id, "evidence_received", {"evidence_weight": 1})
    item = tiny.item(case_id, "decide")
    with pytest.raises(Forbidden) as refused:
        tiny.act(HEAD, lambda ctx: work.claim(ctx, item.id))
    assert refused.value.message == "您已办理该事项中与本环节不相容的环节，本环节须由他人办理"


def delegating(item_id: str, to: str) -> Callable[[Context], None]:
    return lambda ctx: delegations.delegate(ctx, item_id, to=to, reason="请先拟稿")


def declared(tiny: Tiny, case_id: str, login: str) -> str:
    return tiny.act(login, lambda ctx: recusals.declare(ctx, case_id, ground="kinship"))


def asked(tiny: Tiny, case_id: str, login: str, person: str) -> str:
    why = {"ground": "kinship", "reason": "系表兄弟"}
    return tiny.act(login, lambda ctx: recusals.ask(ctx, case_id, person=person, **why))


def decided(
    tiny: Tiny, login: str, recusal_id: str, *, granted: bool, answer: str = "经核实"
) -> None:
    decide = partial(recusal_decisions.decide, granted=granted, answer=answer)
    tiny.act(login, lambda ctx: decide(ctx, recusal_id))


def sight(tiny: Tiny, login: str, case_id: str) -> Sight:
    return tiny.act(login, lambda ctx: perspectives.of(ctx.session, posts.with_posts(ctx), case_id))


def recusals_of(tiny: Tiny, case_id: str) -> dict[str, Any]:
    with tiny.tools.readers() as session:
        rows = session.execute(select(recusal).where(recusal.c.case_id == case_id)).all()
    return {row.id: row for row in rows}


def parts(tiny: Tiny, case_id: str, login: str) -> list[str]:
    held = select(participant.c.role_key).where(
        participant.c.case_id == case_id,
        participant.c.person_id == tiny.person(login),
        participant.c.to_at.is_(None),
    )
    with tiny.tools.readers() as session:
        return list(session.scalars(held))


def told(tiny: Tiny, case_id: str, login: str) -> set[str]:
    mine = select(notification.c.text).where(
        notification.c.case_id == case_id, notification.c.recipient_id == tiny.person(login)
    )
    with tiny.tools.readers() as session:
        return set(session.scalars(mine))


def only_head(tiny: Tiny) -> None:
    """Nobody but its head is left in the office of the county."""
    head = tiny.actor(HEAD)
    ended = update(Post).where(Post.unit_id.in_(head.headed), Post.person_id != head.person_id)
    yesterday = NOW.date() - timedelta(days=1)
    tiny.program(lambda ctx: ctx.session.execute(ended.values(to_on=yesterday)))
