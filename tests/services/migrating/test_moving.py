"""One case moved: what it keeps, what changes, and that a refusal leaves nothing behind."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select

from server.domain.access import SYSTEM
from server.domain.errors import Conflict, Forbidden, MigrationRefused, NotFound
from server.models.base import Base
from server.models.case import case, case_request
from server.models.time import deadline, timer
from server.models.work import work_item
from server.services.case import replay
from server.services.context import Tools, reading
from server.services.files import case_clocks, case_view
from server.services.migrating import comparing, proposals
from server.services.packs import definitions
from server.services.verbs import asking, drafts, requests, work
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
    assert reason.message == (
        "期限“登记”（registration）正在计算，新版本没有规定；"
        "请流程设计人员在迁移方案中写明它对应新版本的哪一条，或者在新版本中保留这一条"
    )


def test_periods_with_other_keys_run_on_with_the_time_that_was_used(tiny: Tiny) -> None:
    case_id = tiny.open()
    ask = asking.ask_extension
    tiny.act(DESK, lambda ctx: ask(ctx, case_id, "registration", n=1, reason="案情复杂"))
    supplementing(tiny, case_id)
    before = {row["id"]: row for row in rows(tiny.tools, deadline, case_id)}
    armed = {row["id"]: row["due_at"] for row in rows(tiny.tools, timer, case_id)}
    newer = publish(tiny, OTHER_RULES, RULES)
    told = newer.plan(case_id).verdict.effects
    assert [(each.was_title, each.title, each.was_on, each.due_on) for each in told.clocks] == [
        ("登记", "受理登记", "2026-02-26", "2026-02-26"),
        ("补正", "补正", "2026-02-15", "2026-02-15"),
    ]
    assert told.timers == ()
    newer.move(case_id)
    after = {row["id"]: row for row in rows(tiny.tools, deadline, case_id)}
    assert {row["rule_key"] for row in after.values()} == {"noting", "mending"}
    for key, row in after.items():
        assert all(row[name] == before[key][name] for name in ("origin_on", "due_on", "changes"))
    timers = rows(tiny.tools, timer, case_id)
    assert {row["id"]: row["due_at"] for row in timers} == armed
    assert {row["rule_key"] for row in timers} <= {"", "noting", "mending"}
    items = rows(tiny.tools, work_item, case_id)
    assert {row["deadline_key"] for row in items} == {"noting", "mending"}
    (asked,) = rows(tiny.tools, case_request, case_id)
    assert (asked["payload"]["rule_key"], asked["payload"]["subject"]) == ("noting", "noting")
    tiny.act(HEAD, lambda ctx: requests.consent(ctx, asked["id"]))
    assert sound(tiny, case_id)
    tiny.do("county1.housing_works.1", case_id, "supplement", {"supplemented": "证明一份"})
    tiny.do(DESK, case_id, "register", {"registered": "refuse", "reason": "不属于受理范围"})
    assert {row["state"] for row in rows(tiny.tools, deadline, case_id)} == {"met"}
    assert sound(tiny, case_id)


def test_a_period_that_was_over_before_is_told_by_the_law_of_then(tiny: Tiny) -> None:
    case_id = supplementing(tiny, tiny.open())
    tiny.do("county1.housing_works.1", case_id, "supplement", {"supplemented": "证明一份"})
    newer = publish(tiny, OTHER_RULES, RULES)
    newer.move(case_id)
    assert sound(tiny, case_id)
    with reading(tiny.tools, tiny.actor(HEAD), NOW) as ctx:
        release = definitions.release(ctx, newer.new)
        shown = case_clocks.of_case(ctx, release.pack, case_id)
        told = case_view.case_file(ctx, case_id)
    assert {(each.sheet.key, each.sheet.title, each.is_open) for each in shown} == {
        ("noting", "受理登记", True),
        ("supplement", "补正", False),
    }
    assert {each.verb for each in told.timeline} >= {"start", "met"}
    assert {each.task for each in told.timeline if each.verb == "met"} == {"补正"}


def test_a_period_stands_for_one_that_begins_alike_and_for_no_other(tiny: Tiny) -> None:
    publish(tiny, OTHER_RULES)
    with reading(tiny.tools, SYSTEM, NOW) as ctx:
        source, target = proposals.pair(ctx, "tiny", 1, 2)
    gone = {each.element: each for each in comparing.gone_rules(source.pack, target.pack)}
    assert {key: (each.options, each.guess) for key, each in gone.items()} == {
        "registration": ({"noting": "受理登记（5个工作日）"}, ""),
        "supplement": ({"mending": "补正（3日）"}, "mending"),
    }
    wrong = {
        "deadline:registration": "mending",
        "deadline:supplement": "",
        "deadline:decision": "noting",
        "deadline:nowhere": "noting",
    }
    assert sorted(each.field for each in comparing.wrong(source, target, wrong)) == [
        f"map-{key}" for key in sorted(wrong)
    ]
    assert list(comparing.wrong(source, target, RULES)) == []


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


#: the periods of registering and supplementing under other keys
OTHER_RULES = changed(
    yaml=lambda text: text.replace(
        "  registration:\n    title: 登记", "  noting:\n    title: 受理登记"
    ).replace(
        "  supplement:\n    title: 补正\n    origin", "  mending:\n    title: 补正\n    origin"
    ),
    bpmn=lambda text: (
        text.replace('deadline="registration"', 'deadline="noting"')
        .replace('deadline="supplement"', 'deadline="mending"')
        .replace('deadline("supplement")', 'deadline("mending")')
    ),
)
RULES = {"deadline:registration": "noting", "deadline:supplement": "mending"}


def supplementing(tiny: Tiny, case_id: str) -> str:
    """The case is asked for more: two periods run."""
    tiny.do(DESK, case_id, "register", {"registered": "supplement", "reason": "材料不全"})
    return case_id


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
