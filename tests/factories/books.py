"""The small pack with registers, what it looks up in them, and a campaign."""

import copy
import json
from collections.abc import Callable
from datetime import date
from typing import Final

import yaml
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.adapters.packs import PackFiles, read_folder
from server.domain.expressions import Json
from server.models.identity import Unit
from server.models.register import register_entry
from server.services.packs import definitions
from tests.factories.tiny import PACK, Tiny

_YAML: Final = "processes/tiny/pack.yaml"
_APPLICATION: Final = "forms/tiny/application.form.json"
_BASIS: Final = {"default": "测试"}

#: registration and decision are entered; what was registered is over with the decision
REGISTERS: Final[Json] = {
    "docket": {
        "title": "受理登记簿",
        "event": "registered",
        "of": "subjects",
        "when": '=party.kind = "person"',
        "fields": {"result": "registered", "facts": "facts", "weight": "=2"},
        "columns": {"weight": {"title": "件数", "sum": True}},
        "ends": "decided",
        "readers": ["case_supervision_office"],
        "basis": _BASIS,
    },
    "outcomes": {
        "title": "结论登记簿",
        "event": "decided",
        "of": "case",
        "fields": {"determination": "determination", "until": '=date("2026-03-31")'},
        "readers": ["case_supervision_office", "audit_office"],
        "basis": _BASIS,
    },
}
FINDS: Final[Json] = [
    {
        "register": "docket",
        "where": '=entry.result = "accept"',
        "before": '=date("2026-03-02")',
        "late": "登记在后，不算在先",
        "into": "earlier",
        "basis": _BASIS,
    }
]
CAMPAIGNS: Final[Json] = {
    "review_week": {
        "title": "回看周",
        "procedure": "tiny_matter",
        "levels": ["province", "city", "county", "township"],
        "by": "case_supervision_office",
        "selects": {
            "register": "docket",
            "where": '=entry.result = "accept"',
            "since": date(2026, 1, 1),
        },
        "with": {
            "managed_by": "=target.managed_by",
            "facts": '="回看" + target.name',
            "concerned_person": "=target.person",
            "concerned_unit": "=target.unit",
        },
        "into": "campaign",
        "figures": [
            {"key": "kept", "title": "维持容错", "outcomes": ["tolerated"]},
            {"key": "weights", "title": "件数", "register": "docket", "sum": "weight"},
        ],
        "basis": _BASIS,
    }
}


class _Plain(yaml.SafeDumper):
    """Writes what is used twice twice: a pack has no anchors."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def files(change: Callable[[Json], object] = lambda _entries: None) -> PackFiles:
    """The pack with them; ``change`` may alter its entries further."""
    read = read_folder(PACK)
    entries = yaml.safe_load(read.files[_YAML])
    procedure = entries["procedures"]["tiny_matter"]
    procedure["finds"] = FINDS
    entries["appoints"] += [
        {"node": "begin", "field": "concerned_person", "role": "subject"},
        {"node": "begin", "field": "concerned_unit", "role": "subject"},
    ]
    entries["roles"]["subject"] = {"title": "当事人", "capacity": "party"}
    procedure["variables"] |= {"earlier": "list", "campaign": "context"}
    entries |= {"registers": REGISTERS, "campaigns": CAMPAIGNS}
    entries = copy.deepcopy(entries)
    change(entries)
    content = yaml.dump(entries, Dumper=_Plain, allow_unicode=True, sort_keys=False).encode()
    asked = json.loads(read.files[_APPLICATION])
    kinds = {"concerned_person": "person", "concerned_unit": "unit", "earlier_case": "case"}
    asked["components"] += [_named(key, kind) for key, kind in kinds.items()]
    form = json.dumps(asked, ensure_ascii=False).encode()
    return PackFiles(key=read.key, files={**read.files, _YAML: content, _APPLICATION: form})


def at_work(tiny: Tiny, change: Callable[[Json], object] = lambda _entries: None) -> Tiny:
    """The pack in force."""
    new = files(change)
    tiny.program(lambda ctx: definitions.publish(ctx, new, accept_warnings="测试"))
    return tiny


def standing(tiny: Tiny, case_id: str | None = None) -> list[tuple[str, str, str]]:
    """Register, name and what became of it, of each entry that is not struck."""
    wanted = select(register_entry).order_by(register_entry.c.register, register_entry.c.name)
    with tiny.tools.readers() as session:
        return [
            (row.register, row.name, row.ended_by)
            for row in session.execute(wanted.where(register_entry.c.state == "stands"))
            if case_id in (None, row.case_id)
        ]


def _named(key: str, kind: str) -> Json:
    return {
        "type": "textfield",
        "id": key,
        "key": key,
        "label": {"person": "当事人", "unit": "当事单位", "case": "原事项"}[kind],
        "properties": {"kind": kind},
    }


def unit(session: Session, key: str) -> str:
    """Id of the unit with this key."""
    return session.execute(select(Unit.id).where(Unit.key == key)).scalar_one()


def strike_all(tiny: Tiny) -> None:
    """Let every entry be struck."""
    with tiny.tools.writers() as session:
        session.execute(update(register_entry).values(state="struck", struck_by="withdraw"))
        session.commit()
