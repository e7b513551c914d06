"""A second interpreter of BPMN tokens, straight from the standard, to hold against the engine.

It is slow and plain on purpose and shares nothing with the engine: tokens lie on flows, nodes take
and give them, one move at a time (BPMN 2.0.2, chapter 13). What the standard leaves open is
decided as ENGINE section 6 says: each token carries its data; where tokens meet, the newer write of
each variable counts, and two that do not know of each other are a conflict; at the end of a
subprocess the token that came last counts. It knows of no time and no message: those come as calls.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from copy import copy, deepcopy
from dataclasses import dataclass, field
from typing import Any, Final, Self

import orjson
from lxml import etree

from server.domain.expressions import Json

_NUMBER: Final = re.compile(r"(?:modulo\((\w+) \+ (\d+), (\d+)\)|(\w+)) (<|=|>=) (\d+)|true")


MOST_MOVES: Final = 400


class Stuck(Exception):
    """The step cannot be done: no way out of a gateway, a conflict, an error nobody takes."""


class Shared:
    """What two copies of a case have in common."""

    def __deepcopy__(self, _memo: object) -> Self:
        return self


@dataclass(frozen=True, eq=False)
class Version(Shared):
    """One value of one variable, with every version its writer knew."""

    value: Json
    known: frozenset["Version"] = frozenset()


Data = dict[str, Version]


def canonical(value: Json) -> bytes:
    """What is the same for the same value."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def written(data: Data, values: Mapping[str, Json]) -> Data:
    """The data after a write."""
    newer = {}
    for name, value in values.items():
        old = data.get(name)
        newer[name] = Version(value, old.known | {old} if old else frozenset())
    return {**data, **newer}


def plain(data: Data) -> dict[str, Json]:
    return {name: version.value for name, version in data.items()}


def met(arrivals: list[Data]) -> Data:
    """The data where tokens meet; the newest write of each variable."""
    data: Data = {}
    for name in dict.fromkeys(name for each in arrivals for name in each):
        versions = {each[name] for each in arrivals if name in each}
        heads = [one for one in versions if not any(one in other.known for other in versions)]
        if len({canonical(head.value) for head in heads}) > 1:
            raise Stuck(f"conflict: {name}")
        data[name] = heads[0]
        if len(heads) > 1:
            known = frozenset().union(*(head.known | {head} for head in heads))
            data[name] = Version(heads[0].value, known)
    return data


@dataclass(eq=False)
class Node(Shared):
    """One flow node as drawn."""

    id: str
    kind: str
    element: etree._Element
    inner: "Drawing | None" = None
    into: list["Flow"] = field(default_factory=list)
    out: list["Flow"] = field(default_factory=list)
    borders: list["Node"] = field(default_factory=list)

    def get(self, name: str) -> str:
        return str(self.element.get(name, ""))

    def find(self, name: str) -> Any:
        return self.element.find("{*}" + name)

    @property
    def event(self) -> str:
        """Kind of the event definition, empty for none."""
        for child in self.element:
            name = etree.QName(child).localname
            if name.endswith("EventDefinition"):
                return name.removesuffix("EventDefinition")
        return ""

    @property
    def reference(self) -> str:
        """What the event refers to; ids are names and codes in the files of these tests."""
        child = self.find(self.event + "EventDefinition")
        found = [str(value) for name, value in child.attrib.items() if str(name).endswith("Ref")]
        return found[0] if found else ""

    @property
    def link(self) -> str:
        """Name of the link."""
        return str(self.find("linkEventDefinition").get("name"))

    @property
    def is_catching_link(self) -> bool:
        return self.kind == "intermediateCatchEvent" and self.event == "link"

    @property
    def interrupting(self) -> bool:
        return self.get("cancelActivity") != "false"


@dataclass(eq=False)
class Flow(Shared):
    """One sequence flow."""

    id: str
    source: Node
    target: Node
    condition: str


class Drawing(Shared):
    """The nodes and flows of one process or subprocess."""

    def __init__(self, element: etree._Element) -> None:
        self.nodes: dict[str, Node] = {}
        for child in element:
            kind = etree.QName(child).localname
            if kind.endswith(("Event", "Task", "task", "Gateway", "Activity", "subProcess")):
                inner = Drawing(child) if kind == "subProcess" else None
                self.nodes[child.get("id", "")] = Node(child.get("id", ""), kind, child, inner)
        self.flows: list[Flow] = []
        for child in element.iterchildren("{*}sequenceFlow"):
            source, target = (self.nodes[child.get(end, "")] for end in ("sourceRef", "targetRef"))
            condition = child.findtext("{*}conditionExpression") or ""
            flow = Flow(child.get("id", ""), source, target, condition)
            self.flows.append(flow)
            source.out.append(flow)
            target.into.append(flow)
        for node in self.nodes.values():
            if node.kind == "boundaryEvent":
                self.nodes[node.get("attachedToRef")].borders.append(node)

    def ahead(self, flows: list[Flow], stop: Node) -> set[Flow]:
        """Flows into ``stop`` that can be reached over ``flows`` without passing ``stop``."""
        seen: set[Flow] = set()
        todo = list(flows)
        while todo:
            flow = todo.pop()
            if flow not in seen:
                seen.add(flow)
                if flow.target is not stop:
                    todo += self._after(flow.target)
        return {flow for flow in seen if flow.target is stop}

    def _after(self, node: Node) -> list[Flow]:
        linked = [
            other
            for other in self.nodes.values()
            if node.event == "link" and other.is_catching_link and other.link == node.link
        ]
        return [flow for each in (node, *node.borders, *linked) for flow in each.out]


@dataclass(slots=True, eq=False)
class Work:
    """One activity or event at which a token stays; ``came`` are the data it came with."""

    node: Node
    scope: "Scope"
    came: Data
    number: int
    #: boundary events that may still happen
    borders: list[Node] = field(default_factory=list)
    inner: "Scope | None" = None
    #: of a step that runs several times: its instances, and the items that follow
    instances: list["Work"] = field(default_factory=list)
    later: list[tuple[str, Json]] = field(default_factory=list)
    done: int = 0
    total: int = 0
    #: of an instance
    around: "Work | None" = None
    key: str | None = None
    #: of a step that runs several times: with the results so far
    data: Data = field(default_factory=dict)

    @property
    def several(self) -> bool:
        return (
            self.around is None and self.node.find("multiInstanceLoopCharacteristics") is not None
        )


@dataclass(slots=True, eq=False)
class Scope:
    """One run of a process or subprocess."""

    drawing: Drawing
    owner: Work | None
    tokens: dict[Flow, list[Data]] = field(default_factory=dict)
    works: list[Work] = field(default_factory=list)
    ended: list[Data] = field(default_factory=list)
    over: bool = False


class Naive:
    """One case."""

    def __init__(self, diagrams: Mapping[str, bytes], process: str) -> None:
        self._processes = {
            each.get("id", ""): Drawing(each)
            for data in diagrams.values()
            for each in etree.fromstring(data).iterchildren("{*}process")
        }
        self.case = Scope(self._processes[process], None)
        self.table: dict[str, Json] = {}
        self.visited: Counter[str] = Counter()
        self.flows: Counter[str] = Counter()
        self.messages: Counter[str] = Counter()
        self._count = 0

    def __deepcopy__(self, memo: dict[int, Any]) -> "Naive":
        other = copy(self)
        for name in ("case", "table", "visited", "flows", "messages"):
            setattr(other, name, deepcopy(getattr(self, name), memo))
        return other

    # what happens from outside

    def start(self, variables: Mapping[str, Json]) -> None:
        self.table = dict(variables)
        self._begin(self.case, written({}, variables))
        self._rest()

    def complete(self, work: Work, answers: Mapping[str, Json]) -> None:
        data = written(work.came, answers)
        self._note(work, answers)
        self._complete(work, data)
        self._rest()

    def happen(self, work: Work, event: Node, payload: Mapping[str, Json], *, again: bool) -> None:
        """A timer or message for which ``work`` waits, itself or by its boundary."""
        data = written(work.came, payload)
        self._note(work, payload)
        self._event(work, event, data, stays=again or event.event == "message")
        self._rest()

    # what is waited for

    def open_work(self) -> Iterator[Work]:
        """Work for people."""
        for work in self.works():
            if work.node.kind in ("userTask", "manualTask", "task") and not work.several:
                yield work

    def events(self, kind: str) -> Iterator[tuple[Work, Node]]:
        """Events of a kind that may happen."""
        for work in self.works():
            for node in self._awaited(work):
                if node.event == kind or (kind == "message" and node.kind == "receiveTask"):
                    yield work, node

    @staticmethod
    def item(work: Work) -> str | None:
        """Key of the item the work is for."""
        here: Work | None = work
        while here is not None and here.key is None:
            here = here.around or here.scope.owner
        return here.key if here else None

    def works(self) -> Iterator[Work]:
        todo = [self.case]
        while todo:
            for work in todo.pop().works:
                for each in (work, *work.instances):
                    yield each
                    if each.inner is not None:
                        todo.append(each.inner)

    @staticmethod
    def _awaited(work: Work) -> list[Node]:
        if work.node.kind == "eventBasedGateway":
            return [flow.target for flow in work.node.out]
        own = work.node.kind in ("intermediateCatchEvent", "receiveTask")
        return [*([work.node] if own else []), *work.borders]

    # how tokens move

    def _rest(self) -> None:
        moves = (self._moved, self._joined, self._ended, self._merged, self._true)
        for _move in range(MOST_MOVES):
            if not any(move() for move in moves):
                return
        raise Stuck("no rest")

    def _scopes(self) -> Iterator[Scope]:
        yield self.case
        for work in list(self.works()):
            if work.inner is not None:
                yield work.inner

    def _moved(self) -> bool:
        for scope in self._scopes():
            for flow, tokens in scope.tokens.items():
                node = flow.target
                joins = node.kind in ("parallelGateway", "inclusiveGateway") and len(node.into) > 1
                if tokens and not joins:
                    self._enter(scope, node, tokens.pop(0))
                    return True
        return False

    def _joined(self) -> bool:
        """Parallel joins: a token on every flow in."""
        for scope, node in self._joins("parallelGateway"):
            if all(scope.tokens.get(flow) for flow in node.into):
                self._fire(scope, node, node.into)
                return True
        return False

    def _merged(self) -> bool:
        """Inclusive joins (13.4.3): no token can still come to an empty flow in.

        The standard lets them fire at once, while a token on its way to a choice could come in two
        ways; here they wait until all else rests, and of several the one behind no other is first.
        """
        able = [each for each in self._joins("inclusiveGateway") if self._is_able(*each)]
        free = [
            (scope, node)
            for scope, node in able
            if not any(
                scope is other and node is not before and scope.drawing.ahead(before.out, node)
                for other, before in able
            )
        ]
        for scope, node in (free or able)[:1]:
            self._fire(scope, node, [flow for flow in node.into if scope.tokens.get(flow)])
        return bool(able)

    def _is_able(self, scope: Scope, node: Node) -> bool:
        full = {flow for flow in node.into if scope.tokens.get(flow)}
        coming = self._ahead(scope, node)
        return bool(full) and not any(ahead - full and not ahead & full for ahead in coming)

    def _joins(self, kind: str) -> Iterator[tuple[Scope, Node]]:
        for scope in self._scopes():
            for node in scope.drawing.nodes.values():
                if node.kind == kind and len(node.into) > 1:
                    yield scope, node

    def _ahead(self, scope: Scope, join: Node) -> Iterator[set[Flow]]:
        for flow, tokens in scope.tokens.items():
            if tokens and flow.target is not join:
                yield scope.drawing.ahead([flow], join)
        for work in scope.works:
            yield scope.drawing.ahead(work.node.out, join)
            for border in work.borders:
                yield scope.drawing.ahead(border.out, join)

    def _fire(self, scope: Scope, node: Node, flows: list[Flow]) -> None:
        data = met([scope.tokens[flow].pop(0) for flow in flows])
        self._pass(scope, node, data)

    def _ended(self) -> bool:
        for scope in self._scopes():
            if not scope.over and not scope.works and not any(scope.tokens.values()):
                self._over(scope)
                return True
        return False

    def _over(self, scope: Scope) -> None:
        scope.over = True
        if scope.owner is not None:
            data: Data = {}
            for each in scope.ended:
                data = self._later(data, each)
            self._complete(scope.owner, data)

    @staticmethod
    def _later(one: Data, other: Data) -> Data:
        """Of two tokens that ended; of two writes that know nothing of each other the later."""
        data = {**one, **other}
        for name in one.keys() & other.keys():
            if other[name] in one[name].known:
                data[name] = one[name]
        return data

    def _true(self) -> bool:
        """Conditional events."""
        for work, node in list(self.events("conditional")):
            text = node.element.findtext("{*}conditionalEventDefinition/{*}condition") or ""
            if self._holds(text, {**plain(work.came), **self.table}):
                self._event(work, node, work.came, stays=False)
                return True
        return False

    def _begin(self, scope: Scope, data: Data) -> None:
        nodes = scope.drawing.nodes.values()
        starts = [node for node in nodes if node.kind == "startEvent"]
        heads = [node for node in nodes if not node.into and node.kind != "boundaryEvent"]
        self._enter(
            scope, (starts or [each for each in heads if not each.is_catching_link])[0], data
        )

    def _leave(self, scope: Scope, node: Node, data: Data, out: list[Flow] | None = None) -> None:
        self.visited[node.id] += 1
        flows = self._taken(node, data) if out is None else out
        for flow in flows:
            self.flows[flow.id] += 1
            scope.tokens.setdefault(flow, []).append(data)
        if not flows and (node.event != "link" or node.is_catching_link):
            scope.ended.append(data)

    def _taken(self, node: Node, data: Data) -> list[Flow]:
        """Flows that a token takes out of anything but a gateway (10.3, 13.3.2)."""
        if not any(flow.condition for flow in node.out):
            return node.out
        default = [flow for flow in node.out if flow.id and flow.id == node.get("default")]
        others = [flow for flow in node.out if flow not in default]
        taken = [
            flow
            for flow in others
            if not flow.condition or self._holds(flow.condition, plain(data))
        ]
        if not taken and not default:
            raise Stuck(f"no way out of {node.id}")
        return taken or default

    def _enter(self, scope: Scope, node: Node, data: Data) -> None:
        match node.kind:
            case "endEvent":
                self._end(scope, node, data)
            case "intermediateThrowEvent" | "sendTask":
                self._throw(scope, node, data)
                if any(scope is each for each in self._scopes()):
                    self._leave(scope, node, data)
            case "exclusiveGateway" | "parallelGateway" | "inclusiveGateway":
                self._pass(scope, node, data)
            case "startEvent":
                self._leave(scope, node, data)
            case _:
                work = self._work(node, scope, data)
                work.borders = list(node.borders)
                scope.works.append(work)
                self._open(work)

    def _work(self, node: Node, scope: Scope, data: Data) -> Work:
        self._count += 1
        return Work(node, scope, data, self._count)

    def _pass(self, scope: Scope, node: Node, data: Data) -> None:
        """Out of a gateway."""
        if node.kind == "parallelGateway" or len(node.out) < 2:
            self._leave(scope, node, data)
            return
        default = [flow for flow in node.out if flow.id == node.get("default")]
        others = [flow for flow in node.out if flow not in default]
        taken = []
        for flow in others:
            if self._holds(flow.condition, plain(data)):
                taken.append(flow)
                if node.kind == "exclusiveGateway":
                    break
        if not taken and not default:
            raise Stuck(f"no way out of {node.id}")
        self._leave(scope, node, data, taken or default)

    def _open(self, work: Work) -> None:
        """An activity begins, with its instances or what runs inside it."""
        node = work.node
        if work.several:
            self._repeat(work)
        elif node.inner is not None:
            work.inner = Scope(node.inner, work)
            self._begin(work.inner, work.came)
        elif node.kind == "callActivity":
            work.inner = Scope(self._processes[node.get("calledElement")], work)
            self._begin(work.inner, work.came)

    def _repeat(self, work: Work) -> None:
        loop = work.node.find("multiInstanceLoopCharacteristics")
        items = self._items(loop, plain(work.came))
        work.later, work.total, work.data = list(items), len(items), work.came
        results = loop.findtext("{*}loopDataOutputRef")
        if results:
            work.data = written(work.came, {results: {}})
            self._note(work, {results: {}})
        if not items:
            self._close(work, work.data)
        for _item in items[:1] if loop.get("isSequential") == "true" else items:
            self._next(work)

    def _items(self, loop: etree._Element, data: Mapping[str, Json]) -> list[tuple[str, Json]]:
        cardinality = loop.findtext("{*}loopCardinality")
        if cardinality is not None:
            return [(str(index), index) for index in range(int(cardinality))]
        listed: list[Json] = data[loop.findtext("{*}loopDataInputRef") or ""]
        return [(str(item), item) for item in listed]

    def _next(self, work: Work) -> None:
        loop = work.node.find("multiInstanceLoopCharacteristics")
        key, item = work.later.pop(0)
        values: dict[str, Json] = {}
        for kind, value in (("outputDataItem", None), ("inputDataItem", item)):
            if loop.find("{*}" + kind) is not None:
                values[loop.find("{*}" + kind).get("name")] = value
        instance = self._work(work.node, work.scope, written(work.data, values))
        instance.around, instance.key = work, key
        work.instances.append(instance)
        self._open(instance)

    def _complete(self, work: Work, data: Data) -> None:
        if work.around is None:
            self._close(work, data)
            return
        whole, loop = work.around, work.node.find("multiInstanceLoopCharacteristics")
        whole.instances.remove(work)
        whole.done += 1
        results = loop.findtext("{*}loopDataOutputRef")
        if results:
            result = data[loop.find("{*}outputDataItem").get("name")].value
            values = {results: {**whole.data[results].value, work.key or "": result}}
            whole.data = written(whole.data, values)
            self._note(whole, values)
        until = loop.findtext("{*}completionCondition")
        counts = {"completed": whole.done, "total": whole.total}
        if until and self._holds(until, {**plain(whole.data), **counts}):
            whole.instances.clear()
            self._close(whole, whole.data)
        elif not whole.instances and whole.later:
            self._next(whole)
        elif not whole.instances:
            self._close(whole, whole.data)

    def _close(self, work: Work, data: Data) -> None:
        work.scope.works.remove(work)
        self._leave(work.scope, work.node, data)

    def _event(self, work: Work, event: Node, data: Data, *, stays: bool) -> None:
        """An event that was waited for happens."""
        scope = work.scope
        if event in work.borders:
            if event.interrupting:
                scope.works.remove(work)
            elif not stays:
                work.borders.remove(event)
            self._leave(scope, event, data)
            return
        scope.works.remove(work)
        if work.node is not event:
            [chosen] = [flow for flow in work.node.out if flow.target is event]
            self._leave(scope, work.node, data, [chosen])
            scope.tokens[chosen].pop()
        self._leave(scope, event, data)

    def _end(self, scope: Scope, node: Node, data: Data) -> None:
        self.visited[node.id] += 1
        if node.event in ("terminate", "error"):
            scope.tokens.clear()
            scope.works.clear()
            scope.ended.clear()
        scope.ended.append(data)
        if node.event not in ("", "terminate"):
            self._throw(scope, node, data)

    def _throw(self, scope: Scope, node: Node, data: Data) -> None:
        if node.kind == "sendTask":
            self.messages[node.get("messageRef")] += 1
        match node.event:
            case "link":
                self._linked(scope, node, data)
            case "message":
                self.messages[node.reference] += 1
            case "signal":
                self._signal(node)
            case "error" | "escalation":
                self._alarm(scope, node, data)

    def _linked(self, scope: Scope, node: Node, data: Data) -> None:
        for other in scope.drawing.nodes.values():
            if other.is_catching_link and other.link == node.link:
                self._leave(scope, other, data)

    def _signal(self, node: Node) -> None:
        """To all that wait for it now."""
        heard = [
            (work, event)
            for work, event in self.events("signal")
            if event.reference == node.reference
        ]
        for work, event in heard:
            if any(work is each for each in self.works()):
                self._event(work, event, work.came, stays=True)

    def _alarm(self, scope: Scope, node: Node, data: Data) -> None:
        """Outwards to the nearest boundary event that takes it."""
        owner = scope.owner
        while owner is not None:
            whole = owner.around or owner
            for border in whole.borders:
                if border.event == node.event and border.reference in ("", node.reference):
                    self._event(whole, border, {**whole.came, **data}, stays=True)
                    return
            owner = whole.scope.owner
        if node.event == "error":
            raise Stuck("an error nobody takes")

    def _note(self, work: Work, values: Mapping[str, Json]) -> None:
        """The table of the case; what is written for one item stays with it."""
        if self.item(work) is None:
            self.table.update(values)

    @staticmethod
    def _holds(text: str, data: Mapping[str, Json]) -> bool:
        found = _NUMBER.fullmatch(text)
        assert found, text
        if text == "true":
            return True
        summed, addend, divisor, name, sign, limit = found.groups()
        value = data[summed or name]
        if type(value) is not int:
            return False
        value = (value + int(addend)) % int(divisor) if summed else value
        return {"<": value < int(limit), "=": value == int(limit), ">=": value >= int(limit)}[sign]
