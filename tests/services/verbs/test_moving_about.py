"""Cases that are handed in, returned and withdrawn in any order: nothing is lost, all can end."""

from collections.abc import Callable
from functools import partial

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.domain.errors import Conflict, Forbidden
from server.domain.expressions import Json
from server.queries.cases import OpenWork
from server.services.context import Context
from server.services.verbs import returns, withdrawals, work
from tests.factories.invariants import violations
from tests.factories.tiny import ACCEPT, APPLICANT, AUDIT, DESK, HEAD, Tiny

BOTH: dict[str, Json] = {**ACCEPT, "organs": ["audit_office", "petition_bureau"]}
LACKS: dict[str, Json] = {"registered": "supplement", "reason": "缺材料"}
ORGANS = {"audit_office": AUDIT, "petition_bureau": "county1.petitions.1"}

ACTS = ("do", "do", "return", "withdraw")
#: which open task, what is done to it, and which answer or step is chosen
moves = st.lists(
    st.tuples(
        st.integers(0, 5), st.sampled_from(["do", "do", "return", "withdraw"]), st.booleans()
    ),
    min_size=4,
    max_size=10,
)


@settings(
    max_examples=6,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(moves=moves)
def test_a_case_moved_about_keeps_everything_in_step(
    tiny: Tiny, moves: list[tuple[int, str, bool]]
) -> None:
    case_id = tiny.open()
    last: tuple[str, str] | None = None
    for place, act, flag in moves:
        waiting = tiny.facts(case_id).work
        if not waiting:
            break
        item = waiting[place % len(waiting)]
        login = login_of(item)
        if act == "withdraw" and last is not None:
            refused_or(tiny, last[1], partial(withdrawals.withdraw, item_id=last[0]))
            last = None
        elif act == "return":
            refused_or(tiny, login, partial(work.claim, item_id=item.id))
            places = tiny.act(login, partial(returns.places, item_id=item.id))
            if places:
                chosen = places[0 if flag else -1].value
                tiny.act(login, returning(item.id, chosen))
                last = None
        else:
            tiny.do(login, case_id, item.node_key, answers(item, flag=flag), nth=nth(waiting, item))
            last = (item.id, login)
        assert violations(tiny.tools, case_id) == []


def login_of(item: OpenWork) -> str:
    if item.node_key == "consult":
        return ORGANS[str(item.item)]
    return {"supplement": APPLICANT, "decide": HEAD}.get(item.node_key, DESK)


def answers(item: OpenWork, *, flag: bool) -> dict[str, Json]:
    return {
        "register": BOTH if flag else LACKS,
        "supplement": {"supplemented": "补"},
        "verify": {"finding": "属实"},
        "consult": {"opinion": "同意"},
        "decide": {"determination": "tolerated", "grounds": "抢险"},
    }[item.node_key]


def nth(waiting: tuple[OpenWork, ...], item: OpenWork) -> int:
    return [each.id for each in waiting if each.node_key == item.node_key].index(item.id)


def returning(item: str, to_task: str) -> Callable[[Context], None]:
    return lambda ctx: returns.return_(ctx, item, to_task=to_task, reason="重新办理")


def refused_or(tiny: Tiny, login: str, verb: Callable[[Context], None]) -> None:
    """Do it, where it is not refused."""
    try:
        tiny.act(login, verb)
    except (Conflict, Forbidden):
        return
