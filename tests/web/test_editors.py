"""The editors' pages by kind of file, and the trial of a table that stands in one of them."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from flask.testing import FlaskClient

from server.http.headers import POLICIES
from tests.factories import site

DESIGNER: Final = "p.designer.head"
TABLE: Final = "processes/nanyang/handling.dmn"
FORM: Final = "forms/nanyang/accept.form.json"
TRY: Final = "/studio/nanyang/try"

SignIn = Callable[[str], FlaskClient]


@pytest.mark.parametrize(
    ("page", "file", "policy"), [("table", TABLE, "dmn"), ("form", FORM, "formeditor")]
)
def test_a_file_opens_in_the_editor_of_its_kind(
    sign_in: SignIn, page: str, file: str, policy: str
) -> None:
    client = sign_in(DESIGNER)
    answer = client.get(f"/studio/nanyang/edit?file={file}")
    assert answer.headers["Location"] == f"/studio/nanyang/{page}?file={file}"
    opened = client.get(answer.headers["Location"])
    assert opened.status_code == 200
    assert opened.headers["Content-Security-Policy"] == POLICIES[policy]
    assert "unsafe-eval" not in POLICIES[policy]
    assert "style-src 'self';" in POLICIES[policy]


@pytest.mark.parametrize(
    "address", [f"table?file={FORM}", f"form?file={TABLE}", "table", "form?file=x"]
)
def test_no_other_file_opens_there(sign_in: SignIn, address: str) -> None:
    assert sign_in(DESIGNER).get(f"/studio/nanyang/{address}").status_code == 404


def test_what_is_to_leave_the_pack_is_read_and_not_edited(sign_in: SignIn) -> None:
    client = sign_in(DESIGNER)
    revision = client.get(f"/studio/nanyang/file?path={TABLE}").get_json()["revision"]
    given = {"revision": revision, "csrf_token": site.token(client, "/me")}
    client.post(f"/studio/nanyang/remove?file={TABLE}", data=given)
    answer = client.get(f"/studio/nanyang/table?file={TABLE}")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/studio/nanyang/text")


def test_a_table_is_tried_as_it_stands_on_the_page_and_nothing_is_kept(sign_in: SignIn) -> None:
    client = sign_in(DESIGNER)
    content = file(client, TABLE)
    inputs = {"handling_choice": "assign", "lead_organ": "discipline_organ", "origin": "assigned"}
    asked = {"path": TABLE, "content": content, "decision": "nanyang_handlers", "inputs": inputs}
    found = tried(client, asked).get_json()
    assert found["value"]["leader"] == "secretary"
    assert found["hits"] == {"nanyang_handlers": ["nanyang_handlers_rule_3"]}

    changed = content.replace('"secretary"</text>', '"deputy_secretary"</text>')
    found = tried(client, {**asked, "content": changed}).get_json()
    assert found["value"]["leader"] == "deputy_secretary"
    assert file(client, TABLE) == content


def test_a_trial_that_cannot_be_made_says_why(sign_in: SignIn) -> None:
    client = sign_in(DESIGNER)
    asked: dict[str, Any] = {
        "path": TABLE,
        "content": file(client, TABLE),
        "decision": "nobody",
        "inputs": {},
    }
    refused = tried(client, asked)
    assert refused.status_code == 422
    assert "没有名为“nobody”的决策" in refused.get_json()["detail"]
    broken = tried(client, {**asked, "content": "<definitions"})
    assert broken.status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"inputs": []},
        {"decision": 1},
        {"types": {"origin": "function"}},
        {"content": None},
    ],
)
def test_a_trial_of_another_shape_is_refused(sign_in: SignIn, wrong: dict[str, Any]) -> None:
    asked = {"path": TABLE, "content": "", "decision": "x", "inputs": {}, **wrong}
    assert tried(sign_in(DESIGNER), asked).status_code == 422


def test_a_trial_of_a_file_of_another_pack_or_nested_beyond_reason_is_refused(
    sign_in: SignIn,
) -> None:
    client = sign_in(DESIGNER)
    asked = {"path": "processes/chuzhou/joint.dmn", "content": "", "decision": "x", "inputs": {}}
    assert tried(client, asked).status_code == 404
    assert tried(client, {**asked, "path": FORM}).status_code == 404
    deep = client.post(
        TRY,
        data="[" * 100_000,
        headers={"X-CSRFToken": site.token(client, "/me"), "Accept": "application/json"},
        content_type="application/json",
    )
    assert deep.status_code == 422


def tried(client: FlaskClient, asked: dict[str, Any]) -> Any:
    headers = {"X-CSRFToken": site.token(client, "/me"), "Accept": "application/json"}
    return client.post(TRY, json=asked, headers=headers)


def file(client: FlaskClient, path: str) -> str:
    found: str = client.get(f"/studio/nanyang/file?path={path}").get_json()["content"]
    return found
