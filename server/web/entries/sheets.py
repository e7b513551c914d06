"""One entry as a form under way: drawn, taken back, with what the check says at its fields."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from server.adapters import yaml_words
from server.domain import pack_paths
from server.domain.expressions import Evaluate
from server.domain.findings import Finding
from server.domain.texts import _
from server.web.entries import answers as reading
from server.web.entries import rights, schemas
from server.web.entries.book import Book, Entry
from server.web.entries.offered import offered
from server.web.entries.parts import Part
from server.web.plain_forms.controls import controls
from server.web.plain_forms.parts import Asking, Control
from server.web.plain_forms.posted import Posted, posted
from server.web.plain_forms.problems import problems

_MOVE: Final = re.compile(r"([\w.\[\]]{1,120})\[(\d{1,3})\]:(up|down)")
#: controls with these controls suggest what can be written, and take anything
_SUGGESTS: Final = frozenset({"given"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """The form of an entry."""

    book: Book
    entry: Entry
    parts: tuple[Part, ...]
    #: what can be named in it
    offered: schemas.Offered

    @property
    def begun(self) -> dict[str, Any]:
        """The answers it begins with."""
        return reading.shown(self.parts, self._told(self.entry.value))

    def posted(self, sent: MultiDict[str, str]) -> Posted:
        """What came back; rows are added, taken away and moved here."""
        found = posted(schemas.schema(self.parts, {}, {}), sent)
        match = _MOVE.fullmatch(sent.get("move", ""))
        if match is None:
            return found
        place, at, way = match[1], int(match[2]), match[3]
        rows: Any = found.answers
        for step in place.split("."):
            rows = rows.get(step) if isinstance(rows, dict) else None
        to = at + (1 if way == "down" else -1)
        if isinstance(rows, list) and 0 <= at < len(rows) and 0 <= to < len(rows):
            rows.insert(to, rows.pop(at))
        return replace(found, step_at=f"{place}[{to}]")

    def value(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The entry as these answers have it."""
        taken = reading.taken(self.parts, given, self._told(self.entry.value))
        return rights.taken(taken, self.entry.value) if self._is_rights else taken

    def drawn(
        self, given: Mapping[str, Any], findings: Sequence[Finding], evaluate: Evaluate
    ) -> tuple[Control, ...]:
        """The controls, each with what is wrong with it, and with what it suggests."""
        asking = Asking(
            schema=schemas.schema(self.parts, self.offered, given),
            data={},
            evaluate=evaluate,
            answers=given,
            findings=findings,
        )
        sources = dict(_suggesting(self.parts, ""))
        return tuple(_with_suggestions(each, sources) for each in controls(asking))

    def problems(
        self, given: Mapping[str, Any], findings: Sequence[Finding]
    ) -> list[tuple[str, str]]:
        """Id of the control and sentence of each problem."""
        known = schemas.schema(self.parts, {}, given)
        return problems(known, findings)

    @property
    def suggestions(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """What the inputs that take anything suggest, by name."""
        wanted = set(dict(_suggesting(self.parts, "")).values())
        return {name: found for name, found in self.offered.items() if name in wanted}

    @property
    def text(self) -> str:
        """The entry as text."""
        return text_of(self.entry.value)

    @property
    def _is_rights(self) -> bool:
        return self.entry.kind.key == "fields"

    def _told(self, value: Any) -> Any:
        return rights.shown(value) if self._is_rights else value


def sheet(book: Book, entry: Entry) -> Sheet:
    """The form of the entry."""
    parts = tuple(entry.kind.parts)
    if entry.kind.key == "fields":
        parts = rights.parts(book, entry.kind, entry.key, entry.value)
    return Sheet(book=book, entry=entry, parts=parts, offered=offered(book))


def text_of(value: Any) -> str:
    """A value as text of its own, block by block."""
    text = yaml_words.after_key(value, -2, is_block=True) if value else ""
    return text.removeprefix("\n").strip(" ") + ("\n" if value else "")


def findings_at(entry: Entry, pack: str, findings: Sequence[Finding]) -> list[Finding]:
    """The findings that concern the entry, each at the place of its answer in the form."""
    prefix = _prefix(entry)
    manifest = pack_paths.manifest(pack)
    found = []
    for each in findings:
        if each.file != manifest:
            continue
        where = f"{each.element}.{each.field}" if each.field else each.element
        if entry.kind.key == "pack":
            if each.element in {part.key for part in entry.kind.parts}:
                found.append(_here(each, where, where))
        elif where == prefix or where.startswith((prefix + ".", prefix + "[")):
            found.append(_here(each, where, where[len(prefix) :].lstrip(".")))
    return found


def _here(finding: Finding, where: str, place: str) -> Finding:
    """The finding at its field, where nobody has to be told which field it is."""
    message = finding.message.replace(f"“{where}”", _("此处") if place else _("这一条"))
    return replace(finding, field=place, message=message)


def count_at(entries: Sequence[Entry], pack: str, findings: Sequence[Finding]) -> dict[str, int]:
    """Key of each own entry that has problems -> how many."""
    counted = {each.key: len(findings_at(each, pack, findings)) for each in entries if each.is_own}
    return {key: count for key, count in counted.items() if count}


def _prefix(entry: Entry) -> str:
    if entry.kind.shape == "single":
        return entry.kind.key
    if entry.kind.shape == "list":
        return f"{entry.kind.key}[{entry.key}]"
    return f"{entry.kind.key}.{entry.key}"


def _suggesting(parts: Sequence[Part], place: str) -> list[tuple[str, str]]:
    found = []
    for part in parts:
        here = f"{place}.{part.key}" if place else part.key
        if part.control in _SUGGESTS and part.source:
            found.append((here, part.source))
        found += _suggesting(part.parts, here)
    return found


def _with_suggestions(control: Control, sources: Mapping[str, str]) -> Control:
    place = re.sub(r"\[\d+\]", "", control.name)
    limits = dict(control.limits)
    if place in sources and control.kind == "text":
        limits["list"] = f"suggest-{sources[place]}"
    return replace(
        control,
        limits=limits,
        children=tuple(_with_suggestions(each, sources) for each in control.children),
        rows=tuple(tuple(_with_suggestions(each, sources) for each in row) for row in control.rows),
    )
