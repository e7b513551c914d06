import pytest
from sqlalchemy import select, update

from server.domain.errors import Conflict, Forbidden, Invalid, NotFound
from server.domain.links import LinkKind
from server.models.outbox import message_subscription, outbox
from server.services.case import links
from server.services.verbs import messages
from tests.factories.tiny import ACCEPT, DESK, NOW, Tiny


def test_a_message_reaches_the_case_that_waits_for_it(tiny: Tiny) -> None:
    case_id = verifying(tiny)
    tiny.deliver(case_id, "evidence_received", {"evidence_weight": 3})
    facts = tiny.facts(case_id)
    assert facts.variables["evidence_weight"] == 3
    assert "evidence_arrives" in facts.visited
    assert subscriptions(tiny, case_id) == ["delivered"]


def test_a_message_for_one_case_never_enters_another(tiny: Tiny) -> None:
    first, second = verifying(tiny), verifying(tiny)
    tiny.deliver(first, "evidence_received", {})
    assert subscriptions(tiny, second) == ["open"]
    assert "evidence_arrives" not in tiny.facts(second).visited


def test_a_message_nobody_waits_for_is_a_conflict(tiny: Tiny) -> None:
    case_id = tiny.open()
    with pytest.raises(Conflict):
        tiny.deliver(case_id, "evidence_received", {})


def test_a_message_arrives_once(tiny: Tiny) -> None:
    case_id = verifying(tiny)
    tiny.deliver(case_id, "evidence_received", {})
    with pytest.raises(Conflict):
        tiny.deliver(case_id, "evidence_received", {})


def test_what_the_pack_does_not_let_it_carry_is_refused(tiny: Tiny) -> None:
    case_id = verifying(tiny)
    with pytest.raises(Invalid) as refused:
        tiny.deliver(case_id, "evidence_received", {"registered": "refuse"})
    assert [finding.field for finding in refused.value.findings] == ["registered"]
    with pytest.raises(Invalid):
        tiny.deliver(case_id, "unheard_of", {})


def test_only_the_program_hands_messages_over(tiny: Tiny) -> None:
    case_id = verifying(tiny)
    with pytest.raises(Forbidden):
        tiny.act(DESK, lambda ctx: messages.deliver(ctx, case_id, "evidence_received", {}))


def test_a_message_for_an_unknown_case_is_not_found(tiny: Tiny) -> None:
    with pytest.raises(NotFound):
        tiny.deliver("nothing", "evidence_received", {})


def test_a_thrown_message_is_owed_with_what_it_may_carry_and_nothing_else(tiny: Tiny) -> None:
    case_id = verifying(tiny)
    tiny.decided(case_id)
    assert [(sent.message, sent.data) for sent in tiny.facts(case_id).messages] == [
        ("result_sent", {"determination": "tolerated"})
    ]


def test_a_message_without_a_linked_case_is_recorded(tiny: Tiny) -> None:
    case_id = verifying(tiny)
    tiny.decided(case_id)
    assert messages.hand_over(tiny.tools, NOW) == 0
    assert owed(tiny, case_id) == ["recorded"]


def test_a_message_for_a_linked_case_that_does_not_wait_stays_owed(tiny: Tiny) -> None:
    case_id, parent = verifying(tiny), tiny.open()
    link(tiny, case_id, parent)
    tiny.decided(case_id)
    assert messages.hand_over(tiny.tools, NOW) == 0
    assert owed(tiny, case_id) == ["pending"]
    assert messages.hand_over(tiny.tools, NOW) == 0


def test_a_message_for_a_linked_case_that_waits_arrives_there(tiny: Tiny) -> None:
    case_id, parent = verifying(tiny), verifying(tiny)
    link(tiny, case_id, parent)
    tiny.program(
        lambda ctx: ctx.session.execute(
            update(message_subscription)
            .where(message_subscription.c.case_id == parent)
            .values(message="result_sent")
        )
    )
    tiny.decided(case_id)
    waiting = subscriptions(tiny, parent)
    assert waiting == ["open"]
    messages.hand_over(tiny.tools, NOW)
    assert owed(tiny, case_id) == ["sent"]
    assert subscriptions(tiny, parent) == ["delivered"]


def verifying(tiny: Tiny) -> str:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    return case_id


def link(tiny: Tiny, case_id: str, parent: str) -> None:
    tiny.program(lambda ctx: links.add(ctx, LinkKind.OPENED, parent, case_id))


def subscriptions(tiny: Tiny, case_id: str) -> list[str]:
    with tiny.tools.readers() as session:
        return list(
            session.scalars(
                select(message_subscription.c.state).where(
                    message_subscription.c.case_id == case_id
                )
            )
        )


def owed(tiny: Tiny, case_id: str) -> list[str]:
    with tiny.tools.readers() as session:
        return list(
            session.scalars(
                select(outbox.c.state).where(
                    outbox.c.case_id == case_id, outbox.c.kind == "message"
                )
            )
        )
