"""Every step of both shipped procedures: opened from a workbook, and played on to its end."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Invalid
from server.models.audit import AuditEvent
from server.models.case import case, takeover
from server.models.identity import Person
from server.models.outbox import notification, outbox
from server.models.time import deadline
from server.models.work import work_item
from server.queries.case_filters import Wanted
from server.services.case import search
from server.services.context import reading, transaction
from server.services.files import case_indexes, case_view
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.rehearsing.play import Play
from server.services.rehearsing.scenario import Scenario, Step
from server.services.takeover import books, openings
from server.services.takeover import columns as headings
from server.services.takeover.books import Book
from server.services.takeover.columns import columns
from server.services.takeover.openings import TakenOver
from server.services.takeover.walking import Walked
from server.services.verbs import timers
from tests.factories import takeovers
from tests.factories.invariants import broken_chain, violations
from tests.factories.shipped import CHUZHOU, DESK, NANYANG, Shipped

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA_TIME)
APPLICANT = "county1.housing_works.1"
HEAD = "county1.case_supervision.head"
PACK = {NANYANG: "nanyang", CHUZHOU: "chuzhou"}

PEOPLE: takeovers.Filled = {
    headings.NAME: "赵某",
    headings.LOGIN: APPLICANT,
    headings.UNIT: "county1.housing",
}
TEAM = {"team_lead": "county1.investigation.1", "team_members": "county1.petition.1"}


@pytest.mark.parametrize(
    ("databases", "procedure"),
    [
        ("sqlite", NANYANG),
        ("sqlite", CHUZHOU),
        ("postgres", CHUZHOU),
        pytest.param("postgres", NANYANG, marks=pytest.mark.slow),
    ],
    indirect=["databases"],
)
def test_every_step_is_opened_and_goes_on_to_its_end(shipped: Shipped, procedure: str) -> None:
    """Per step the record is what a scenario says up to it; then the rest of it is played."""
    release = release_of(shipped, procedure)
    found = takeovers.scenarios(PACK[procedure], procedure)
    steps = columns(release, procedure).steps
    closed = {target: goes_on(shipped, release, found, target) for target in steps}
    assert len(closed) == {NANYANG: 36, CHUZHOU: 18}[procedure]
    assert [target for target, is_closed in closed.items() if not is_closed] == []
    assert broken_chain(shipped.tools) is None


def goes_on(shipped: Shipped, release: Release, found: list[Scenario], target: str) -> bool | None:
    """Was the matter played to its closing; None: no record of the scenarios opens this step."""
    best = None
    for scenario in found:
        at = next((n for n, each in enumerate(scenario.steps) if is_of(each, target)), None)
        if at is None or best:
            continue
        now = moment(scenario, at)
        given = takeovers.told(release, scenario.procedure, scenario, target)
        filled = row(release, scenario.procedure, target, given, now.date())
        filled[headings.OLD] = f"{scenario.file}{target}"
        book = check(shipped, [filled], now)
        way = book.rows[0].plan.walked if book.rows[0].plan else None
        if way is None or not is_same_way(scenario.steps[:at], way):
            continue
        walked = list(way.nodes)
        (done,) = take_over(shipped, book, now)
        assert violations(shipped.tools, done.case_id) == []
        steps = tuple(rest(scenario.steps, at, walked))
        playing = Play(
            tools=shipped.tools,
            release=release,
            scenario=replace(scenario, start=Step(number=0), steps=steps, expect={}),
            now=now,
            case_id=done.case_id,
        )
        playing.run()
        assert playing.troubles == [], (scenario.file, target)
        finish(playing, found)
        assert violations(shipped.tools, done.case_id) == []
        best = status(shipped, done.case_id) == "closed"
    return best


def finish(playing: Play, found: list[Scenario]) -> None:
    """Where the scenario leaves the matter open, it goes on as some other one does."""
    known = [s for each in found for s in each.steps if s.act == "do" and not s.refused]
    for _round in range(40):
        facts = playing.facts()
        waiting = {each.node_key for each in facts.work} if facts else set()
        for step in [each for each in known if each.target in waiting][:60]:
            single = (replace(step, expect={}, at=None),)
            playing.scenario = replace(playing.scenario, steps=single)
            playing.run()
            if not playing.troubles:
                break
            playing.troubles.clear()
        else:
            return


def is_same_way(before: tuple[Step, ...], way: Walked) -> bool:
    """The scenario did nothing else before: no round that the record does not tell of."""
    left = [each.target for each in before if each.act == "do" and not each.refused]
    for node_key in way.nodes:
        if node_key in left:
            left.remove(node_key)
    return set(left) <= {task.node_key for task in way.open.values()}


def is_of(step: Step, target: str) -> bool:
    return step.act == "do" and step.target == target


def rest(steps: tuple[Step, ...], at: int, walked: list[str]) -> Iterator[Step]:
    """What the scenario does once the steps on the way are done."""
    left = list(walked)
    for number, step in enumerate(steps):
        if step.act == "do" and step.target in left and not step.refused:
            left.remove(step.target)
        elif number >= at or (step.act == "do" and not step.refused):
            yield replace(step, expect={}, at=step.at if number >= at else None)


def moment(scenario: Scenario, at: int) -> datetime:
    """When the scenario comes to its step."""
    before = scenario.steps[:at]
    told: list[datetime | None] = [scenario.now, *(each.at for each in before)]
    told += [each.target for each in before if each.act == "until"]
    return max(each for each in told if each is not None)


def test_what_is_overdue_is_overdue_at_once_and_its_ladder_comes_with_the_next_sweep(
    shipped: Shipped,
) -> None:
    done = taken_over(shipped, {"accepted": True}, date(2026, 2, 9), assignee=DESK)
    with shipped.tools.readers() as session:
        clocks = {
            each.rule_key: each
            for each in session.execute(select(deadline).where(deadline.c.case_id == done.case_id))
        }
        item = session.execute(select(work_item).where(work_item.c.case_id == done.case_id)).one()
        told = select(func.count()).where(notification.c.case_id == done.case_id)
        assert session.scalar(told) == 0
        assert session.scalar(select(func.count()).where(outbox.c.case_id == done.case_id)) == 0
    assert (clocks["proposal"].state, clocks["proposal"].due_on) == ("overdue", date(2026, 2, 14))
    assert clocks["intake"].state == "met"
    assert (item.node_key, item.state, item.due_on) == (
        "draft_proposal",
        "claimed",
        date(2026, 2, 14),
    )
    timers.sweep(shipped.tools, NOW)
    with shipped.tools.readers() as session:
        assert (session.scalar(told) or 0) > 2
    assert violations(shipped.tools, done.case_id, NOW) == []


def test_the_matter_is_marked_found_by_its_old_reference_and_counts_from_today(
    shipped: Shipped,
) -> None:
    done = taken_over(shipped, {"accepted": True}, date(2026, 2, 26))
    file = shipped.see(DESK, lambda ctx: case_view.case_file(ctx, done.case_id), NOW)
    assert (file.head.taken_over_on, file.head.former) == (NOW.date(), done.former)
    assert (file.age, file.head.opened_on) == (0, NOW.date())
    first = file.timeline[-1]
    assert first.verb == "take_over"
    assert first.words == "接续办理"
    assert "原案号" in first.detail
    assert first.actor
    for text in (done.former, done.reference):
        asked = partial(case_indexes.index, wanted=Wanted(q=text), page=1, page_size=9)
        index = shipped.see(DESK, asked, NOW)
        assert [each.line.id for each in index.items] == [done.case_id]
    with transaction(shipped.tools, SYSTEM, NOW) as ctx:
        search.rebuild(ctx)
    party = shipped.see(APPLICANT, lambda ctx: case_view.case_file(ctx, done.case_id), NOW)
    assert party.sight.is_party
    assert [(each.verb, each.detail) for each in party.timeline if each.verb == "take_over"] == [
        ("take_over", "")
    ]


def test_the_same_workbook_again_changes_nothing(shipped: Shipped) -> None:
    release = release_of(shipped, NANYANG)
    filled = row(release, NANYANG, "accept", {}, NOW.date())
    book = check(shipped, [filled])
    assert len(take_over(shipped, book)) == 1
    again = check(shipped, [filled])
    assert [each.is_known for each in again.rows] == [True]
    assert take_over(shipped, again) == ()
    assert count(shipped) == 1


def test_one_bad_row_keeps_all_back_unless_told_otherwise(shipped: Shipped) -> None:
    release = release_of(shipped, NANYANG)
    good = row(release, NANYANG, "accept", {}, NOW.date())
    bad = {**good, headings.OLD: "旧2", headings.STEP: "nowhere"}
    book = check(shipped, [good, bad])
    with pytest.raises(Invalid) as refused:
        take_over(shipped, book)
    assert [each.field for each in refused.value.findings] == [headings.STEP]
    assert count(shipped) == 0
    assert len(take_over(shipped, book, valid_rows=True)) == 1
    assert count(shipped) == 1


def test_the_record_holds_the_file_the_row_and_who_answers_for_it(shipped: Shipped) -> None:
    done = taken_over(shipped, {"accepted": True}, date(2026, 2, 26))
    with shipped.tools.readers() as session:
        record = session.scalars(
            select(AuditEvent).where(
                AuditEvent.case_id == done.case_id, AuditEvent.verb == "case.take_over"
            )
        ).one()
        kept = session.execute(select(takeover)).one()
    assert kept.file_hash in record.text
    assert kept.by_id in record.text
    assert (kept.row, kept.reference) == (2, done.former)
    assert "抢修道路" not in record.text


def test_a_person_without_an_account_is_known_by_name_and_spoken_for_by_his_unit(
    shipped: Shipped,
) -> None:
    release = release_of(shipped, NANYANG)
    filled = {
        **row(release, NANYANG, "supplement", {"intake_action": "supplement"}, NOW.date()),
        headings.LOGIN: None,
    }
    (done,) = take_over(shipped, check(shipped, [filled]))
    file = shipped.see(DESK, lambda ctx: case_view.case_file(ctx, done.case_id), NOW)
    assert {each.name for each in file.subjects} == {"赵某"}
    assert [task.role for task in file.tasks] == ["applicant"]
    unit = shipped.see(
        "county1.housing_head.head", lambda ctx: case_view.case_file(ctx, done.case_id), NOW
    )
    assert unit.sight.is_party


def taken_over(shipped: Shipped, given: dict[str, Any], on: date, assignee: str = "") -> TakenOver:
    release = release_of(shipped, NANYANG)
    filled = row(release, NANYANG, "draft_proposal", given, on)
    filled[headings.ASSIGNEE] = assignee
    (done,) = take_over(shipped, check(shipped, [filled]))
    return done


def row(
    release: Release, procedure: str, target: str, given: dict[str, Any], on: date
) -> takeovers.Filled:
    """A row with a team, every event of which happened on the day."""
    start = {"applicant_kind": "person", "managed_by": "county", "sanction_type": "discipline"}
    found = takeovers.row(release, procedure, target, {**start, **given}, PEOPLE, on)
    asked = columns(release, procedure).answers
    return found | {asked[name].heading: login for name, login in TEAM.items()}


def check(shipped: Shipped, rows: list[takeovers.Filled], now: datetime = NOW) -> Book:
    with reading(shipped.tools, SYSTEM, now) as ctx:
        return books.check(ctx, takeovers.book(rows))


def take_over(
    shipped: Shipped, book: Book, now: datetime = NOW, *, valid_rows: bool = False
) -> tuple[TakenOver, ...]:
    with transaction(shipped.tools, SYSTEM, now) as ctx:
        by = ctx.session.scalars(select(Person.id).where(Person.login == HEAD)).one()
        return openings.open_all(ctx, book, by, valid_rows=valid_rows)


def release_of(shipped: Shipped, procedure: str) -> Release:
    with reading(shipped.tools, SYSTEM, NOW) as ctx:
        return definitions.in_force(ctx, procedure, ctx.today)


def status(shipped: Shipped, case_id: str) -> str:
    with shipped.tools.readers() as session:
        return str(session.scalar(select(case.c.status).where(case.c.id == case_id)))


def count(shipped: Shipped) -> int:
    with shipped.tools.readers() as session:
        return session.scalar(select(func.count()).select_from(case)) or 0
