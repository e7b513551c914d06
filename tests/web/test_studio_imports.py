"""Files and packs come and go without a script: looked at, kept, taken away again."""

import base64
import html
import re
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Final

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.web import studio_imports
from tests.factories import site
from tests.factories.tiny import Tiny

CORPUS: Final = Path(__file__).parents[1] / "corpus" / "imports"
HOME: Final = "/studio/tiny/import"
MAIN: Final = "processes/tiny/tiny.bpmn"


def test_a_diagram_is_looked_at_then_kept_as_a_draft(designer: FlaskClient) -> None:
    raw = (CORPUS / "flowable_gb18030.bpmn20.xml").read_bytes()
    page = send(designer, HOME, {"file": (BytesIO(raw), "澄清.bpmn20.xml")})
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    for part in (
        "由Flowable导出",
        "“受理”的表达式语言不是FEEL",
        "accepted = ",
        "文件已转为UTF-8编码",
        "连线“受理” <small>",
    ):
        assert part in html.unescape(text)
    assert designer.get(f"/studio/tiny/file?path={drafted('澄清')}").status_code == 404
    kept = send(designer, f"{HOME}/keep", {**fields(text), "name": "澄清.bpmn"})
    assert kept.status_code == 303
    stored = designer.get(f"/studio/tiny/file?path={drafted('澄清')}").get_json()
    assert stored["state"] == "new"
    assert "填写申请" in stored["content"]


def test_which_processes_run_is_chosen_before_it_is_kept(designer: FlaskClient) -> None:
    raw = (CORPUS / "two_pools_none_runs.bpmn").read_bytes()
    text = send(designer, HOME, {"file": (BytesIO(raw), "two.bpmn")}).get_data(as_text=True)
    assert "文件中没有可执行的流程" in text
    chosen = {**fields(text), "runs": "proc_b", "name": "two.bpmn"}
    again = send(designer, HOME, chosen).get_data(as_text=True)
    assert "文件中没有可执行的流程" not in again
    assert re.search(r'value="proc_b" checked', again)
    assert not re.search(r'value="proc_a" checked', again)


def test_a_file_of_the_same_name_is_replaced_only_when_that_was_shown(
    designer: FlaskClient,
) -> None:
    raw = designer.get(f"/studio/tiny/file?path={MAIN}").get_json()["content"].encode()
    text = send(designer, HOME, {"file": (BytesIO(raw), "new.bpmn")}).get_data(as_text=True)
    asked = send(designer, f"{HOME}/keep", {**fields(text), "name": "tiny.bpmn"})
    assert asked.status_code == 409
    assert "再次保存将替换它" in asked.get_data(as_text=True)
    given = {**fields(asked.get_data(as_text=True)), "name": "tiny.bpmn"}
    assert send(designer, f"{HOME}/keep", given).status_code == 303


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.exe", b"MZ", "只能导入"),
        ("a.bpmn", b"", "请选择文件"),
        ("a.zip", b"PK", "只能导入"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(
    designer: FlaskClient, name: str, data: bytes, why: str
) -> None:
    page = send(designer, HOME, {"file": (BytesIO(data), name)})
    assert page.status_code == 422
    assert why in page.get_data(as_text=True)


def test_a_file_that_is_too_large_is_refused(
    designer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio_imports, "MAX_FILE", 10)
    page = send(designer, HOME, {"file": (BytesIO(b"x" * 11), "a.bpmn")})
    assert page.status_code == 422
    assert "超过2 MB" in page.get_data(as_text=True)


def test_a_hostile_file_is_refused_and_cannot_be_kept(designer: FlaskClient) -> None:
    raw = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
    page = send(designer, HOME, {"file": (BytesIO(raw), "a.bpmn")}).get_data(as_text=True)
    assert "DOCTYPE" in page
    assert "这个文件不能导入" in page
    sent = {"sent": base64.b64encode(raw).decode(), "name": "a.bpmn"}
    assert send(designer, f"{HOME}/keep", sent).status_code == 422


def test_the_whole_pack_is_taken_away_and_brought_back(designer: FlaskClient) -> None:
    taken = designer.get("/studio/tiny/download")
    assert taken.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in taken.headers["Content-Security-Policy"]
    same = send(designer, f"{HOME}/pack", {"file": (BytesIO(taken.data), "tiny.zip")})
    assert "没有要改的" in same.get_data(as_text=True)
    revision = designer.get(f"/studio/tiny/file?path={MAIN}").get_json()["revision"]
    given = {"csrf_token": site.token(designer, HOME), "revision": revision}
    designer.post(f"/studio/tiny/remove?file={MAIN}", data=given)
    page = send(designer, f"{HOME}/pack", {"file": (BytesIO(taken.data), "tiny.zip")})
    text = page.get_data(as_text=True)
    assert "共1个文件会变" in text
    seen = re.findall(r'name="seen" value="([^"]+)"', text)
    changes = re.findall(r'name="change" value="([^"]+)"', text)
    back = {**fields(text), "seen": seen, "change": changes}
    assert send(designer, f"{HOME}/pack", back).status_code == 303
    assert designer.get(f"/studio/tiny/file?path={MAIN}").get_json()["state"] == "published"


def test_one_file_is_taken_away_under_its_own_name(designer: FlaskClient) -> None:
    taken = designer.get(f"/studio/tiny/file/download?path={MAIN}")
    assert "tiny.bpmn" in taken.headers["Content-Disposition"]
    assert taken.data.startswith(b"<?xml")
    assert designer.get("/studio/tiny/file/download?path=processes/tiny/no.bpmn").status_code == 404


def test_only_a_letter_has_the_page_of_a_letter(designer: FlaskClient) -> None:
    assert designer.get(f"/studio/tiny/letter?file={MAIN}").status_code == 404


def send(client: FlaskClient, address: str, data: Mapping[str, object]) -> TestResponse:
    token = site.token(client, HOME)
    return client.post(
        address, data={**data, "csrf_token": token}, content_type="multipart/form-data"
    )


def fields(page: str) -> dict[str, object]:
    """The hidden fields of the form that keeps what was previewed."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found if name != "csrf_token"}


def drafted(stem: str) -> str:
    return f"processes/tiny/{stem}.bpmn"


@pytest.fixture
def designer(tiny: Tiny, clock: site.Clock) -> FlaskClient:
    return site.signed_in(site.served(tiny.tools, clock), "p.designer.head")
