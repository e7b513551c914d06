from datetime import date, datetime, timedelta

import pytest

from server.domain.access import Actor
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Conflict, Forbidden, Invalid
from server.domain.version_proposals import ProposedVersion, approve, refuse, withdraw

AT = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA_TIME)
PROPOSED = ProposedVersion(proposed_by="first", proposed_at=AT, valid_from=date(2026, 4, 1))


def somebody(person_id: str, on_behalf_of: str | None = None) -> Actor:
    return Actor(person_id=person_id, name=person_id, on_behalf_of=on_behalf_of)


def test_another_designer_makes_it_law() -> None:
    approve(PROPOSED, somebody("second"), newest_at=AT - timedelta(days=9), today=AT.date())
    approve(PROPOSED, somebody("second"), newest_at=None, today=PROPOSED.valid_from)


@pytest.mark.parametrize("actor", [somebody("first"), somebody("second", on_behalf_of="first")])
def test_whoever_proposed_it_neither_makes_it_law_nor_refuses_it(actor: Actor) -> None:
    with pytest.raises(Forbidden):
        approve(PROPOSED, actor, newest_at=None, today=AT.date())
    with pytest.raises(Forbidden):
        refuse(PROPOSED, actor, "不妥")
    withdraw(PROPOSED, actor)


def test_what_was_compared_with_an_older_version_is_proposed_anew() -> None:
    with pytest.raises(Conflict, match="新版本"):
        approve(PROPOSED, somebody("second"), newest_at=AT + timedelta(minutes=1), today=AT.date())


def test_a_day_that_went_by_while_it_waited_is_not_law_backwards() -> None:
    with pytest.raises(Conflict, match="施行日期"):
        approve(PROPOSED, somebody("second"), newest_at=None, today=date(2026, 4, 2))


def test_what_was_proposed_backwards_may_become_law_backwards() -> None:
    backwards = ProposedVersion(proposed_by="first", proposed_at=AT, valid_from=date(2026, 1, 1))
    approve(backwards, somebody("second"), newest_at=None, today=date(2026, 4, 2))


def test_it_is_refused_by_another_one_with_a_reason_and_withdrawn_by_nobody_else() -> None:
    with pytest.raises(Invalid):
        refuse(PROPOSED, somebody("second"), "  ")
    refuse(PROPOSED, somebody("second"), "依据已经修改")
    with pytest.raises(Forbidden):
        withdraw(PROPOSED, somebody("second"))
