"""Every problem of the DMN files of a pack at once, as people read them at publishing.

Needs no engine but FEEL's parser. What a file gets wrong in its graph is found here, in its
expressions by ``dmn_check_texts``, in the shape of its tables by ``dmn_check_tables`` and in what
they cover by ``dmn_coverage``.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from server.domain.errors import DecisionFailed
from server.domain.findings import Finding, Severity
from server.domain.texts import _
from server.engine.decisions.boxes import Table, boxes
from server.engine.decisions.check_tables import check_table
from server.engine.decisions.check_texts import check_texts
from server.engine.decisions.coverage import check_coverage
from server.engine.decisions.graph import Graph, GraphBroken
from server.engine.decisions.model import Model, Node
from server.engine.decisions.reader import read_model
from server.engine.decisions.xml import is_model
from server.engine.feel import Feel
from server.engine.feel_names import reserved_names

_NAME: Final = re.compile(r"[^\W\d_]\w*")


def check(files: Mapping[str, bytes | str], feel: Feel | None = None) -> list[Finding]:
    """Every problem of these files, which may import each other; empty when all is well."""
    models, found = read(files)
    return [*found, *check_models(models, feel or Feel())]


def read(files: Mapping[str, bytes | str]) -> tuple[list[Model], list[Finding]]:
    """The models that can be read, and a finding for each file that cannot."""
    models: list[Model] = []
    found: list[Finding] = []
    for file, content in files.items():
        try:
            models.append(read_model(content, file))
        except DecisionFailed as refused:
            found.append(
                Finding(
                    code="DMN_UNREADABLE",
                    file=file,
                    message=refused.message,
                    fix=_("请用决策编辑器重新导出该文件"),
                )
            )
    return models, found


def check_models(models: Sequence[Model], feel: Feel) -> list[Finding]:
    """Every problem of models that could be read."""
    graph = Graph(tuple(models))
    found = list(_namespaces(graph))
    for model in models:
        found += _model(graph, model)
        found += check_texts(graph, model, feel)
        for node in model.nodes:
            found += _node(graph, model, node)
            found += _tables(graph, model, node, feel)
    return found


def _tables(graph: Graph, model: Model, node: Node, feel: Feel) -> Iterator[Finding]:
    for box in boxes(node.body):
        if isinstance(box, Table):
            shape = list(check_table(model.file, node, box))
            yield from shape
            if not any(each.severity is Severity.ERROR for each in shape):
                yield from check_coverage(graph, node, box, feel, model.file)


def _namespaces(graph: Graph) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for model in graph.models:
        if not model.namespace:
            yield Finding(
                code="DMN_NAMESPACE",
                file=model.file,
                message=_("决策文件没有命名空间，其他文件无法引用它"),
                fix=_("请在definitions上填写namespace"),
            )
        elif model.namespace in seen:
            yield Finding(
                code="DMN_NAMESPACE",
                file=model.file,
                message=_("命名空间与文件{other}相同").format(other=seen[model.namespace]),
                fix=_("请为每个决策文件使用不同的namespace"),
            )
        seen.setdefault(model.namespace, model.file)


def _model(graph: Graph, model: Model) -> Iterator[Finding]:
    if not any(node.kind == "decision" for node in model.nodes):
        yield Finding(
            code="DMN_NO_DECISION",
            severity=Severity.WARNING,
            file=model.file,
            message=_("文件中没有任何决策"),
            fix=_("请补上决策，或删除该文件"),
        )
    for each in model.imports:
        if not is_model(each.language) or each.namespace not in graph.by_namespace:
            yield Finding(
                code="DMN_IMPORT",
                file=model.file,
                element=each.id,
                field="namespace",
                message=_("引入的“{name}”不是本包内的决策文件").format(name=each.name),
                fix=_("只能按命名空间引入同一包内的DMN文件"),
            )
    counted = Counter(node.id for node in model.nodes)
    for identity in (each for each, count in counted.items() if count > 1):
        yield Finding(
            code="DMN_DUPLICATE_ID",
            file=model.file,
            element=identity,
            message=_("编号“{id}”在文件中出现多次").format(id=identity),
            fix=_("请让每个元素的编号唯一"),
        )
    known = {model.namespace, *(each.namespace for each in model.imports)}
    for node in model.nodes:
        yield from _needs(graph, model, node, known)


def _needs(graph: Graph, model: Model, node: Node, known: set[str]) -> Iterator[Finding]:
    for key in graph.needs(node):
        namespace, _hash, _id = key.rpartition("#")
        if key in graph.nodes and namespace in known:
            continue
        yield Finding(
            code="DMN_REFERENCE",
            file=model.file,
            element=node.id,
            message=_("“{name}”需要的内容不存在，或所在文件没有引入").format(name=node.label),
            fix=_("请检查连线，或补上对该文件的引入"),
        )


def _node(graph: Graph, model: Model, node: Node) -> Iterator[Finding]:
    if not _NAME.fullmatch(node.name) or node.name in reserved_names():
        yield Finding(
            code="DMN_NAME",
            file=model.file,
            element=node.id,
            field="variable",
            message=_("“{name}”不能作为变量名").format(name=node.name),
            fix=_("变量名用字母、汉字、数字和下划线，不以数字或下划线开头，不用FEEL的词"),
        )
    if node.kind == "decision" and node.body is None:
        yield Finding(
            code="DMN_NO_LOGIC",
            file=model.file,
            element=node.id,
            message=_("决策“{name}”没有内容，结论总是空").format(name=node.label),
            fix=_("请为它填写决策表或表达式"),
        )
    yield from _reach(graph, model, node)


def _reach(graph: Graph, model: Model, node: Node) -> Iterator[Finding]:
    try:
        graph.reached(node)
    except GraphBroken as broken:
        if broken.kind == "deep" or (broken.kind == "cycle" and broken.element == node.id):
            yield Finding(
                code="DMN_DEEP" if broken.kind == "deep" else "DMN_CYCLE",
                file=model.file,
                element=node.id,
                message=broken.message,
                fix=_("请拆开循环的依赖，或减少层数"),
            )
