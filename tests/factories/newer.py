"""Newer versions of the small invented pack, and its cases moved to them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from server.adapters.packs import PackFiles, read_folder
from server.domain.access import SYSTEM
from server.services.case import case_rows
from server.services.context import Context, reading, transaction
from server.services.migrating import moving, verdicts
from server.services.migrating.moving import Order
from server.services.migrating.verdicts import Plan
from server.services.packs import definitions
from tests.factories.tiny import HEAD, NOW, PACK, Tiny

#: what the second version calls an element of the first
RENAMED: Mapping[str, str] = {"verify": "examine", "verify_nudge": "examine_nudge"}

_BPMN, _YAML = "processes/tiny/tiny.bpmn", "processes/tiny/pack.yaml"
_FORM = "forms/tiny/verification.form.json"


def changed(**changes: Callable[[str], str]) -> PackFiles:
    """The pack with its diagram (``bpmn``), its ``yaml`` or a ``form`` rewritten."""
    paths = {"bpmn": _BPMN, "yaml": _YAML, "form": _FORM}
    files = dict(read_folder(PACK).files)
    for name, rewrite in changes.items():
        before = files[paths[name]].decode()
        files[paths[name]] = rewrite(before).encode()
        assert files[paths[name]].decode() != before, name
    return PackFiles(key="tiny", files=files)


def renamed(text: str) -> str:
    """The diagram with its step of verifying under another name."""
    for old in ("verify_nudge", "verify"):
        for before, after in (('"', '"'), (">", "<")):
            text = text.replace(f"{before}{old}{after}", f"{before}{RENAMED[old]}{after}")
    return text.replace('name="核实"', 'name="审核"')


def longer(text: str) -> str:
    """The law gives ten working days to register instead of five."""
    return text.replace("interval: {n: 5, unit: working}", "interval: {n: 10, unit: working}")


def asked_otherwise(text: str) -> str:
    """The form asks where it was found besides, and no longer what the checker declares."""
    form = json.loads(text)
    form["components"].pop()
    form["components"].append({"type": "textfield", "key": "place", "label": "地点", "id": "v_9"})
    return json.dumps(form, ensure_ascii=False)


def renamed_yaml(text: str) -> str:
    """What the pack says of that step, under its new name."""
    text = text.replace("duties: [verify, decide]", "duties: [examine, decide]")
    text = text.replace("to: [decide, verify]", "to: [decide, examine]")
    text = text.replace("{node: verify,", "{node: examine,")
    declared = "    - {form: verification, person: checker, answer: checker_answer}\n"
    return text.replace("  statements:\n" + declared, "")


def second() -> PackFiles:
    """A version in which a step, a form and a period are others."""
    return changed(bpmn=renamed, yaml=lambda text: longer(renamed_yaml(text)), form=asked_otherwise)


@dataclass(frozen=True, kw_only=True, slots=True)
class Newer:
    """The pack at work with a newer version of it published."""

    tiny: Tiny
    #: ids of the version cases run on, and of the newer one
    old: str
    new: str
    mapping: Mapping[str, str] = field(default_factory=dict)

    def plan(self, case_id: str) -> Plan:
        """What would come of moving the case."""
        with reading(self.tiny.tools, SYSTEM, NOW) as ctx:
            target = definitions.release(ctx, self.new)
            return verdicts.plan(ctx, case_rows.found(ctx, case_id), target, self.mapping)

    def order(self, case_id: str, **other: Any) -> Order:
        """The wish to move it as it is foreseen now."""
        given: dict[str, Any] = {
            "migration_id": "m",
            "run_id": "r",
            "from_id": self.old,
            "to_id": self.new,
            "mapping": self.mapping,
            "basis": "《办法》第五条",
            "reason": "新规施行",
            "effects": self.plan(case_id).verdict.effects,
        }
        return Order(**{**given, **other})

    def move(self, case_id: str, login: str = HEAD, **other: Any) -> int:
        """Move it as it is foreseen now."""
        order = self.order(case_id, **other)
        actor = self.tiny.actor(login)
        with transaction(self.tiny.tools, actor, NOW) as ctx:
            return moving.move(ctx, case_id, order)


def loaded(ctx: Context, case_id: str) -> str:
    """The version the case runs on, read into memory."""
    row = case_rows.found(ctx, case_id)
    return definitions.release(ctx, row.pack_version_id).id


def publish(tiny: Tiny, files: PackFiles, mapping: Mapping[str, str] | None = None) -> Newer:
    """Publish these files as the newest version."""

    def act(ctx: Context) -> tuple[str, str]:
        old = definitions.in_force(ctx, "tiny_matter", ctx.today).id
        return old, definitions.publish(ctx, files, accept_warnings="测试").id

    old, new = tiny.program(act)
    return Newer(tiny=tiny, old=old, new=new, mapping=mapping or {})
