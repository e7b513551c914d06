"""The file that says how notices leave the house: strict, and kept from everybody else."""

import socket
from pathlib import Path
from typing import Any

import pytest
import yaml

from server.adapters.channels import settings
from server.adapters.channels.dingtalk import DingTalk
from server.adapters.channels.mail import Mail
from server.adapters.channels.wecom import WeCom
from server.app import build, create_worker
from server.config import Config
from server.domain.calendar import CHINA_TIME
from server.domain.channels import Ways
from server.domain.errors import Invalid, Undelivered
from server.telemetry import Meters
from tests.factories.certificates import self_signed
from tests.factories.site import MONDAY

WHOLE: dict[str, Any] = {
    "site": "https://rongcuo.example.cn/",
    "allow": ["10.1.0.0/16", "relay.lan"],
    "mail": {
        "host": "relay.lan",
        "security": "none",
        "sender": "rongcuo@example.cn",
    },
    "webhooks": [
        {
            "name": "wecom",
            "format": "wecom",
            "base": "https://qyapi.weixin.qq.com",
            "key": "secret-key",
            "units": "all",
        },
        {
            "name": "ding",
            "format": "dingtalk",
            "base": "http://10.1.2.3:8080/robots",
            "token": "secret-token",
            "secret": "SEC1",
            "units": ["county1.case_supervision"],
        },
    ],
}


def test_a_whole_file_gives_its_ways_and_shows_none_of_its_secrets(tmp_path: Path) -> None:
    ways = read(tmp_path, WHOLE)
    assert ways.site == "https://rongcuo.example.cn"
    assert ways.names == {"mail", "wecom", "ding"}
    mail, wecom, ding = ways.ways
    assert isinstance(mail, Mail)
    assert isinstance(wecom, WeCom)
    assert isinstance(ding, DingTalk)
    assert (mail.port, mail.security) == (25, "none")
    assert wecom.units is None
    assert ding.units == frozenset({"county1.case_supervision"})
    for secret in ("secret-key", "secret-token", "SEC1"):
        assert secret not in repr(ways)


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    wrong = {
        "sight": "https://rongcuo.example.cn",
        "allow": ["10.1.0.0/8x"],
        "mail": {
            "host": "mail.example.cn",
            "security": "none",
            "sender": "容错 <rongcuo@example.cn>",
            "port": 0,
            "username": "rongcuo",
        },
        "webhooks": [
            {"name": "mail", "format": "wecom", "base": "http://10.1.2.3", "units": []},
            {"name": "a", "format": "slack", "base": "https://u:p@example.cn", "units": "all"},
        ],
    }
    assert set(problems(tmp_path, wrong)) == {
        "sight",
        "site",
        "allow[1]",
        "mail.security",
        "mail.sender",
        "mail.port",
        "mail.password",
        "webhooks[1].name",
        "webhooks[1].base",
        "webhooks[1].units",
        "webhooks[1].key",
        "webhooks[2].base",
        "webhooks[2].format",
    }


@pytest.mark.parametrize(
    "base",
    [
        "qyapi.weixin.qq.com",
        "ftp://qyapi.weixin.qq.com",
        "https://",
        "https://x.cn/a?b=1",
        "https://x.cn#a",
        "https://x.cn:port",
        "https://x.cn/a b",
        "https://x.cn/路",
        "https://[1::2",
    ],
)
def test_an_address_says_host_and_path_and_nothing_else(tmp_path: Path, base: str) -> None:
    hook = {**WHOLE["webhooks"][0], "base": base}
    wrong = {"site": WHOLE["site"], "webhooks": [hook]}
    assert problems(tmp_path, wrong) == ["webhooks[1].base"]


@pytest.mark.parametrize("text", ["", "- 1", "mail: 1", "a: [", "site: https://x.cn"])
def test_what_describes_no_way_is_refused(tmp_path: Path, text: str) -> None:
    path = kept(tmp_path, text)
    with pytest.raises(Invalid):
        settings.read(path, tmp_path / "data")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = kept(tmp_path, yaml.safe_dump(WHOLE))
    path.chmod(mode)
    with pytest.raises(Invalid) as refused:
        settings.read(path, tmp_path / "data")
    assert [each.code for each in refused.value.findings] == ["CHANNELS_MODE"]


def test_a_file_in_the_data_directory_is_refused_also_by_way_of_a_link(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    path = kept(data, yaml.safe_dump(WHOLE))
    link = tmp_path / "link.yaml"
    link.symlink_to(path)
    for each in (path, link):
        with pytest.raises(Invalid) as refused:
            settings.read(each, data)
        assert [found.code for found in refused.value.findings] == ["CHANNELS_PLACE"]


def test_the_work_does_not_begin_with_settings_that_are_wrong(tmp_path: Path) -> None:
    path = tmp_path / "nowhere.yaml"
    config = Config.read({"RONGCUO_CHANNELS": str(path)}, data=tmp_path / "data")
    (tmp_path / "data").mkdir()
    tools = build(config)
    with pytest.raises(Invalid) as refused:
        create_worker(tools, lambda: MONDAY.astimezone(CHINA_TIME), Meters())
    assert [each.code for each in refused.value.findings] == ["CHANNELS_FILE"]
    tools.database.dispose()


def test_a_certificate_that_is_none_is_refused(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    assert read(tmp_path, {**WHOLE, "ca": str(certificate)}).names
    assert problems(tmp_path, {**WHOLE, "ca": str(key)}) == ["ca"]
    assert problems(tmp_path, {**WHOLE, "ca": "missing.pem"}) == ["ca"]


@pytest.mark.parametrize(
    "base",
    [
        "https://169.254.169.254",
        "https://10.0.0.1",
        "https://[::1]",
        "https://127.0.0.1",
        "https://localhost",
        "https://[::ffff:10.0.0.1]",
        "https://0.0.0.0",
    ],
)
def test_an_address_that_is_not_listed_is_never_connected_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: str
) -> None:
    def connect(*_given: object, **_options: object) -> None:
        raise AssertionError("connected")

    monkeypatch.setattr(socket, "create_connection", connect)
    hook = {**WHOLE["webhooks"][0], "base": base}
    (way,) = read(tmp_path, {"site": WHOLE["site"], "webhooks": [hook]}).ways
    assert isinstance(way, WeCom)
    host = base.removeprefix("https://").strip("[]")
    with pytest.raises(Undelivered) as refused:
        way.reach.connect(host, 443)
    assert refused.value.fault == "not_allowed"


def read(folder: Path, value: Any) -> Ways:
    return settings.read(kept(folder, yaml.safe_dump(value)), folder / "data")


def problems(folder: Path, value: Any) -> list[str]:
    with pytest.raises(Invalid) as refused:
        read(folder, value)
    return [each.field for each in refused.value.findings]


def kept(folder: Path, text: str) -> Path:
    path = folder / "channels.yaml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path
