"""A pack whose procedures are random processes, and the people who work on its cases.

Every procedure begins with an application, whose answers choose the ways through it, and goes
through the offices of the made-up region. It is published as it is: what the checker would say of
a random process is no matter here.
"""

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import yaml

from server.adapters.packs import PackFiles, parse
from server.domain.access import SYSTEM
from server.services.context import transaction
from server.services.packs import definitions
from tests.engine.runtime.random_process import Maker
from tests.factories.bpmn import Process, document, lane, message
from tests.factories.packs import drawn
from tests.factories.tools import PREPARED, fill_region, opened

KEY: Final = "machine"

#: who hands in, and the offices that have a part in the work
APPLICANT: Final = "county1.housing_works.1"
OFFICES: Final = ("case_supervision_office", "audit_office", "petition_bureau")
#: which of so many steps the applicant does, and which several people sign together
_OWN, _TOGETHER = 5, 4

_ROLES: Final = {
    "applicant": {"title": "申请人", "capacity": "party"},
    "case_supervision_office": {
        "title": "案件监督管理室",
        "capacity": "desk",
        "organ": "discipline_organ",
    },
    "audit_office": {"title": "审计机关", "capacity": "consulted", "organ": "audit"},
    "petition_bureau": {"title": "信访部门", "capacity": "desk", "organ": "petition"},
}
_BASIS: Final = {"default": "测试"}


class Drawn(Maker):
    """A random process whose loops go on as the step before them says, whose timers are those of
    its own deadline, and which waits for messages and sends some."""

    kinds = (*Maker.kinds, "message", "tell")

    def __init__(self, seed: int, number: int) -> None:
        super().__init__(seed)
        self.count = 100 * number
        self.number = number
        self.messages: list[str] = []

    def _message(self, process: Process, _depth: int) -> tuple[str, str]:
        event = self.id("in")
        self.messages.append(f"m_{event}")
        process.catch(event, message(f"m_{event}"))
        return event, event

    def _tell(self, process: Process, _depth: int) -> tuple[str, str]:
        event = self.id("out")
        self.messages.append(f"m_{event}")
        process.throw(event, message(f"m_{event}"))
        return event, event

    def close_loops(self) -> None:
        """Draw the flows back, once the way out of each loop is drawn."""
        for loop in list(self.loops):
            process, gate, merge, count = loop
            out = next((part for part in process.parts if f'sourceRef="{gate}"' in part), "")
            if out:
                process.xor(gate, out.split('id="')[1].split('"')[0])
                process.flow(gate, merge, f"again_{count} = true")
                self.loops.remove(loop)


def made(first: int, count: int) -> PackFiles:
    """The pack of the processes of these seeds."""
    files: dict[str, bytes] = {}
    pack: dict[str, Any] = {
        "key": KEY,
        "title": "随机程序",
        "version": f"{first}",
        "valid_from": "2024-01-01",
        "roles": _ROLES,
        "procedures": {},
        "lanes": {},
        "reopen": {},
        "withdrawals": {},
        "events": {},
        "deadlines": {},
        "handover": [],
        "together": {},
        "messages": {},
        "incompatible": [],
        "desk": {"urge": {"times": 2, "per": "day", "basis": _BASIS}},
    }
    loops: set[str] = set()
    for number in range(count):
        data, steps = _process(pack, first + number, number)
        files[f"processes/{KEY}/p{number}.bpmn"] = drawn(data)
        loops |= {step for step in steps if f"again_{step}" in data.decode()}
    plain = json.loads(json.dumps(pack)) | {"valid_from": date(2024, 1, 1)}  # without aliases
    written = yaml.safe_dump(plain, allow_unicode=True)
    files[f"processes/{KEY}/pack.yaml"] = written.encode()
    for name, components in _forms(loops):
        schema = {"type": "default", "id": name, "components": components}
        files[f"forms/{KEY}/{name}.form.json"] = json.dumps(schema).encode()
    return PackFiles(key=KEY, files=files)


def fill(url: str, first: int, count: int) -> None:
    """A database with calendar, region and the pack."""
    fill_region(url)
    files = made(first, count)
    pack, findings = parse(files)
    assert pack is not None, findings
    with opened(url) as tools, transaction(tools, SYSTEM, PREPARED) as ctx:
        definitions.publish(ctx, files, accept_warnings="测试", checked=(pack, ()))


def _process(pack: dict[str, Any], seed: int, number: int) -> tuple[bytes, list[str]]:
    """One procedure: its entries in the pack, its diagram and its steps."""
    key, maker = f"p{number}", Drawn(seed, number)
    main = Process(key).start(f"s_{key}").end(f"e_{key}")
    first, last = maker.block(main, 3)
    while len(main.parts) < 18:
        begin, end = maker.block(main, 2)
        main.flow(last, begin)
        last = end
    main.path(f"s_{key}", first)
    main.path(last, f"e_{key}")
    maker.close_loops()
    parts = [main, *maker.called]
    steps = [step for process in parts for step in _steps(process)]
    for process in parts:
        _lanes(pack, process, steps)
    drawn_so = document(*parts, messages=maker.messages)
    signed = [step for step in steps if _may_be_signed(step, steps, drawn_so.decode())]
    pack["together"] |= {
        step: _together(at) for at, step in enumerate(signed[1::_TOGETHER], start=number)
    }
    pack["incompatible"] += [{"duties": steps[:2], "basis": _BASIS}] if len(steps) > 4 else []
    pack["messages"] |= {
        each: {"title": each, "to": "机关", "carries": [f"said_{each}"]} for each in maker.messages
    }
    pack["procedures"][key] = {
        "title": f"程序{number}",
        "diagram": f"{key}.bpmn",
        "reference": f"随{number}〔{{year}}〕{{number}}号",
        "level": "=managed_by",
        "start": {
            "form": "application",
            "title": "facts",
            "by": [{"role": each} for each in ("applicant", *OFFICES)],
        },
        "variables": {f"said_{each}": "number" for each in maker.messages},
        "outcomes": {"done": "办结"},
    }
    pack["reopen"][key] = {"to": steps[:3], "by": OFFICES[0], "basis": _BASIS}
    goes_on = {"continues": "=true"} if number % 2 else {}
    pack["withdrawals"][key] = {"until": steps[-1:], "basis": _BASIS, **goes_on}
    for event, node in (("filed", f"s_{key}"), ("begun", steps[0]), ("done", steps[-1])):
        pack["events"][f"{event}{number}"] = {"title": event, "node": node}
    pack["deadlines"] |= {
        f"{rule}{number}": _deadline(f"{origin}{number}", f"done{number}", number)
        for rule, origin in (("work", "filed"), ("rest", "begun"))
    }
    return _marked(drawn_so, number), steps


def _may_be_signed(step: str, steps: list[str], text: str) -> bool:
    """Done once and by an office, and nothing depends on what is filled in."""
    is_own = steps.index(step) % _OWN == _OWN - 1
    return step.startswith("u") and not is_own and f"again_{step} = true" not in text


def _steps(process: Process) -> list[str]:
    return re.findall(r'<bpmn:userTask id="(\w+)"', "".join(process.parts))


def _lanes(pack: dict[str, Any], process: Process, steps: list[str]) -> None:
    """Whose the steps are: the offices' in turn, some of them the applicant's; an office may hand
    its own over to the others."""
    of: dict[str, list[str]] = {}
    for step in _steps(process):
        at = steps.index(step)
        office = "applicant" if at % _OWN == _OWN - 1 else OFFICES[at % len(OFFICES)]
        of.setdefault(office, []).append(step)
    names = {office: f"{process.id}_{office}" for office in of}
    process.lanes("".join(lane(names[office], *some) for office, some in of.items()))
    for at, (office, name) in enumerate(names.items()):
        level = {} if office == "applicant" else {"level": "case"}
        pack["lanes"][name] = {"title": name, "office": office, **level}
        others = [{"office": each} for each in OFFICES if each != office]
        clock = "restart" if at % 2 else "continue"
        if level:
            entry = {"lanes": [name], "to": others, "clock": clock, "basis": _BASIS}
            pack["handover"].append({**entry, "takes": "lane" if at % 3 else "task"})


def _together(at: int) -> dict[str, Any]:
    """How several people sign a step: a different way each time."""
    kind = ("countersign", "or_sign", "sequence", "vote")[at % 4]
    who: dict[str, Any] = {"office": True} if at % 3 else {"roles": list(OFFICES)}
    more = {"early": True, "abstain": "no", "head_weight": 2} if kind == "vote" else {}
    return {"kind": kind, "who": who, "main": at % 5 == 0, "basis": _BASIS, **more}


def _deadline(origin: str, met_by: str, number: int) -> dict[str, Any]:
    return {
        "title": "办理期限",
        "origin": origin,
        "met_by": [met_by],
        "interval": {"n": 5, "unit": "working"},
        "again": "new",
        "after_return": ("continue", "pause", "restart")[number % 3],
        "stop": {
            "reasons": [
                {"key": "flood", "title": "汛情"},
                {"key": "papers", "title": "等待材料", "max": 2},
            ]
        },
        "extend": {"times": 1, "max": 5, "approver": "office.head"},
        "ladder": [{"at": -1, "to": "assignee"}, {"at": 1, "to": "office.head"}],
        "basis": _BASIS,
    }


def _marked(data: bytes, number: int) -> bytes:
    """Forms and deadlines on the steps, the outcome on the end, timers of the one deadline."""
    text = data.decode()

    def form(found: re.Match[str]) -> str:
        step = found[1]
        kind = "item" if step.startswith("mi") else "step"
        kind = f"loop_{step}" if f"again_{step} = true" in text else kind
        rules = ("rest", "work", "none", "work")
        rule = rules[int(re.sub(r"\D", "", step)) % len(rules)]
        rule = rule if rule == "none" else f"{rule}{number}"
        return (
            f'<bpmn:userTask id="{step}" name="{step}" rongcuo:form="{kind}"'
            f' rongcuo:deadline="{rule}"'
        )

    text = re.sub(r'<bpmn:userTask id="(\w+)"(?: name="\w+")?', form, text)
    text = re.sub(r'deadline\("t\d+"\)', f'deadline("work{number}")', text)
    text = re.sub(r'reminder\("t\d+", -1\)', f'reminder("work{number}", -1)', text)
    end = f'<bpmn:endEvent id="e_p{number}"'
    return text.replace(end, f'{end} rongcuo:outcome="done"').encode()


def _forms(loops: set[str]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    must = {"required": True}

    def choice(key: str, kind: str, *values: str) -> dict[str, Any]:
        offered = [{"value": each, "label": f"选{each}"} for each in values]
        return {"type": kind, "key": key, "label": key, "values": offered, "validate": must}

    text = {"type": "textfield", "key": "opinion_text", "label": "意见"}
    yield (
        "application",
        [
            choice("managed_by", "radio", "county"),
            {"type": "number", "key": "num", "label": "数", "validate": must},
            choice("items", "checklist", "A", "B", "C"),
            {"type": "textfield", "key": "facts", "label": "事实"},
        ],
    )
    yield "step", [text]
    yield "item", [{"type": "textfield", "key": "out", "label": "结果", "validate": must}]
    for step in sorted(loops):
        yield (
            f"loop_{step}",
            [{"type": "checkbox", "key": f"again_{step}", "label": "再来一次"}],
        )
