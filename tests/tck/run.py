"""Runs a copy of the public DMN TCK through ``evaluate`` and prints passed / total per level.

``.venv/bin/python -m tests.tck.run DIR [--failed] [--only TEXT]``; DIR is a checkout of the TCK
or its ``TestCases``. A test case passes when each of its results does. Where the TCK expects an
error it expects null too, so a refusal counts as null.
"""

import argparse
import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from lxml import etree

from server.domain.errors import RongcuoError
from server.engine.dmn import evaluate

LEVELS: Final = (2, 3)
NOW: Final = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
_NIL: Final = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_TYPE: Final = "{http://www.w3.org/2001/XMLSchema-instance}type"
_NUMBERS: Final = frozenset(("decimal", "double", "float", "integer", "int", "long"))
_TEMPORAL: Final = {"date": "date", "time": "time", "dateTime": "dateTime", "duration": "duration"}
_Element = etree._Element


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """One test case of one folder: empty ``wrong`` when it passed."""

    level: int
    name: str
    wrong: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Temporal:
    """A date, time or duration as ISO text, with the FEEL type it has as an input."""

    kind: str
    text: str


def main(arguments: Sequence[str]) -> int:
    """Print the table; 0 when something was run."""
    parser = argparse.ArgumentParser(prog="tck", description=__doc__)
    parser.add_argument("dir", type=Path)
    parser.add_argument("--failed", action="store_true", help="name each case that failed")
    parser.add_argument("--only", default="", help="folders whose name contains this")
    given = parser.parse_args(arguments)
    outcomes = list(run(given.dir, given.only))
    if not outcomes:
        sys.stderr.write(f"no TCK under {given.dir}\n")
        return 1
    lines = [f"{each.name}: {each.wrong}" for each in outcomes if given.failed and each.wrong]
    for level in LEVELS:
        mine = [each for each in outcomes if each.level == level]
        passed = sum(1 for each in mine if not each.wrong)
        share = 100 * passed / len(mine) if mine else 0
        lines.append(f"level {level}: {passed} / {len(mine)} ({share:.1f} %)")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def run(root: Path, only: str = "") -> Iterator[Outcome]:
    """The outcome of every test case below ``root``, level by level."""
    cases = root / "TestCases" if (root / "TestCases").is_dir() else root
    for level in LEVELS:
        folder = cases / f"compliance-level-{level}"
        for path in sorted(folder.glob("*/*.xml")) if folder.is_dir() else ():
            if only in path.as_posix():
                yield from _file(path, level)


def _file(path: Path, level: int) -> Iterator[Outcome]:
    root = etree.parse(path).getroot()
    main_file = path.parent / (root.findtext("{*}modelName") or "")
    others = [each for each in sorted(path.parent.glob("*.dmn")) if each != main_file]
    texts = [each.read_bytes() for each in (main_file, *others)]
    for number, case in enumerate(root.findall("{*}testCase"), start=1):
        name = f"{path.stem}/{case.get('id') or number}"
        yield Outcome(level=level, name=name, wrong=_case(case, texts))


def _case(case: _Element, texts: Sequence[bytes]) -> str:
    inputs = {str(each.get("name")): _value(each) for each in case.findall("{*}inputNode")}
    for result in case.findall("{*}resultNode"):
        expected = result.find("{*}expected")
        wanted = None if expected is None else _value(expected)
        asked = case.get("invocableName") or result.get("name") or ""
        got = _evaluated(texts, asked, {name: _input(value) for name, value in inputs.items()})
        if case.get("invocableName") and isinstance(got, dict):
            got = got.get(result.get("name"))  # one result of a service with several
        if isinstance(got, RongcuoError) or not _same(got, wanted):
            if isinstance(got, RongcuoError) and wanted is None:
                continue
            return f"{asked}: expected {_shown(wanted)}, got {got!r}"
    return ""


def _evaluated(texts: Sequence[bytes], asked: str, inputs: Mapping[str, Any]) -> Any:
    try:
        return evaluate(texts[0], asked, inputs, others=texts[1:], now=NOW)
    except RongcuoError as refused:
        return refused


def _value(element: _Element) -> Any:
    value = element.find("{*}value")
    if value is not None:
        return None if value.get(_NIL) == "true" else _simple(value)
    items = element.find("{*}list")
    if items is not None:
        nil = items.get(_NIL) == "true"
        return None if nil else [_value(item) for item in items.findall("{*}item")]
    parts = element.findall("{*}component")
    return {str(part.get("name")): _value(part) for part in parts} if parts else None


def _simple(value: _Element) -> Any:
    text = value.text or ""
    kind = (value.get(_TYPE) or "string").rpartition(":")[2]
    if kind in _NUMBERS:
        return float(text)
    if kind == "boolean":
        return text.strip() in ("true", "1")
    return Temporal(kind=_TEMPORAL[kind], text=text.strip()) if kind in _TEMPORAL else text


def _input(value: Any) -> Any:
    if isinstance(value, Temporal):
        return value.text
    if isinstance(value, list):
        return [_input(item) for item in value]
    return {k: _input(v) for k, v in value.items()} if isinstance(value, dict) else value


def _same(got: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        named = isinstance(got, dict) and set(wanted) == set(got)
        return named and all(_same(got[name], part) for name, part in wanted.items())
    if isinstance(wanted, list):
        listed = isinstance(got, list) and len(got) == len(wanted)
        return listed and all(map(_same, got, wanted))
    if isinstance(wanted, Temporal):
        return isinstance(got, str) and _canonical(got) == _canonical(wanted.text)
    if isinstance(wanted, float):
        numeric = isinstance(got, int | float) and not isinstance(got, bool)
        return numeric and math.isclose(got, wanted, rel_tol=1e-8, abs_tol=1e-8)
    return type(got) is type(wanted) and bool(got == wanted)


def _canonical(text: str) -> str:
    return text.removesuffix("Z") + "+00:00" if text.endswith("Z") else text


def _shown(wanted: Any) -> str:
    return json.dumps(wanted, ensure_ascii=False, default=str)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
