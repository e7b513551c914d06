"""A scenario file as frozen data: what people do, in order, and what must be seen then.

Reading is strict and finds every problem at once; whether the acts are allowed is decided by the
verbs when the rehearsal plays them. The format is described in docs/reference/scenarios.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from server.adapters import yaml_files
from server.adapters.reading import Node, Report
from server.domain.calendar import CHINA_TIME
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.texts import _
from server.services.rehearsing import scenario_acts, values

#: words after ``refused:`` -> code of the error class (CONTRACTS section 5)
REFUSALS: Mapping[str, str] = {
    "invalid": "invalid",
    "forbidden": "forbidden",
    "not_found": "not_found",
    "conflict": "conflict",
    "422": "invalid",
    "403": "forbidden",
    "404": "not_found",
    "409": "conflict",
}

#: what may be said of a case under ``expect``
EXPECTATIONS = (
    "open",
    "not_open",
    "office",
    "offices",
    "level",
    "levels",
    "due_on",
    "provisional_on",
    "overdue",
    "escalated_to",
    "notices",
    "deadlines",
    "messages",
    "opened",
    "variables",
    "counts",
    "visited",
    "not_visited",
    "status",
    "outcome",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One line of the play."""

    #: 0 is the start, then from 1 as in the file
    number: int
    #: one of ``scenario_acts.ACTS``, ``start``, or empty when the step only looks
    act: str = ""
    #: the value of the act: a node key, a moment, a mapping, or the bytes of a calendar notice
    target: Json = None
    #: a role, ``applicant``, or a login of the region
    by: str = ""
    #: level of the office when it is not the case's own
    level: str = ""
    #: which item of a multi-instance task
    item: Json = None
    answers: Mapping[str, Json] = field(default_factory=dict)
    #: moment of the act, None: at once
    at: datetime | None = None
    #: code of the refusal that must come
    refused: str = ""
    #: fields the refusal must name
    problems: tuple[str, ...] = ()
    expect: Mapping[str, Json] = field(default_factory=dict)

    @property
    def node(self) -> str:
        """The task it is about, where it is about one."""
        said = self.target.get("task") if isinstance(self.target, Mapping) else self.target
        return str(said)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """One play: where it begins, its steps, and what holds at its end."""

    file: str
    title: str
    procedure: str
    now: datetime
    start: Step
    steps: tuple[Step, ...] = ()
    #: switches of the pack that this play sets otherwise
    settings: Mapping[str, Json] = field(default_factory=dict)
    expect: Mapping[str, Json] = field(default_factory=dict)
    #: cases there are before it begins, played in this order; answers may name them
    before: tuple["Scenario", ...] = ()
    #: of a case played before: what holds of it when the whole play is over
    then: Mapping[str, Json] = field(default_factory=dict)


def read(file: str, content: bytes) -> tuple[Scenario | None, list[Finding]]:
    """The scenario of a YAML file, or every problem that keeps it from being played."""
    value, findings = yaml_files.load(file, content)
    return (None, findings) if findings else of_value(file, value)


def of_value(file: str, value: Json) -> tuple[Scenario | None, list[Finding]]:
    """The scenario that a value says which YAML, or JSON, made of a file."""
    report = Report(file)
    root = Node(value if value is not None else "", "", report)
    now = scenario_acts.moment(root, "now")
    scenario = Scenario(
        file=file,
        title=root.text("title") or file,
        procedure=scenario_acts.required(root, "procedure"),
        now=now or datetime(1970, 1, 1, tzinfo=CHINA_TIME),
        start=_start(root.child("start")),
        steps=_steps(root, report),
        settings=values.plain(root.child("settings").values()),
        expect=_expect(root),
        before=_before(root, report, now),
    )
    if now is None and not root.has("now"):
        scenario_acts.missing(root, "now")
    if not root.has("start"):
        scenario_acts.missing(root, "start")
    root.finish()
    return (None if report.findings else scenario), report.findings


def _before(root: Node, report: Report, now: datetime | None) -> tuple[Scenario, ...]:
    return tuple(_earlier(node, report, now) for node in root.rows("before"))


def _earlier(node: Node, report: Report, now: datetime | None) -> Scenario:
    found = Scenario(
        file=report.file,
        title=node.text("title"),
        procedure=scenario_acts.required(node, "procedure"),
        now=now or datetime(1970, 1, 1, tzinfo=CHINA_TIME),
        start=_start(node.child("start")),
        steps=_steps(node, report),
        expect=_expect(node),
        then=_expect(node, "then"),
    )
    node.finish()
    return found


def _steps(root: Node, report: Report) -> tuple[Step, ...]:
    return tuple(_step(node, number, report) for number, node in enumerate(root.rows("steps"), 1))


def _start(node: Node) -> Step:
    step = Step(
        number=0,
        act="start",
        by=scenario_acts.required(node, "as"),
        level=node.text("level"),
        answers=values.plain(node.child("with").values()),
        refused=_refused(node),
        problems=node.texts("problems"),
        expect=_expect(node),
    )
    node.finish()
    return step


def _step(node: Node, number: int, report: Report) -> Step:
    acts = [act for act in scenario_acts.ACTS if node.has(act)]
    if len(acts) > 1:
        node.wrong(node.path, _("一步只能做一件事：{acts}").format(acts="、".join(acts)))
    act = acts[0] if acts else ""
    is_somebody = act not in ("", *scenario_acts.NOBODY)
    if not act and not node.has("expect"):
        node.wrong(node.path, _("这一步既没有动作也没有expect"))
    step = Step(
        number=number,
        act=act,
        target=scenario_acts.ACTS[act](node, act) if act else None,
        by=scenario_acts.required(node, "as") if is_somebody else node.text("as"),
        level=node.text("level"),
        item=node.raw("item"),
        answers=values.plain(node.child("with").values()) if node.has("with") else {},
        at=scenario_acts.moment(node, "at"),
        refused=_refused(node),
        problems=node.texts("problems"),
        expect=_expect(node),
    )
    for act in acts:
        node.raw(act)
    node.finish()
    return step


def _expect(node: Node, key: str = "expect") -> Mapping[str, Json]:
    if not node.has(key):
        node.raw(key)
        return {}
    child = node.child(key)
    found = {name: values.json(child.raw(name)) for name in EXPECTATIONS if child.has(name)}
    child.finish()
    return found


def _refused(node: Node) -> str:
    value = node.raw("refused")
    if value is None:
        return ""
    word = str(value)
    if word not in REFUSALS:
        node.wrong(node.at("refused"), _("应为{words}之一").format(words="、".join(REFUSALS)))
        return ""
    return REFUSALS[word]
