"""A page costs the same statements whether its list is short or long."""

from flask.testing import FlaskClient

from server.services.context import Tools
from tests.factories import lists, site
from tests.factories.statements import statements
from tests.factories.tiny import APPLICANT, DESK, HEAD, Tiny

#: who opens the page, and the page; a book of the ledger is a file, read in portions
PAGES = [
    (DESK, "/inbox?view=queue"),
    (DESK, "/inbox?view=mine"),
    (DESK, "/inbox?view=overdue"),
    (DESK, "/inbox?view=done"),
    (DESK, "/cases"),
    (HEAD, "/cases"),
    (HEAD, "/board"),
    (HEAD, "/board/overruns"),
    (HEAD, "/ledger"),
    (APPLICANT, "/applications"),
    (APPLICANT, "/start"),
]
FEW, MANY = 10, 1_000


def test_every_list_costs_the_same_statements_with_ten_cases_and_with_a_thousand(
    tiny: Tiny,
) -> None:
    app = site.served(tiny.tools, site.Clock())
    clients = {login: site.signed_in(app, login) for login in sorted({who for who, _ in PAGES})}
    lists.fill(tiny, FEW)
    few = {one: cost(tiny.tools, clients[one[0]], one[1]) for one in PAGES}
    lists.fill(tiny, MANY - FEW)
    assert {one: cost(tiny.tools, clients[one[0]], one[1]) for one in PAGES} == few


def cost(tools: Tools, client: FlaskClient, address: str) -> int:
    """The statements of the second look, when what is kept in memory is there."""
    for _warm in range(2):
        with statements(tools.database) as said:
            assert client.get(address).status_code == 200, address
    return len(said)
