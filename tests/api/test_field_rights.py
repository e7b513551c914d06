"""What a task may do with the fields of its form: enforced here, whatever a program sends."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import select

from server.adapters.packs import read_folder
from server.domain.access import SYSTEM
from server.models.audit import AuditEvent
from server.models.identity import Person
from server.services.context import Tools, transaction
from server.services.identity import passwords
from server.services.packs import definitions
from tests.databases import Databases
from tests.factories import site
from tests.factories import tools as opening
from tests.factories.programs import Program, program
from tests.factories.tiny import APPLICANT, COLLEAGUE, DESK, PACK

RIGHTS = """
fields:
  register: {hidden: [reason], read: [managed_by], basis: {default: 测试}}
  begin: {read: [applicant_kind], basis: {default: 测试}}
"""
_YAML = "processes/tiny/pack.yaml"


@pytest.fixture
def tools(databases: Databases) -> Iterator[Tools]:
    """The small pack with rights of fields at registration and at the start."""
    with opening.copied(databases, "tiny_fields", _fill) as tools:
        yield tools


@pytest.fixture
def app(tools: Tools) -> Flask:
    """The application."""
    return site.served(tools, site.Clock())


def test_a_hidden_field_is_neither_sent_nor_taken(app: Flask, tools: Tools) -> None:
    desk, task = at_registration(app)
    shown = desk.found(f"/tasks/{task}")
    keys = {each.get("key") for each in shown["form"]["components"]}
    assert "reason" not in keys
    assert "reason" not in shown["data"]

    for verb in ("complete", "draft"):
        sent = {"variables": {"registered": "refuse", "reason": "机密的理由"}}
        refused = desk.post(f"/tasks/{task}/{verb}", sent)
        assert refused.status_code == 422
        assert [each["field"] for each in refused.get_json()["problems"]] == ["reason"]
    assert forged(tools, task) == [["reason"], ["reason"]]
    assert "机密的理由" not in record(tools)


def test_a_field_to_be_read_comes_back_as_it_was_or_not_at_all(app: Flask, tools: Tools) -> None:
    desk, task = at_registration(app)
    changed = {"registered": "accept", "managed_by": "city", "made_up": 1}
    refused = desk.post(f"/tasks/{task}/complete", {"variables": changed})
    assert refused.status_code == 422
    fields = {each["field"] for each in refused.get_json()["problems"]}
    assert fields == {"managed_by", "made_up"}
    assert forged(tools, task) == [["made_up", "managed_by"]]

    same = {"registered": "accept", "managed_by": "county"}
    desk.done(f"/tasks/{task}/complete", {"variables": same})


def test_a_draft_holds_nothing_that_the_form_does_not_ask_but_half_a_word(
    app: Flask, tools: Tools
) -> None:
    desk, task = at_registration(app)
    forging = {"registered": "nothing of the list", "managed_by": "city", "made_up": 1}
    refused = desk.post(f"/tasks/{task}/draft", {"variables": forging})
    assert refused.status_code == 422
    assert {each["field"] for each in refused.get_json()["problems"]} == {"managed_by", "made_up"}
    assert forged(tools, task) == [["made_up", "managed_by"]]

    same = {"registered": "nothing of the list", "managed_by": "county"}
    desk.done(f"/tasks/{task}/draft", {"variables": same})


def test_whoever_only_prepares_the_answers_is_refused_the_same(app: Flask, tools: Tools) -> None:
    desk, task = at_registration(app)
    helper = program(app, COLLEAGUE)
    desk.done(f"/tasks/{task}/delegate", {"to": person_of(tools, COLLEAGUE), "reason": "出差"})
    sent = {"variables": {"registered": "refuse", "reason": "机密的理由"}}
    refused = helper.post(f"/tasks/{task}/complete", sent)
    assert refused.status_code == 422
    assert [each["field"] for each in refused.get_json()["problems"]] == ["reason"]


def test_the_form_of_a_start_keeps_its_rights_too(app: Flask, tools: Tools) -> None:
    start = {"managed_by": "county", "facts": "抢修道路", "applicant_kind": "unit", "internal": "x"}
    refused = program(app, APPLICANT).post(
        "/cases", {"procedure": "tiny_matter", "variables": start}
    )
    assert refused.status_code == 422
    assert forged(tools, "/api/v1/cases") == [["applicant_kind", "internal"]]


def test_the_page_refuses_and_records_it_as_well(app: Flask, tools: Tools) -> None:
    _desk, task = at_registration(app)
    page = site.signed_in(app, DESK)
    token = site.token(page, f"/tasks/{task}")
    sent = {"variables": {"registered": "refuse", "reason": "x"}}
    answer = page.post(f"/tasks/{task}/complete", json=sent, headers={"X-CSRFToken": token})
    assert answer.status_code == 422
    assert forged(tools, task) == [["reason"]]


@pytest.mark.parametrize("verb", ["complete", "draft"])
def test_a_page_without_javascript_refuses_and_records_it_as_well(
    app: Flask, tools: Tools, verb: str
) -> None:
    _desk, task = at_registration(app)
    page = site.signed_in(app, DESK)
    token = site.token(page, f"/tasks/{task}")
    sent = {"csrf_token": token, "a.registered": "refuse", "a.reason": "机密的理由"}
    answer = page.post(f"/tasks/{task}/{verb}", data={**sent, "a.managed_by": "city"})
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "表单中没有“reason”这一项" in text
    assert "不能修改" in text
    assert forged(tools, task) == [["managed_by", "reason"]]
    assert "机密的理由" not in record(tools)


def at_registration(app: Flask) -> tuple[Program, str]:
    variables = {"managed_by": "county", "facts": "抢修道路"}
    start = {"procedure": "tiny_matter", "variables": variables}
    program(app, APPLICANT).done("/cases", start)
    desk = program(app, DESK)
    task = desk.found("/tasks?view=queue")["items"][0]["id"]
    desk.done(f"/tasks/{task}/claim")
    return desk, task


def person_of(tools: Tools, login: str) -> str:
    with tools.readers() as session:
        return session.scalars(select(Person.id).where(Person.login == login)).one()


def forged(tools: Tools, target: str) -> list[list[str]]:
    wanted = select(AuditEvent.text).where(
        AuditEvent.verb == "field.forged", AuditEvent.target == target
    )
    with tools.readers() as session:
        found: list[Any] = [orjson.loads(text) for text in session.scalars(wanted)]
    return [each["fields"] for each in found]


def record(tools: Tools) -> str:
    with tools.readers() as session:
        return "".join(session.scalars(select(AuditEvent.text)))


def _fill(url: str) -> None:
    opening.fill_region(url)
    files = read_folder(PACK)
    text = files.files[_YAML] + RIGHTS.encode()
    files = replace(files, files={**files.files, _YAML: text})
    with opening.opened(url) as tools, transaction(tools, SYSTEM, opening.PREPARED) as ctx:
        definitions.publish(ctx, files, accept_warnings="测试")
        passwords.set_for_all(ctx, site.SECRET)
