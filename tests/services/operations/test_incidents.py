from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, select

from server.domain.incidents import ADVICE, TITLES, IncidentKind
from server.models.audit import AuditEvent
from server.models.installation import incident
from server.services.context import Tools
from server.services.operations import incidents

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
MAIL = IncidentKind.CHANNEL_DOWN


def test_every_kind_has_a_title_and_says_what_to_do() -> None:
    assert set(TITLES) == set(ADVICE) == set(IncidentKind)


def test_the_same_trouble_met_twice_is_one_incident(empty_tools: Tools) -> None:
    incidents.met(empty_tools, MAIL, NOW, subject="mail")
    incidents.met(empty_tools, MAIL, LATER, subject="mail", detail={"waiting": 3})
    (row,) = rows(empty_tools)
    assert (row._mapping["count"], row.opened_at, row.last_at) == (2, NOW, LATER)
    assert (row.detail, row.state) == ({"waiting": 3}, "open")


def test_different_subjects_are_different_incidents(empty_tools: Tools) -> None:
    incidents.met(empty_tools, MAIL, NOW, subject="mail")
    incidents.met(empty_tools, MAIL, NOW, subject="wecom")
    assert len(rows(empty_tools)) == 2


def test_what_passed_is_closed_and_met_again_it_is_a_new_one(empty_tools: Tools) -> None:
    incidents.met(empty_tools, MAIL, NOW, subject="mail")
    assert incidents.over(empty_tools, MAIL, LATER, subject="mail")
    assert not incidents.over(empty_tools, MAIL, LATER, subject="mail")
    incidents.met(empty_tools, MAIL, LATER, subject="mail")
    first, second = rows(empty_tools)
    assert (first.state, first.closed_at, first.closed_by) == ("closed", LATER, None)
    assert second.state == "open"


def test_opening_and_closing_stand_in_the_record_once_each(empty_tools: Tools) -> None:
    for moment in (NOW, LATER):
        incidents.met(empty_tools, MAIL, moment, subject="mail")
    incidents.over(empty_tools, MAIL, LATER, subject="mail")
    with empty_tools.readers() as session:
        verbs = session.scalars(select(AuditEvent.verb).order_by(AuditEvent.seq)).all()
    assert [verb for verb in verbs if verb.startswith("incident.")] == [
        "incident.open",
        "incident.over",
    ]


def rows(tools: Tools) -> Sequence[Row[Any]]:
    with tools.readers() as session:
        return session.execute(select(incident).order_by(incident.c.opened_at)).all()
