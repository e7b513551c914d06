"""Is the process there, can it work, and its figures: nothing about cases, no versions (WB-8)."""

from datetime import UTC, datetime
from ipaddress import ip_address, ip_network

from flask import Blueprint, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from server.domain.access import Permission
from server.domain.errors import NotFound
from server.http import figures
from server.http.access import requires
from server.http.site import site
from server.services import heartbeats, schema
from server.services.operations import upkeep

#: seconds after which background work counts as standing still
LATE = 120

pages = Blueprint("health", __name__)


@pages.get("/healthz")
@requires(Permission.ANYBODY, of_anybody=True)
def healthz() -> Response:
    """The process answers."""
    return jsonify({"status": "ok"})


@pages.get("/readyz")
@requires(Permission.ANYBODY, of_anybody=True)
def readyz() -> tuple[Response, int]:
    """The database answers, its schema is the program's, and background work is being done."""
    tools = site().tools
    try:
        is_current = schema.is_current(tools.database)
        last = heartbeats.latest(tools, "round") if is_current else None
    except SQLAlchemyError:
        return jsonify({"status": "unready", "database": False}), 503
    age = (datetime.now(UTC) - last).total_seconds() if last else None
    is_ready = is_current and age is not None and age < LATE
    answer = {
        "status": "ready" if is_ready else "unready",
        "database": True,
        "schema": is_current,
        "last_round_seconds": None if age is None else round(age),
    }
    return jsonify(answer), 200 if is_ready else 503


@pages.get("/metrics")
@requires(Permission.ANYBODY, of_anybody=True)
def metrics() -> Response:
    """The figures of this process and of the database, for the machine itself and listed networks.

    They are given also while the database is gone.

    Raises NotFound for everybody else.
    """
    if not _may_look(request.remote_addr or ""):
        raise NotFound
    known = site()
    of_database = figures.rendered(known.figures.snapshot(), upkeep.free_bytes(known.tools))
    body = generate_latest(known.meters.registry) + of_database
    return Response(body, content_type=CONTENT_TYPE_LATEST)


def _may_look(address: str) -> bool:
    try:
        asking = ip_address(address)
    except ValueError:
        return False
    listed = site().tools.config.metrics_from
    return asking.is_loopback or any(asking in ip_network(one) for one in listed)
