from dataclasses import replace

import pytest
from sqlalchemy import select

from server.domain.errors import Conflict, EngineError, ExpressionFailed
from server.domain.packs import Feel
from server.engine.port import Advance
from server.models.audit import AuditEvent
from server.models.case import case_state, case_step
from server.services.case import case_rows
from server.services.case import case_state as states
from server.services.context import Context, Tools
from server.services.identity import staffing
from server.services.identity.staffing import NewUnit
from server.services.verbs import advance
from tests.factories.engine import Broken
from tests.factories.tiny import ACCEPT, DESK, Tiny


def test_each_step_is_one_version_and_one_row_of_history(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    with tiny.tools.readers() as session:
        version = session.scalar(
            select(case_state.c.version).where(case_state.c.case_id == case_id)
        )
        steps = session.execute(
            select(case_step).where(case_step.c.case_id == case_id).order_by(case_step.c.seq)
        ).all()
    assert version == 2
    assert [(step.seq, step.command, step.state_version) for step in steps] == [
        (1, "open", 1),
        (2, "complete", 2),
    ]
    assert steps[0].state_before is None
    assert steps[1].state_before is not None
    assert steps[1].actor_id == tiny.person(DESK)
    assert "f_begin__route" in steps[0].flows


def test_the_history_says_which_rules_of_which_table_decided(tiny: Tiny) -> None:
    case_id = tiny.open()
    with tiny.tools.readers() as session:
        decisions = session.scalars(
            select(case_step.c.decisions).where(case_step.c.case_id == case_id)
        ).one()
    assert [(made["element"], made["hits"]) for made in decisions] == [
        ("route", {"desk": ["desk_county"]})
    ]


def test_a_stale_state_is_a_conflict(tiny: Tiny) -> None:
    case_id = tiny.open()

    def twice(ctx: Context) -> None:
        before = states.load(ctx, case_id)
        after = Advance(state=b"other", variables={})
        states.store(ctx, case_id, before, after, definition="x")
        states.store(ctx, case_id, before, after, definition="x")

    with pytest.raises(Conflict):
        tiny.program(twice)
    assert [work.node_key for work in tiny.facts(case_id).work] == ["register"]


def test_the_outcome_is_that_of_the_end_that_was_reached(tiny: Tiny) -> None:
    refused, decided = tiny.open(), tiny.open()
    tiny.do(DESK, refused, "register", {"registered": "refuse", "reason": "无关"})
    tiny.do(DESK, decided, "register", ACCEPT)
    tiny.decided(decided)
    assert [tiny.facts(each).outcome for each in (refused, decided)] == ["refused", "tolerated"]


def test_an_engine_fault_undoes_the_step_and_suspends_the_case(tiny: Tiny) -> None:
    case_id = tiny.open()
    broken = Tiny(with_engine(tiny.tools, EngineError("坏了", element="register")))
    before = tiny.facts(case_id)
    with pytest.raises(EngineError):
        broken.do(DESK, case_id, "register", ACCEPT)
    after = tiny.facts(case_id)
    assert (after.status, after.status_reason) == ("suspended", "坏了")
    assert [work.node_key for work in after.work] == [work.node_key for work in before.work]
    assert after.variables == before.variables
    with tiny.tools.readers() as session:
        verbs = session.scalars(select(AuditEvent.verb).where(AuditEvent.case_id == case_id)).all()
    assert verbs[-1] == "case.incident"


def test_nothing_can_be_done_in_a_suspended_case(tiny: Tiny) -> None:
    case_id = tiny.open()
    broken = Tiny(with_engine(tiny.tools, EngineError("坏了")))
    with pytest.raises(EngineError):
        broken.do(DESK, case_id, "register", ACCEPT)
    with pytest.raises(Conflict):
        tiny.do(DESK, case_id, "register", ACCEPT)


def test_a_race_of_two_people_suspends_nothing(tiny: Tiny) -> None:
    case_id = tiny.open()
    with pytest.raises(Conflict):
        Tiny(with_engine(tiny.tools, Conflict("慢了一步"))).do(DESK, case_id, "register", ACCEPT)
    assert tiny.facts(case_id).status == "open"


def test_a_lane_that_leads_nowhere_is_an_incident(tiny: Tiny) -> None:
    case_id = tiny.open()
    relane(tiny, "leader", "nobody_at_all")
    tiny.do(DESK, case_id, "register", ACCEPT)
    tiny.do(DESK, case_id, "verify", {"finding": "属实"})
    with pytest.raises(EngineError):
        tiny.deliver(case_id, "evidence_received", {})
    assert tiny.facts(case_id).status == "suspended"


def test_two_offices_of_one_kind_in_one_place_are_an_incident(tiny: Tiny) -> None:
    again = NewUnit(
        key="again", name="又一个", kind="case_supervision_office", level="county", region="p/c1/d1"
    )
    tiny.program(lambda ctx: staffing.create_unit(ctx, again))
    with pytest.raises(EngineError):
        tiny.open()


def test_a_warning_of_the_packs_own_expression_is_never_taken_for_false(tiny: Tiny) -> None:
    case_id = tiny.open()
    (release_id, release) = next(iter(tiny.tools.releases.items()))
    event = replace(release.pack.events["registered"], when=Feel("not(nobody_knows_this)"))
    pack = replace(release.pack, events={**release.pack.events, "registered": event})
    tiny.tools.releases[release_id] = replace(release, pack=pack)
    with pytest.raises(ExpressionFailed):
        tiny.do(DESK, case_id, "register", ACCEPT)
    assert tiny.facts(case_id).status == "suspended"


def test_routing_variables_only_enter_the_engine(tiny: Tiny) -> None:
    tiny.open()
    (release,) = tiny.tools.releases.values()
    found = advance.routing(release, "tiny_matter", {"registered": "accept", "reason": "x"})
    assert found == {"registered": "accept"}


def test_a_case_changed_by_someone_else_is_a_conflict(tiny: Tiny) -> None:
    case_id = tiny.open()

    def change(ctx: Context) -> None:
        row = case_rows.lock(ctx, case_id)
        case_rows.change(ctx, row, outcome="a")
        case_rows.change(ctx, row, outcome="b")

    with pytest.raises(Conflict):
        tiny.program(change)
    assert tiny.facts(case_id).outcome is None


def test_the_head_of_the_office_decides_at_the_level_of_the_case(tiny: Tiny) -> None:
    case_id = tiny.open({"managed_by": "city", "facts": "无"})
    tiny.do("city1.case_supervision.1", case_id, "register", ACCEPT)
    tiny.do("city1.case_supervision.1", case_id, "verify", {"finding": "属实"})
    tiny.deliver(case_id, "evidence_received", {})
    item = tiny.item(case_id, "decide")
    assert (item.level, item.head_only) == ("city", True)


def with_engine(tools: Tools, error: Exception) -> Tools:
    return replace(tools, engine=Broken(error))


def relane(tiny: Tiny, lane: str, office: str) -> None:
    (release_id, release) = next(iter(tiny.tools.releases.items()))
    lanes = {**release.pack.lanes, lane: replace(release.pack.lanes[lane], office=office)}
    tiny.tools.releases[release_id] = replace(release, pack=replace(release.pack, lanes=lanes))
