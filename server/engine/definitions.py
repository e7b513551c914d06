"""The gate every diagram passes: bytes in, a normalised file and its graph out, or why not.

Order: bytes -> hardened XML -> checks on the raw tree -> normalise -> XSD -> graph. All problems
of a file come back at once; a later stage is left out only when an earlier one made it
meaningless or too costly. Nothing here runs the diagram.
"""

from dataclasses import dataclass
from typing import Final

from lxml import etree

from server.domain.findings import Finding, has_errors
from server.domain.notes import Notes
from server.domain.texts import _
from server.engine import xml_gate
from server.engine.diagrams import bounds, constructs, extensions, normalise, references, schema
from server.engine.graph import ProcessGraph, graph_of
from server.engine.xml_gate import BPMN, local, namespace

#: findings after which looking further would cost too much
_TOO_BIG: Final = frozenset(
    {"XML_TOO_MANY_ELEMENTS", "XML_TOO_MANY_ATTRIBUTES", "XML_TOO_DEEP", "PROCESS_TOO_LARGE"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gated:
    """What became of one file."""

    #: what the file says, as far as it could be read; None when it is no diagram at all
    graph: ProcessGraph | None
    #: the bytes the engine may run, None when a finding is an error
    normalised: bytes | None
    findings: tuple[Finding, ...]
    #: the same file also where an error is: what a designer may mend, never what may run
    rewritten: bytes | None = None


def gate(file_name: str, raw: bytes, *, all_processes: bool = False) -> Gated:
    """Check and normalise one diagram; never raises, whatever the bytes are.

    With ``all_processes`` every process of the file is made executable, at the designer's wish.
    """
    try:
        return _gate(file_name, raw, all_processes=all_processes)
    except Exception as problem:  # noqa: BLE001 (UP-17: whatever a file does is a finding, not a 500)
        refused = Finding(
            code="GATE_FAILED",
            file=file_name,
            message=_("文件无法检查（{kind}）").format(kind=type(problem).__name__),
            fix=_("请用流程图编辑器重新导出该文件"),
        )
        return Gated(graph=None, normalised=None, findings=(refused,))


def _gate(file_name: str, raw: bytes, *, all_processes: bool) -> Gated:
    read = xml_gate.read(file_name, raw)
    notes = Notes(file_name, list(read.findings))
    if read.root is None or not _is_diagram(read.root, notes) or _too_big(notes):
        return Gated(graph=None, normalised=None, findings=tuple(notes.found))
    root = read.root
    normalise.before_checks(root, notes, all_processes=all_processes)
    for check in (references.check, constructs.check, extensions.check, bounds.check):
        check(root, notes)
    if _too_big(notes):
        return Gated(graph=None, normalised=None, findings=tuple(notes.found))
    normalise.after_checks(root, notes)
    schema.check(root, notes)
    rewritten = serialised(root)
    return Gated(
        graph=graph_of(root),
        normalised=None if has_errors(notes.found) else rewritten,
        findings=tuple(notes.found),
        rewritten=rewritten,
    )


def serialised(root: etree._Element) -> bytes:
    """The one form of a tree that is stored, hashed, shown and run."""
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _is_diagram(root: etree._Element, notes: Notes) -> bool:
    if local(root) == "definitions" and namespace(root) == BPMN:
        return True
    notes.error(
        "NOT_BPMN",
        _("这不是BPMN流程图文件（根元素是{kind}）").format(kind=local(root)[:60]),
        _("请上传由流程图编辑器导出的.bpmn文件"),
    )
    return False


def _too_big(notes: Notes) -> bool:
    return any(finding.code in _TOO_BIG for finding in notes.found)
