# mypy: disallow-subclassing-any=False
"""Every expression a diagram holds, answered by FEEL: the engine's Python ``eval`` is replaced.

Replaced whole, environment included, since three places of SpiffWorkflow 3.2.0 go past the
script engine straight to the environment (tests/engine/test_conditions.py). A value with a
warning, or a condition that is neither true, false nor null, stops the step.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from SpiffWorkflow.bpmn.script_engine.python_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.script_engine.python_environment import BasePythonScriptEngineEnvironment
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import _BpmnCondition

from server.domain.errors import EngineError, ExpressionFailed
from server.domain.expressions import Json, Value
from server.domain.texts import _
from server.engine.port import DecisionMade, Files


class AskFeel(Protocol):
    """The part of ``feel.Feel`` that a running step needs."""

    def values(
        self,
        expressions: Sequence[str],
        context: Mapping[str, Json],
        *,
        now: datetime | None = None,
        types: Mapping[str, str] | None = None,
    ) -> list[Value]:
        """The value of each expression."""

    def prefetch(
        self,
        expressions: Sequence[str],
        context: Mapping[str, Json],
        now: datetime | None = None,
        *,
        types: Mapping[str, str] | None = None,
    ) -> None:
        """Remember what will be asked next, in one trip."""


class Decide(Protocol):
    """Evaluates one decision of the pack: decision id, element, variables, moment."""

    def __call__(
        self, decision: str, element: str, context: Mapping[str, Json], now: datetime
    ) -> DecisionMade:
        """The decision made, with the rules that hit."""


class FeelEnvironment(BasePythonScriptEngineEnvironment):
    """What the engine evaluates in; runs no script and calls no service."""

    def __init__(self, engine: "FeelEngine") -> None:
        super().__init__()
        self._engine = engine

    def evaluate(self, expression: str, context: Any, external_context: Any = None) -> Json:
        """The FEEL value; task data win over data objects."""
        return self._engine.value(expression, context, external_context or {})

    def execute(self, script: str, context: Any, external_context: Any = None) -> bool:
        """Refused: no text of a pack is ever run."""
        raise EngineError(_("流程图中的脚本不会被执行"), detail=script[:200])

    def call_service(self, context: Any, **kwargs: Any) -> Any:
        """Refused: there are no services."""
        raise EngineError(_("流程图中的服务调用不会被执行"))


class FeelEngine(PythonScriptEngine):
    """What specs may ask of the world, bound to the moment of one command."""

    def __init__(self, feel: AskFeel, files: Files, decide: Decide, now: datetime) -> None:
        super().__init__(FeelEnvironment(self))
        self._feel = feel
        self._types = files.types
        self._decide = decide
        self.now = now

    def validate(self, expression: str) -> None:
        """Nothing: expressions are checked at publish."""

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Json:
        """The FEEL value, errors left as they are."""
        return self.value(expression, task.data, external_context or {})

    def value(self, expression: str, *contexts: Mapping[str, Json]) -> Json:
        """The value of a FEEL text; earlier contexts win over later ones.

        Raises:
            ExpressionFailed: the value comes with a warning, such as an unknown name.
        """
        answer = self._feel.values(
            [expression], _merged(contexts), now=self.now, types=self._types
        )[0]
        if answer.warnings:
            raise ExpressionFailed(
                _("流程图中的条件或表达式无法计算，本步骤没有执行"),
                detail=f"{expression}: {'; '.join(answer.warnings)}",
            )
        return answer.value

    def holds(self, expression: str, *contexts: Mapping[str, Json]) -> bool:
        """Is the value ``true``; null and false are not.

        Raises:
            ExpressionFailed: as ``value``, or the value is neither a boolean nor null.
        """
        value = self.value(expression, *contexts)
        if value is not None and type(value) is not bool:
            raise ExpressionFailed(
                _("流程图中的条件得出的不是“是”或“否”，本步骤没有执行"),
                detail=f"{expression}: {type(value).__name__}",
            )
        return value is True

    def decide(self, decision: str, element: str, context: Mapping[str, Json]) -> DecisionMade:
        """Evaluate one decision of the pack."""
        return self._decide(decision, element, context, self.now)

    def prefetch(self, expressions: Sequence[str], *contexts: Mapping[str, Json]) -> None:
        """Ask all these at once; each is asked again when it is really needed."""
        self._feel.prefetch(expressions, _merged(contexts), self.now, types=self._types)


class Powerless(PythonScriptEngine):
    """What a case has between two steps: it refuses, where the stock engine would run Python."""

    def __init__(self) -> None:
        super().__init__(BasePythonScriptEngineEnvironment())

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Json:
        """Refused: a value is asked for inside a step only."""
        raise EngineError(_("流程未在办理中，不能计算表达式"), detail=expression)


class FeelCondition(_BpmnCondition):
    """The condition of a flow: holds only if its value *is* true."""

    def _matches(self, task: Any) -> bool:
        holds: bool = task.workflow.script_engine.holds(
            self.args[0], task.data, task.workflow.data_objects
        )
        return holds


def _merged(contexts: Sequence[Mapping[str, Json]]) -> Mapping[str, Json]:
    filled = [context for context in contexts if context]
    if len(filled) == 1:
        return filled[0]
    return {name: value for context in reversed(filled) for name, value in context.items()}
