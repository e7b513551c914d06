import pytest

from server.forms import compiler
from server.services.context import Context
from server.services.identity import names, people
from tests.factories.tiny import COLLEAGUE, DESK, Tiny

FORM = compiler.compiled(
    {
        "type": "default",
        "components": [
            {"type": "textfield", "key": "lead", "properties": {"kind": "person"}},
            {"type": "textfield", "key": "unit", "properties": {"kind": "unit"}},
            {"type": "textfield", "key": "note"},
            {
                "type": "dynamiclist",
                "path": "members",
                "components": [
                    {"type": "textfield", "key": "member", "properties": {"kind": "person"}}
                ],
            },
        ],
    }
)


def test_logins_and_keys_become_ids_wherever_a_field_names_somebody(tiny: Tiny) -> None:
    given = {
        "lead": DESK,
        "unit": "county1.audit",
        "note": DESK,
        "members": [{"member": COLLEAGUE}, {"member": tiny.person(DESK)}],
    }

    def ids(ctx: Context) -> tuple[object, str]:
        return names.resolved(ctx, FORM, given), people.unit_by_key(ctx, "county1.audit").id

    found, unit = tiny.act(DESK, ids)
    assert found == {
        "lead": tiny.person(DESK),
        "unit": unit,
        "note": DESK,
        "members": [{"member": tiny.person(COLLEAGUE)}, {"member": tiny.person(DESK)}],
    }


@pytest.mark.parametrize("odd", ["nobody.at.all", "", "\x00", "x" * 500, 7, None, {"a": 1}, ["x"]])
def test_what_names_nobody_stays_as_it_is(tiny: Tiny, odd: object) -> None:
    given = {"lead": odd, "unit": odd, "unknown": odd}
    assert tiny.act(DESK, lambda ctx: names.resolved(ctx, FORM, given)) == given
