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
from tests.factories.bpmn import Process, document, lane
from tests.factories.packs import drawn
from tests.factories.tools import PREPARED, fill_region, opened

KEY: Final = "machine"

#: who hands in, and everybody who may have a part in the work
APPLICANT: Final = "county1.housing_works.1"
OFFICES: Final = ("case_supervision_office", "audit_office", "petition_bureau")

_ROLES: Final = {
    "applicant": {"title": "申请人", "capacity": "party"},
    "case_supervision_office": {
        "title": "案件监督管理室",
        "capacity": "desk",
        "organ": "discipline_organ",
    },
    "audit_office": {"title": "审计机关", "capacity": "consulted", "organ": "audit"},
    "petition_bureau": {"title": "信访部门", "capacity": "consulted", "organ": "petition"},
}
_BASIS: Final = {"default": "测试"}


class Drawn(Maker):
    """A random process whose loops go on as the step before them says, and whose timers are those
    of its own deadline."""

    def __init__(self, seed: int, number: int) -> None:
        super().__init__(seed)
        self.count = 100 * number
        self.number = number

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
        "events": {"filed": {"title": "提出", "start": True}},
        "deadlines": {},
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
    while len(main.parts) < 10:
        begin, end = maker.block(main, 2)
        main.flow(last, begin)
        last = end
    main.path(f"s_{key}", first)
    main.path(last, f"e_{key}")
    maker.close_loops()
    steps: list[str] = []
    for process in (main, *maker.called):
        mine = re.findall(r'<bpmn:userTask id="(\w+)"', "".join(process.parts))
        steps += mine
        shared = [mine[at::3] for at in range(3)]
        lanes = [
            (f"{process.id}_{office}", office, some)
            for office, some in zip(OFFICES, shared, strict=True)
            if some
        ]
        process.lanes("".join(lane(name, *some) for name, _office, some in lanes))
        pack["lanes"] |= {
            name: {"title": name, "office": office, "level": "case"} for name, office, _s in lanes
        }
    pack["procedures"][key] = {
        "title": f"程序{number}",
        "diagram": f"{key}.bpmn",
        "reference": f"随{number}〔{{year}}〕{{number}}号",
        "level": "=managed_by",
        "start": {
            "form": "application",
            "title": "facts",
            "by": [{"role": each} for each in ("applicant", OFFICES[0])],
        },
        "variables": {},
        "outcomes": ["done"],
    }
    pack["reopen"][key] = {"to": steps[:3], "by": OFFICES[0], "basis": _BASIS}
    pack["events"][f"done{number}"] = {"title": "办理", "node": steps[-1]}
    pack["deadlines"][f"work{number}"] = _deadline(f"done{number}")
    return _marked(document(main, *maker.called), number), steps


def _deadline(met_by: str) -> dict[str, Any]:
    return {
        "title": "办理期限",
        "origin": "filed",
        "met_by": [met_by],
        "interval": {"n": 5, "unit": "working"},
        "again": "new",
        "stop": {"reasons": [{"key": "flood", "title": "汛情"}]},
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
        rule = f"work{number}" if int(re.sub(r"\D", "", step)) % 2 else "none"
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
