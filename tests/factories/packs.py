"""A small pack in memory that passes the checker, to be spoilt in one place per test."""

import json
import re
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import yaml

from server.adapters.packs import PackFiles
from server.checker.static import Reading
from server.domain.findings import Finding
from server.engine.feel import Feel
from tests.factories.bpmn import Process, document, lane, message, timer
from tests.factories.letters import letter

FEEL = Feel()
CALENDARS = ("cn",)

PACK: dict[str, Any] = {
    "key": "small",
    "title": "样例政策包",
    "version": "1.0",
    "valid_from": date(2024, 1, 1),
    "sources": {"measures": {"title": "样例办法"}},
    "roles": {
        "applicant": {"title": "申请人", "capacity": "party"},
        "desk_office": {"title": "受理室", "capacity": "desk"},
    },
    "procedures": {
        "main": {
            "title": "样例程序",
            "diagram": "main.bpmn",
            "reference": "样〔{year}〕{number}号",
            "level": "=managed_by",
            "start": {"form": "application", "by": [{"role": "applicant"}]},
            "variables": {"organs": "list", "urgent": "boolean"},
            "outcomes": {"accepted": "予以受理", "refused": "不予受理"},
        }
    },
    "lanes": {
        "desk": {"title": "受理机关", "office": "=routing.office"},
        "leader": {"title": "负责人", "office": "desk_office", "level": "county"},
    },
    "events": {
        "filed": {"title": "提出", "start": True},
        "examined": {"title": "审查", "node": "examine", "date": "examined_on"},
        "replied": {"title": "回复", "message": "consent"},
    },
    "deadlines": {
        "examination": {
            "title": "审查期限",
            "origin": "filed",
            "met_by": ["examined"],
            "interval": {"n": 5, "unit": "working"},
            "ladder": [{"at": 0, "to": "assignee"}, {"at": 1, "to": "office.head"}],
            "extend": {"times": 1, "max": 5, "approver": "desk_office.head"},
            "basis": {"source": "measures", "article": "第五条"},
        }
    },
    "lists": {
        "situations": {
            "title": "情形",
            "basis": {"source": "measures", "article": "第三条"},
            "items": [{"code": "S1", "text": "情形一"}, {"code": "S2", "text_missing": True}],
        }
    },
    "messages": {"consent": {"title": "同意", "carries": ["opinion_text"]}},
    "rules": [
        {
            "form": "examination",
            "field": "result",
            "check": '=result != "accepted" or opinion_text != null',
            "message": "受理须写明意见",
        }
    ],
    "appoints": [{"node": "examine", "field": "examiner", "role": "desk_office"}],
    "papers": {
        "notice": {"title": "通知书", "node": "examine", "to": ["applicant"], "template": "notice"}
    },
    "settings": {"strict": {"title": "从严", "value": True, "basis": {"default": "样例"}}},
}

FORMS: dict[str, list[dict[str, Any]]] = {
    "application": [
        {
            "type": "select",
            "key": "managed_by",
            "label": "管理层级",
            "values": [{"value": "county", "label": "县"}, {"value": "city", "label": "市"}],
            "validate": {"required": True},
        },
        {
            "type": "select",
            "key": "situation",
            "label": "情形",
            "valuesKey": "list_situations",
            "validate": {"required": True},
        },
    ],
    "examination": [
        {
            "type": "radio",
            "key": "result",
            "label": "结果",
            "values": [
                {"value": "accepted", "label": "受理"},
                {"value": "refused", "label": "不受理"},
            ],
            "validate": {"required": True},
        },
        {
            "type": "datetime",
            "subtype": "date",
            "key": "examined_on",
            "dateLabel": "日期",
            "validate": {"required": True},
        },
        {"type": "textarea", "key": "opinion_text", "label": "意见"},
        {"type": "textfield", "key": "examiner", "label": "人员", "properties": {"kind": "person"}},
    ],
}

TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"
  id="tables" name="tables" namespace="urn:test:small">
  <inputData id="managed_by_in" name="managed_by"><variable name="managed_by" typeRef="string"/>
  </inputData>
  <decision id="routing" name="routing"><variable name="routing"/>
    <informationRequirement id="needs"><requiredInput href="#managed_by_in"/>
    </informationRequirement>
    <context id="answer"><contextEntry><variable name="office"/>
      <literalExpression id="office"><text>if managed_by = "city" then "desk_office"
        else "desk_office"</text></literalExpression></contextEntry></context>
  </decision></definitions>"""


def diagram() -> Process:
    """start → routing → examine → accepted or refused, with a reminder beside the work."""
    process = Process("main").start().rule("route", "routing", "routing")
    process.add(
        "userTask",
        "examine",
        **{
            "name": "审查",
            "rongcuo:form": "examination",
            "rongcuo:deadline": "examination",
        },
    )
    process.boundary("late", "examine", timer('deadline("examination")'), interrupting=False)
    process.add("userTask", "hurry", **{"name": "催办", "rongcuo:form": "application"})
    process.xor("choice").throw("tell", message("consent")).end("hurried")
    process.add("endEvent", "yes", **{"rongcuo:outcome": "=result"})
    process.add("endEvent", "no", **{"rongcuo:outcome": "refused"})
    process.path("start", "route", "examine", "choice").path("late", "hurry", "hurried")
    process.flow("choice", "tell", 'result = "accepted"', flow_id="to_yes")
    process.flow("choice", "no", 'result = "refused"', flow_id="to_no")
    process.path("tell", "yes")
    process.lanes(lane("desk", "examine", "hurry"))
    return process


#: says the title alone
LETTER: Final = letter("{{ title }}")


@dataclass
class Draft:
    """The parts of the pack, free to be changed before ``findings`` is asked."""

    pack: dict[str, Any] = field(default_factory=lambda: deepcopy(PACK))
    forms: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: deepcopy(FORMS))
    #: file name -> bytes, undrawn
    diagrams: dict[str, bytes] = field(default_factory=dict)
    table: str = TABLE
    #: template name -> bytes
    letters: dict[str, bytes] = field(default_factory=lambda: {"notice": LETTER})

    def __post_init__(self) -> None:
        if not self.diagrams:
            written = document(diagram(), messages=["consent"])
            self.diagrams["main.bpmn"] = written.replace(
                b'rongcuo:form="application"', b'rongcuo:form="application" rongcuo:deadline="none"'
            )

    def edit(self, old: str, new: str, file: str = "main.bpmn") -> None:
        """Replace one text of a diagram, which must be there."""
        text = self.diagrams[file].decode()
        assert old in text, old
        self.diagrams[file] = text.replace(old, new, 1).encode()

    def files(self) -> PackFiles:
        found = {
            "processes/small/pack.yaml": yaml.safe_dump(self.pack, allow_unicode=True).encode(),
            "processes/small/tables.dmn": self.table.encode(),
        }
        for name, data in self.diagrams.items():
            found[f"processes/small/{name}"] = drawn(data)
        for name, components in self.forms.items():
            schema = {"type": "default", "id": name, "components": components}
            found[f"forms/small/{name}.form.json"] = json.dumps(schema).encode()
        for name, data in self.letters.items():
            found[f"processes/small/letters/{name}.docx"] = data
        return PackFiles(key="small", files=found)

    def findings(self) -> list[Finding]:
        return Reading(self.files(), FEEL, CALENDARS).findings()

    def codes(self) -> set[str]:
        return {finding.code for finding in self.findings()}


def drawn(data: bytes) -> bytes:
    """The file with a shape for every node and an edge for every flow."""
    text = data.decode()
    if "BPMNDiagram" in text:
        return data
    nodes = re.findall(
        r'<bpmn:\w*(?:Task|Event|Gateway|Process|Activity)\b[^>]*? id="([^"]+)"', text
    )
    flows = re.findall(r'<bpmn:sequenceFlow id="([^"]+)"', text)
    shapes = "".join(
        f'<bpmndi:BPMNShape id="{each}_di" bpmnElement="{each}">'
        f'<dc:Bounds x="{at}0" y="10" width="80" height="60"/></bpmndi:BPMNShape>'
        for at, each in enumerate(nodes)
    )
    edges = "".join(
        f'<bpmndi:BPMNEdge xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id="{each}_di"'
        f' bpmnElement="{each}"><di:waypoint x="1" y="1"/><di:waypoint x="9" y="9"/>'
        "</bpmndi:BPMNEdge>"
        for each in flows
    )
    plane = f'<bpmndi:BPMNPlane id="plane">{shapes}{edges}</bpmndi:BPMNPlane>'
    drawing = f'<bpmndi:BPMNDiagram id="drawing">{plane}</bpmndi:BPMNDiagram>'
    return text.replace("</bpmn:definitions>", f"{drawing}</bpmn:definitions>").encode()
