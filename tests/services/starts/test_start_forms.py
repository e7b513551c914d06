"""A start form without what the chosen way has settled."""

from collections.abc import Iterator

from server.domain.expressions import Json
from server.engine.feel import Feel
from server.forms.fields import read, walk
from server.services.starts import procedures, start_forms
from server.services.starts.procedures import StartSheet
from tests.factories.shipped import APPLICANT, CHUZHOU, DESK, NANYANG, Shipped

SCHEMA: dict[str, Json] = {
    "components": [
        {"type": "radio", "key": "origin", "values": [{"value": "a"}, {"value": "b"}]},
        {"type": "checkbox", "key": "paper"},
        {"type": "textfield", "key": "kept"},
        {"type": "textfield", "key": "gone", "conditional": {"hide": '=origin = "a"'}},
        {"type": "textfield", "key": "shown", "conditional": {"hide": '=origin = "b"'}},
        {
            "type": "textfield",
            "key": "mixed",
            "conditional": {"hide": "=paper = true and kept = null"},
        },
        {
            "type": "group",
            "components": [
                {"type": "number", "key": "inner", "conditional": {"hide": '=origin = "a"'}}
            ],
        },
    ]
}


def test_settled_fields_and_what_they_hide_are_left_out() -> None:
    found = start_forms.trimmed(Feel(), SCHEMA, {"origin": "a"})

    assert keys(found) == ["paper", "kept", "shown", "mixed"]
    assert "conditional" not in component(found, "shown")
    assert component(found, "mixed")["conditional"] == {"hide": "=paper = true and kept = null"}


def test_a_settled_field_that_an_open_condition_reads_stays() -> None:
    found = start_forms.trimmed(Feel(), SCHEMA, {"paper": None})

    assert "paper" in keys(found)


def test_the_schema_of_the_pack_is_left_as_it_is() -> None:
    before = repr(SCHEMA)
    start_forms.trimmed(Feel(), SCHEMA, {"origin": "a"})

    assert repr(SCHEMA) == before


def test_who_applies_for_himself_is_not_asked_how_nor_what_offices_fill_in(
    shipped: Shipped,
) -> None:
    found = sheet(shipped, APPLICANT, NANYANG, "self-origin-self")

    assert found.fixed == {"origin": "self", "applicant_kind": "person"}
    assert not {"origin", "applicant_kind", "on_paper", "assigned_by", "subject_person"} & set(
        keys(found.form)
    )
    assert {"managed_by", "sanction_type", "item_facts"} <= set(keys(found.form))


def test_a_desk_that_registers_a_paper_is_asked_for_the_applicant(shipped: Shipped) -> None:
    way = "office-case_supervision_office-on_paper-true"
    found = sheet(shipped, DESK, NANYANG, way)

    assert found.fixed == {"on_paper": True}
    assert {"origin", "applicant_kind", "applicant_person"} <= set(keys(found.form))


def test_a_procedure_without_choices_keeps_its_whole_form(shipped: Shipped) -> None:
    found = sheet(shipped, DESK, CHUZHOU, "")

    assert found.form == found.schema


def sheet(shipped: Shipped, login: str, key: str, way: str) -> StartSheet:
    return shipped.see(login, lambda ctx: procedures.start_sheet(ctx, key, way))


def keys(schema: Json) -> list[str]:
    return [each.key for each in walk(read(schema["components"])) if each.key]


def component(schema: Json, key: str) -> dict[str, Json]:
    return next(each for each in _all(schema["components"]) if each.get("key") == key)


def _all(components: Json) -> Iterator[dict[str, Json]]:
    for each in components:
        yield each
        yield from _all(each.get("components", []))
