import io
import json
import logging
from collections.abc import Iterator

import pytest

from server import telemetry


def test_a_line_is_one_json_object_with_what_was_bound(lines: io.StringIO) -> None:
    telemetry.bind(request_id="r1")
    logging.getLogger("server.x").info("request", extra={"route": "/inbox", "status": 200})
    telemetry.unbind()
    told = json.loads(lines.getvalue())
    assert (told["event"], told["route"], told["status"]) == ("request", "/inbox", 200)
    assert (told["level"], told["request_id"]) == ("info", "r1")


def test_what_no_line_may_carry_is_left_out(lines: io.StringIO) -> None:
    logging.getLogger("server.x").info("request", extra={"opinion": "案情", "q": "姓名"})
    assert "案情" not in lines.getvalue()
    assert "姓名" not in lines.getvalue()


def test_of_an_error_its_kind_and_way_are_told_and_never_its_text(lines: io.StringIO) -> None:
    try:
        raise ValueError("张三的案情")
    except ValueError:
        logging.getLogger("server.x").exception("round failed")
    told = json.loads(lines.getvalue())
    assert told["error"] == "ValueError"
    assert any("test_telemetry.py" in place for place in told["through"])
    assert "张三" not in lines.getvalue()


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged, until the test ends."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    telemetry.configure(stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
