"""Running cases read against a new version: kept, completed, or refused with every reason."""

from collections.abc import Mapping

import pytest
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.util.diff import SpecDiff, WorkflowDiff, migrate_workflow
from SpiffWorkflow.util.task import TaskState

from server.domain.errors import MigrationRefused, StateUnreadable
from server.engine.port import Files, Migrate
from tests.engine.runtime import stock
from tests.engine.runtime.playing import NOW, Player
from tests.factories.bpmn import Process, files, message, timer


def test_open_steps_keep_their_keys_data_and_timers() -> None:
    player = Player(files(old())).start().do("t1", x=1)
    before = {task.node_key: task for task in player.work.values()}
    timers = set(player.timers)
    moved = move(player, files(new()))
    assert {task.node_key: task.task_key for task in moved.work.values()} == {
        name: task.task_key for name, task in before.items()
    }
    assert timers <= set(moved.timers)
    assert moved.task("t2").data["x"] == 1


def test_boundary_events_that_are_new_begin_to_wait() -> None:
    moved = move(Player(files(old())).start().do("t1"), files(new()))
    assert [each.element for each in moved.last.timers_wanted] == ["fresh"]
    assert moved.armed == ["fresh", "kept"]
    moved.due("fresh")
    assert moved.open == ["b1", "t2"]


def test_a_case_goes_on_through_the_new_version_and_its_join() -> None:
    moved = move(Player(files(old())).start().do("t1"), files(new()))
    assert moved.do("t2").open == ["b1", "new"]
    moved.do("new").do("b1")
    assert moved.open == ["fin"]
    assert moved.do("fin").ended


def test_names_that_are_new_exist_in_every_token() -> None:
    moved = move(Player(files(old())).start(), files(old(), variables=["later"]))
    assert moved.last.variables["later"] is None
    assert moved.do("t1").task("t2").data["later"] is None


def test_an_open_step_that_is_missing_is_refused_with_every_reason() -> None:
    player = Player(files(old())).start().do("t1")
    with pytest.raises(MigrationRefused) as refused:
        move(player, files(renamed()))
    assert {(each.code, each.element) for each in refused.value.reasons} == {
        ("MIGRATION_STEP_MISSING", "t2"),
        ("MIGRATION_STEP_MISSING", "kept"),
    }
    assert player.do("t2").open == ["b1"]


def test_a_mapping_names_the_step_and_drops_its_boundary_event() -> None:
    player = Player(files(old())).start().do("t1")
    with pytest.raises(MigrationRefused) as refused:
        move(player, files(renamed()), {"t2": "T2"})
    assert [each.element for each in refused.value.reasons] == ["kept"]
    moved = move(player, files(renamed()), {"t2": "T2", "kept": ""})
    assert moved.armed == []
    assert [each.element for each in moved.last.timers_dropped] == ["kept"]
    assert moved.do("t2").last.visited == ("T2",)


def test_only_boundary_events_can_be_dropped() -> None:
    player = Player(files(old())).start().do("t1")
    with pytest.raises(MigrationRefused):
        move(player, files(renamed()), {"t2": "", "kept": ""})


def test_a_step_of_another_kind_is_refused() -> None:
    listed = Process().start().each("t1").end().path("start", "t1", "end")
    with pytest.raises(MigrationRefused) as refused:
        move(Player(files(old())).start(), files(listed))
    assert [each.code for each in refused.value.reasons] == ["MIGRATION_STEP_CHANGED"]


def test_a_branch_that_arrived_and_is_missing_is_refused() -> None:
    player = Player(files(old())).start().do("t1", "b1")
    gone = Process().start().user("t1", "t2", "b9").parallel("s", "j").end("end", "e2")
    gone.boundary("kept", "t2", timer('deadline("old")'), interrupting=False)
    gone.path("start", "t1", "s", "t2", "j", "end").path("s", "b9", "j").path("kept", "e2")
    with pytest.raises(MigrationRefused) as refused:
        move(player, files(gone))
    assert [each.code for each in refused.value.reasons] == ["MIGRATION_BRANCH_MISSING"]


def test_a_half_done_multi_instance_step_goes_on() -> None:
    before = Process().start().each("hear").end().path("start", "hear", "end")
    after = Process().start().each("hear").user("sum").end().path("start", "hear", "sum", "end")
    player = Player(files(before)).start(organs=["a", "b"]).answer("hear", "a", opinion=1)
    moved = move(player, files(after))
    assert moved.answer("hear", "b", opinion=2).open == ["sum"]
    assert moved.task("sum").data["opinions"] == {"a": 1, "b": 2}


def test_subprocesses_and_called_processes_move_with_their_tasks() -> None:
    player = Player(files(*calling("s1"))).start().do("s1")
    moved = move(player, files(*calling("s1", "s3")))
    assert moved.open == ["s2"]
    assert moved.do("s2").open == ["s3"]
    assert moved.do("s3").open == ["after"]


@pytest.mark.parametrize("kind", ["callActivity", "subProcess"])
@pytest.mark.parametrize("sequential", [False, True])
def test_calls_and_subprocesses_done_for_each_item_move_with_what_they_hold(
    kind: str, *, sequential: bool
) -> None:
    player = Player(files(*for_each(kind, "s1", "s2", sequential=sequential)))
    player.start(organs=["a", "b"]).do("s1")
    before = {task.task_key: (task.instance, task.scopes) for task in player.work.values()}
    moved = move(player, files(*for_each(kind, "s1", "s2", "s3", sequential=sequential)))
    assert {task.task_key: (task.instance, task.scopes) for task in moved.work.values()} == before
    moved.finish()
    assert moved.visited.count("s3") == 2
    assert set(moved.last.variables["opinions"]) == {"a", "b"}


def test_a_subprocess_within_a_subprocess_keeps_its_timer_and_its_message() -> None:
    player = Player(files(*nested("u", "w"), messages=["m"])).start()
    keys = {task.task_key for task in player.work.values()}
    moved = move(player, files(*nested("u", "w", "more"), messages=["m"]))
    assert {task.task_key for task in moved.work.values()} == keys
    assert moved.armed == ["late"]
    waiting = move(player.do("u"), files(*nested("u", "w", "more"), messages=["m"]))
    assert waiting.last.subscribed == ()
    assert waiting.deliver("w").open == ["more"]
    assert moved.do("u").deliver("w").open == ["more"]
    assert moved.do("more").ended


def test_a_step_inside_a_call_that_is_missing_is_refused() -> None:
    player = Player(files(*calling("s1"))).start()
    with pytest.raises(MigrationRefused) as refused:
        move(player, files(*calling("other")))
    assert [each.element for each in refused.value.reasons] == ["s1"]
    moved = move(player, files(*calling("other")), {"s1": "other"})
    assert moved.last.stayed is not None
    assert [task.node_key for task in moved.last.stayed.work] == ["other"]


def test_a_call_that_became_a_subprocess_is_refused() -> None:
    inner = Process("call").start("cs").user("s1", "s2").end("ce").path("cs", "s1", "s2", "ce")
    drawn = Process().start().subprocess("call", inner).user("after").end()
    drawn.path("start", "call", "after", "end")
    with pytest.raises(MigrationRefused) as refused:
        move(Player(files(*calling("s1"))).start(), files(drawn))
    assert [(each.code, each.element) for each in refused.value.reasons] == [
        ("MIGRATION_STEP_CHANGED", "call")
    ]


def test_what_stays_is_told_as_the_new_version_has_it() -> None:
    before = Process().start().user("t").end("end", "e2").path("start", "t", "end")
    before.boundary("late", "t", timer("PT5H"), interrupting=False).path("late", "e2")
    after = Process().start().user("T").end("end", "e2").path("start", "T", "end")
    after.boundary("LATE", "T", timer("PT9H"), interrupting=False).path("LATE", "e2")
    player = Player(files(before)).start()
    moved = player.branch()
    moved.run(Migrate(target=files(after), now=NOW, mapping={"t": "T", "late": "LATE"}))
    last = moved.last
    assert (last.opened, last.closed, last.timers_wanted, last.timers_dropped) == ((), (), (), ())
    assert last.stayed is not None
    assert [task.node_key for task in last.stayed.work] == ["T"]
    assert [(each.element, each.wish) for each in last.stayed.timers] == [("LATE", "PT9H")]


def test_a_finished_call_may_be_missing_in_the_new_version() -> None:
    player = Player(files(*calling("s1"))).start().do("s1", "s2")
    plain = Process().start().user("after").end().path("start", "after", "end")
    assert move(player, files(plain)).do("after").ended


def test_subscriptions_stay_under_their_keys() -> None:
    before = Process().start().catch("wait", message("m")).end().path("start", "wait", "end")
    after = Process().start().catch("wait", message("m")).user("u").end()
    after.path("start", "wait", "u", "end")
    player = Player(files(before, messages=["m"])).start()
    moved = move(player, files(after, messages=["m"]))
    assert moved.last.subscribed == ()
    assert moved.deliver("wait").open == ["u"]


def test_a_step_that_got_its_first_boundary_event_survives_a_reload() -> None:
    before = Process().start().user("t1").end().path("start", "t1", "end")
    after = Process().start().user("t1").end("end", "e2").path("start", "t1", "end")
    after.boundary("late", "t1", timer('deadline("d")')).path("late", "e2")
    moved = move(Player(files(before)).start(), files(after))
    assert moved.armed == ["late"]
    assert moved.do("t1").ended
    assert moved.armed == []


def test_a_broken_state_is_not_migrated() -> None:
    player = Player(files(old())).start()
    player.state = player.state[:-1]
    with pytest.raises(StateUnreadable):
        move(player, files(new()))


def test_stock_migration_resets_open_steps_and_loses_what_they_hold() -> None:
    before = Process().start().user("t1", "t2").end().path("start", "t1", "t2", "end")
    after = Process().start().user("t1", "t2", "t3").end().path("start", "t1", "t2", "t3", "end")
    workflow = stock.begun(files(before))
    stock.ready(workflow, "t1").data["draft"] = "half written"
    fresh, _parts = stock.parsed(files(after))
    difference = WorkflowDiff(
        workflow, SpecDiff(BpmnWorkflowSerializer.configure(), workflow.spec, fresh)
    )
    migrate_workflow(difference, workflow, fresh, reset_mask=TaskState.READY)
    assert "draft" not in stock.ready(workflow, "t1").data


def move(player: Player, target: Files, mapping: Mapping[str, str] | None = None) -> Player:
    """The case of the player in the target version."""
    moved = player.branch()
    moved.run(Migrate(target=target, now=NOW, mapping=mapping or {}))
    moved.files = target
    return moved


def old() -> Process:
    process = Process().start().user("t1", "t2", "b1").parallel("s", "j").end("end", "e2")
    process.boundary("kept", "t2", timer('deadline("old")'), interrupting=False)
    process.path("start", "t1", "s", "t2", "j", "end")
    return process.path("s", "b1", "j").path("kept", "e2")


def new() -> Process:
    process = Process().start().user("t1", "t2", "b1", "new", "fin").parallel("s", "j")
    process.end("end", "e2", "e3")
    process.boundary("kept", "t2", timer('deadline("old")'), interrupting=False)
    process.boundary("fresh", "b1", timer('deadline("fresh")'), interrupting=False)
    process.path("start", "t1", "s", "t2", "new", "j", "fin", "end")
    return process.path("s", "b1", "j").path("kept", "e2").path("fresh", "e3")


def renamed() -> Process:
    process = Process().start().user("t1", "T2", "b1").parallel("s", "j").end()
    return process.path("start", "t1", "s", "T2", "j", "end").path("s", "b1", "j")


def for_each(kind: str, *steps: str, sequential: bool) -> tuple[Process, ...]:
    names = ("called", "cs", "ce") if kind == "callActivity" else ("hear", "hs", "he")
    inner = Process(names[0]).start(names[1]).user(*steps).end(names[2])
    inner.path(names[1], *steps, names[2])
    process = Process().start().user("after").end()
    if kind == "callActivity":
        process.each("hear", kind=kind, sequential=sequential, called="called")
    else:
        process.each("hear", kind=kind, sequential=sequential, inner="".join(inner.parts))
    process.path("start", "hear", "after", "end")
    return (process, inner) if kind == "callActivity" else (process,)


def nested(task: str, wait: str, *more: str) -> tuple[Process, ...]:
    deep = Process("deep").start("ds").user(task, *more).catch(wait, message("m"))
    deep.end("de", "de2").boundary("late", task, timer('deadline("d")'), interrupting=False)
    deep.path("ds", task, wait, *more, "de").path("late", "de2")
    outer = Process("outer").start("os").subprocess("deep", deep).end("oe").path("os", "deep", "oe")
    split = Process().start().subprocess("outer", outer).end().path("start", "outer", "end")
    return (split,)


def calling(*steps: str) -> tuple[Process, Process]:
    first, *others = steps
    called = Process("called").start("cs").user(first, "s2", *others).end("ce")
    called.path("cs", first, "s2", *others, "ce")
    process = Process().start().call("call", "called").user("after").end()
    return process.path("start", "call", "after", "end"), called
