# mypy: disallow-subclassing-any=False
"""How far a case is planned ahead: one element, so that what runs finds its outputs in the tree.

The stock engine plans the whole way to the next choice by recursion, and a loop without one (left
by a boundary event only) for ever: it looks for a task in a list of specs (SpiffWorkflow 3.2.0,
specs/base.py:240, tests/engine/test_lookahead.py). What lies further ahead is of no use: joins
ask the diagram what can still come, not the plan.
"""

from functools import cache
from typing import Any

from server.engine.runtime.casetree import AHEAD, FINISHED, LeanTask


class _OneAhead:
    """Mixed before the class of every spec."""

    def _predict(
        self, my_task: LeanTask, seen: Any = None, looked_ahead: int = 0, mask: int = AHEAD
    ) -> None:
        if my_task._state & mask:
            self._predict_hook(my_task)

    def _update(self, my_task: LeanTask) -> None:
        if not my_task._children and not my_task._state & FINISHED:
            self._predict_hook(my_task)
        if self._update_hook(my_task):
            my_task._ready()

    def _predict_hook(self, my_task: LeanTask) -> None:
        super()._predict_hook(my_task)  # type: ignore[misc]

    def _update_hook(self, my_task: LeanTask) -> bool:
        ready: bool = super()._update_hook(my_task)  # type: ignore[misc]
        return ready


@cache
def one_ahead(cls: type) -> type:
    """The class of a spec, planning one element ahead."""
    return cls if issubclass(cls, _OneAhead) else type(cls.__name__, (_OneAhead, cls), {})
