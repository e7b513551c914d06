"""What Prometheus reads: true, from closed lists, and cheap."""

from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert

from server.app import create_worker
from server.domain.incidents import IncidentKind
from server.models.outbox import outbox
from server.services import heartbeats
from server.services.context import Tools
from server.services.operations import incidents
from server.telemetry import Meters
from tests.databases import Databases
from tests.factories import tools as opening
from tests.factories.site import Clock, application
from tests.factories.statements import statements
from tests.factories.tiny import NOW, Tiny, fill

AWAY = timedelta(days=30)


def test_the_lag_shows_while_something_is_due_and_clears_when_it_is_done(
    databases: Databases,
) -> None:
    with opening.copied(databases, "tiny", fill) as tools:
        Tiny(tools).open()
        clock = Clock(NOW)
        assert figure(tools, clock, "rongcuo_timer_lag_seconds") == 0
        assert figure(tools, clock, "rongcuo_cases", status="open") == 1
        clock.moment += AWAY
        assert figure(tools, clock, "rongcuo_timer_lag_seconds") > 86400
        assert figure(tools, clock, "rongcuo_timers_due") > 1
        create_worker(tools, clock, Meters()).round()
        assert figure(tools, clock, "rongcuo_timer_lag_seconds") == 0
        assert figure(tools, clock, "rongcuo_timers_due") == 0
        steps = figure(tools, clock, "rongcuo_step_seconds_count")
        Tiny(tools).open(now=clock.moment)
        assert figure(tools, clock, "rongcuo_step_seconds_count") == steps + 1


def test_what_waits_and_what_went_wrong_is_counted_by_words_of_closed_lists(
    empty_tools: Tools,
) -> None:
    clock = Clock(NOW)
    incidents.met(empty_tools, IncidentKind.CHANNEL_DOWN, NOW, subject="某机关群")
    with empty_tools.database.begin() as connection:
        for number, channel in enumerate(("纪委群", "组织部群", "", "mail")):
            row = {"id": str(number), "kind": "notice", "payload": {}, "state": "pending"}
            connection.execute(
                insert(outbox).values(
                    **row,
                    dedupe_key=str(number),
                    channel=channel,
                    created_at=NOW - timedelta(hours=number + 1),
                )
            )
    heartbeats.note(empty_tools, "backup", NOW, {"ok": False})
    kinds = {"kind": "notice", "channel": "webhook"}
    assert figure(empty_tools, clock, "rongcuo_outbox_pending", **kinds) == 2
    assert figure(empty_tools, clock, "rongcuo_outbox_oldest_seconds", **kinds) == 7200
    assert figure(empty_tools, clock, "rongcuo_incidents_open", kind="channel_down") == 1
    assert figure(empty_tools, clock, "rongcuo_incidents_open", kind="disk_full") == 0
    assert figure(empty_tools, clock, "rongcuo_backup_ok") == 0
    assert figure(empty_tools, clock, "rongcuo_disk_free_bytes") > 0
    assert figure(empty_tools, clock, "rongcuo_database_up") == 1
    mail = {"kind": "notice", "channel": "mail"}
    assert figure(empty_tools, clock, "rongcuo_outbox_pending", **mail) == 1
    for name in ("某机关", "纪委群"):
        assert name not in scraped(empty_tools, clock)


def test_asking_often_asks_the_database_seldom(empty_tools: Tools) -> None:
    page = application(empty_tools, Clock(NOW)).test_client()
    page.get("/metrics")
    with statements(empty_tools.database) as said:
        for _again in range(5):
            page.get("/metrics")
    assert said == []


def test_one_scrape_costs_a_handful_of_statements_however_much_there_is(tools: Tools) -> None:
    with statements(tools.database) as said:
        scraped(tools, Clock(NOW))
    assert len([line for line in said if line.startswith("SELECT")]) <= 8, said


def scraped(tools: Tools, clock: Clock) -> str:
    answer = application(tools, clock).test_client().get("/metrics")
    assert answer.status_code == 200
    return answer.text


def figure(tools: Tools, clock: Clock, name: str, **labels: str) -> float:
    for family in text_string_to_metric_families(scraped(tools, clock)):
        for sample in family.samples:
            if sample.name == name and sample.labels == labels:
                return sample.value
    raise AssertionError(name)
