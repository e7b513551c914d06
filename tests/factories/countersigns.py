"""A countersign of five in the small pack, out of which a case is returned after three have signed.

Either five tasks of a list, one for each organ that is asked (``consult``), or one task that five
sign (``verify``).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Final

from sqlalchemy import select

from server.adapters.packs import read_folder
from server.domain.expressions import Json
from server.models.work import work_item
from server.services.context import Context
from server.services.packs import definitions
from server.services.verbs import returns, work
from tests.factories import joint
from tests.factories.tiny import ACCEPT, DESK, PACK, Tiny

#: the steps at which five sign, and how
NODES: Final = {"consult": "many", "verify": "group"}
_SIGNED: Final[Mapping[str, Mapping[str, Json]]] = {
    "consult": {"opinion": "同意"},
    "verify": {"choice": "agree", "opinion": "同意"},
}


def publish(tiny: Tiny, node: str) -> None:
    """Let five sign at this step."""
    content = joint.with_roles(read_folder(PACK)) if node == "consult" else joint.of_five()
    tiny.program(lambda ctx: definitions.publish(ctx, content, accept_warnings="测试"))


def returned(
    tiny: Tiny,
    case_id: str,
    node: str,
    times: int,
    measured: Callable[[], AbstractContextManager[object]],
) -> Iterator[object]:
    """Return the case so often; of each return alone what ``measured`` gave while it was done."""
    for _round in range(times):
        tiny.do(DESK, case_id, "register", {**ACCEPT, "organs": list(joint.ROLES)})
        items = joint.waiting(tiny, case_id, node)
        if len(items) != len(joint.ROLES):
            raise AssertionError(f"{len(items)} sign")
        for item, login in items[:3]:
            _take(tiny, item, login)
            tiny.act(login, _completing(item, _SIGNED[node]))
        item, login = items[3]
        _take(tiny, item, login)
        with measured() as found:
            tiny.act(login, _returning(item))
        yield found


def _take(tiny: Tiny, item: str, login: str) -> None:
    with tiny.tools.readers() as session:
        state = session.scalar(select(work_item.c.state).where(work_item.c.id == item))
    if state == "offered":
        tiny.act(login, lambda ctx: work.claim(ctx, item))


def _completing(item: str, given: Mapping[str, Json]) -> Callable[[Context], None]:
    return lambda ctx: work.complete(ctx, item, given)


def _returning(item: str) -> Callable[[Context], None]:
    return lambda ctx: returns.return_(ctx, item, to_task="register", reason="材料不齐")
