"""What follows from one file alone is found out once: diagrams, letters, the engine's parse.

Every entry of the memory is kept under the content it follows from, so that it can never be old.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any, Final

from server.adapters import yaml_files
from server.adapters.yaml_files import Load
from server.domain.expressions import Json
from server.domain.findings import Finding, Severity
from server.engine import parse_check
from server.engine.definitions import Gated, gate
from server.engine.graph import read_graph
from server.engine.remembered import Memory, key_of

#: marks a day in JSON; no key of a pack is this
_DAY: Final = "\0day"


def findings_of(answer: Json) -> list[Finding]:
    """Findings from the JSON they were turned into."""
    return [Finding(**{**found, "severity": Severity(found["severity"])}) for found in answer]


def gated(memory: Memory, path: str, content: bytes) -> Gated:
    """What becomes of a diagram; one that may not run is looked at each time."""
    key = key_of("gate", path.encode(), content)
    known = memory.get(key)
    if known is not None:
        normalised = known["normalised"].encode()
        return Gated(
            graph=read_graph(normalised),
            normalised=normalised,
            findings=tuple(findings_of(known["findings"])),
            rewritten=normalised,
        )
    found = gate(path, content)
    if found.normalised is not None:
        problems = [finding.as_problem() for finding in found.findings]
        memory.put(key, {"findings": problems, "normalised": found.normalised.decode()})
    return found


def parsed(memory: Memory, diagrams: Mapping[str, bytes]) -> list[Finding]:
    """What the engine's own parse says to each diagram with those it calls."""
    found: list[Finding] = []
    for file, needed in parse_check.together(diagrams).items():
        contents = [each for path in sorted(needed) for each in (path.encode(), needed[path])]
        key = key_of("parse", file.encode(), *contents)
        found += findings_of(memory.of(key, partial(_parse, file, needed)))
    return found


def _parse(file: str, needed: Mapping[str, bytes]) -> Json:
    return [finding.as_problem() for finding in parse_check.check_one(file, needed)]


def loaded(memory: Memory) -> Load:
    """Reads YAML as :func:`yaml_files.load` does; what JSON cannot hold is read each time."""

    def load(file: str, content: bytes) -> tuple[Any, list[Finding]]:
        key = key_of("yaml", content)
        known = memory.get(key)
        if known is not None:
            return _unwritten(known), []
        value, findings = yaml_files.load(file, content)
        written = "" if findings else _written(value)
        if written:
            memory.put(key, written)
        return value, findings

    return load


def form(
    memory: Memory, context: str, content: bytes, make: Callable[[], list[Finding]]
) -> list[Finding]:
    """What is wrong with a form, which follows from its content and what it may name."""
    key = key_of("form", context.encode(), content)
    return findings_of(memory.of(key, lambda: [each.as_problem() for each in make()]))


def _written(value: Any) -> str:
    """The value as JSON with its days; the empty text when JSON would change anything."""
    try:
        text = json.dumps(value, default=_tagged)
    except TypeError:
        return ""
    return text if repr(_unwritten(text)) == repr(value) else ""


def _unwritten(text: str) -> Any:
    return json.loads(text, object_hook=_untagged)


def _tagged(value: Any) -> Json:
    if type(value) is date:
        return {_DAY: value.isoformat()}
    raise TypeError


def _untagged(entry: dict[str, Any]) -> Any:
    return date.fromisoformat(entry[_DAY]) if _DAY in entry else entry
