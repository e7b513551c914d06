"""The small pack with a rule of signing together at its step 核实."""

from collections.abc import Mapping

import yaml

from server.adapters.packs import PackFiles, read_folder
from server.domain.expressions import Json
from server.services.packs import definitions
from tests.factories.tiny import ACCEPT, DESK, PACK, Tiny

_YAML = "processes/tiny/pack.yaml"

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
