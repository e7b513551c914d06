# mypy: disallow-subclassing-any=False
"""Parsers of event elements: every definition they make is one of ours (``events``)."""

from typing import Any, Final

from SpiffWorkflow.bpmn.parser import event_parsers

from server.domain.errors import EngineError
from server.domain.texts import _
from server.engine.runtime.events import (
    Alarm,
    BareSignal,
    FirstOf,
    PassiveCondition,
    PassiveMessage,
    PassiveTimer,
)

_TIMERS: Final = ("timeDate", "timeDuration", "timeCycle")


class _Reading:
    """Makes our definitions of the elements; mixed before each stock event parser."""

    node: Any
    process_parser: Any

    def parse_timer_event(self, event: Any) -> PassiveTimer:
        for kind in _TIMERS:
            text = event.findtext("{*}" + kind)
            if text is not None:
                return PassiveTimer(self.node.get("id"), kind, text.strip())
        raise EngineError(_("定时事件没有写明时间"), element=self.node.get("id"))

    def parse_message_event(self, event: Any) -> PassiveMessage:
        reference = event.get("messageRef")
        messages = self.process_parser.parser.messages
        if reference not in messages:
            raise EngineError(_("消息事件引用的消息不存在"), element=self.node.get("id"))
        return PassiveMessage(self.node.get("id"), messages[reference] or reference)

    def parse_conditional_event(self, event: Any) -> PassiveCondition:
        text = event.findtext("{*}condition") or ""
        return PassiveCondition(self.node.get("id"), text.strip())

    def parse_signal_event(self, event: Any) -> BareSignal:
        name = self.process_parser.parser.signals.get(event.get("signalRef"))
        return BareSignal(self.node.get("id"), name or event.get("signalRef", ""))

    def parse_error_event(self, event: Any) -> Alarm:
        error = self.process_parser.parser.errors.get(event.get("errorRef"), {})
        return Alarm(self.node.get("id"), "error", error.get("error_code") or "")

    def parse_escalation_event(self, event: Any) -> Alarm:
        known = self.process_parser.parser.escalations
        escalation = known.get(event.get("escalationRef"), {})
        return Alarm(self.node.get("id"), "escalation", escalation.get("escalation_code") or "")


class StartParser(_Reading, event_parsers.StartEventParser):
    """Start events."""


class EndParser(_Reading, event_parsers.EndEventParser):
    """End events."""


class BoundaryParser(_Reading, event_parsers.BoundaryEventParser):
    """Boundary events."""


class CatchParser(_Reading, event_parsers.IntermediateCatchEventParser):
    """Intermediate catching events."""


class ThrowParser(_Reading, event_parsers.IntermediateThrowEventParser):
    """Intermediate throwing events."""


class SendParser(_Reading, event_parsers.SendTaskParser):
    """Send and receive tasks."""


class EventGatewayParser(event_parsers.EventBasedGatewayParser):
    """Event gateways."""

    def create_task(self) -> Any:
        """A gateway with our definition."""
        return self._create_task(FirstOf())
