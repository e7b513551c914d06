"""The small pack with registers, what it looks up in them, and a campaign."""

import copy
from collections.abc import Callable
from datetime import date
from typing import Final

import yaml

from server.adapters.packs import PackFiles, read_folder
from server.domain.expressions import Json
from tests.factories.tiny import PACK

_YAML: Final = "processes/tiny/pack.yaml"
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
        "with": {"managed_by": "=target.managed_by", "facts": '="回看" + target.name'},
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
    procedure["variables"] |= {"earlier": "list", "campaign": "context"}
    entries |= {"registers": REGISTERS, "campaigns": CAMPAIGNS}
    entries = copy.deepcopy(entries)
    change(entries)
    content = yaml.dump(entries, Dumper=_Plain, allow_unicode=True).encode()
    return PackFiles(key=read.key, files={**read.files, _YAML: content})
