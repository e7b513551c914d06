"""Which fields of a filled form are hidden by a condition, asked the way the browser asks.

form-js reads ``conditional.hide`` as a FEEL unary test without input over all data, also over
fields that are hidden themselves, and hides only on exactly ``true``. So does this module: one
call for the whole form, one more for each row of a dynamic list that has conditions of its own.
A hidden container takes everything in it along.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.expressions import Evaluate, Json
from server.forms.components import MANY_OF
from server.forms.fields import Field, flat

#: where a value stands in the answers: keys, and numbers of rows
Path = tuple[str | int, ...]

#: names that form-js gives to expressions inside dynamic lists
LOCAL_NAMES = frozenset({"this", "parent", "i", "_this_", "_parent_", "_i_"})


@dataclass(frozen=True, slots=True)
class Scope:
    """One level of rows: the names its expressions read."""

    context: Mapping[str, Json]
    #: answers of this level: all of them, or one row
    own: Mapping[str, Json]
    #: numbers of the rows it lies in, from 1
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A field at its place in the answers."""

    field: Field
    #: empty for a group without a path: its fields stand beside it
    path: Path
    scope: Scope
    value: Json
    #: the container around it
    within: "Placed | None" = None


def complete(fields: tuple[Field, ...], data: Mapping[str, Json]) -> dict[str, Json]:
    """The answers with every field of the form in them, null where nothing was answered.

    A field nobody has answered is null in every expression, never an unknown name; a box is not
    ticked and a list is empty, as in the browser.
    """
    return {each.key: _complete(each, data.get(each.key)) for each in flat(fields)}


def places(
    fields: tuple[Field, ...], data: Mapping[str, Json], variables: Mapping[str, Json]
) -> list[Placed]:
    """Every field at its place, once per row inside dynamic lists, containers first.

    ``data`` is complete; it stands over the case's variables in every expression.
    """
    known = {**variables, **data}
    scope = Scope(context={**known, **_local(known, None, ())}, own=known)
    return list(_placed(fields, data, (), scope, None))


def hidden(placed: Iterable[Placed], evaluate: Evaluate) -> frozenset[Placed]:
    """Everything that is not shown."""
    placed = list(placed)
    out: set[Placed] = set()
    for group in by_scope(each for each in placed if each.field.hide):
        tests = [(each.field.hide, None) for each in group]
        answers = evaluate.unary_tests(tests, group[0].scope.context)
        out |= {each for each, answer in zip(group, answers, strict=True) if answer.value is True}
    for each in placed:
        if each.within in out:
            out.add(each)
    return frozenset(out)


def by_scope(placed: Iterable[Placed]) -> list[list[Placed]]:
    """The same fields in groups that one call can answer."""
    groups: dict[int, list[Placed]] = {}
    for each in placed:
        groups.setdefault(id(each.scope), []).append(each)
    return list(groups.values())


def prune(data: Mapping[str, Json], gone: frozenset[Path], path: Path = ()) -> dict[str, Json]:
    """The answers without those at these paths."""
    kept: dict[str, Json] = {}
    for key, value in data.items():
        place = (*path, key)
        if place in gone:
            continue
        if isinstance(value, dict):
            kept[key] = prune(value, gone, place)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            kept[key] = [prune(row, gone, (*place, number)) for number, row in enumerate(value)]
        else:
            kept[key] = value
    return kept


def blank(
    data: Mapping[str, Json], gone: frozenset[Path], path: Path = (), *, all_: bool = False
) -> dict[str, Json]:
    """A copy of complete answers in which what lies at these paths is unanswered."""
    copy: dict[str, Json] = {}
    for key, value in data.items():
        place = (*path, key)
        empty = all_ or place in gone
        if isinstance(value, dict):
            copy[key] = blank(value, gone, place, all_=empty)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            rows = [blank(row, gone, (*place, number)) for number, row in enumerate(value)]
            copy[key] = [] if empty else rows
        else:
            copy[key] = None if empty else value
    return copy


def written(path: Path) -> str:
    """The path as it stands in a finding: ``members[0].name``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _complete(each: Field, value: Json) -> Json:
    if each.is_rows:
        rows = value if isinstance(value, list) else []
        return [complete(each.children, row if isinstance(row, Mapping) else {}) for row in rows]
    if each.is_container:
        return complete(each.children, value if isinstance(value, Mapping) else {})
    return _unanswered(each.component) if value is None else value


def _unanswered(component: str) -> Json:
    """What form-js takes for unanswered: an unticked box, an empty list, else null."""
    if component == "checkbox":
        return False
    return [] if component in MANY_OF or component == "filepicker" else None


def _placed(
    fields: tuple[Field, ...],
    data: Mapping[str, Json],
    path: Path,
    scope: Scope,
    within: Placed | None,
) -> Iterator[Placed]:
    for each in fields:
        here = (*path, each.key)
        if not each.is_container:
            yield Placed(each, here, scope, data[each.key], within)
        elif not each.key:
            box = Placed(each, (), scope, None, within)
            yield box
            yield from _placed(each.children, data, path, scope, box)
        else:
            box = Placed(each, here, scope, data[each.key], within)
            yield box
            yield from _inside(box)


def _inside(box: Placed) -> Iterator[Placed]:
    children = box.field.children
    if not box.field.is_rows:
        yield from _placed(children, box.value, box.path, box.scope, box)
        return
    for number, row in enumerate(box.value or ()):  # hidden rows read as null
        rows = (*box.scope.rows, number + 1)
        local = _local(row, box.scope.own, rows)
        scope = Scope(context={**box.scope.context, **local}, own=row, rows=rows)
        yield from _placed(children, row, (*box.path, number), scope, box)


def _local(own: Any, parent: Any, rows: tuple[int, ...]) -> dict[str, Json]:
    local = {"this": own, "parent": parent, "i": list(rows)}
    return {**local, **{f"_{name}_": value for name, value in local.items()}}
