"""Answers that make a case take a flow: found by trying values on the real conditions and tables.

Backward from the flow: what its condition reads, and what the decisions read whose results it
reads, down to fields of forms; then forward: few of these fields are answered otherwise, as few as
will do, and conditions and decisions are asked. Nothing is derived from the text of an expression,
so that what is found holds, as far as nothing else changes on the way.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import combinations, product
from typing import Final

from server.domain.errors import DecisionFailed, ExpressionFailed
from server.domain.expressions import Evaluate, Json
from server.engine.diagrams.elements import Flow
from server.engine.dmn import Decisions
from server.forms.fields import Field, flat, read
from server.services.case import facts
from server.services.law.charts import Chart
from server.services.law.releases import Release
from server.services.rehearsing import variants

#: most fields that are answered otherwise at once
_AT_ONCE: Final = 3
#: most combinations that are asked for one flow
_ASKED: Final = 600

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")

Answers = Mapping[str, Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """What must hold for a flow to be taken where it begins."""

    flow: Flow
    holds: tuple[str, ...] = ()
    fails: tuple[str, ...] = ()
    #: rules of the forms that the answers have to keep as well
    rules: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """All conditions that decide."""
        return self.holds + self.rules + self.fails


def need(chart: Chart, flow: Flow) -> Need:
    """The condition of the flow, and those of the others at its gateway that must not hold."""
    source = chart.nodes[flow.source]
    out = [each for each in chart.flows.values() if each.source == flow.source]
    others = tuple(each.condition for each in out if each.condition and each.id != flow.id)
    if source.default == flow.id:
        return Need(flow=flow, fails=others)
    holds = (flow.condition,) if flow.condition else ()
    if source.kind != "exclusiveGateway":
        return Need(flow=flow, holds=holds)
    # the first that holds is taken
    before = out[: next(nth for nth, each in enumerate(out) if each.id == flow.id)]
    fails = tuple(each.condition for each in before if each.condition and each.id != source.default)
    return Need(flow=flow, holds=holds, fails=fails)


@dataclass(slots=True)
class Solver:
    """Looks for answers; of one procedure."""

    release: Release
    procedure: str
    chart: Chart
    evaluate: Evaluate
    now: datetime
    _decisions: Decisions = field(init=False)
    #: result -> decision
    _results: Mapping[str, str] = field(init=False)
    _fields: Mapping[str, Field] = field(init=False)

    def __post_init__(self) -> None:
        self._decisions = Decisions(self.release.files[self.procedure].decisions)
        nodes = self.chart.nodes.values()
        self._results = {each.result: each.decision for each in nodes if each.result}
        start = self.release.pack.procedures[self.procedure].start_form
        forms = [start, *(each.form for each in nodes if each.form)]
        schemas = [self.release.forms[each] for each in forms if each in self.release.forms]
        self._fields = {
            each.key: each
            for schema in schemas
            for each in flat(read(schema.get("components")))
            if each.key and not each.is_locked
        }

    def fields(self, wanted: Need) -> list[Field]:
        """Fields of forms that decide whether the flow is taken, directly or through decisions."""
        found: dict[str, Field] = {}
        todo = [name for text in wanted.texts for name in sorted(self.evaluate.parse(text).names)]
        seen: set[str] = set()
        for name in todo:
            if name in seen:
                continue
            seen.add(name)
            if name in self._results:
                with suppress(DecisionFailed):
                    todo += sorted(self._decisions.inputs_of(self._results[name]))
            elif name in self._fields:
                found[name] = self._fields[name]
        return list(found.values())

    def title(self, key: str) -> str:
        """What the form calls a field."""
        found = self._fields.get(key)
        return (found.label or key) if found else key

    def is_met(self, wanted: Need, known: Answers, changed: Answers) -> bool:
        """Would the flow be taken with these variables, of which some were changed."""
        values = facts.collect(self.release, self.procedure, known, changed, self.now)
        try:
            context = {**values.values, **self._decided(wanted, values, changed)}
            answers = self.evaluate.values(wanted.texts, context, now=self.now, types=values.types)
        except (ExpressionFailed, DecisionFailed):
            return False
        said = [each.value is True and not each.warnings for each in answers]
        held = len(wanted.holds + wanted.rules)
        return all(said[:held]) and not any(said[held:])

    def solutions(self, wanted: Need, known: Answers) -> Iterator[dict[str, Json]]:
        """Other answers with which the flow would be taken, those first that keep the rules of
        their forms, then those that change least."""
        kept = replace(wanted, rules=self._rules(wanted, known))
        seen: list[dict[str, Json]] = []
        for each in (kept, wanted) if kept.rules else (wanted,):
            for solution in self._solutions(each, known):
                if solution not in seen:
                    seen.append(solution)
                    yield solution

    def _solutions(self, wanted: Need, known: Answers) -> Iterator[dict[str, Json]]:
        choices = {}
        for each in self.fields(wanted):
            found = [it for it in self._values(each, wanted, known) if it != known.get(each.key)]
            if found:
                choices[each.key] = found
        asked, solved = 0, list[set[str]]()
        for chosen in _some(choices):
            if any(each < set(chosen) for each in solved):
                continue  # fewer do
            for values in product(*(choices[key] for key in chosen)):
                asked += 1
                if asked > _ASKED:
                    return
                changed = dict(zip(chosen, values, strict=True))
                if self.is_met(wanted, known, changed):
                    solved.append(set(chosen))
                    yield changed

    def _rules(self, wanted: Need, known: Answers) -> tuple[str, ...]:
        """Checks of forms that bear on the fields which decide, and that can be judged now."""
        deciding = {each.key for each in self.fields(wanted)}
        found = []
        for rule in self.release.pack.rules:
            names = self.evaluate.parse(rule.check.text).names - {"settings"}
            is_known = all(known.get(each) is not None or each in self._choosable for each in names)
            if names & deciding and is_known:
                found.append(rule.check.text)
        return tuple(found)

    @property
    def _choosable(self) -> frozenset[str]:
        pack = self.release.pack
        fields = self._fields.items()
        return frozenset(key for key, each in fields if any(variants.values(each, pack, ())))

    def _values(self, of: Field, wanted: Need, known: Answers) -> list[Json]:
        """What the field may be answered with; a day with the days it is compared with."""
        found = list(variants.values(of, self.release.pack, wanted.texts))
        if of.type == "date":
            names = {name for text in wanted.texts for name in self.evaluate.parse(text).names}
            days = [str(known[name])[:10] for name in sorted(names - {of.key}) if known.get(name)]
            found += [day for day in days if _DAY.fullmatch(day)]
        return found

    def _decided(self, wanted: Need, values: facts.Facts, changed: Answers) -> Answers:
        """Results the conditions read, decided anew where a change bears on them."""
        found: dict[str, Json] = {}
        names = {name for text in wanted.texts for name in self.evaluate.parse(text).names}
        for name in names & set(self._results):
            self._decide(name, values, changed, found)
        return found

    def _decide(
        self, name: str, values: facts.Facts, changed: Answers, found: dict[str, Json]
    ) -> bool:
        """Was the result decided anew."""
        if name in found:
            return True
        decision = self._results[name]
        inputs = self._decisions.inputs_of(decision)
        behind = [each for each in inputs if each in self._results and each != name]
        is_new = [self._decide(each, values, changed, found) for each in behind]
        if not any(is_new) and not inputs & set(changed) and values.values.get(name) is not None:
            return False
        given = {key: {**values.values, **found}.get(key) for key in inputs}
        types = {key: kind for key, kind in values.types.items() if key in inputs}
        found[name] = self._decisions.decide(
            decision, given, now=self.now, types=types, strict=False
        ).value
        return True


def _some(keys: Mapping[str, Json]) -> Iterator[tuple[str, ...]]:
    """One of the keys, then two of them, then more."""
    for number in range(1, _AT_ONCE + 1):
        yield from combinations(keys, number)


def musts(chart: Chart, start: str, flow: Flow, before: Mapping[str, Sequence[str]]) -> list[Flow]:
    """Flows with a choice that every way from the start to ``flow`` takes, itself the first."""
    found = [flow]
    for each in chart.flows.values():
        source = chart.nodes[each.source]
        is_choice = bool(each.condition) or source.default == each.id
        if is_choice and each.id != flow.id and not _leads(start, flow.source, before, each):
            found.append(each)
    return found


def _leads(start: str, goal: str, before: Mapping[str, Sequence[str]], without: Flow) -> bool:
    seen, todo = {goal}, [goal]
    for here in todo:
        for each in before.get(here, ()):
            is_without = each == without.source and here == without.target
            if each not in seen and not is_without:
                seen.add(each)
                todo.append(each)
    return start in seen
