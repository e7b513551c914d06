"""Random cases moved at random spots: they keep what they have, and go on to their end."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.adapters.packs import PackFiles
from server.models.time import deadline, timer
from server.models.work import work_item
from server.services.verbs import drafts, work
from tests.factories import newer
from tests.factories.newer import RENAMED, publish
from tests.factories.tiny import ACCEPT, APPLICANT, DESK, HEAD, Tiny
from tests.services.migrating.test_moving import rows, sound

ORGANS = {"audit_office": "county1.audit.1", "petition_bureau": "county1.petitions.1"}


@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    is_supplemented=st.booleans(),
    organs=st.lists(st.sampled_from(sorted(ORGANS)), min_size=1, unique=True),
    at=st.integers(0, 6),
    is_claimed=st.booleans(),
    is_typed=st.booleans(),
)
def test_a_case_moved_anywhere_keeps_what_it_has_and_comes_to_its_end(
    tiny: Tiny,
    *,
    is_supplemented: bool,
    organs: list[str],
    at: int,
    is_claimed: bool,
    is_typed: bool,
) -> None:
    later = publish(tiny, _next_year(), RENAMED)
    case_id = tiny.open()
    steps = _steps(organs, is_supplemented=is_supplemented)
    moved_at, names = min(at, len(steps) - 1), dict[str, str]()
    for number, (login, node, answers) in enumerate(steps):
        if number == moved_at:
            _prepare(tiny, case_id, (login, node), is_claimed=is_claimed, is_typed=is_typed)
            before = _kept(tiny, case_id)
            later.move(case_id)
            assert _kept(tiny, case_id) == before
            assert sound(tiny, case_id)
            names = dict(RENAMED)
        _take(tiny, case_id, (login, names.get(node, node)), answers)
    assert tiny.facts(case_id).status == "closed"
    assert sound(tiny, case_id)


def _next_year() -> PackFiles:
    """A newer version that cases opened today are not bound to."""
    files = newer.second()
    path = "processes/tiny/pack.yaml"
    text = files.files[path].decode().replace("valid_from: 2024-01-01", "valid_from: 2027-01-01")
    text = text.replace("interval: {n: 10, unit: working}", "interval: {n: 5, unit: working}")
    return PackFiles(key="tiny", files={**files.files, path: text.encode()})


def _steps(organs: list[str], *, is_supplemented: bool) -> list[tuple[str, str, Any]]:
    """Who does what, in turn; without a login a message arrives."""
    asked = {"registered": "supplement", "reason": "缺材料"}
    first = [(DESK, "register", asked), (APPLICANT, "supplement", {"supplemented": "补"})]
    accepted = {**ACCEPT, "registered_on": "2026-02-12", "organs": organs}
    return [
        *(first if is_supplemented else []),
        (DESK, "register", accepted),
        *((ORGANS[each], "consult", {"opinion": "同意"}) for each in organs),
        ("", "evidence_received", {"evidence_weight": 1}),
        (DESK, "verify", {"finding": "属实"}),
        (HEAD, "decide", {"determination": "tolerated", "grounds": "抢险救灾"}),
    ]


def _prepare(
    tiny: Tiny, case_id: str, step: tuple[str, str], *, is_claimed: bool, is_typed: bool
) -> None:
    """Somebody has the task already, and has begun to fill it in."""
    login, node = step
    if login and is_claimed:
        item = _item(tiny, case_id, login, node)
        tiny.act(login, lambda ctx: work.claim(ctx, item))
        if is_typed and node == "verify":
            tiny.act(login, lambda ctx: drafts.save(ctx, item, {"finding": "未完"}))


def _take(tiny: Tiny, case_id: str, step: tuple[str, str], answers: Any) -> None:
    login, node = step
    if not login:
        tiny.deliver(case_id, node, answers)
        return
    item = _item(tiny, case_id, login, node)
    if next(each for each in tiny.facts(case_id).work if each.id == item).assignee_id is None:
        tiny.act(login, lambda ctx: work.claim(ctx, item))
    tiny.act(login, lambda ctx: work.complete(ctx, item, answers))


def _item(tiny: Tiny, case_id: str, login: str, node: str) -> str:
    """The task at this node that is for the office of this person."""
    units = {post.unit_id for post in tiny.actor(login).posts}
    found = [
        row["id"]
        for row in rows(tiny.tools, work_item, case_id)
        if row["node_key"] == node
        and row["state"] in ("offered", "claimed")
        and (row["candidate_unit"] in units or row["candidate_unit"] is None)
    ]
    assert found, (
        node,
        login,
        [(r["node_key"], r["state"]) for r in rows(tiny.tools, work_item, case_id)],
    )
    return str(found[0])


def _kept(tiny: Tiny, case_id: str) -> Any:
    """Claims, what was typed, days of clocks and moments of timers, by their ids."""
    return (
        {
            row["id"]: (row["state"], row["assignee_id"], (row["draft"] or {}).get("answers"))
            for row in rows(tiny.tools, work_item, case_id)
        },
        {
            row["id"]: (row["origin_on"], row["due_on"], row["state"])
            for row in rows(tiny.tools, deadline, case_id)
        },
        {
            row["id"]: (row["due_at"], row["state"], row["again"])
            for row in rows(tiny.tools, timer, case_id)
        },
    )
