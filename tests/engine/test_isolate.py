import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.errors import ExpressionFailed
from server.domain.expressions import Json
from server.engine.isolate import Isolate, IsolateUnusable, read_bundle, shared

ENDLESS = "count(for a in 1..3000, b in 1..30000 return a * b)"
BACKTRACKING = 'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "^(a+)+$")'
LONG_TEXT = 'string join(for x in 1..100000000 return "aaaaaaaaaaaaaaaaaaaaaaaa", "")'
DOUBLING = (
    'string length({a0: "xxxxxxxxxxxxxxxx"'
    + "".join(f", a{i}: upper case(a{i - 1} + a{i - 1})" for i in range(1, 28))
    + "}.a27)"
)
#: what plain data and the bundle need; eval, Function, WebAssembly, timers, console are not here
GLOBALS = {
    *("Array", "ArrayBuffer", "BigInt", "Boolean", "DataView", "Date", "Error", "EvalError"),
    *("Float64Array", "Infinity", "Int32Array", "Intl", "JSON", "Map", "Math", "NaN", "Number"),
    *("Object", "Promise", "RangeError", "ReferenceError", "Reflect", "RegExp", "Set", "String"),
    *("Symbol", "SyntaxError", "TypeError", "URIError", "Uint16Array", "Uint32Array"),
    *("Uint8Array", "WeakMap", "WeakSet", "globalThis", "isFinite", "isNaN", "parseFloat"),
    *("parseInt", "undefined", "feel"),
}


def ask(isolate: Isolate, text: str, **context: object) -> object:
    answers, _unreadable = isolate.ask("values", {"list": [text], "context": context})
    return answers[0][0]


def inside(isolate: Isolate, source: str) -> object:
    with isolate._inside() as room:
        return room.racer.eval(source)


def test_only_the_expected_globals_are_left() -> None:
    names = json.loads(
        str(
            inside(
                shared,
                "JSON.stringify(Object.getOwnPropertyNames(globalThis)"
                ".filter((name) => name === 'undefined' || globalThis[name] !== undefined))",
            )
        )
    )
    assert set(names) == GLOBALS


@pytest.mark.parametrize(
    "source",
    [
        "eval('1')",
        "Function('return 1')()",
        "(() => 0).constructor('return 1')()",
        "(async () => 0).constructor('return 1')()",
        "(function* () {}).constructor('return 1')()",
        "(async function* () {}).constructor('return 1')()",
        "setTimeout(() => 0, 0)",
        "console.log(1)",
        "Math.random()",
    ],
)
def test_code_cannot_be_made_out_of_text(source: str) -> None:
    assert inside(shared, f"try {{ {source}; 'ran' }} catch {{ 'refused' }}") == "refused"


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=[])))
def test_any_text_crosses_unchanged(text: str) -> None:
    assert ask(shared, "x", x=text) == text


@pytest.mark.parametrize("text", ["\u2028\u2029", "\"';\\", "\ud800", "</script>", "\x00", "'+'"])
def test_a_text_cannot_end_the_question(text: str) -> None:
    assert ask(shared, "x", x=text) == text


def test_a_prototype_key_is_an_ordinary_key() -> None:
    answers, _unreadable = shared.ask(
        "values", {"list": ["x"], "context": {"x": {"__proto__": {"a": 1}, "b": 2}}}
    )
    assert answers[0][0] == {"__proto__": {"a": 1}, "b": 2}
    assert ask(shared, "{a: 1}.b") is None


@pytest.mark.parametrize("bomb", [ENDLESS, BACKTRACKING, LONG_TEXT, DOUBLING])
def test_a_bomb_is_stopped_and_the_next_call_works(isolate: Isolate, bomb: str) -> None:
    ask(isolate, "1")
    began = time.monotonic()
    with pytest.raises(ExpressionFailed, match="已停止计算"):
        ask(isolate, bomb)
    assert time.monotonic() - began < 2
    assert ask(isolate, "1 + 1") == 2


def test_a_function_that_applies_itself_ends(isolate: Isolate) -> None:
    assert ask(isolate, "(function(f) f(f))(function(f) f(f))") is None
    assert ask(isolate, "1 + 1") == 2


def test_innocent_calls_behind_a_bomb_are_answered(isolate: Isolate) -> None:
    ask(isolate, "1")
    wrong: list[object] = []
    started = threading.Event()

    def innocent(number: int) -> None:
        started.wait()
        for turn in range(30):
            try:
                value = ask(isolate, "n + 1", n=number * 100 + turn)
            except ExpressionFailed as failed:
                wrong.append(failed)
            else:
                wrong.extend([value] * (value != number * 100 + turn + 1))

    def bomb() -> None:
        started.set()
        with pytest.raises(ExpressionFailed):
            ask(isolate, ENDLESS)

    threads = [threading.Thread(target=innocent, args=(n,)) for n in range(4)]
    threads.append(threading.Thread(target=bomb))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert wrong == []


def test_a_dead_isolate_is_replaced(isolate: Isolate) -> None:
    ask(isolate, "1")
    first = isolate._room
    with pytest.raises(ExpressionFailed):
        ask(isolate, DOUBLING)
    assert ask(isolate, "2") == 2
    assert isolate._room is not first


def test_a_timed_out_isolate_lives_on(isolate: Isolate) -> None:
    ask(isolate, "1")
    first = isolate._room
    with pytest.raises(ExpressionFailed):
        ask(isolate, BACKTRACKING)
    assert isolate._room is first


def test_after_closing_the_next_question_makes_a_new_one(isolate: Isolate) -> None:
    ask(isolate, "1")
    isolate.close()
    isolate.close()
    assert ask(isolate, "2") == 2


def test_a_program_that_runs_an_event_loop_can_ask_too(isolate: Isolate) -> None:
    async def ask() -> Json:
        return isolate.ask("parse", {"list": [["a = 1", False]]})

    assert asyncio.run(ask()) == isolate.ask("parse", {"list": [["a = 1", False]]})


def test_nothing_is_made_before_the_first_question() -> None:
    assert Isolate()._room is None


def test_a_result_that_is_too_large_is_refused(isolate: Isolate) -> None:
    with pytest.raises(ExpressionFailed, match="结果过大"):
        ask(isolate, "for x in 1..20000 return x")
    assert len(str(ask(isolate, "for x in 1..5000 return x"))) > 20_000


def test_a_question_that_is_too_large_or_no_data_is_refused(isolate: Isolate) -> None:
    with pytest.raises(ExpressionFailed, match="过大"):
        ask(isolate, "x", x="x" * (9 << 20))
    for odd in (float("nan"), float("inf"), object(), {1, 2}):
        with pytest.raises(ExpressionFailed, match="普通数据"):
            ask(isolate, "x", x=odd)


def test_a_missing_or_altered_bundle_says_what_to_run(tmp_path: Path) -> None:
    bundle, record = tmp_path / "feel.js", tmp_path / "feel.sha256"
    with pytest.raises(IsolateUnusable, match="npm run build"):
        read_bundle(bundle, record)
    bundle.write_text("1")
    record.write_text("0" * 64)
    with pytest.raises(IsolateUnusable, match="npm run build"):
        read_bundle(bundle, record)


def test_a_process_that_used_it_ends_by_itself() -> None:
    script = "from server.engine.feel import Feel; print(Feel().values(['1 + 1'], {})[0].value)"
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False
    )
    assert (ended.stdout.strip(), ended.returncode) == ("2", 0)


def test_an_isolate_from_before_a_fork_is_refused_in_words() -> None:
    script = """
import os
from server.engine.isolate import IsolateUnusable, shared
shared.ask("values", {"list": ["1"], "context": {}})
child = os.fork()
if child == 0:
    try:
        shared.ask("values", {"list": ["1"], "context": {}})
    except IsolateUnusable:
        os._exit(7)
    os._exit(1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False
    )
    assert ended.stdout.strip() == "7"


@pytest.fixture
def isolate() -> Iterator[Isolate]:
    made = Isolate()
    yield made
    made.close()
