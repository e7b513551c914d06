"""Passes 1 to 5: every problem of a pack that can be seen without the engine, all at once.

Order: pack.yaml, diagrams through the gate, decision tables, forms; then the rules on what could
be read. A part that cannot be read never hides the problems of another.
"""

import json
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

from server.adapters import packs
from server.adapters.packs import PackFiles
from server.checker import (
    form_sheets,
    remembered,
    rules_agendas,
    rules_alarms,
    rules_calls,
    rules_campaigns,
    rules_choices,
    rules_decisions,
    rules_desk,
    rules_duties,
    rules_events,
    rules_files,
    rules_gateways,
    rules_handovers,
    rules_messages,
    rules_moves,
    rules_names,
    rules_outcomes,
    rules_pack,
    rules_papers,
    rules_registers,
    rules_structure,
    rules_tasks,
    rules_timers,
    rules_together,
    rules_tokens,
    rules_values,
)
from server.checker.candidate import Candidate
from server.checker.form_sheets import FormSheet
from server.domain.expressions import Evaluate, Json
from server.domain.findings import Finding, has_errors
from server.domain.notes import Notes
from server.domain.packs import PolicyPack
from server.engine import dmn_check
from server.engine.definitions import Gated
from server.engine.dmn import Decisions
from server.engine.feel import Feel
from server.engine.remembered import Memory
from server.forms import checks as form_checks

_FORM: Final = ".form.json"
#: the rules that need the pack and every file that could be read
_DOMAIN: Final = (
    rules_pack.check,
    rules_tasks.check,
    rules_together.check,
    rules_moves.check,
    rules_timers.check,
    rules_events.check,
    rules_outcomes.check,
    rules_papers.check,
    rules_names.check,
    rules_messages.check,
    rules_values.check,
    rules_choices.check,
    rules_decisions.check,
    rules_agendas.check,
    rules_files.check_fields,
    rules_handovers.check,
    rules_desk.check,
    rules_duties.check,
    rules_registers.check,
    rules_campaigns.check,
)


class Reading:
    """One run over one pack: what was read, and a notebook per file."""

    def __init__(
        self,
        files: PackFiles,
        evaluate: Evaluate,
        calendars: Iterable[str],
        memory: Memory | None = None,
    ) -> None:
        self._memory = memory or Memory()
        self._files = files
        self._evaluate = evaluate
        self._calendars = frozenset(calendars)
        self.gated: dict[str, Gated] = {
            files.path_of(name): remembered.gated(self._memory, files.path_of(name), data)
            for name, data in files.of(".bpmn").items()
        }
        self._graphs = {
            path: gated.graph for path, gated in self.gated.items() if gated.graph is not None
        }
        self._notes = {path: Notes(path) for path in files.files}
        self._notes["pack.yaml"] = Notes(f"processes/{files.key}/pack.yaml")

    def diagrams(self) -> dict[str, bytes] | None:
        """Path -> normalised bytes of every diagram; None when one of them may not run."""
        found = {path: gated.normalised for path, gated in self.gated.items()}
        runnable = {path: data for path, data in found.items() if data is not None}
        return runnable if len(runnable) == len(found) else None

    def findings(self) -> list[Finding]:
        """Every problem found, in the order of the passes."""
        pack, findings = packs.parse(self._files, remembered.loaded(self._memory))
        for gated in self.gated.values():
            findings += gated.findings
        models, unreadable = dmn_check.read(
            {self._files.path_of(name): data for name, data in self._files.of(".dmn").items()}
        )
        feel = self._evaluate if isinstance(self._evaluate, Feel) else Feel()
        findings += [*unreadable, *dmn_check.check_models(models, feel)]
        self._structure(tuple(pack.procedures) if pack else ())
        if pack is not None:
            findings += self._domain(pack, Decisions({model.file: model for model in models}))
        for notes in self._notes.values():
            findings += notes.found
        return findings

    def _structure(self, procedures: tuple[str, ...]) -> None:
        rules_files.check_ids(self._graphs, self._notes)
        rules_calls.check(self._graphs, self._notes)
        rules_alarms.check(self._graphs, self._notes)
        for path, graph in self._graphs.items():
            notes = self._notes[path]
            rules_structure.check(graph, notes)
            rules_gateways.check(graph, notes)
            if not has_errors(notes.found) and self.gated[path].normalised is not None:
                rules_tokens.check(graph, procedures, notes)

    def _domain(self, pack: PolicyPack, decisions: Decisions) -> Iterator[Finding]:
        candidate = Candidate(
            files=self._files,
            pack=pack,
            graphs=self._graphs,
            forms=dict(self._sheets(pack)),
            decisions=decisions,
            evaluate=self._evaluate,
            calendars=self._calendars,
            memory=self._memory,
        )
        yield from self._forms(candidate)
        for rule in _DOMAIN:
            rule(candidate, self._notes)

    def _sheets(self, pack: PolicyPack) -> Iterator[tuple[str, FormSheet]]:
        for name, data in self._files.of(_FORM).items():
            schema = _schema(data)
            if schema is not None:
                key = name.removesuffix(_FORM)
                yield key, form_sheets.read(key, schema, pack)

    def _forms(self, candidate: Candidate) -> Iterator[Finding]:
        readers: dict[str, set[str]] = {}
        for procedure in candidate.pack.procedures.values():
            names = candidate.names_of(procedure)
            for form in candidate.forms_of(procedure):
                readers.setdefault(form.key, set()).update(names)
        lists = repr(candidate.pack.lists)
        for name, data in self._files.of(_FORM).items():
            path = self._files.path_of(name)
            readable = readers.get(name.removesuffix(_FORM), {"settings"})
            yield from remembered.form(
                self._memory,
                f"{path} {sorted(readable)} {lists}",
                data,
                partial(
                    form_checks.check,
                    path,
                    data,
                    lists=candidate.pack.lists,
                    variables=readable,
                    evaluate=self._evaluate,
                ),
            )


def _schema(data: bytes) -> dict[str, Json] | None:
    try:
        schema = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return schema if isinstance(schema, dict) else None
