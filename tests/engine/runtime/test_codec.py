"""States come back as they were, hold nothing that can be predicted, and nothing foreign."""

import json
from typing import Any

import pytest
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.migration import version_1_5
from SpiffWorkflow.util.task import TaskState

from server.domain.errors import Invalid, StateUnreadable
from server.domain.expressions import Json
from server.engine.runtime.codec import decode, encode, seal, unseal
from tests.engine.runtime import stock
from tests.engine.runtime.playing import Player
from tests.factories.bpmn import Process, files


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (1, True),
        (0, False),
        (1, 1.0),
        (True, 1),
        ([1, {"k": 0}], [True, {"k": False}]),
        ({"a": {"b": 1}}, {"a": {"b": 1.0}}),
        ("x", None),
    ],
)
def test_a_change_of_type_alone_survives(old: Json, new: Json) -> None:
    player = Player(files(two_steps())).start(v=old).do("t1", v=new)
    found = player.do("t2").task("t3").data["v"]
    assert json.dumps(found) == json.dumps(new)


def test_encoding_what_was_decoded_gives_the_same_bytes() -> None:
    player = Player(files(two_steps())).start(text="容错", doc={"a": [1, {"b": None}]}).do("t1")
    definition = player.engine.load(player.files, player.state).definition
    assert encode(decode(definition, player.state)) == player.state


def test_a_state_says_which_writes_differ_and_what_they_knew_and_forgets_both_behind_the_join() -> (
    None
):
    player = Player(files(branches())).start(x=0).do("b1", x=1).do("b2", x=2)
    (*_before, [known, absorbed]), rows, _parts = unseal(player.state)
    [(written, knew)] = [(row[6]["versions"], known) for row in rows if "versions" in row[6]][-1:]
    assert [*written] == ["x"]
    assert (knew, absorbed) == ({}, {})
    (*_before, books), rows, _parts = unseal(player.do("a").state)
    assert books == [{}, {}]
    assert not any("versions" in row[6] for row in rows)


@pytest.mark.parametrize("order", [("a", "c", "d"), ("d", "c", "a"), ("c", "a", "d")])
def test_a_state_of_before_provenance_goes_on(order: tuple[str, ...]) -> None:
    process = Process().start().user("a", "b", "c", "d", "after").end()
    process.parallel("outer", "inner", "join").path("outer", "b", "inner", "c", "join")
    process.path("start", "outer", "a", "join", "after", "end").path("inner", "d", "join")
    player = Player(files(process)).start(x=0).do("b", x=1)
    for step in order:
        header, rows, parts = unseal(player.state)
        for row in rows:
            row[6] = {name: row[6][name] for name in row[6] if name != "versions"}
        rows[-1][6].update(bases={"1": {}}, seats=[1])
        player.state = seal([header[:4], rows, parts])
        player.do(step, **({"x": 2} if step == "c" else {step: True}))
    assert dict(player.task("after").data) == {"x": 2, "a": True, "d": True}
    assert not any({"bases", "seats"} & row[6].keys() for row in unseal(player.state)[1])


def test_no_task_that_a_token_has_not_reached_is_stored() -> None:
    player = Player(files(two_steps())).start()
    _header, rows, _parts = unseal(player.state)
    assert [row[4] for row in rows] == ["Start", "start", "t1"]
    assert all(row[3] >= TaskState.WAITING for row in rows)


def test_the_state_of_a_rework_loop_does_not_grow() -> None:
    process = Process().start().xor("m").user("work").xor("g", "out").end()
    process.path("start", "m", "work", "g")
    process.flow("g", "end", flow_id="out")
    process.flow("g", "m", "more = true")
    player = Player(files(process)).start(more=True)
    sizes = [len(player.do("work", n=number).state) for number in range(100, 130)]
    assert max(sizes) - min(sizes) <= 8


def test_states_of_other_formats_and_broken_ones_are_refused() -> None:
    player = Player(files(two_steps())).start()
    definition = player.engine.load(player.files, player.state).definition
    for state in (b"", b"{}", b"\x02" + player.state[1:], player.state[:-1], player.state + b" "):
        with pytest.raises(StateUnreadable):
            decode(definition, state)


@pytest.mark.parametrize(
    "document",
    [
        [],
        {"a": 1},
        [[1, False, {}, {}], [["one", "nowhere", 1, 64, "Start", 0, {}, {}, []]], []],
        [[1, False, {}, {}], [["0" * 32, None, 1, 64, "nowhere", 0, {}, {}, []]], []],
        [[1, False, {}, {}], [], [["0" * 32, "sub", False, {}, []]]],
    ],
)
def test_documents_that_do_not_fit_the_definition_are_refused(document: Json) -> None:
    player = Player(files(two_steps())).start()
    definition = player.engine.load(player.files, player.state).definition
    with pytest.raises(StateUnreadable):
        decode(definition, seal(document))


def test_a_state_of_another_procedure_is_refused() -> None:
    other = Process().start().user("other").end().path("start", "other", "end")
    player = Player(files(two_steps())).start()
    with pytest.raises(StateUnreadable):
        player.engine.load(files(other), player.state)


def test_subprocesses_come_back_and_end_in_their_caller() -> None:
    inner = Process("sub").start("s").user("deep").end("e").path("s", "deep", "e")
    process = Process().start().subprocess("sub", inner).user("after").end()
    player = Player(files(process.path("start", "sub", "after", "end"))).start(v=1)
    assert player.branch().do("deep", v=2).task("after").data["v"] == 2


def test_stock_drops_a_change_of_type_when_it_stores() -> None:
    workflow = stock.begun(files(two_steps()), v=1)
    stock.do(workflow, "t1", v=True)
    assert _stored_and_loaded(workflow, "t2").data["v"] is not True


def test_stock_never_loads_a_case_again_whose_data_hold_the_key_typename() -> None:
    workflow = stock.begun(files(two_steps()))
    stock.do(workflow, "t1", v={"typename": "UUID", "value": "no such"})
    with pytest.raises(ValueError, match="badly formed"):
        _stored_and_loaded(workflow, "t2")
    with pytest.raises(Invalid):
        Player(files(two_steps())).start().do("t1", v={"typename": "UUID"})


def test_stock_fails_to_read_older_states_with_subprocesses() -> None:
    state = {"spec": {"task_specs": {}}, "tasks": {}, "subprocesses": {"one": {"tasks": {}}}}
    with pytest.raises(NameError):
        version_1_5.update_event_gateway_children(state)


def test_stock_changes_what_json_does_not_know_without_a_word() -> None:
    serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
    workflow = stock.begun(files(two_steps()))
    stock.do(workflow, "t1", v=(1, 2), k={1: "x"})
    loaded = serializer.deserialize_json(serializer.serialize_json(workflow))
    data = stock.ready(loaded, "t2").data
    assert data["v"] == [1, 2]
    assert data["k"] == {"1": "x"}


def _stored_and_loaded(workflow: Any, name: str) -> Any:
    serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
    return stock.ready(serializer.deserialize_json(serializer.serialize_json(workflow)), name)


def branches() -> Process:
    process = Process().start().parallel("s", "j").user("a", "b1", "b2", "after").end()
    return process.path("start", "s", "a", "j", "after", "end").path("s", "b1", "b2", "j")


def two_steps() -> Process:
    process = Process().start().user("t1", "t2", "t3").end()
    return process.path("start", "t1", "t2", "t3", "end")
