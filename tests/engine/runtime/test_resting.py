"""What a case at rest waits for, the difference between two rests, and what is forgotten."""

from server.engine.runtime.casetree import Case
from server.engine.runtime.resting import difference, settle, waits_of
from tests.engine.runtime.playing import Player
from tests.factories.bpmn import Process, files, message, timer


def test_nothing_changed_is_no_difference() -> None:
    case = loaded(Player(files(working(), messages=["m"])).start())
    waits = waits_of(case)
    changes = difference(waits, waits_of(case))
    assert (changes.opened, changes.closed, changes.timers_wanted) == ((), (), ())


def test_work_timers_and_messages_are_told_apart() -> None:
    case = loaded(Player(files(working(), messages=["m"])).start())
    changes = difference({}, waits_of(case))
    assert [each.node_key for each in changes.opened] == ["t1"]
    assert [each.element for each in changes.timers_wanted] == ["late"]
    assert [each.message for each in changes.subscribed] == ["m"]
    gone = difference(waits_of(case), {})
    assert (gone.closed, gone.timers_dropped) == (changes.opened, changes.timers_wanted)
    assert gone.unsubscribed == changes.subscribed


def test_settling_changes_nothing_that_the_case_waits_for() -> None:
    player = Player(files(working(), messages=["m"])).start()
    case = loaded(player)
    before = set(waits_of(case))
    settle(case)
    assert set(waits_of(case)) == before


def test_the_trunk_above_all_open_tasks_is_forgotten() -> None:
    names = [f"u{number}" for number in range(12)]
    process = Process().start().user(*names).end().path("start", *names, "end")
    player = Player(files(process), live=True).start()
    for name in names[:-1]:
        player.do(name)
    tasks = [task for task in loaded(player).tasks.values() if task._state >= 8]
    assert len(tasks) == 3


def loaded(player: Player) -> Case:
    return player.engine.load(player.files, player.state).case


def working() -> Process:
    process = Process().start().parallel("s").user("t1").end("end", "e2", "e3")
    process.boundary("late", "t1", timer('deadline("d")')).catch("wait", message("m"))
    process.path("start", "s", "t1", "end").path("late", "e2")
    return process.path("s", "wait", "e3")
