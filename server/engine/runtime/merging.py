"""What comes out where tokens meet: of each variable the newest write (``provenance``).

Two writes that do not know of each other were made side by side: different values are a conflict
at a join, and at the end of a subprocess the one that came last counts. Where the tokens forked
decides nothing, so forks within forks, loops and joins that others reach past need no rule of
their own.
"""

from collections.abc import Mapping, Sequence

from SpiffWorkflow.util.task import TaskState

from server.domain.errors import MergeConflict
from server.domain.expressions import Json
from server.domain.texts import _
from server.engine.runtime.casetree import OPEN, Case, LeanTask, element_of
from server.engine.runtime.provenance import Versions
from server.engine.runtime.values import MISSING, same

_Held = tuple[dict[str, Json], Versions]


def merge(element: str, arrivals: Sequence[LeanTask]) -> _Held:
    """Data and versions of the token behind a join.

    Raises:
        MergeConflict: two branches wrote one variable side by side and differently.
    """
    top = arrivals[0].workflow.top_workflow
    disputed = _disputed(arrivals)
    data, versions = dict(arrivals[0].data), dict(arrivals[0].versions)
    for name in disputed:
        heads = top.writes.heads(_version(each, name) for each in arrivals)
        writers = [next(each for each in arrivals if _version(each, name) == one) for one in heads]
        first, *others = writers
        value = first.data.get(name, MISSING)
        for other in others:
            if not same(value, other.data.get(name, MISSING)):
                raise _conflict(element, name, first, other)
        versions[name] = heads[0]
        if others:
            versions[name] = top.next_tick()
            top.writes.add(versions[name], heads)
        _put(data, name, value)
    return data, versions


def merge_ends(arrivals: Sequence[LeanTask]) -> _Held:
    """Data and versions that a subprocess leaves; side by side, what came last counts.

    Two rounds of a reminder end side by side and may say different things: no fault of anyone,
    and nothing that an official could put right at the last step.
    """
    writes = arrivals[0].workflow.top_workflow.writes
    came = sorted(arrivals, key=lambda arrival: arrival.parent.last_state_change)
    disputed = _disputed(came)
    data, versions = dict(came[0].data), dict(came[0].versions)
    for name in disputed:
        last = came[0]
        for each in came[1:]:
            if not writes.knows(_version(last, name), _version(each, name)):
                last = each
        versions[name] = _version(last, name)
        _put(data, name, last.data.get(name, MISSING))
    return data, versions


def absorb(case: Case, data: Mapping[str, Json]) -> Versions:
    """Versions of a jump's token with ``data``, which all that the case holds absorbs.

    It is as if each branch had met the jump: what the new token has is newer than what they hold
    of it, and older than what they change from now on.
    """
    held = standing(case).values()
    versions: dict[str, int] = {}
    for name in {**data, **dict.fromkeys(name for task in held for name in task.data)}:
        value = data.get(name, MISSING)
        kinds = {_version(task, name): task.data.get(name, MISSING) for task in held}
        [version, *others] = kinds or (0,)
        if others or not same(kinds.get(version, value), value):
            version = case.next_tick()
            case.writes.jump(version, kinds)
        versions[name] = version
    return versions


def put(case: Case, values: Mapping[str, Json]) -> None:
    """Let all that the case holds have these values, as one write that everybody knows of.

    A token that changes one of them afterwards knows it too, so it is the newer one at a join.
    """
    held = standing(case).values()
    versions: dict[str, int] = {}
    for name, value in values.items():
        if any(not same(task.data.get(name, MISSING), value) for task in held):
            versions[name] = case.next_tick()
            case.writes.jump(versions[name], {_version(task, name) for task in held})
    for task in held:
        task.adopt({name: values[name] for name in versions}, versions)


def forget(case: Case) -> Mapping[str, LeanTask]:
    """Stamp what is open, and forget the versions that all have and the writes that nobody has.

    So a case in which nothing runs side by side has none, and one in which something does has
    those of the variables that the branches hold differently. Answers the tasks whose versions
    count: none, or those ``standing``.
    """
    found = standing(case)
    books = {id(task.versions): task.versions for task in found.values()}
    disputed = _differing(list(books.values()))
    kept = {
        key: {name: book[name] for name in disputed if book.get(name)}
        for key, book in books.items()
    }
    for task in found.values():
        task.versions = kept[id(task.versions)]
    if case.writes:
        case.writes.keep({version for book in kept.values() for version in book.values()})
    return found if disputed else {}


def standing(case: Case) -> dict[str, LeanTask]:
    """Tokens, what a jump may make tokens again, and what new ones begin from; all are stamped.

    The versions of no other task are ever asked for.
    """
    found: dict[str, LeanTask] = {}
    for workflow in case.workflows():
        tasks = workflow.tasks
        for key, task in tasks.items():
            if task._state & OPEN:
                task.stamp()
                found[key] = task
                if task._state == TaskState.WAITING:
                    found[task._parent] = tasks[task._parent]
            elif "took" in task.internal_data:
                took = [tasks[other] for other in task.internal_data["took"] if other in tasks]
                found.update({each.id: each for each in took})
                found.update({each._parent: each.parent for each in (*took, task) if took})
    return found


def _disputed(arrivals: Sequence[LeanTask]) -> list[str]:
    """Variables of which not all hold the same write."""
    for arrival in arrivals:
        arrival.stamp()
    return _differing([arrival.versions for arrival in arrivals])


def _differing(books: Sequence[Versions]) -> list[str]:
    if len(books) < 2:
        return []
    first, *others = books
    names = dict.fromkeys(name for book in books for name in book)
    return [
        name for name in names if any(book.get(name, 0) != first.get(name, 0) for book in others)
    ]


def _version(task: LeanTask, name: str) -> int:
    return task.versions.get(name, 0)


def _put(data: dict[str, Json], name: str, value: Json) -> None:
    if value is MISSING:
        data.pop(name, None)
    else:
        data[name] = value


def _conflict(element: str, name: str, one: LeanTask, other: LeanTask) -> MergeConflict:
    writers = (element_of(each.parent.task_spec) for each in (one, other))
    return MergeConflict(
        _("并行的几个分支对同一事项填写了不同内容，无法合并"),
        element=element,
        detail=f"{name}: {', '.join(writers)}",
    )
