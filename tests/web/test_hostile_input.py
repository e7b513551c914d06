"""Every parameter of every page with what no browser sends: refused or ignored, never an error."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.domain.access import Permission
from server.services.context import Tools
from tests.factories import site
from tests.factories.filed import DESK_HEAD, Filed
from tests.web.walking import declared, filled, routes

pytestmark = pytest.mark.slow

#: what breaks careless programs: NUL, half a character, wildcards and quotes, numbers too large
HOSTILE = ("a\x00b", "\ud800", "%_\\'\"; &!|():*<->\u202e../../x\r\nA: b", "9" * 30, "-1")
#: names of parameters of lists, filters and forms, beside what a route has in its address
NAMES = (
    *("q", "page", "page_size", "status", "procedure", "unit", "unit_id", "view", "sort", "order"),
    *("from_on", "to_on", "outcome", "timeline", "version", "way", "id", "login", "kind", "state"),
    *("old", "new", "again", "reason", "name", "once", "office", "year", "text"),
)
#: what stands in an address instead of an id
PLACES = ("%00", "%ED%A0%80", "%27%22%25", "9" * 30, "a" * 3000)
#: who may use the routes of each permission
HOLDERS = {
    Permission.SYSTEM_ADMINISTER: "p.system_admin.head",
    Permission.SECURITY_ADMINISTER: "p.security_admin.head",
}
#: ends the walk: signed out, or another password
LEFT_OUT = {"account.sign_out", "account.end_sessions_of"}


def test_no_parameter_of_any_page_makes_an_error(app: Flask, filed: Filed) -> None:
    logins = {filed.people[DESK_HEAD], *HOLDERS.values()}
    clients = {login: site.signed_in(app, login) for login in logins}
    tokens = {login: site.token(client, "/me") for login, client in clients.items()}
    wrong = []
    for method, rule in routes(app):
        if rule.endpoint in LEFT_OUT:
            continue
        login = HOLDERS.get(declared(app, rule).permission, filed.people[DESK_HEAD])
        for address, given in asked(rule, filed):
            answer = ask(clients[login], method, address, tokens[login], given)
            if answer.status_code >= 500:
                wrong.append((method, rule.rule, address[:60], str(given)[:40]))
    assert wrong == []


def asked(rule: Any, filed: Filed) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Addresses of this route, each with what is sent along."""
    for hostile in HOSTILE:
        text = hostile.encode("utf-8", "surrogatepass")
        yield filled(rule.rule, {"case_id": filed.open}), dict.fromkeys(NAMES, text)
    if rule.arguments:
        for place in PLACES:
            yield filled(rule.rule, dict.fromkeys(rule.arguments, place)), {}


def ask(client: FlaskClient, method: str, address: str, token: str, given: dict[str, bytes]) -> Any:
    if method == "GET":
        return client.get(address, query_string=given)
    return client.post(address, data=given, headers={"X-CSRFToken": token})


@pytest.fixture
def app(filed_tools: Tools, late: site.Clock) -> Flask:
    """The application over the played cases."""
    return site.served(filed_tools, late)
