from datetime import date, datetime

import pytest

from server.domain.calendar import CHINA_TIME
from server.domain.errors import Invalid
from server.domain.expressions import Feel as Expression
from server.domain.packs import Event, PolicyPack
from server.engine.feel import Feel
from server.engine.port import Advance, OpenTask
from server.services.case.case_state import Act
from server.services.case.events import raised
from server.services.case.facts import Facts

NOW = datetime(2026, 2, 12, 23, 30, tzinfo=CHINA_TIME)

EVENTS = {
    "started": Event(key="started", title="启动", start=True, date="started_on"),
    "came": Event(key="came", title="收到", message="reply"),
    "accepted": Event(
        key="accepted", title="受理", node="accept", when=Expression("accepted = true")
    ),
    "passed": Event(key="passed", title="经过", node="gate"),
    "computed": Event(
        key="computed", title="推算", node="other", date=Expression('started_on + duration("P1D")')
    ),
}
PACK = PolicyPack(key="p", title="p", version="1", valid_from=date(2024, 1, 1), events=EVENTS)


def test_opening_raises_the_start_event_on_its_entered_day() -> None:
    (found,) = happen(Act(command="open"), started_on="2026-02-10")
    assert (found[0], found[1], found[2]) == ("started", date(2026, 2, 10), None)


def test_without_an_entered_day_it_is_the_day_of_the_act_in_china() -> None:
    (found,) = happen(Act(command="open"))
    assert found == ("started", date(2026, 2, 12), NOW)


def test_an_entered_day_in_the_future_is_refused_at_its_field() -> None:
    with pytest.raises(Invalid) as refused:
        happen(Act(command="open"), started_on="2026-02-13")
    assert [finding.field for finding in refused.value.findings] == ["started_on"]


def test_what_is_no_day_is_refused_at_its_field() -> None:
    with pytest.raises(Invalid) as refused:
        happen(Act(command="open"), started_on="soon")
    assert [finding.field for finding in refused.value.findings] == ["started_on"]


def test_a_message_raises_its_event_when_it_arrives() -> None:
    assert keys(Act(command="deliver", message="reply", node_key="catch")) == ["came"]
    assert keys(Act(command="deliver", message="other", node_key="catch")) == []


def test_completing_a_task_raises_its_event_if_its_condition_holds() -> None:
    act = Act(command="complete", node_key="accept")
    assert keys(act, accepted=True) == ["accepted"]
    assert keys(act, accepted=False) == []
    assert keys(act, accepted=None) == []


def test_a_task_that_merely_opens_or_ends_raises_nothing() -> None:
    task = OpenTask(task_key="t", node_key="accept", lane="l")
    act = Act(command="timer", node_key="boundary")
    for after in (Advance(state=b"", opened=(task,)), Advance(state=b"", closed=(task,))):
        after = Advance(state=b"", opened=after.opened, closed=after.closed, visited=("accept",))
        assert [each[0] for each in happening(act, after, accepted=True)] == []


def test_a_node_that_is_passed_raises_its_event_once() -> None:
    after = Advance(state=b"", visited=("gate", "gate"))
    act = Act(command="complete", node_key="accept")
    assert [each[0] for each in happening(act, after, accepted=True)] == ["accepted", "passed"]


def test_an_item_of_a_multi_instance_task_raises_nothing_while_others_wait() -> None:
    act = Act(command="complete", node_key="accept", is_partial=True)
    assert keys(act, accepted=True) == []
    opened = OpenTask(task_key="t2", node_key="accept", lane="l", instance="2")
    after = Advance(state=b"", opened=(opened,))
    act = Act(command="complete", node_key="accept")
    assert happening(act, after, accepted=True) == []


def test_a_day_may_be_computed() -> None:
    after = Advance(state=b"", visited=("other",))
    act = Act(command="timer", node_key="x")
    (found,) = happening(act, after, started_on="2026-02-10")
    assert found[1] == date(2026, 2, 11)


def happen(act: Act, **values: object) -> list[tuple[str, date, datetime | None]]:
    return happening(act, Advance(state=b""), **values)


def keys(act: Act, **values: object) -> list[str]:
    return [each[0] for each in happen(act, **values)]


def happening(
    act: Act, after: Advance, **values: object
) -> list[tuple[str, date, datetime | None]]:
    known = Facts(
        values={"started_on": None, "accepted": None, **values},
        types={"started_on": "date"},
        now=NOW,
    )
    return [(each.event.key, each.on, each.at) for each in raised(PACK, act, after, known, FEEL)]


FEEL = Feel()
