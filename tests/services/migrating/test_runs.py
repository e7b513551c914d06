"""Many cases moved: chosen by a head, one by one, with what became of each."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from server.domain.access import SYSTEM
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound
from server.domain.migrations import RunState
from server.models.migration import migration_move, migration_run, migration_verdict
from server.queries import migrations as queries
from server.services.case import case_rows
from server.services.context import Ending, reading
from server.services.migrating import comparing, moving, proposals, runs, surveys
from server.services.migrating.proposals import Wish
from server.services.packs import definitions
from tests.factories import newer as factory
from tests.factories.newer import RENAMED, changed, longer
from tests.factories.tiny import ACCEPT, APPLICATION, COLLEAGUE, DESK, HEAD, NOW, Tiny
from tests.services.migrating.test_moving import everything, rows, sound

DESIGNER = "p.designer.head"


def test_a_designer_proposes_and_a_head_moves_the_cases_of_his_office(tiny: Tiny) -> None:
    mine = [tiny.open() for _n in range(3)]
    other = tiny.open({**APPLICATION, "managed_by": "city"})
    migration_id = offered(tiny)
    run_id = begin(tiny, migration_id, mine)
    assert runs.work(tiny.tools, lambda: NOW) == 3
    assert became(tiny, run_id) == dict.fromkeys(mine, "moved")
    assert state_of(tiny, run_id) == RunState.DONE
    assert all(sound(tiny, each) for each in mine)
    assert versions(tiny, [*mine, other]) == [2, 2, 2, 1]
    assert runs.work(tiny.tools, lambda: NOW) == 0


def test_a_head_cannot_choose_a_case_of_another_office(tiny: Tiny) -> None:
    tiny.open()
    other = tiny.open({**APPLICATION, "managed_by": "city"})
    migration_id = offered(tiny)
    with pytest.raises(Invalid, match="没有选择可以迁移的事项"):
        begin(tiny, migration_id, [other])
    with pytest.raises(Invalid):
        tiny.act(COLLEAGUE, lambda ctx: runs.begin(ctx, migration_id, None, reason="新规"))


def test_nothing_is_moved_by_a_proposal_that_was_not_offered(tiny: Tiny) -> None:
    case_id = tiny.open()
    migration_id = proposed(tiny)
    with pytest.raises(NotFound):
        begin(tiny, migration_id, [case_id])


def test_only_a_designer_proposes(tiny: Tiny) -> None:
    with pytest.raises(Forbidden):
        proposed(tiny, login=HEAD)


def test_a_mapping_must_fit_and_a_reason_be_given(tiny: Tiny) -> None:
    factory.publish(tiny, factory.second())
    wrong = {"verify": "decide_soon", "nowhere": "x", "register": ""}
    wish = Wish(
        pack="tiny", from_version=1, to_version=2, mapping=wrong, reason=" ", basis="《办法》"
    )
    with pytest.raises(Invalid) as refused:
        tiny.act(DESIGNER, partial(proposals.propose, wish=wish))
    assert sorted(each.field for each in refused.value.findings) == [
        "map-nowhere",
        "map-register",
        "map-verify",
        "reason",
    ]


def test_elements_that_are_gone_are_named_with_what_may_stand_for_them(tiny: Tiny) -> None:
    factory.publish(tiny, factory.second())
    with reading(tiny.tools, SYSTEM, NOW) as ctx:
        found = comparing.gone(*proposals.pair(ctx, "tiny", 1, 2))
    assert {each.element: each.guess for each in found} == RENAMED


def test_a_case_that_fails_is_left_byte_for_byte_and_keeps_no_other_back(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad, last = (tiny.open() for _n in range(3))
    migration_id = offered(tiny)
    run_id = begin(tiny, migration_id, [good, bad, last])
    before = _without_moves(everything(tiny.tools, bad))
    move = moving.move

    def breaks(ctx: Any, case_id: str, order: Any) -> int:
        found = move(ctx, case_id, order)
        if case_id == bad:
            raise RuntimeError("midway")
        return found

    monkeypatch.setattr(moving, "move", breaks)
    assert runs.work(tiny.tools, lambda: NOW) == 2
    assert _without_moves(everything(tiny.tools, bad)) == before
    assert became(tiny, run_id) == {good: "moved", bad: "failed", last: "moved"}
    assert state_of(tiny, run_id) == RunState.DONE


def test_a_case_that_moved_on_since_it_was_chosen_says_so(tiny: Tiny) -> None:
    case_id = tiny.open()
    migration_id = offered(tiny)
    run_id = begin(tiny, migration_id, [case_id])
    tiny.do(DESK, case_id, "register", ACCEPT)
    runs.work(tiny.tools, lambda: NOW)
    (row,) = moves(tiny, run_id)
    assert (row["state"], row["reason"]) == (
        "refused",
        "该事项在预览以后又有变化，迁移的结果会与预览不同，请重新预览",
    )
    assert versions(tiny, [case_id]) == [1]
    assert surveys.survey(tiny.tools, NOW)
    again = begin(tiny, migration_id, [case_id])
    assert runs.work(tiny.tools, lambda: NOW) == 1
    assert became(tiny, again) == {case_id: "moved"}


def test_what_was_chosen_by_an_older_look_is_refused_at_once(tiny: Tiny) -> None:
    case_id = tiny.open()
    migration_id = offered(tiny)

    def act(ctx: Any) -> str:
        return runs.begin(ctx, migration_id, {case_id: 0}, reason="新规施行")

    run_id = tiny.act(HEAD, act)
    assert became(tiny, run_id) == {case_id: "refused"}
    assert state_of(tiny, run_id) == RunState.DONE


def test_a_run_is_paused_resumed_and_cancelled(tiny: Tiny) -> None:
    chosen = [tiny.open() for _n in range(2)]
    migration_id = offered(tiny)
    run_id = begin(tiny, migration_id, chosen)
    tiny.act(HEAD, partial(runs.steer, run_id=run_id, word="pause"))
    assert runs.work(tiny.tools, lambda: NOW) == 0
    with pytest.raises(Conflict):
        tiny.act(DESIGNER, partial(proposals.withdraw, migration_id=migration_id))
    with pytest.raises(NotFound):
        tiny.act(COLLEAGUE, partial(runs.steer, run_id=run_id, word="resume"))
    tiny.act(HEAD, partial(runs.steer, run_id=run_id, word="resume"))
    stopping = _Stopping(after=1)
    with pytest.raises(Ending):
        runs.work(replace(tiny.tools, is_ending=stopping), lambda: NOW)
    tiny.act(HEAD, partial(runs.steer, run_id=run_id, word="cancel"))
    assert runs.work(tiny.tools, lambda: NOW) == 0
    assert sorted(became(tiny, run_id).values()) == ["left", "moved"]
    with pytest.raises(Conflict):
        tiny.act(HEAD, partial(runs.steer, run_id=run_id, word="resume"))
    tiny.act(DESIGNER, partial(proposals.withdraw, migration_id=migration_id))


def test_a_case_waits_for_one_run_at_a_time(tiny: Tiny) -> None:
    case_id = tiny.open()
    migration_id = offered(tiny)
    begin(tiny, migration_id, [case_id])
    with pytest.raises(Invalid):
        begin(tiny, migration_id, [case_id])


def test_a_verdict_is_found_anew_when_its_case_moves_on(tiny: Tiny) -> None:
    case_id = tiny.open()
    offered(tiny)
    assert not surveys.survey(tiny.tools, NOW)
    (before,) = rows(tiny.tools, migration_verdict, case_id)
    assert (before["can"], before["elements"], before["seen"]) == (True, ["register"], 1)
    tiny.do(DESK, case_id, "register", ACCEPT)
    assert surveys.survey(tiny.tools, NOW)
    (after,) = rows(tiny.tools, migration_verdict, case_id)
    assert (after["elements"], after["seen"]) == (["verify"], 2)


def test_the_list_of_a_head_is_what_he_may_steer(tiny: Tiny) -> None:
    mine = tiny.open()
    tiny.open({**APPLICATION, "managed_by": "city"})
    migration_id = offered(tiny)
    for login, wanted in ((HEAD, [mine]), (COLLEAGUE, [])):
        with reading(tiny.tools, tiny.actor(login), NOW) as ctx:
            proposal = queries.proposal(ctx.session, migration_id)
            assert proposal is not None
            is_his = queries.steerable(tiny.actor(login), {"tiny_matter": OFFICES})
            found = queries.cases(ctx.session, migration_id, is_his, can=None, part=slice(0, 50))
            assert [row.id for row in found] == wanted
            assert queries.counts(ctx.session, migration_id, is_his) == (len(wanted), 0)


OFFICES = frozenset({"case_supervision_office"})


class _Stopping:
    """The process is told to end once so many cases were begun."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0


def proposed(tiny: Tiny, login: str = DESIGNER) -> str:
    """The proposal to move to a version that gives more time."""
    factory.publish(tiny, changed(yaml=longer))
    wish = Wish(
        pack="tiny", from_version=1, to_version=2, mapping={}, reason="新规施行", basis="《办法》"
    )
    return tiny.act(login, partial(proposals.propose, wish=wish))


def offered(tiny: Tiny) -> str:
    """The same, offered to the heads, every case judged."""
    migration_id = proposed(tiny)
    tiny.act(DESIGNER, partial(proposals.offer, migration_id=migration_id))
    while surveys.survey(tiny.tools, NOW):
        pass
    return migration_id


def begin(tiny: Tiny, migration_id: str, chosen: list[str]) -> str:
    """The head chooses these cases as he sees them now."""

    def act(ctx: Any) -> str:
        wanted = select(migration_verdict.c.case_id, migration_verdict.c.seen).where(
            migration_verdict.c.case_id.in_(chosen)
        )
        seen = {row.case_id: row.seen for row in ctx.session.execute(wanted)}
        return runs.begin(ctx, migration_id, seen, reason="新规施行")

    return tiny.act(HEAD, act)


def moves(tiny: Tiny, run_id: str) -> list[Mapping[str, Any]]:
    with tiny.tools.readers() as session:
        wanted = select(migration_move).where(migration_move.c.run_id == run_id)
        found = session.execute(wanted.order_by(migration_move.c.place)).mappings()
        return [dict(row) for row in found]


def became(tiny: Tiny, run_id: str) -> dict[str, str]:
    return {row["case_id"]: row["state"] for row in moves(tiny, run_id)}


def state_of(tiny: Tiny, run_id: str) -> str | None:
    with tiny.tools.readers() as session:
        return session.scalar(select(migration_run.c.state).where(migration_run.c.id == run_id))


def versions(tiny: Tiny, ids: list[str]) -> list[int]:
    """Numbers of the versions these cases run on."""
    found = []
    for each in ids:
        with reading(tiny.tools, SYSTEM, NOW) as ctx:
            row = case_rows.found(ctx, each)
            found.append(definitions.release(ctx, row.pack_version_id).version)
    return found


def _without_moves(found: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {name: kept for name, kept in found.items() if not name.startswith("migration")}
