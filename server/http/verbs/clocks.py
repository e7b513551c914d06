"""中止、恢复、延长：what is done to one clock of a case."""

from functools import partial
from typing import Final

import marshmallow as ma
from marshmallow import validate

from server.domain.texts import _
from server.http.verbs.saying import LONGEST, REASON, Ask, Verb
from server.services.verbs import asking, clock_choices, deadline_clock

_KEY = validate.Regexp(r"^[\w.\-]{1,120}$")
_REASON = validate.Length(1, LONGEST)
_MORE = validate.Range(1, 3650)


class ClockSchema(ma.Schema):
    """Which clock."""

    deadline = ma.fields.String(required=True, validate=_KEY, attribute="rule_key")


class StopSchema(ClockSchema):
    """Which clock stands, for which of the reasons its rule knows."""

    reason = ma.fields.String(
        required=True,
        validate=_KEY,
        metadata={"description": "规则所列中止事由的标识"},
    )
    note = ma.fields.String(load_default="", validate=validate.Length(0, LONGEST))


class RestartSchema(ClockSchema):
    """Which clock runs again, and why."""

    reason = ma.fields.String(required=True, validate=_REASON, attribute="note")


class ExtendSchema(RestartSchema):
    """Which clock gets how much more, and why."""

    n = ma.fields.Integer(required=True, strict=True, validate=_MORE)


class AskExtensionSchema(ClockSchema):
    """For which clock how much more is asked, and why."""

    reason = ma.fields.String(required=True, validate=_REASON)
    n = ma.fields.Integer(required=True, strict=True, validate=_MORE)


def _clock(verb: str) -> Ask:
    choices = partial(clock_choices.clocks, verb=verb)
    return Ask(key="rule_key", label=_("期限"), kind="one", choices=choices)


_WHY = Ask(key="note", label=_("理由"))
_BY = Ask(key="n", label=_("延长多少"), kind="number", hint=_("按该期限的单位"))

VERBS: Final = (
    Verb(
        name="stop",
        title=_("中止期限"),
        says=_("期限从今天起停下来不再计算，直到恢复；只能以规则所列的事由中止"),
        schema=StopSchema,
        act=deadline_clock.stop,
        asks=(
            _clock("stop"),
            Ask(
                key="reason",
                label=_("中止事由"),
                kind="one",
                choices=clock_choices.reasons,
                by="rule_key",
            ),
            Ask(key="note", label=_("说明"), required=False),
        ),
        outlook=deadline_clock.stopped,
        done=_("期限已中止"),
        is_common=True,
    ),
    Verb(
        name="restart",
        title=_("恢复期限"),
        says=_("中止的期限从今天起继续计算，中止的日子不计入"),
        schema=RestartSchema,
        act=deadline_clock.restart,
        asks=(_clock("restart"), _WHY),
        outlook=deadline_clock.restarted,
        done=_("期限已恢复计算"),
        is_common=True,
    ),
    Verb(
        name="extend",
        title=_("延长期限"),
        says=_("由规则所定的批准人延长期限，不得超过规则所定的次数、数目和最长期限"),
        schema=ExtendSchema,
        act=deadline_clock.extend,
        asks=(_clock("extend"), _BY, _WHY),
        outlook=deadline_clock.extended,
        done=_("期限已延长"),
        is_common=True,
    ),
    Verb(
        name=clock_choices.ASK,
        title=_("申请延期"),
        says=_("请规则所定的批准人延长期限；批准后期限随即延长，申请期间期限照常计算"),
        schema=AskExtensionSchema,
        act=asking.ask_extension,
        asks=(_clock(clock_choices.ASK), _BY, REASON),
        outlook=asking.extension,
        done=_("已经提出，由批准人决定"),
        is_common=True,
    ),
)
