"""Whom the answers to a form name."""

import pytest

from server.domain.packs import Appointment
from server.services.verbs import appointed
from server.services.verbs.appointed import Named

SCHEMA = {
    "components": [
        {"type": "textfield", "key": "lead", "properties": {"kind": "person"}},
        {"type": "textfield", "key": "bureau", "properties": {"kind": "unit"}},
        {"type": "textfield", "key": "note"},
        {
            "type": "dynamiclist",
            "path": "members",
            "components": [
                {"type": "textfield", "key": "member", "properties": {"kind": "person"}},
                {"type": "textfield", "key": "task"},
            ],
        },
    ]
}


@pytest.mark.parametrize(
    ("field", "answers", "found"),
    [
        ("lead", {"lead": "p1"}, [Named(role="r", person_id="p1")]),
        ("bureau", {"bureau": "u1"}, [Named(role="r", unit_id="u1")]),
        ("lead", {"lead": None}, []),
        ("lead", {}, []),
        ("note", {"note": "p1"}, []),
        ("nothing", {"nothing": "p1"}, []),
        (
            "members",
            {"members": [{"member": "p1", "task": "a"}, {"member": None}, {"member": "p2"}]},
            [Named(role="r", person_id="p1"), Named(role="r", person_id="p2")],
        ),
    ],
)
def test_a_field_names_the_people_it_holds(
    field: str, answers: dict[str, object], found: list[Named]
) -> None:
    appointment = Appointment(node="n", field=field, role="r")
    assert appointed.named(SCHEMA, [appointment], answers) == found


def test_without_a_subject_of_its_own_the_applicant_is_the_subject() -> None:
    applicant = Named(role="applicant", person_id="p1")
    assert appointed.with_subject([applicant]) == [applicant, Named(role="subject", person_id="p1")]
    both = [applicant, Named(role="subject", person_id="p2")]
    assert appointed.with_subject(both) == both
