"""The packs on reports ask for nobody who reported, and nothing reads the name of an offender."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from server.config import SHIPPED

#: whom each pack may name: victim or cleared person, the team, a body, and the offender once found
NAMED = {
    "clarification": {"concerned_person", "member_of_body", "chair"},
    "false_accusation": {
        *("concerned_person", "member_of_body", "chair", "team_lead", "member"),
        "offender_person",
    },
}


@pytest.mark.parametrize("pack", NAMED)
def test_the_person_fields_of_a_pack_on_reports_are_the_listed_ones(pack: str) -> None:
    asked = {one["key"] for _form, one in _fields(pack) if _kind(one) == "person"}

    assert asked == NAMED[pack]


def test_an_offender_is_named_in_one_form_and_read_only_by_what_keeps_him_out() -> None:
    folder = SHIPPED / "processes" / "false_accusation"
    forms = {form for form, one in _fields("false_accusation") if one["key"] == "offender_person"}
    reading = [
        line.strip()
        for path in (folder / "pack.yaml", *folder.glob("*.bpmn"), *folder.glob("*.dmn"))
        for line in path.read_text("utf-8").splitlines()
        if re.search(r"\boffender_person\b", line)
    ]

    assert forms == {"offender"}
    assert reading == ["- {form: offender, field: offender_person, ground: offender}"]


def _fields(pack: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted((SHIPPED / "forms" / pack).glob("*.form.json")):
        form = json.loads(path.read_text("utf-8"))
        for one in _flat(form["components"]):
            yield form["id"], one


def _flat(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for one in components:
        if "key" in one:
            yield one
        yield from _flat(one.get("components", []))


def _kind(field: dict[str, Any]) -> str:
    properties: dict[str, str] = field.get("properties", {})
    return properties.get("kind", "")
