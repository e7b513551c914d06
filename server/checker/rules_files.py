"""What only shows when all files of a pack lie side by side: an id or a key means one thing."""

from collections.abc import Iterator

from server.checker.candidate import Candidate
from server.domain.notes import Notes
from server.domain.texts import _
from server.engine.graph import ProcessGraph


def check_ids(graphs: dict[str, ProcessGraph], notes: dict[str, Notes]) -> None:
    """Note ids of processes, nodes and flows that two diagrams of the pack both use."""
    seen: dict[str, str] = {}
    for path, graph in sorted(graphs.items()):
        for element, label in _elements(graph):
            if element in seen and seen[element] != path:
                notes[path].error(
                    "ID_DUPLICATE",
                    _("“{name}”的标识“{id}”在{other}中也用到").format(
                        name=label, id=element, other=seen[element].rsplit("/", 1)[-1]
                    ),
                    _("同一政策包内各图的标识不能重复，请改名"),
                    element=element,
                )
            seen.setdefault(element, path)


def _elements(graph: ProcessGraph) -> Iterator[tuple[str, str]]:
    yield from ((process.id, process.name or process.id) for process in graph.processes)
    yield from ((node.id, node.label) for node in graph.nodes)
    yield from ((flow.id, flow.name or flow.id) for flow in graph.flows)


def check_fields(candidate: Candidate, notes: dict[str, Notes]) -> None:
    """Note field keys that mean different types of value in different forms."""
    seen: dict[str, tuple[str, str]] = {}
    for name, form in sorted(candidate.forms.items()):
        for key, sheet in form.fields.items():
            first, kind = seen.setdefault(key, (name, sheet.type))
            if kind != sheet.type:
                path = candidate.files.path_of(f"{name}.form.json")
                notes[path].error(
                    "FIELD_TYPE_CONFLICT",
                    _("字段“{key}”在表单{first}中是{a}，在{second}中是{b}").format(
                        key=key, first=first, a=kind, second=name, b=sheet.type
                    ),
                    _("同名字段在各表单中须是同一种值，请改名或者改类型"),
                    element=name,
                    field=key,
                )
