"""A diagram drawn elsewhere: bytes in any allowed encoding -> what may be kept as a draft.

Order: hardened XML -> which processes run -> what other tools wrote -> names of the pack -> the
drawing -> the gate every diagram passes. What is kept is UTF-8, normalised as far as it could be
read, so that the designer mends in the drawing what is refused; with an error nothing of it can
ever be published.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from server.domain.findings import Finding, Severity
from server.domain.notes import Notes
from server.domain.texts import _
from server.engine import xml_gate
from server.engine.definitions import gate, serialised
from server.engine.diagrams import normalise
from server.engine.diagrams.graph_reader import executable
from server.engine.diagrams.tree import label, nodes
from server.engine.imports import dialects, places
from server.engine.imports.dialects import Known
from server.engine.xml_gate import BPMN, local, namespace, tag

__all__ = ["Brought", "Known", "Shown", "re_encoded", "read"]

_UNSEEN: Final = frozenset({"IMPORT_NO_DRAWING", "IMPORT_NOT_DRAWN"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A process of the file."""

    id: str
    name: str
    #: flow nodes directly in it
    size: int
    runs: bool
    #: key of the procedure it was chosen to be, empty for its own id
    procedure: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Brought:
    """What a file brings."""

    #: what may be kept, None when it is no diagram that can be shown
    content: bytes | None
    #: the tool that wrote it, empty when nothing betrays it
    exporter: str = ""
    processes: tuple[Shown, ...] = ()
    findings: tuple[Finding, ...] = ()


def read(file: str, raw: bytes, known: Known, chosen: Mapping[str, str] | None = None) -> Brought:
    """The diagram as a draft; ``chosen`` as in :func:`places.choose`. Never raises."""
    root = xml_gate.read(file, raw).root
    if root is None or local(root) != "definitions" or namespace(root) != BPMN:
        return Brought(content=None, findings=gate(file, raw).findings)
    notes = Notes(file)
    found = {process.get("id", ""): process for process in root.iterchildren(tag("process"))}
    places.choose(root, chosen, notes)
    normalise.before_checks(root, notes, all_processes=False)
    dialects.carry_over(root, known, notes)
    places.lanes(root, known.lanes, notes)
    places.drawn(root, notes)
    gated = gate(file, serialised(root))
    # what the designer page would not show must not run: such a file is refused as a whole
    unseen = any(each.code in _UNSEEN for each in notes.found)
    return Brought(
        content=None if unseen else _visible(gated.rewritten),
        exporter=dialects.exporter(root),
        processes=tuple(
            Shown(
                id=old,
                name=label(process),
                size=len(nodes(process)),
                runs=executable(process),
                procedure=(chosen or {}).get(old, ""),
            )
            for old, process in found.items()
        ),
        findings=tuple(dict.fromkeys((*re_encoded(file, raw), *notes.found, *gated.findings))),
    )


def _visible(rewritten: bytes | None) -> bytes | None:
    """The same with a line for what the gate wrote as a flow: a link, for one."""
    if rewritten is None:
        return None
    root = xml_gate.parse(rewritten)
    places.lines(root, Notes(""))
    return serialised(root)


def re_encoded(file: str, raw: bytes) -> tuple[Finding, ...]:
    """Say that the file was written in another encoding than UTF-8, if it was."""
    try:
        raw.decode()
        return ()
    except UnicodeDecodeError:
        return (
            Finding(
                code="IMPORT_REENCODED",
                severity=Severity.INFO,
                file=file,
                message=_("文件已转为UTF-8编码，文字不变"),
                fix=_("不必处理"),
            ),
        )
