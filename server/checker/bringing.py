"""A file drawn elsewhere comes to a pack: read, judged inside the pack, in a killable child."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Final

from server.adapters import packs
from server.adapters.packs import PackFiles
from server.checker.check import check_here, files_of, question
from server.checker.remembered import findings_of
from server.domain import pack_paths
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.engine import dmn_check
from server.engine.child import run
from server.engine.feel import Feel
from server.engine.imports import callings, reading
from server.engine.imports.reading import Brought, Known, Shown
from server.engine.imports.texts import as_utf8

_DMN: Final = ".dmn"
_FORM: Final = ".form.json"
_OF_FEEL: Final = frozenset({"EXPRESSION_SYNTAX", "NAME_UNKNOWN"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """What a file brings, and what the pack would be with it."""

    brought: Brought
    #: errors and warnings of the pack that are not in this file
    elsewhere: tuple[Finding, ...] = ()
    #: id of an element that a problem names -> what people call it
    called: Mapping[str, str] = field(default_factory=dict)


def bring(
    files: PackFiles,
    calendars: Iterable[str],
    path: str,
    raw: bytes,
    chosen: Mapping[str, str] | None = None,
) -> Judged:
    """The file as it would stand under ``path``, with every problem; whatever its bytes are.

    ``files`` is the pack as it is now; ``chosen`` says which processes of a diagram run, and as
    which procedures.
    """
    asked = {
        **question(files, calendars),
        "path": path,
        "raw": base64.b64encode(raw).decode(),
        "chosen": None if chosen is None else dict(chosen),
    }
    said = run("server.checker.bringing:answer", asked)
    if isinstance(said, Finding):
        return Judged(brought=Brought(content=None, findings=(replace(said, file=path),)))
    brought = Brought(
        content=None if said["content"] is None else base64.b64decode(said["content"]),
        exporter=said["exporter"],
        processes=tuple(Shown(**each) for each in said["processes"]),
        findings=tuple(findings_of(said["findings"])),
    )
    return Judged(
        brought=brought,
        elsewhere=tuple(findings_of(said["elsewhere"])),
        called=said["called"],
    )


def answer(asked: Json) -> Json:
    """What :func:`bring_here` says, as JSON: the work of the child."""
    raw = base64.b64decode(asked["raw"])
    found = bring_here(files_of(asked), asked["calendars"], asked["path"], raw, asked["chosen"])
    content = found.brought.content
    return {
        "content": None if content is None else base64.b64encode(content).decode(),
        "exporter": found.brought.exporter,
        "processes": [asdict(each) for each in found.brought.processes],
        "findings": [each.as_problem() for each in found.brought.findings],
        "elsewhere": [each.as_problem() for each in found.elsewhere],
        "called": dict(found.called),
    }


def bring_here(
    files: PackFiles,
    calendars: Iterable[str],
    path: str,
    raw: bytes,
    chosen: Mapping[str, str] | None = None,
) -> Judged:
    """The same in this very process, which hostile files can end or keep busy."""
    brought = _read(files, path, raw, chosen)
    if brought.content is None:
        return Judged(brought=brought, called=_called(path, raw, brought))
    candidate = PackFiles(key=files.key, files={**files.files, path: brought.content})
    found = check_here(candidate, calendars, Feel())
    # what is no FEEL is told once, not again as FEEL with faults
    foreign = {each.element for each in brought.findings if each.code == "EXPRESSION_LANGUAGE"}
    here = (
        each
        for each in found
        if each.file == path and not (each.element in foreign and each.code in _OF_FEEL)
    )
    brought = replace(brought, findings=tuple(dict.fromkeys((*brought.findings, *here))))
    return Judged(
        brought=brought,
        elsewhere=tuple(each for each in found if each.file != path),
        called=_called(path, raw, brought),
    )


def _called(path: str, raw: bytes, brought: Brought) -> dict[str, str]:
    """As the file itself calls it, and what only came about by bringing it as the draft does."""
    if pack_paths.kind_of(path) != "bpmn":
        return {}
    ids = {each.element for each in brought.findings}
    return {
        **callings.called(path, brought.content or b"", ids),
        **callings.called(path, raw, ids),
    }


def _read(files: PackFiles, path: str, raw: bytes, chosen: Mapping[str, str] | None) -> Brought:
    match pack_paths.kind_of(path):
        case "bpmn":
            return reading.read(path, raw, _known(files), chosen)
        case "letter":
            return Brought(content=raw)
        case kind:
            return as_utf8(path, raw, is_xml=kind == "dmn")


def _known(files: PackFiles) -> Known:
    pack = packs.parse(files)[0]
    models = dmn_check.read(files.of(_DMN))[0]
    return Known(
        forms=frozenset(name.removesuffix(_FORM) for name in files.of(_FORM)),
        decisions=frozenset(
            node.id for model in models for node in model.nodes if node.kind == "decision"
        ),
        lanes={lane.title: lane.key for lane in pack.lanes.values()} if pack else {},
    )
