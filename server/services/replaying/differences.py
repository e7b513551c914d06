"""Where a case that was played on the draft went otherwise than it did, in words of the pack."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from server.domain.errors import RongcuoError
from server.domain.expressions import Feel, Json
from server.domain.replays import TURNS, Difference, Kind
from server.domain.texts import _
from server.engine.diagrams.elements import GATEWAYS, Flow
from server.engine.dmn import Decisions
from server.services.case import facts
from server.services.law.charts import Chart
from server.services.replaying import answers
from server.services.replaying.answers import Given
from server.services.replaying.logs import Log, Step
from server.services.replaying.sides import Played, Sides


def found(sides: Sides, log: Log, played: Mapping[str, Json]) -> tuple[Difference, ...]:
    """Every difference, the first one first; after an act that has no place nothing is told."""
    differences: list[Difference] = []
    given: set[str] = set()
    known_now: Mapping[str, Json] = {}
    steps: Sequence[Played | None] = played["steps"]
    for step, done in zip(log.steps, steps, strict=False):
        given |= {name for name, value in step.answers.items() if value is not None}
        if done is None:
            continue
        known, known_now = known_now, done["variables"]
        if step.command == "withdraw":
            continue
        unknown = _unknown(sides, done, given)
        if unknown is not None:
            return (*differences, unknown)
        differences += _of_step(sides, step, done)
        at = Given(step=step, done=done, known=known, asked=frozenset(given))
        differences += answers.refused(sides, at)
    differences += _end(sides, log, played, given, has_turned=_has_turned(differences))
    return tuple(dict.fromkeys(differences))


def turning(differences: Sequence[Difference]) -> bool:
    """Is what came after some step of the case another story."""
    return _has_turned(differences)


def _has_turned(differences: Sequence[Difference]) -> bool:
    return any(each.kind in TURNS for each in differences)


def _of_step(sides: Sides, step: Step, done: Played) -> Iterator[Difference]:
    yield from _rules(sides, step, done)
    yield from _way(sides, step, done)


def _rules(sides: Sides, step: Step, done: Played) -> Iterator[Difference]:
    before = {made["element"]: made for made in step.decisions}
    for made in done["decisions"]:
        was = before.get(made["element"])
        if was is None:
            continue
        if made["result"] != was["result"]:
            yield sides.made(Kind.RULE, made["element"], _("决策表得出另一个结果"))
        elif made["hits"] != was["hits"]:
            text = _("命中决策表的另一条规则，结果相同")
            yield sides.made(Kind.RULE, made["element"], text)


def _way(sides: Sides, step: Step, done: Played) -> Iterator[Difference]:
    was = _passed(sides.old, step.flows, step.visited)
    now = _passed(sides.new, done["flows"], done["visited"])
    gone, new = [n for n in was if n not in now], [n for n in now if n not in was]
    flows = _common(sides, step.flows) != _common(sides, done["flows"])
    sent = Counter(step.messages) != Counter(done["messages"])
    if gone or new or flows or sent:
        text = _turned(sides, gone, new)
        yield sides.made(Kind.WAY, _fork(sides, step, done, (*new, *gone)), text)


def _passed(chart: Chart, flows: Sequence[str], visited: Sequence[str]) -> list[str]:
    """What was come to or passed besides gateways: those only tell which way was taken."""
    reached = [chart.flows[each].target for each in flows if each in chart.flows]
    kinds = {key: node.kind for key, node in chart.nodes.items()}
    return [n for n in dict.fromkeys((*reached, *visited)) if kinds.get(n) not in GATEWAYS]


def _common(sides: Sides, flows: Sequence[str]) -> Counter[str]:
    """The flows taken that are drawn between the same elements in both."""
    old, new = sides.old.flows, sides.new.flows
    return Counter(
        each
        for each in flows
        if each in old and each in new and _ends(old[each]) == _ends(new[each])
    )


def _ends(flow: Flow) -> tuple[str, str]:
    return flow.source, flow.target


def _fork(sides: Sides, step: Step, done: Played, passed: Sequence[str]) -> str:
    """The element at which the ways part: the gateway, else what is passed or was."""
    known = Counter(step.flows)
    for each in done["flows"]:
        flow = sides.new.flows.get(each)
        if known[each]:
            known[each] -= 1
        elif flow is not None and sides.new.nodes[flow.source].kind in GATEWAYS:
            return flow.source
    return passed[0] if passed else step.node_key


def _turned(sides: Sides, gone: Sequence[str], new: Sequence[str]) -> str:
    if gone and sides.names(gone) == sides.names(new):
        text = _("{new}换了标识：原为{was}，现为{now}")
        was, now = ("、".join(each) for each in (gone, new))
        return text.format(new=sides.names(new), was=was, now=now)
    if gone and new:
        text = _("转到{new}，原来转到{gone}")
    elif new:
        text = _("多转到{new}")
    elif gone:
        text = _("不再转到{gone}")
    else:
        return _("走另一条流向，或者发出的消息不同")
    return text.format(new=sides.names(new), gone=sides.names(gone))


def _unknown(sides: Sides, done: Played, given: set[str]) -> Difference | None:
    """A condition or table on the way that reads what the record cannot have."""
    empty = _empty(sides, done["variables"], given)
    if not empty:
        return None
    for element in done["visited"]:
        if _reads(sides, element) & empty:
            return _untold(sides, element)
    return None


def _untold(sides: Sides, element: str) -> Difference:
    text = _("这里要看的内容旧案记录中没有，以后的走向无法判断")
    return sides.made(Kind.UNKNOWN, element, text)


def _empty(sides: Sides, variables: Mapping[str, Json], given: set[str]) -> set[str]:
    """What the draft routes by, and neither was asked then nor has come from anywhere."""
    known = {*sides.was.routing[sides.procedure], *sides.was.fields, *given}
    new = set(sides.draft.routing[sides.procedure]) - known
    return {name for name in new if variables.get(name) is None}


def _reads(sides: Sides, element: str) -> set[str]:
    node = sides.new.nodes.get(element)
    if node is None:
        return set()
    if node.decision:
        files = sides.draft.files[sides.procedure]
        return set(Decisions(files.decisions).inputs_of(node.decision))
    texts = [each.condition for each in sides.new.flows.values() if each.source == element]
    return {name for text in texts if text for name in sides.evaluate.parse(text).names}


def _end(
    sides: Sides, log: Log, played: Mapping[str, Json], given: set[str], *, has_turned: bool
) -> Iterator[Difference]:
    """Why the play stopped, or how it ended."""
    steps = [each for each in played["steps"] if each is not None]
    stopped, n = played["stopped"], len(played["steps"])
    variables = steps[-1]["variables"] if steps else {}
    if stopped == "refused":
        element = played["element"] or (log.steps[n].node_key if n < len(log.steps) else "")
        if _reads(sides, element) & _empty(sides, variables, given):
            yield _untold(sides, element)
        else:
            yield sides.made(Kind.REFUSED, element, _("草稿在这里无法继续办理"))
    elif has_turned:
        return
    elif stopped:
        step = log.steps[n]
        yield sides.made(Kind.GONE, _element(step), _("当时办理的这一步没有出现"))
    elif log.is_cut:
        node = log.steps[-1].node_key if log.steps else ""
        yield sides.made(Kind.UNKNOWN, node, _("事项的记录不完整，以后的走向无法判断"))
    elif steps and not steps[-1]["ended"]:
        waiting = steps[-1]["waiting"]
        element = waiting[0] if waiting else ""
        text = _("事项没有办结，仍停在{where}").format(where=sides.names(waiting) or _("等待之中"))
        yield sides.made(Kind.OPEN, element, text)
    else:
        yield from _outcome(sides, log, steps)


def _element(step: Step) -> str:
    if step.node_key or step.asked is None:
        return step.node_key
    return str(step.asked.values.get("element") or step.asked.values.get("target") or "")


def _outcome(sides: Sides, log: Log, steps: Sequence[Played]) -> Iterator[Difference]:
    """The last end that has an outcome: is it what the case ended with."""
    if log.steps and log.steps[-1].command == "cancel":
        return
    played = [each for each in steps if each["visited"]]
    for step, done in reversed(list(zip(log.steps, steps, strict=False)) if played else []):
        for element in reversed(done["visited"]):
            node = sides.new.nodes.get(element)
            if node is None or node.outcome in ("", "none"):
                continue
            outcome = _told(sides, node.outcome, step, done)
            if outcome is not None and outcome != (log.outcome or ""):
                yield sides.made(Kind.OUTCOME, element, _("以另一种结果办结"))
            return


def _told(sides: Sides, text: str, step: Step, done: Played) -> str | None:
    if not text.startswith("="):
        return text
    known = facts.collect(sides.draft, sides.procedure, done["variables"], step.answers, step.at)
    try:
        value = facts.value(sides.evaluate, Feel(text[1:].strip()), known)
    except RongcuoError:
        return None
    return "" if value is None else str(value)
