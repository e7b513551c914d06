"""Out of a countersign of five after three have signed, twenty times: nothing piles up or is lost.

Once with five tasks of a list, once with one task that five sign.
"""

from collections.abc import Callable, Mapping, Sequence

import pytest
from sqlalchemy import select

from server.adapters.packs import PackFiles, read_folder
from server.domain.expressions import Json
from server.models.case import case_state, case_step
from server.models.work import work_act, work_item
from server.services.context import Context
from server.services.packs import definitions
from server.services.verbs import returns, work
from tests.factories import joint
from tests.factories.invariants import violations
from tests.factories.statements import statements
from tests.factories.tiny import ACCEPT, DESK, PACK, Tiny

ROUNDS = 20
SIGNED: Mapping[str, Json] = {"choice": "agree", "opinion": "同意"}


@pytest.mark.parametrize("node", ["consult", "verify"], ids=["many", "group"])
def test_the_twentieth_return_costs_what_the_first_did(tiny: Tiny, node: str) -> None:
    content = of_many() if node == "consult" else joint.of_five()
    tiny.program(lambda ctx: definitions.publish(ctx, content, accept_warnings="测试"))
    case_id = tiny.open()
    costs, sizes = [], []
    for _round in range(ROUNDS):
        tiny.do(DESK, case_id, "register", {**ACCEPT, "organs": list(joint.ROLES)})
        items = joint.waiting(tiny, case_id, node)
        assert len(items) == 5
        for item, login in items[:3]:
            taken(tiny, item, login)
            given = SIGNED if node == "verify" else {"opinion": "同意"}
            tiny.act(login, completing(item, given))
        item, login = items[3]
        taken(tiny, item, login)
        with statements(tiny.tools.database) as said:
            tiny.act(login, returning(item))
        costs.append(len(said))
        sizes.append(size(tiny, case_id))
    assert violations(tiny.tools, case_id) == []
    assert costs[-1] <= 1.2 * costs[0]
    assert sizes[-1] <= 1.2 * sizes[0]
    assert opinions(tiny, case_id, node) == 3 * ROUNDS


def of_many() -> PackFiles:
    """The small pack, in which five organs may be asked."""
    return joint.with_roles(read_folder(PACK))


def taken(tiny: Tiny, item: str, login: str) -> None:
    with tiny.tools.readers() as session:
        state = session.scalar(select(work_item.c.state).where(work_item.c.id == item))
    if state == "offered":
        tiny.act(login, lambda ctx: work.claim(ctx, item))


def completing(item: str, given: Mapping[str, Json]) -> Callable[[Context], None]:
    return lambda ctx: work.complete(ctx, item, given)


def returning(item: str) -> Callable[[Context], None]:
    return lambda ctx: returns.return_(ctx, item, to_task="register", reason="材料不齐")


def size(tiny: Tiny, case_id: str) -> int:
    with tiny.tools.readers() as session:
        found = session.scalar(select(case_state.c.size).where(case_state.c.case_id == case_id))
    assert found is not None
    return int(found)


def opinions(tiny: Tiny, case_id: str, node: str) -> int:
    """Answers of the step that are kept: of steps, or of signatures."""
    with tiny.tools.readers() as session:
        steps = session.scalars(
            select(case_step.c.answers).where(
                case_step.c.case_id == case_id, case_step.c.node_key == node
            )
        ).all()
        signed: Sequence[str] = session.scalars(
            select(work_act.c.text).where(work_act.c.case_id == case_id, work_act.c.verb == "sign")
        ).all()
    return len([each for each in steps if each]) + len([each for each in signed if each])
