"""Every page by its rule, with addresses filled in and answers made comparable."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.models.audit import AuditEvent, AuditHead
from server.services.context import Tools
from tests.factories.programs import PREFIX


def last(tools: Tools) -> dict[str, int]:
    """Where each chain ends."""
    with tools.readers() as session:
        return {head.chain: head.seq for head in session.scalars(select(AuditHead))}


def since(tools: Tools, before: dict[str, int]) -> list[AuditEvent]:
    """What was recorded since then."""
    with tools.readers() as session:
        return [
            each
            for chain, seq in before.items()
            for each in session.scalars(
                select(AuditEvent).where(AuditEvent.chain == chain, AuditEvent.seq > seq)
            )
        ]


def plain(answer: Any, ids: dict[str, str]) -> str:
    """The page without its tokens and without what the address itself says."""
    text = re.sub(r'(csrf_token" value|content)="[^"]*"', "", answer.get_data(as_text=True))
    text = re.sub(r'"X-CSRFToken": *"[^"]*"', "", text)
    for each in ids.values():
        text = text.replace(each, "")
    return text


def named(answer: Any) -> dict[str, str]:
    changing = ("X-Request-Id", "Date", "Content-Length", "Set-Cookie")
    return {name: value for name, value in answer.headers.items() if name not in changing}


def routes(app: Flask) -> Iterator[tuple[str, Any]]:
    """Method and rule of every page."""
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith((PREFIX, "/static/", "/healthz", "/readyz", "/metrics")):
            for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "DELETE"}):
                yield method, rule


def declared(app: Flask, rule: Any) -> Any:
    view: Any = app.view_functions[rule.endpoint]
    return view.access


def filled(path: str, ids: dict[str, str]) -> str:
    """The address of a route: with these ids, and the first of the words it takes."""

    def part(found: re.Match[str]) -> str:
        word, name = found.groups()
        return word or ids.get(name, OTHERS.get(name, "1"))

    return re.sub(r"<(?:any\((\w+)[^)]*\):|[^:>]+:)?(\w+)>", part, path)


#: what else stands in addresses
OTHERS = {
    "key": "nanyang_five_step",
    "pack": "nanyang",
    "section": "procedures",
    "year": "2026",
    "seq": "1",
    **{name: str(uuid4()) for name in ("person_id", "unit_id", "session_id")},
    **{name: str(uuid4()) for name in ("campaign_id", "part_id", "target_id")},
    **{name: str(uuid4()) for name in ("migration_id", "run_id")},
    **{name: str(uuid4()) for name in ("correction_id", "request_id", "recusal_id", "absence_id")},
}


def ask(client: FlaskClient, method: str, address: str, token: str, data: Any = None) -> Any:
    if method == "GET":
        return client.get(address, query_string=data)
    return client.open(address, method=method, data=data, headers={"X-CSRFToken": token})


def nowhere() -> dict[str, str]:
    return {name: str(uuid4()) for name in ("case_id", "item_id", "attachment_id")}
