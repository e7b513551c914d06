"""A countersign of five in the small pack, out of which a case is returned after three have signed.

Either five tasks of a list, one for each organ that is asked (``consult``), or one task that five
sign (``verify``).
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Final

import yaml
from sqlalchemy import select

from server.adapters.packs import PackFiles, read_folder
from server.domain.expressions import Json
from server.models.work import work_item
from server.services.context import Context
from server.services.identity import people
from server.services.packs import definitions
from server.services.verbs import returns, work
from tests.factories import joint
from tests.factories.tiny import ACCEPT, DESK, PACK, Tiny

#: the steps at which five sign, and how
NODES: Final = {"consult": "many", "verify": "group"}
ROLES: Final = (
    *("audit_office", "petition_bureau", "environment_bureau"),
    *("reform_commission", "investment_office"),
)
_SIGNED: Final[Mapping[str, Mapping[str, Json]]] = {
    "consult": {"opinion": "同意"},
    "verify": {"choice": "agree", "opinion": "同意"},
}


def publish(tiny: Tiny, node: str) -> None:
    """Let five sign at this step."""
    read = read_folder(PACK) if node == "consult" else joint.files(who={"roles": list(ROLES)})
    content = _with_roles(read)
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
        tiny.do(DESK, case_id, "register", {**ACCEPT, "organs": list(ROLES)})
        items = _waiting(tiny, case_id, node)
        if len(items) != len(ROLES):
            raise AssertionError(f"{len(items)} sign")
        for item, login in items[:3]:
            _take(tiny, item, login)
            tiny.act(login, _completing(item, _SIGNED[node]))
        item, login = items[3]
        _take(tiny, item, login)
        with measured() as found:
            tiny.act(login, _returning(item))
        yield found


def _with_roles(read: PackFiles) -> PackFiles:
    path = "processes/tiny/pack.yaml"
    entries = yaml.safe_load(read.files[path])
    for role in ROLES:
        entries["roles"].setdefault(
            role, {"title": role, "capacity": "consulted", "organ": "government"}
        )
    content = yaml.safe_dump(entries, allow_unicode=True).encode()
    form = "forms/tiny/registration.form.json"
    schema = json.loads(read.files[form])
    field = next(each for each in schema["components"] if each.get("key") == "organs")
    field["values"] = [{"value": role, "label": role} for role in ROLES]
    files = {**read.files, path: content, form: json.dumps(schema).encode()}
    return PackFiles(key=read.key, files=files)


def _waiting(tiny: Tiny, case_id: str, node: str) -> list[tuple[str, str]]:
    """The open items of the step, each with the login of somebody who may do it."""
    with tiny.tools.readers() as session:
        rows = session.execute(
            select(work_item).where(
                work_item.c.case_id == case_id,
                work_item.c.node_key == node,
                work_item.c.state.in_(("offered", "claimed")),
            )
        ).all()
    return [(row.id, tiny.program(_login_of(row.candidate_unit, row.assignee_id))) for row in rows]


def _login_of(unit_id: str, person_id: str | None) -> Callable[[Context], str]:
    def found(ctx: Context) -> str:
        holders = people.holders(ctx, unit_id, ctx.today)
        return next(each.login for each in holders if person_id in (None, each.person_id))

    return found


def _take(tiny: Tiny, item: str, login: str) -> None:
    with tiny.tools.readers() as session:
        state = session.scalar(select(work_item.c.state).where(work_item.c.id == item))
    if state == "offered":
        tiny.act(login, lambda ctx: work.claim(ctx, item))


def _completing(item: str, given: Mapping[str, Json]) -> Callable[[Context], None]:
    return lambda ctx: work.complete(ctx, item, given)


def _returning(item: str) -> Callable[[Context], None]:
    return lambda ctx: returns.return_(ctx, item, to_task="register", reason="材料不齐")
