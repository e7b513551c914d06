"""The small pack with a rule of signing together at its step 核实."""

import json
from collections.abc import Callable, Mapping

import yaml
from sqlalchemy import select

from server.adapters.packs import PackFiles, read_folder
from server.domain.expressions import Json
from server.models.work import work_item
from server.services.context import Context
from server.services.identity import people
from server.services.packs import definitions
from tests.factories.tiny import ACCEPT, DESK, PACK, Tiny

_YAML = "processes/tiny/pack.yaml"
_REGISTRATION = "forms/tiny/registration.form.json"
#: five organs that may be asked
ROLES = (
    *("audit_office", "petition_bureau", "environment_bureau"),
    *("reform_commission", "investment_office"),
)

#: everybody of the office, two of three
COUNTERSIGN: Mapping[str, Json] = {
    "kind": "countersign",
    "who": {"office": True},
    "pass": "2/3",
    "results": {"agreed": "joint_agreed", "for": "joint_for", "against": "joint_against"},
    "basis": {"default": "测试"},
}


def files(**changed: Json) -> PackFiles:
    """The pack with the rule; ``changed`` are other entries of it."""
    return files_at("verify", **changed)


def files_at(node: str, **changed: Json) -> PackFiles:
    """The pack with the rule at another step."""
    read = read_folder(PACK)
    entries = yaml.safe_load(read.files[_YAML])
    entries["together"] = {node: {**COUNTERSIGN, **changed}}
    entries["procedures"]["tiny_matter"]["variables"] |= {
        "joint_agreed": "boolean",
        "joint_for": "number",
        "joint_against": "number",
    }
    content = yaml.safe_dump(entries, allow_unicode=True).encode()
    return PackFiles(key=read.key, files={**read.files, _YAML: content})


def opened(tiny: Tiny, **changed: Json) -> str:
    """A case that stands at the step where several sign."""
    tiny.program(lambda ctx: definitions.publish(ctx, files(**changed), accept_warnings="测试"))
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    return case_id


def of_five() -> PackFiles:
    """The pack, in which five organs sign one task."""
    return with_roles(files(who={"roles": list(ROLES)}))


def with_roles(read: PackFiles) -> PackFiles:
    """The pack with the five organs."""
    entries = yaml.safe_load(read.files[_YAML])
    for role in ROLES:
        entries["roles"].setdefault(
            role, {"title": role, "capacity": "consulted", "organ": "government"}
        )
    content = yaml.safe_dump(entries, allow_unicode=True).encode()
    schema = json.loads(read.files[_REGISTRATION])
    field = next(each for each in schema["components"] if each.get("key") == "organs")
    field["values"] = [{"value": role, "label": role} for role in ROLES]
    changed = {**read.files, _YAML: content, _REGISTRATION: json.dumps(schema).encode()}
    return PackFiles(key=read.key, files=changed)


def waiting(tiny: Tiny, case_id: str, node: str) -> list[tuple[str, str]]:
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
