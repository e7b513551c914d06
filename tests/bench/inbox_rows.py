"""Open tasks by the hundred thousand, written by the databases themselves.

Indexes are put back before anything is measured; ids look random, as they are.
"""

from sqlalchemy import Connection, Engine, text

from server.domain.access import Actor
from server.models.case import case, case_step
from server.models.time import deadline
from server.models.work import work_item

#: what the official has claimed, and what waits in the queues of his offices
MINE, QUEUED = 200, 5_000

#: how many offices share everything else
_OTHERS = 40

_TABLES = (case, case_step, deadline, work_item)

#: the differences between the two databases
_DIALECTS = {
    "sqlite": {
        "numbers": (
            "WITH RECURSIVE numbers(i) AS "
            "(SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < :size)"
        ),
        "id": "printf('%08x-0000-4000-8000-{tail}', (i * 2654435761) & 4294967295)",
        "day": "date('2026-02-12', ((i % 60) - 20) || ' days')",
        "number": "CAST(strftime('%Y%m%d', {day}) AS INTEGER)",
        "over": "{day} || ' 16:00:00.000000'",
        "false": "0",
    },
    "postgresql": {
        "numbers": "WITH numbers AS (SELECT generate_series(1, :size) AS i)",
        "id": "lpad(to_hex((i * 2654435761) & 4294967295), 8, '0') || '-0000-4000-8000-{tail}'",
        "day": "(date '2026-02-12' + (i % 60 - 20)::int)",
        "number": "to_char({day}, 'YYYYMMDD')::int",
        "over": "({day} + time '16:00') AT TIME ZONE 'UTC'",
        "false": "false",
    },
}

#: which of its rows an item is to the official: each of 5 200 is met once, evenly spread
_TURN = "(CAST(i AS BIGINT) * :own / :size)"
_IS_OWN = f"{_TURN} <> (CAST(i - 1 AS BIGINT) * :own / :size)"
_IS_MINE = f"({_IS_OWN} AND {_TURN} % 26 = 0)"


def fill(engine: Engine, actor: Actor, size: int) -> None:
    """Write ``size`` open tasks, of them those of the official."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            # no look at another table for each key of each row
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            # ids that look random touch every page: keep them in memory while writing
            connection.exec_driver_sql("PRAGMA cache_size = -2000000")
        indexes = [index for table in _TABLES for index in table.indexes]
        for index in indexes:
            index.drop(connection)
        for statement in _statements(engine.dialect.name):
            connection.execute(text(statement), _values(connection, actor, size))
        for index in indexes:
            index.create(connection)
        connection.commit()
    if engine.dialect.name == "postgresql":
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _values(connection: Connection, actor: Actor, size: int) -> dict[str, object]:
    units = sorted({post.unit_id for post in actor.posts})
    pack = connection.execute(text("SELECT id FROM pack_version")).scalar_one()
    others = [
        unit
        for unit in connection.execute(text("SELECT id FROM unit ORDER BY id")).scalars()
        if unit not in units
    ]
    return {
        **{f"unit_{number}": others[number] for number in range(_OTHERS)},
        "size": size,
        "own": MINE + QUEUED,
        "me": actor.person_id,
        "first": units[0],
        "second": units[-1],
        "pack": pack,
    }


def _statements(dialect: str) -> list[str]:
    words = _DIALECTS[dialect]
    day = words["day"]
    ids = {
        name: words["id"].format(tail=tail)
        for name, tail in (("case", "0" * 12), ("clock", "1" * 12), ("item", "2" * 12))
    }
    number, over = words["number"].format(day=day), words["over"].format(day=day)
    return [
        _insert(
            words["numbers"],
            '"case"',
            {
                "id": ids["case"],
                "version": "1",
                "reference": "'测容〔2026〕' || i || '号'",
                "title": "''",
                "procedure": "'tiny_matter'",
                "pack_version_id": ":pack",
                "status": "'open'",
                "status_reason": "''",
                "level": "'county'",
                "secrecy": "'internal'",
                "opened_on": "'2026-02-01'",
                "opened_at": "'2026-02-01 01:00:00.000000'",
            },
        ),
        _insert(
            words["numbers"],
            "case_step",
            {
                "case_id": ids["case"],
                "seq": "1",
                "command": "'open'",
                "node_key": "'start'",
                "task_key": "''",
                "visited": "'[]'",
                "flows": "'[]'",
                "decisions": "'[]'",
                "messages": "'[]'",
                "state_version": "1",
                "at": "'2026-02-01 01:00:00.000000'",
            },
        ),
        _insert(
            words["numbers"],
            "deadline",
            {
                "id": ids["clock"],
                "version": "1",
                "case_id": ids["case"],
                "rule_key": "'registration'",
                "subject": "''",
                "occurrence": "1",
                "origin_event": "'opened'",
                "origin_on": "'2026-02-01'",
                "due_on": day,
                "expires_at": over,
                "calendar": "'cn'",
                "calendar_version": "'2026.1'",
                "force": "'statutory'",
                "state": "'running'",
                "line": "'2月12日受理，次日起算；第5个工作日为2月26日'",
                "changes": "'[]'",
                "started_at": "'2026-02-01 01:00:00.000000'",
            },
        ),
        _insert(words["numbers"], "work_item", _item(ids, words, day, number, over)),
    ]


def _item(
    ids: dict[str, str], words: dict[str, str], day: str, number: str, over: str
) -> dict[str, str]:
    turns = " ".join(f"WHEN {number} THEN :unit_{number}" for number in range(_OTHERS))
    others = f"CASE i % {_OTHERS} {turns} END"
    return {
        "id": ids["item"],
        "version": "1",
        "case_id": ids["case"],
        "group_id": ids["item"],
        "task_key": "'register'",
        "node_key": "'register'",
        "title": "'登记'",
        "lane": "'desk'",
        "form_key": "'registration'",
        "candidate_role": "'case_supervision_office'",
        "candidate_unit": (
            f"CASE WHEN NOT ({_IS_OWN}) THEN {others} "
            f"WHEN {_TURN} % 5 = 0 THEN :second ELSE :first END"
        ),
        "head_only": words["false"],
        "assignee_id": f"CASE WHEN {_IS_MINE} THEN :me END",
        "state": f"CASE WHEN {_IS_MINE} THEN 'claimed' ELSE 'offered' END",
        "position": "0",
        "deadline_key": "'registration'",
        "deadline_id": ids["clock"],
        "due_on": day,
        "expires_at": over,
        "order_key": number,
        "priority": "0",
        "opened_at": "'2026-02-01 01:00:00.000000'",
        "opened_version": "1",
    }


def _insert(numbers: str, table: str, columns: dict[str, str]) -> str:
    names = ", ".join(columns)
    values = ", ".join(columns.values())
    return f"INSERT INTO {table} ({names}) {numbers} SELECT {values} FROM numbers"
