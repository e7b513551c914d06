"""Robots over real connections: what they are told, and what counts as taken."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from server.adapters.channels.dingtalk import DingTalk
from server.domain.calendar import CHINA_TIME
from server.domain.channels import Fault, Letter, Way
from server.domain.errors import Undelivered
from tests.factories.receivers import LOOPBACK, Robot, free_port, web_server

AT = datetime(2026, 3, 2, 8, 30, tzinfo=CHINA_TIME)
LETTER = Letter(message_id="m-1", subject="提醒", text="本单位有1项提醒", at=AT)


def test_dingtalk_gets_a_signature_where_the_robot_has_a_secret(robot: Robot) -> None:
    robot.dingtalk("SEC1").send(LETTER)
    robot.dingtalk().send(LETTER)
    (path, query, body, headers), (_path, bare, _body, _headers) = robot.told
    assert path == "/robot/send"
    stamp = query["timestamp"]
    assert stamp == str(int(AT.timestamp() * 1000))
    digest = hmac.new(b"SEC1", f"{stamp}\nSEC1".encode(), hashlib.sha256).digest()
    assert query["sign"] == b64encode(digest).decode()
    assert body == {"msgtype": "text", "text": {"content": "本单位有1项提醒"}}
    assert headers["Idempotency-Key"] == "m-1"
    assert bare == {"access_token": "t-1"}


@pytest.mark.parametrize(
    ("status", "answer", "fault"),
    [
        (200, {"errcode": 93000, "errmsg": "invalid webhook url"}, Fault.REFUSED),
        (200, {"errmsg": "ok"}, Fault.REFUSED),
        (200, [], Fault.REFUSED),
        (500, {"errcode": 0}, Fault.REFUSED),
        (503, {}, Fault.BUSY),
        (429, {}, Fault.BUSY),
        (403, {}, Fault.SIGN_IN),
    ],
)
def test_only_a_plain_yes_counts_as_taken(
    robot: Robot, status: int, answer: Any, fault: Fault
) -> None:
    robot.status, robot.answer = status, answer
    assert refused(robot.wecom()) == fault


def test_a_redirect_is_not_followed(robot: Robot) -> None:
    robot.status = 302
    robot.headers = {"Location": f"http://127.0.0.1:{robot.port}/elsewhere"}
    assert refused(robot.wecom()) == Fault.REFUSED
    assert len(robot.told) == 1


def test_nobody_there_and_no_encryption_there(robot: Robot) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    assert refused(ding(nobody)) == Fault.UNREACHABLE
    assert refused(ding(f"https://127.0.0.1:{robot.port}")) == Fault.ENCRYPTION
    assert refused(ding("http://192.168.0.1")) == Fault.NOT_ALLOWED
    assert robot.told == []


def ding(base: str) -> Way:
    return DingTalk(reach=LOOPBACK, name="ding", base=base, token="t", units=None)


def refused(way: Way) -> str:
    with pytest.raises(Undelivered) as error:
        way.send(LETTER)
    return error.value.fault


@pytest.fixture
def robot() -> Iterator[Robot]:
    """A robot that answers."""
    with web_server(Robot()) as found:
        yield found
