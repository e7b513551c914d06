"""Cases that begin and answer each other: once, to the right one, and nothing is lost."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update

from server.domain.links import Fault, LinkKind
from server.models.case import case, subject
from server.models.link import case_link
from server.models.outbox import outbox
from server.services.case import links
from server.services.context import Context
from server.services.verbs import cases, messages
from server.services.verbs.openings import Prepared
from tests.databases import Databases
from tests.factories import family as factory
from tests.factories import tools as tools_factory
from tests.factories.family import ELSEWHERE, MANY, ONE, Family
from tests.factories.invariants import violations
from tests.factories.tiny import APPLICANT, COLLEAGUE, DESK, NOW, Tiny
from tests.factories.together import together

OTHER = "county1.housing_works.2"


@pytest.fixture
def kin(databases: Databases) -> Iterator[Family]:
    with tools_factory.copied(databases, "kin", factory.fill) as tools:
        yield Family(Tiny(tools))


def test_a_message_begins_one_case_that_knows_where_it_comes_from(kin: Family) -> None:
    asking = kin.ask(ONE)
    assert kin.hand_over() == 1
    [begun] = opened(kin, asking)
    row = stored(kin, begun)
    assert (row.procedure, row.level, row.title, row.opened_by) == (
        "answering",
        "county",
        "一事",
        None,
    )
    assert [work.node_key for work in kin.tiny.facts(begun).work] == ["look"]
    assert concerned(kin, begun) == [("subject", kin.tiny.person(APPLICANT))]
    assert state(kin, asking) == [("sent", "")]
    assert kin.hand_over() == 0
    assert opened(kin, asking) == [begun]
    assert violations(kin.tools, begun) == []


def test_one_case_for_each_item_and_one_that_is_refused_holds_up_no_other(kin: Family) -> None:
    items = [{"text": "甲", "whom": person(kin)}, {"text": "", "whom": person(kin)}, {"text": "丙"}]
    asking = kin.ask(MANY, {"items": items})
    kin.hand_over()
    assert sorted(stored(kin, each).title for each in opened(kin, asking)) == ["丙", "甲"]
    assert [sent.message for sent in kin.tiny.facts(asking).messages] == [MANY]
    [refused] = [row for row in rows(kin, asking) if row.state == "failed"]
    assert refused.error == Fault.START_REFUSED
    assert [each["field"] for each in refused.problems] == ["what"]


def test_what_is_parked_begins_once_it_is_mended(kin: Family) -> None:
    asking = kin.ask(ONE, {"what": ""})
    kin.hand_over()
    [parked] = rows(kin, asking)
    assert (parked.state, parked.error) == ("failed", Fault.START_REFUSED)
    mended = {**parked.payload, "data": {"what": "补上"}}
    change = update(outbox).where(outbox.c.id == parked.id).values(payload=mended)
    kin.tiny.program(lambda ctx: ctx.session.execute(change))
    kin.tiny.program(lambda ctx: messages.again(ctx, parked.id))
    assert kin.hand_over() == 1
    assert len(opened(kin, asking)) == 1
    assert state(kin, asking) == [("sent", "")]


def test_a_procedure_that_no_pack_holds_is_recorded_and_nothing_fails(kin: Family) -> None:
    asking = kin.ask(ELSEWHERE)
    assert kin.hand_over() == 0
    assert state(kin, asking) == [("recorded", Fault.NO_PROCEDURE)]
    assert kin.tiny.facts(asking).status == "open"


def test_an_answer_waits_until_it_is_awaited_and_then_comes_at_once(kin: Family) -> None:
    asking = kin.ask(ONE)
    kin.hand_over()
    [begun] = opened(kin, asking)
    kin.tiny.do(DESK, begun, "look", {"finding": "属实"})
    assert kin.hand_over() == 0
    assert state(kin, begun) == [("pending", Fault.NOT_AWAITED)]
    kin.tiny.do(DESK, asking, "read", {})
    assert kin.hand_over() == 1
    facts = kin.tiny.facts(asking)
    assert (facts.status, facts.variables["finding"]) == ("closed", "属实")
    assert state(kin, begun) == [("sent", "")]
    assert (begun, asking, LinkKind.ANSWERED) in linked(kin)


def test_an_answer_to_a_case_that_is_over_is_recorded(kin: Family) -> None:
    asking = kin.ask(ONE)
    kin.hand_over()
    [begun] = opened(kin, asking)
    over = update(case).where(case.c.id == asking).values(status="cancelled")
    kin.tiny.program(lambda ctx: ctx.session.execute(over))
    kin.tiny.do(DESK, begun, "look", {})
    assert kin.hand_over() == 0
    assert state(kin, begun) == [("recorded", Fault.RECEIVER_OVER)]


def test_a_reference_reaches_nobody_else_s_case_and_does_not_tell_that_there_is_one(
    kin: Family,
) -> None:
    asking = kin.ask(ELSEWHERE)
    kin.tiny.do(DESK, asking, "read", {})
    reference = kin.tiny.facts(asking).reference
    for named in (reference, "询〔2026〕999号"):
        stranger = by_hand(kin, whom=OTHER, source_reference=named)
        kin.tiny.do(DESK, stranger, "look", {})
        assert kin.hand_over() == 0
        assert state(kin, stranger) == [("recorded", Fault.NO_SUCH_CASE)]
    assert kin.tiny.facts(asking).status == "open"


def test_a_reference_reaches_a_case_about_the_same_person_or_one_that_is_linked(
    kin: Family,
) -> None:
    for whom in (APPLICANT, OTHER):
        asking = kin.ask(ELSEWHERE)
        kin.tiny.do(DESK, asking, "read", {})
        answering = by_hand(kin, whom=whom, source_reference=kin.tiny.facts(asking).reference)
        if whom == OTHER:
            kin.tiny.program(partial(named, asking, answering))
        kin.tiny.do(DESK, answering, "look", {"finding": "有"})
        assert kin.hand_over() == 1
        assert kin.tiny.facts(asking).status == "closed"


def test_two_workers_begin_one_case(kin: Family) -> None:
    asking = kin.ask(ONE)
    together(lambda: messages.hand_over(kin.tools, NOW), lambda: messages.hand_over(kin.tools, NOW))
    assert len(opened(kin, asking)) == 1


def test_a_program_that_ends_in_the_middle_begins_nothing_and_then_once(
    kin: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = kin.ask(ONE)
    write = cases.write

    def ends(ctx: Any, prepared: Prepared) -> str:
        write(ctx, prepared)
        raise SystemExit

    monkeypatch.setattr(cases, "write", ends)
    with pytest.raises(SystemExit):
        messages.hand_over(kin.tools, NOW)
    assert opened(kin, asking) == []
    monkeypatch.setattr(cases, "write", write)
    assert kin.hand_over() == 1
    assert len(opened(kin, asking)) == 1


def by_hand(kin: Family, *, whom: str, source_reference: str) -> str:
    given = {
        "managed_by": "county",
        "whom": kin.tiny.person(whom),
        "what": "一事",
        "source_reference": source_reference,
    }
    return kin.tiny.act(COLLEAGUE, lambda ctx: cases.open_case(ctx, "answering", given))


def named(one: str, two: str, ctx: Context) -> None:
    links.add(ctx, LinkKind.NAMED, one, two)


def person(kin: Family) -> str:
    return kin.tiny.person(APPLICANT)


def opened(kin: Family, case_id: str) -> list[str]:
    return [to for sender, to, kind in linked(kin) if sender == case_id and kind == LinkKind.OPENED]


def linked(kin: Family) -> list[tuple[str, str, str]]:
    with kin.tools.readers() as session:
        found = session.execute(select(case_link.c.from_id, case_link.c.to_id, case_link.c.kind))
        return [tuple(row) for row in found]


def stored(kin: Family, case_id: str) -> Any:
    with kin.tools.readers() as session:
        return session.execute(select(case).where(case.c.id == case_id)).one()


def concerned(kin: Family, case_id: str) -> list[tuple[str, str]]:
    with kin.tools.readers() as session:
        wanted = select(subject.c.kind, subject.c.person_id).where(subject.c.case_id == case_id)
        return [tuple(row) for row in session.execute(wanted)]


def rows(kin: Family, case_id: str) -> list[Any]:
    with kin.tools.readers() as session:
        wanted = select(outbox).where(outbox.c.case_id == case_id, outbox.c.kind == "message")
        return list(session.execute(wanted.order_by(outbox.c.dedupe_key)))


def state(kin: Family, case_id: str) -> list[tuple[str, str]]:
    return [(row.state, row.error) for row in rows(kin, case_id)]
