"""Out of a countersign of five after three have signed, twenty times: nothing piles up or is lost.

Once with five tasks of a list, once with one task that five sign. How long the returns take is
measured by ``make bench``.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from server.models.case import case_state, case_step
from server.models.work import work_act
from tests.factories import countersigns
from tests.factories.invariants import violations
from tests.factories.statements import statements
from tests.factories.tiny import Tiny

ROUNDS = 20


@pytest.mark.parametrize("node", countersigns.NODES, ids=countersigns.NODES.get)
def test_the_twentieth_return_costs_what_the_first_did(tiny: Tiny, node: str) -> None:
    countersigns.publish(tiny, node)
    case_id = tiny.open()
    measured = partial(statements, tiny.tools.database)
    costs, sizes = [], []
    said: Any
    for said in countersigns.returned(tiny, case_id, node, ROUNDS, measured):
        costs.append(len(said))
        sizes.append(size(tiny, case_id))
    assert violations(tiny.tools, case_id) == []
    assert costs[-1] <= 1.2 * costs[0]
    assert sizes[-1] <= 1.2 * sizes[0]
    assert opinions(tiny, case_id, node) == 3 * ROUNDS


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
