"""How somebody stands to a case is asked once by who only reads, and anew by who writes."""

import pytest

from server.domain.errors import NotFound
from server.services.case import case_rows, sights
from server.services.context import Context, reading
from server.services.verbs import recusals
from tests.factories.statements import statements
from tests.factories.tiny import DESK, NOW, Tiny


def test_who_only_reads_asks_once(tiny: Tiny) -> None:
    case_id = tiny.open()
    with reading(tiny.tools, tiny.actor(DESK), NOW) as ctx:
        first = sights.of(ctx, case_id), case_rows.found(ctx, case_id)
        with statements(tiny.tools.database) as said:
            again = sights.of(ctx, case_id), case_rows.found(ctx, case_id)
    assert again == first
    assert said == []


def test_who_writes_is_never_told_what_he_may_no_longer_see(tiny: Tiny) -> None:
    case_id = tiny.open()
    with pytest.raises(NotFound):
        tiny.act(DESK, lambda ctx: _declared(ctx, case_id))


def _declared(ctx: Context, case_id: str) -> None:
    assert sights.of(ctx, case_id).is_office
    recusals.declare(ctx, case_id, ground="kinship")
    sights.of(ctx, case_id)
