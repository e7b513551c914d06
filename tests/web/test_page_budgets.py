"""What one page may ask of the database, as a number: who makes a page dearer says so here."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from server.domain.access import SYSTEM
from server.services.context import transaction
from server.services.identity import passwords
from server.services.verbs import work
from tests.databases import Databases
from tests.factories import site
from tests.factories import tools as opening
from tests.factories.statements import statements
from tests.factories.tiny import ACCEPT, DESK, NOW, Tiny, fill

#: page -> most statements, those that begin its transactions and the record of the access included
BUDGETS = {
    # of them one for the filters somebody keeps, one for what he put off to another day
    "/inbox": 18,
    # with the verbs that are possible, where it may go back to, who signs, what its clock allows,
    # remarks and copies, and the phrases for its opinions
    "/tasks/{task}": 40,
    # what may be done to the case and to its clocks, what was asked, what was said beside, which
    # cases it is linked with, what it sent, which papers it issued and what registers hold, and on
    # which versions of its pack it ran
    "/cases/{case}": 46,
    "/cases": 21,
    "/api/v1/tasks": 9,
}
#: a task completed over the API: the verb itself, then what the answer tells of the case, and
#: which verbs are possible then
COMPLETE = 53


@pytest.mark.parametrize("page", BUDGETS)
def test_a_page_keeps_to_its_statements(tiny: Tiny, client: FlaskClient, page: str) -> None:
    case_id, item_id = claimed(tiny)
    address = page.format(task=item_id, case=case_id)
    for _warm in range(2):
        with statements(tiny.tools.database) as said:
            assert client.get(address).status_code == 200
    assert len(said) <= BUDGETS[page], said


def test_a_task_completed_over_the_api_keeps_to_its_statements(
    tiny: Tiny, client: FlaskClient
) -> None:
    signed = {"username": DESK, "password": site.SECRET}
    program = client.application.test_client()
    token = program.post("/api/v1/tokens", json=signed).get_json()["token"]
    for _warm in range(2):
        _case_id, item_id = claimed(tiny)
        with statements(tiny.tools.database) as said:
            answer = program.post(
                f"/api/v1/tasks/{item_id}/complete",
                json={"variables": dict(ACCEPT)},
                headers={"Authorization": f"Bearer {token}"},
            )
        assert answer.status_code == 200
    assert len(said) <= COMPLETE, said


def claimed(tiny: Tiny) -> tuple[str, str]:
    """A new case, and its first task in the hands of the desk."""
    case_id = tiny.open()
    item = tiny.item(case_id, "register")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    return case_id, item.id


@pytest.fixture
def tiny(databases: Databases) -> Iterator[Tiny]:
    """The small pack, with people who can sign in."""
    with opening.copied(databases, "tiny_served", fill_served) as tools:
        yield Tiny(tools)


@pytest.fixture
def client(tiny: Tiny) -> FlaskClient:
    """The desk's browser."""
    return site.signed_in(site.served(tiny.tools, site.Clock(NOW)), DESK)


def fill_served(url: str) -> None:
    fill(url)
    with opening.opened(url) as tools, transaction(tools, SYSTEM, opening.PREPARED) as ctx:
        passwords.set_for_all(ctx, site.SECRET)
