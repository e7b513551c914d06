"""The check while somebody draws is the full one, and nobody does it more often than he may."""

from datetime import timedelta

import pytest

from server.domain.access import Actor
from server.domain.errors import TooOften
from server.services import limits
from server.services.context import reading, transaction
from server.services.limits import Limit
from server.services.packs import definitions, drawn_checks, pack_drafts
from tests.factories.tiny import NOW, Tiny

DESIGNER = "p.designer.head"


def test_the_findings_are_those_of_the_full_check(tiny: Tiny) -> None:
    with reading(tiny.tools, designer(tiny), NOW) as ctx:
        files = pack_drafts.whole(ctx, "tiny")
    found = drawn_checks.check(tiny.tools, designer(tiny), NOW, files)
    assert found == definitions.check(tiny.tools, files)[1]


def test_nobody_checks_more_often_than_he_may(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CHECK", Limit(kind="check", most=1, within=timedelta(hours=1)))
    with reading(tiny.tools, designer(tiny), NOW) as ctx:
        files = pack_drafts.whole(ctx, "tiny")
    with transaction(tiny.tools, designer(tiny), NOW) as ctx:
        limits.count(ctx, limits.CHECK)
    with pytest.raises(TooOften):
        drawn_checks.check(tiny.tools, designer(tiny), NOW, files)


def designer(tiny: Tiny) -> Actor:
    return tiny.actor(DESIGNER)
