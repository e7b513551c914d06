"""Two invented procedures that begin and answer each other, and people of the region at work."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from server.adapters import packs
from server.adapters.packs import PackFiles
from server.domain.access import SYSTEM
from server.domain.expressions import Json
from server.services.context import Context, Tools, transaction
from server.services.packs import definitions
from server.services.verbs import cases, messages
from tests.factories import site
from tests.factories.bpmn import Process, document, lane, message
from tests.factories.tiny import APPLICANT, DESK, NOW, Tiny
from tests.factories.tools import PREPARED, fill_region, opened

#: named the asking with what kind of message it goes on
ONE, MANY, ELSEWHERE = "one", "many", "elsewhere"

PACK: dict[str, Any] = {
    "key": "kin",
    "title": "互相启动的样例",
    "version": "1.0",
    "valid_from": PREPARED.date(),
    "roles": {
        "case_supervision_office": {"title": "案件监督管理室", "capacity": "desk"},
        "petition_office": {"title": "信访室", "capacity": "petition"},
        "applicant": {"title": "申请人", "capacity": "party"},
        "subject": {"title": "有关人员", "capacity": "party"},
    },
    "procedures": {
        "asking": {
            "title": "询问",
            "diagram": "asking.bpmn",
            "reference": "询〔{year}〕{number}号",
            "level": "=managed_by",
            "start": {"form": "asking", "by": [{"role": "case_supervision_office"}]},
            "variables": {"finding": "string"},
        },
        "answering": {
            "title": "答复",
            "diagram": "answering.bpmn",
            "reference": "答〔{year}〕{number}号",
            "level": "=managed_by",
            "start": {
                "form": "answering",
                "title": "what",
                "by": [{"role": "case_supervision_office"}],
            },
        },
    },
    "lanes": {"desk": {"title": "案件监督管理室", "office": "case_supervision_office"}},
    "messages": {
        "one": {
            "title": "提请答复",
            "opens": "answering",
            "carries": ["what", "other"],
            "with": {
                "managed_by": "=case.level",
                "whom": "=case.person",
                "what": "=what",
                "source_reference": "=case.reference",
                "against": "=other",
            },
        },
        "many": {
            "title": "逐项提请答复",
            "opens": "answering",
            "carries": ["items"],
            "each": "=items",
            "with": {"managed_by": "=case.level", "whom": "=item.whom", "what": "=item.text"},
        },
        "elsewhere": {
            "title": "提请别处",
            "opens": "nowhere",
            "carries": ["what"],
            "with": {"managed_by": "=case.level", "what": "=what"},
        },
        "answered": {
            "title": "答复",
            "carries": ["finding", "source_reference"],
            "to_case": "=source_reference",
        },
    },
    "earlier": {
        "earlier_answers": {
            "title": "以前的答复",
            "procedures": ["answering"],
            "where": '=entry.outcome = null or entry.outcome != "refused"',
            "basis": {"default": "以一次为限"},
        }
    },
    "rules": [
        {
            "form": "answering",
            "field": "against",
            "check": '=what != "只一次" or count(earlier_answers) = 0',
            "message": "已经答复过一次",
            "tells": "earlier_answers",
        },
        {
            "form": "finding",
            "field": "finding",
            "check": '=finding != "首次" or count(earlier_answers) = 0',
            "message": "不是首次",
            "tells": "earlier_answers",
        },
    ],
    "appoints": [
        {"node": "asked", "field": "about", "role": "subject"},
        {"node": "begun", "field": "whom", "role": "subject"},
    ],
}

_PERSON = {"type": "textfield", "label": "人员", "properties": {"kind": "person"}}
_LEVEL = {
    "type": "select",
    "key": "managed_by",
    "label": "层级",
    "values": [{"value": "county", "label": "县"}],
    "validate": {"required": True},
}
_CASE = {"type": "textfield", "label": "针对的事项"}
_WHAT = {"type": "textfield", "key": "what", "label": "事由"}

FORMS: dict[str, list[dict[str, Any]]] = {
    "asking": [
        _LEVEL,
        {**_PERSON, "key": "about"},
        {"type": "textfield", "key": "kind", "label": "方式"},
        {"type": "textfield", "key": "other", "label": "另一事项"},
        _WHAT,
        {
            "type": "dynamiclist",
            "path": "items",
            "label": "各项",
            "components": [
                {"type": "textfield", "key": "text", "label": "事由"},
                {**_PERSON, "key": "whom"},
            ],
        },
    ],
    "answering": [
        _LEVEL,
        {**_PERSON, "key": "whom"},
        {**_WHAT, "validate": {"required": True}},
        {"type": "textfield", "key": "source_reference", "label": "来源编号"},
        {**_CASE, "key": "against", "properties": {"kind": "case", "procedures": ["asking"]}},
        {**_CASE, "key": "of_whom", "properties": {"kind": "case", "same_party": True}},
    ],
    "finding": [
        {"type": "textfield", "key": "finding", "label": "结论"},
        {**_CASE, "key": "beside", "properties": {"kind": "case", "same_party": True}},
        {**_CASE, "key": "outside", "properties": {"kind": "case", "elsewhere": True}},
    ],
}


def files() -> PackFiles:
    """The pack in memory."""
    asking = Process("asking").start("asked").xor("which", default="to_many")
    for kind in (ONE, ELSEWHERE, MANY):
        asking.throw(f"send_{kind}", message(kind))
        asking.flow(
            "which", f"send_{kind}", "" if kind == MANY else f'kind = "{kind}"', f"to_{kind}"
        )
        asking.flow(f"send_{kind}", "read")
    asking.add("userTask", "read", **{"name": "审阅", "rongcuo:form": "finding"})
    asking.catch("heard", message("answered")).end("over")
    asking.path("asked", "which").path("read", "heard", "over")
    asking.lanes(lane("desk", "asked", "which", "read", "heard", "over"))
    answering = Process("answering").start("by_hand")
    answering.start("begun", message(ONE)).start("begun_often", message(MANY))
    answering.add("userTask", "look", **{"name": "核实", "rongcuo:form": "finding"})
    answering.throw("answer", message("answered")).end("done")
    answering.path("by_hand", "look", "answer", "done").path("begun", "look")
    answering.path("begun_often", "look")
    answering.lanes(lane("desk", "by_hand", "begun", "begun_often", "look", "answer", "done"))
    named = {"messages": [ONE, MANY, ELSEWHERE, "answered"]}
    found = {
        "processes/kin/pack.yaml": yaml.safe_dump(PACK, allow_unicode=True).encode(),
        "processes/kin/asking.bpmn": document(asking, **named),
        "processes/kin/answering.bpmn": document(answering, **named),
    }
    for key, components in FORMS.items():
        schema = {"type": "default", "schemaVersion": 16, "components": components}
        found[f"forms/kin/{key}.form.json"] = json.dumps(schema).encode()
    return PackFiles(key="kin", files=found)


def fill(url: str) -> None:
    """A database with calendar, region and the pack."""
    fill_region(url)
    with opened(url) as tools, transaction(tools, SYSTEM, PREPARED) as ctx:
        publish(ctx)
    site.set_secrets(url)


def publish(ctx: Context) -> None:
    """Publish the pack as it stands: what the checker says of it is no matter here."""
    written = files()
    pack, findings = packs.parse(written)
    assert pack is not None, findings
    definitions.publish(ctx, written, checked=(pack, ()))


@dataclass(frozen=True, slots=True)
class Family:
    """The pack at work."""

    tiny: Tiny

    @property
    def tools(self) -> Tools:
        return self.tiny.tools

    def ask(self, kind: str, given: Mapping[str, Json] | None = None) -> str:
        """Open the asking case, which sends its message at once."""
        about = self.tiny.person(APPLICANT)
        answers = {"managed_by": "county", "about": about, "kind": kind, "what": "一事"}
        answers |= dict(given or {})
        return self.tiny.act(DESK, lambda ctx: cases.open_case(ctx, "asking", answers))

    def hand_over(self) -> int:
        """Hand over what is owed until nothing moves any more; how much arrived."""
        arrived = 0
        while found := messages.hand_over(self.tools, NOW):
            arrived += found
        return arrived
