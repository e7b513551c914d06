"""Functions the child is asked to run in tests: good work, and every way to go wrong."""

import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable

from server.domain.expressions import Json
from server.engine.feel import Feel


def double(question: Json) -> Json:
    sys.stdout.write("noise on the standard output")
    return {"doubled": question["number"] * 2}


def evaluate(question: Json) -> Json:
    return Feel().values([question], {})[0].value


def limits(_question: Json) -> Json:
    names = {"cpu": resource.RLIMIT_CPU, "data": resource.RLIMIT_DATA, "core": resource.RLIMIT_CORE}
    return {name: resource.getrlimit(number)[0] for name, number in names.items()}


def spin(_question: Json) -> Json:
    while True:
        pass


def sleep(_question: Json) -> Json:
    signal.pause()
    return None


def swallow_memory(_question: Json) -> Json:
    return len(bytearray(1 << 30))


def die(_question: Json) -> Json:
    os.kill(os.getpid(), signal.SIGKILL)
    return None


def fail(_question: Json) -> Json:
    raise ValueError("secret expression text")


def interfaces(_question: Json) -> Json:
    return [name for _number, name in socket.if_nameindex()]


def environment(_question: Json) -> Json:
    return sorted(os.environ)


def process(_question: Json) -> Json:
    return os.getpid()


_DONE: list[str] = []


def warm() -> None:
    _DONE.append("warm")


def what_was_warm(_question: Json) -> Json:
    return _DONE


def sleep_or_double(question: Json) -> Json:
    if "sleep" in question:
        time.sleep(question["sleep"])
        return "slept"
    return double(question)


def counting() -> Callable[[Json], Json]:
    """Work that remembers: each answer counts on, and may be told to go wrong."""
    count = 0

    def work(question: Json) -> Json:
        nonlocal count
        count += 1
        acts = {"sleep": sleep, "die": die, "fail": fail, "spin": _spin_a_while}
        if question in acts:
            acts[question](question)
        sys.stdout.write("noise on the standard output")
        return {"count": count, "question": question}

    return work


def _spin_a_while(_question: Json) -> Json:
    until = time.process_time() + 1.3
    while time.process_time() < until:
        pass
    return None
