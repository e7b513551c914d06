"""Every answered request leaves one log line and two figures: its route, never its address."""

import logging
import time
from uuid import uuid4

from flask import Flask, Response, g, request

from server import telemetry
from server.http.site import site

_log = logging.getLogger(__name__)

#: what is asked so often that only its figures are of use
_QUIET = ("/static/<path:name>", "/healthz", "/readyz", "/metrics")

#: route of requests that match none
_NO_ROUTE = "none"


def install(app: Flask) -> None:
    """Observe every request of the application; must be installed before anything may refuse."""

    def begin() -> None:
        g.began = time.perf_counter()
        g.request_id = uuid4().hex
        telemetry.bind(request_id=g.request_id)

    def end(response: Response) -> Response:
        took = time.perf_counter() - g.began
        route = request.url_rule.rule if request.url_rule else _NO_ROUTE
        meters = site().meters
        meters.requests.labels(route, _method(), str(response.status_code)).inc()
        meters.seconds.labels(route).observe(took)
        response.headers["X-Request-Id"] = g.request_id
        told = {
            "method": _method(),
            "route": route,
            "status": response.status_code,
            "milliseconds": round(took * 1000, 1),
        }
        _log.log(logging.DEBUG if route in _QUIET else logging.INFO, "request", extra=told)
        return response

    app.before_request(begin)
    app.after_request(end)
    app.teardown_request(lambda _error: telemetry.unbind())


def _method() -> str:
    """The method, one word for all that nobody uses: a label must be of a closed list."""
    known = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    return request.method if request.method in known else "OTHER"
