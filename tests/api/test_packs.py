import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest

from server.services.context import Tools
from tests.api.matters import DESIGNER
from tests.factories import site
from tests.factories.packs import Draft
from tests.factories.programs import Program, program
from tests.factories.site import Clock

Sign = Callable[[str], Program]

HOSTILE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


def test_a_pack_is_checked_published_once_and_found_to_be_the_same(signed: Sign) -> None:
    designer = signed(DESIGNER)
    data = zipped(Draft().files().files)
    checked = designer.post("/packs/check", data=upload(data))
    assert checked.status_code == 200, checked.get_data(as_text=True)
    first = designer.post("/packs", data={**upload(data), "accept_warnings": "试用"})
    assert first.status_code == 201, first.get_data(as_text=True)
    told: Any = first.json
    assert (told["pack"], told["version"], told["is_new"]) == ("small", 1, True)
    again = designer.post("/packs", data={**upload(data), "accept_warnings": "试用"})
    assert (again.status_code, again.json["is_new"]) == (200, False)  # type: ignore[index]


def test_a_pack_with_errors_is_refused_with_every_problem_and_leaves_nothing(signed: Sign) -> None:
    designer = signed(DESIGNER)
    draft = Draft()
    draft.edit('rongcuo:form="examination"', 'rongcuo:form="nothing"')
    for path in ("/packs/check", "/packs"):
        answer = designer.post(path, data=upload(zipped(draft.files().files)))
        assert answer.status_code == 422
        told: Any = answer.json
        assert "processes/small/main.bpmn" in {each["file"] for each in told["problems"]}
    good = designer.post("/packs", data={**upload(zipped(Draft().files().files)), **ACCEPTED})
    assert good.json["version"] == 1  # type: ignore[index]


def test_a_shipped_pack_may_be_extended(signed: Sign) -> None:
    draft = Draft()
    draft.pack["extends"] = ["_national"]
    data = zipped(draft.files().files)
    answer = signed(DESIGNER).post("/packs/check", data=upload(data))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    draft.pack["extends"] = ["_nowhere"]
    answer = signed(DESIGNER).post("/packs/check", data=upload(zipped(draft.files().files)))
    assert codes(answer) == ["PACK_EXTENDS"]


def test_what_is_no_zip_or_no_file_is_refused(signed: Sign) -> None:
    designer = signed(DESIGNER)
    assert codes(designer.post("/packs", data=upload(b"no zip"))) == ["ARCHIVE_BROKEN"]
    assert codes(designer.post("/packs", data={})) == ["REQUEST_REQUIRED"]
    assert codes(designer.post("/packs", data={"file": "text"})) == ["REQUEST_REQUIRED"]


@pytest.mark.soak_on("sqlite")
def test_a_file_is_checked_stored_and_published_inside_its_pack(signed: Sign) -> None:
    designer = signed(DESIGNER)
    designer.done("/packs", data={**upload(zipped(Draft().files().files)), **ACCEPTED})
    form = Draft().files().files["forms/small/examination.form.json"]
    schema = json.loads(form)
    schema["components"][-1]["label"] = "办理人员"
    changed = json.dumps(schema).encode()
    name = "examination.form.json"
    checked = designer.done("/packs/small/files/check", data=upload(changed, name))
    assert checked["pack"] == "small"
    assert designer.post("/packs/small/publish", ACCEPTED).status_code == 409
    stored = designer.done("/packs/small/files", data=upload(changed, name))
    assert stored["file"] == "forms/small/examination.form.json"
    done = designer.done("/packs/small/publish", ACCEPTED)
    assert (done["version"], done["is_new"]) == (2, True)
    assert designer.post("/packs/small/publish", ACCEPTED).status_code == 409


@pytest.mark.soak_on("postgres")
def test_a_hostile_file_is_refused_with_its_reason_and_not_stored(signed: Sign) -> None:
    designer = signed(DESIGNER)
    for path in ("/packs/nanyang/files/check", "/packs/nanyang/files"):
        answer = designer.post(path, data=upload(HOSTILE, "nanyang_minor.bpmn"))
        assert answer.status_code == 422
        assert b"passwd" not in answer.get_data()
    assert designer.post("/packs/nanyang/publish", ACCEPTED).status_code == 409


def test_a_file_of_no_known_kind_or_pack_is_refused(signed: Sign) -> None:
    designer = signed(DESIGNER)
    for name in ("../pack.bpmn", "pack.yaml", "run.py", ".bpmn"):
        answer = designer.post("/packs/nanyang/files", data=upload(b"x", name))
        assert codes(answer) == ["DRAFT_NAME"], name
    missing = designer.post("/packs/nothing/files", data=upload(b"x", "a.bpmn"))
    assert missing.status_code == 404


def test_publishing_asks_for_the_password_of_a_short_while_ago(signed: Sign, clock: Clock) -> None:
    designer = signed(DESIGNER)
    clock.forward(minutes=16)
    data = zipped(Draft().files().files)
    assert designer.post("/packs/check", data=upload(data)).status_code == 200
    assert designer.post("/packs", data=upload(data)).status_code == 403
    assert designer.post("/packs/nanyang/publish", {}).status_code == 403


def test_where_two_are_asked_for_one_proposes_and_another_one_publishes(
    demo_tools: Tools, clock: Clock
) -> None:
    config = replace(demo_tools.config, two_publish=True)
    app = site.served(replace(demo_tools, config=config), clock)
    first, second = program(app, DESIGNER), program(app, "p.designer.head")
    waits = first.done("/packs", data={**upload(zipped(Draft().files().files)), **ACCEPTED})
    assert (waits["version"], waits["is_new"], waits["is_proposed"]) == (0, True, True)
    assert first.post("/packs/small/publish", ACCEPTED).status_code == 403
    law = second.done("/packs/small/publish", ACCEPTED)
    assert (law["version"], law["is_proposed"]) == (1, False)
    # of single files the drafts are proposed, and published by the other one
    content = Draft().files().files["forms/small/examination.form.json"] + b" "
    first.done("/packs/small/files", data=upload(content, "examination.form.json"))
    assert first.done("/packs/small/publish", ACCEPTED)["is_proposed"]
    assert second.done("/packs/small/publish", ACCEPTED)["version"] == 2


ACCEPTED = {"accept_warnings": "试用"}


def zipped(files: Mapping[str, bytes]) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def upload(data: bytes, name: str = "pack.zip") -> dict[str, Any]:
    return {"file": (BytesIO(data), name)}


def codes(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.get_data(as_text=True)
    return sorted({each["code"] for each in answer.json["problems"]})
