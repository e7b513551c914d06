"""One case moved: what it keeps, what changes, and that a refusal leaves nothing behind."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select

from server.domain.access import SYSTEM
from server.domain.errors import Conflict, Forbidden, MigrationRefused, NotFound
from server.models.base import Base
from server.models.case import case
from server.models.time import deadline, timer
from server.models.work import work_item
from server.services.case import replay
from server.services.context import Tools, reading
from server.services.verbs import drafts, work
from tests.factories.invariants import broken_chain, violations
from tests.factories.newer import (
    RENAMED,
    changed,
    longer,
    publish,
    renamed,
    renamed_yaml,
    second,
)
from tests.factories.tiny import ACCEPT, COLLEAGUE, DESK, HEAD, NOW, STRANGER, Tiny

CONSULTING = {**ACCEPT, "registered_on": "2026-02-12", "organs": ["audit_office"]}


def test_a_case_at_its_first_step_runs_on_by_the_new_rule(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.act(DESK, lambda ctx: work.claim(ctx, tiny.item(case_id, "register").id))
    before = tiny.item(case_id, "register")
    newer = publish(tiny, changed(yaml=longer))
    (moved,) = newer.plan(case_id).verdict.effects.clocks
    assert (moved.was, moved.to) == ("5个工作日", "10个工作日")
    assert (moved.was_on, moved.due_on) == ("2026-02-26", "2026-03-04")
    newer.move(case_id)
    after = tiny.item(case_id, "register")
    assert (after.id, after.assignee_id) == (before.id, before.assignee_id)
    days = {str(row["due_on"]) for row in rows(tiny.tools, work_item, case_id)}
    assert days == {str(rows(tiny.tools, deadline, case_id)[0]["due_on"])} == {"2026-03-04"}
    assert sound(tiny, case_id)
    tiny.do(DESK, case_id, "register", ACCEPT)
    assert sound(tiny, case_id)


def test_claims_drafts_timers_and_messages_survive_a_step_with_another_name(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", CONSULTING)
    item = tiny.item(case_id, "verify")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    typed = {"finding": "属实", "checker_answer": "none"}
    tiny.act(DESK, lambda ctx: drafts.save(ctx, item.id, typed))
    before = {row["id"]: row for row in rows(tiny.tools, timer, case_id)}
    newer = publish(tiny, second(), RENAMED)
    effects = newer.plan(case_id).verdict.effects
    assert effects.renamed == (("核实", "审核"),)
    assert effects.forms == ("审核",)
    newer.move(case_id)
    after = tiny.item(case_id, "examine")
    assert (after.id, after.assignee_id) == (item.id, tiny.person(DESK))
    stored = next(row for row in rows(tiny.tools, work_item, case_id) if row["id"] == item.id)
    draft = drafts.of(stored["draft"], tiny.person(DESK))
    assert draft is not None
    assert draft.answers == {"finding": "属实"}
    assert draft.before == {"law": newer.old, "form": "verification", "answers": typed}
    now = {row["id"]: row for row in rows(tiny.tools, timer, case_id)}
    assert {key: row["due_at"] for key, row in now.items()} == {
        key: row["due_at"] for key, row in before.items()
    }
    assert "examine_nudge" in {row["element"] for row in now.values()}
    assert sound(tiny, case_id)
    tiny.act(DESK, lambda ctx: drafts.save(ctx, item.id, {"finding": "仍属实"}))
    stored = next(row for row in rows(tiny.tools, work_item, case_id) if row["id"] == item.id)
    assert stored["draft"]["before"]["answers"] == typed
    tiny.do("county1.audit.1", case_id, "consult", {"opinion": "同意"})
    tiny.do(DESK, case_id, "examine", {"finding": "属实", "place": "现场"})
    tiny.deliver(case_id, "evidence_received", {"evidence_weight": 1})
    tiny.do(HEAD, case_id, "decide", {"determination": "tolerated", "grounds": "抢险救灾"})
    assert tiny.facts(case_id).status == "closed"
    assert sound(tiny, case_id)


def test_the_log_with_a_move_in_it_leads_to_what_is_stored(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    newer = publish(tiny, second(), RENAMED)
    newer.move(case_id)
    tiny.do(DESK, case_id, "examine", {"finding": "属实"})
    with reading(tiny.tools, SYSTEM, NOW) as ctx:
        played = replay.replay(ctx, case_id)
    assert (played.result, played.steps) == ("same", 4), played.why


def test_an_open_step_the_new_version_lacks_is_a_reason_and_nothing_changes(tiny: Tiny) -> None:
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    newer = publish(tiny, changed(bpmn=renamed, yaml=renamed_yaml))
    verdict = newer.plan(case_id).verdict
    assert {(each.code, each.element, each.label) for each in verdict.reasons} == {
        ("MIGRATION_STEP_MISSING", "verify", "核实"),
        ("MIGRATION_STEP_MISSING", "verify_nudge", "定时提示"),
    }
    before = everything(tiny.tools, case_id)
    with pytest.raises(MigrationRefused) as refused:
        newer.move(case_id)
    assert "核实：正在办理的环节在新版本中不存在" in refused.value.message
    assert everything(tiny.tools, case_id) == before


def test_a_case_that_would_change_otherwise_than_shown_stays(tiny: Tiny) -> None:
    case_id = tiny.open()
    newer = publish(tiny, changed(yaml=longer))
    order = newer.order(case_id)
    tiny.do(DESK, case_id, "register", ACCEPT)
    before = everything(tiny.tools, case_id)
    with pytest.raises(Conflict, match="预览"):
        newer.move(case_id, effects=order.effects)
    assert everything(tiny.tools, case_id) == before


def test_only_the_head_of_a_competent_office_moves_a_case(tiny: Tiny) -> None:
    case_id = tiny.open()
    newer = publish(tiny, changed(yaml=longer))
    with pytest.raises(Forbidden):
        newer.move(case_id, COLLEAGUE)
    with pytest.raises(NotFound):
        newer.move(case_id, STRANGER)
    newer.move(case_id, HEAD)
    with pytest.raises(Conflict, match="已经不在原来的版本上"):
        newer.move(case_id, effects=newer.plan(case_id).verdict.effects)


def test_a_task_in_somebodys_hands_stays_with_his_office(tiny: Tiny) -> None:
    def elsewhere(text: str) -> str:
        return text.replace(
            "desk: {title: 受理机关, office: =routing.office, level: =routing.level}",
            "desk: {title: 受理机关, office: audit_office, level: case}",
        )

    free, taken = tiny.open(), tiny.open()
    tiny.act(DESK, lambda ctx: work.claim(ctx, tiny.item(taken, "register").id))
    newer = publish(tiny, changed(yaml=elsewhere))
    assert [each.code for each in newer.plan(taken).verdict.reasons] == ["MIGRATION_OFFICE"]
    assert newer.plan(free).verdict.effects.offices == ("登记",)
    newer.move(free)
    (row,) = rows(tiny.tools, work_item, free)
    assert row["candidate_role"] == "audit_office"
    tiny.do("county1.audit.1", free, "register", ACCEPT)


def test_a_period_granted_in_another_unit_does_not_move(tiny: Tiny) -> None:
    def unit(text: str) -> str:
        return text.replace("interval: {n: 5, unit: working}", "interval: {n: 5, unit: calendar}")

    case_id = tiny.open()
    newer = publish(tiny, changed(yaml=unit))
    assert newer.plan(case_id).verdict.can
    row = rows(tiny.tools, deadline, case_id)[0]
    extend(tiny, row)
    assert [each.code for each in newer.plan(case_id).verdict.reasons] == ["MIGRATION_CLOCK"]


def test_a_rule_the_new_version_lacks_keeps_the_case(tiny: Tiny) -> None:
    def otherwise(text: str) -> str:
        return text.replace("  registration:\n    title", "  noting:\n    title")

    def drawn(text: str) -> str:
        return text.replace('rongcuo:deadline="registration"', 'rongcuo:deadline="noting"')

    case_id = tiny.open()
    newer = publish(tiny, changed(yaml=otherwise, bpmn=drawn))
    (reason,) = newer.plan(case_id).verdict.reasons
    assert (reason.code, reason.element, reason.label) == (
        "MIGRATION_CLOCK",
        "registration",
        "登记",
    )


def test_what_only_the_new_version_goes_by_and_was_answered_before_keeps_the_case(
    tiny: Tiny,
) -> None:
    def by_facts(text: str) -> str:
        return text.replace('registered = "accept"<', 'registered = "accept" and facts != null<')

    case_id = tiny.open()
    newer = publish(tiny, changed(bpmn=by_facts))
    (reason,) = newer.plan(case_id).verdict.reasons
    assert (reason.code, reason.element) == ("MIGRATION_ANSWER", "facts")


def test_the_chain_holds_and_says_who_moved_it(tiny: Tiny) -> None:
    case_id = tiny.open()
    newer = publish(tiny, changed(yaml=longer))
    newer.move(case_id)
    assert broken_chain(tiny.tools) is None
    with tiny.tools.readers() as session:
        row = session.execute(select(case).where(case.c.id == case_id)).one()
    assert row.pack_version_id == newer.new


def sound(tiny: Tiny, case_id: str) -> bool:
    """Nothing is lost, double or out of step."""
    assert violations(tiny.tools, case_id) == []
    return True


def rows(tools: Tools, table: Any, case_id: str) -> list[Mapping[str, Any]]:
    with tools.readers() as session:
        found = session.execute(select(table).where(table.c.case_id == case_id)).mappings()
        return [dict(row) for row in found]


def everything(tools: Tools, case_id: str) -> dict[str, list[Any]]:
    """Every row of the case in every table, and how long the record is."""
    found = {}
    with tools.readers() as session:
        for table in Base.metadata.sorted_tables:
            column = table.c.id if table is case else table.c.get("case_id")
            if column is not None:
                kept = session.execute(select(table).where(column == case_id)).mappings()
                found[table.name] = sorted((dict(row) for row in kept), key=repr)
    return found


def extend(tiny: Tiny, row: Mapping[str, Any]) -> None:
    """Let the clock be extended already."""
    change = {"kind": "extend", "on": "2026-02-12", "n": 2, "note": "", "by": "", "approved_by": ""}
    with tiny.tools.writers() as session:
        session.execute(
            deadline.update().where(deadline.c.id == row["id"]).values(changes=[change])
        )
        session.commit()
