"""The small pack, whose registration two offices decide at a meeting that comes each month."""

from datetime import datetime
from typing import Any

import yaml

from server.adapters.packs import PackFiles, read_folder
from server.services.verbs import decision_records, decisions
from tests.factories.tiny import COLLEAGUE, DESK, HEAD, NOW, PACK, Tiny

AUDIT_HEAD = "county1.audit.head"
OWN = [DESK, COLLEAGUE, HEAD]
#: the 27th of February 2026 is a Friday; three working days before is Tuesday
CONVENED, HELD = datetime(2026, 2, 24, 9, tzinfo=NOW.tzinfo), NOW.replace(day=27)


def decide(tiny: Tiny, decision_id: str, members: list[str], now: datetime = HELD) -> None:
    """The whole meeting about one matter, the head in the chair."""
    others = [each for each in members if each != HEAD]
    for login in (*others, HEAD):
        tiny.act(login, lambda ctx: decisions.attend(ctx, decision_id, attendance="present"), now)
    for login in (*others, HEAD):
        tiny.act(login, lambda ctx: decisions.vote(ctx, decision_id, choice="accept"), now)
    tiny.act(HEAD, lambda ctx: decision_records.note(ctx, decision_id, minutes="同意受理"), now)
    for login in (*others, HEAD):
        tiny.act(login, lambda ctx: decision_records.sign(ctx, decision_id), now)
    tiny.act(HEAD, lambda ctx: decisions.close(ctx, decision_id), now)


def by_a_meeting() -> PackFiles:
    """The small pack, whose registration is decided each month by two offices."""
    read = read_folder(PACK)
    path = "processes/tiny/pack.yaml"
    entries: dict[str, Any] = yaml.safe_load(read.files[path])

    def half() -> dict[str, Any]:
        return {"numerator": "1", "denominator": "2", "basis": {"default": "测试"}}

    entries["decisions"] = {
        "register": {
            "title": "会审",
            "question": "是否受理",
            "field": "registered",
            "quorum": half(),
            "majority": half(),
            "offices": ["case_supervision_office", "audit_office.head"],
            "basis": {"default": "测试"},
        }
    }
    entries["agendas"] = {
        "monthly": {
            "title": "每月会审",
            "tasks": ["register"],
            "every": "month",
            "day": 27,
            "notice": 3,
            "basis": {"default": "测试"},
        }
    }
    content = yaml.safe_dump(entries, allow_unicode=True).encode()
    return PackFiles(key=read.key, files={**read.files, path: content})
