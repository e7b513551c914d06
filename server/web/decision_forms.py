"""The forms of a decision's page: what was sent as arguments of the verb, and the rest of the form.

The rest is what the form of the task asks besides what the meeting itself fills in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import marshmallow as ma
from flask import request

from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.texts import _
from server.http.site import site
from server.http.verbs.saying import Verb
from server.services.context import Context
from server.services.files import name_choices
from server.services.files.decision_rests import Rest
from server.web.plain_forms.controls import controls
from server.web.plain_forms.parts import Asking, Control
from server.web.plain_forms.posted import Posted, posted


def given(verb: Verb) -> dict[str, Any]:
    """What was sent, as the arguments of the verb.

    Raises:
        Invalid: something does not fit; one finding per field.
    """
    schema = verb.schema(unknown=ma.EXCLUDE)
    sent: dict[str, Any] = {}
    for key, field in schema.fields.items():
        values = [each.strip() for each in request.form.getlist(key)]
        values = [each for each in values if each]
        if values and not isinstance(field, ma.fields.Dict):
            sent[key] = values if isinstance(field, ma.fields.List) else values[0]
    if "minutes" in schema.fields:
        sent["minutes"] = request.form.get("minutes", "")
    try:
        return dict(schema.load(sent))
    except ma.ValidationError as wrong:
        raise _invalid(wrong.messages_dict, verb) from wrong


def rest_sent(rest: Rest | None) -> Posted | None:
    """The rest of the form as it was sent, None where the page had none of it."""
    if rest is None or "rest" not in request.form:
        return None
    return posted(rest.schema, request.form)


def drawn(
    ctx: Context, rest: Rest | None, typed: Mapping[str, Json] | None, findings: Sequence[Finding]
) -> tuple[Control, ...]:
    """The rest of the form as controls; what does not apply to the result is left out."""
    if rest is None:
        return ()

    def offer(kind: Any, sought: str, chosen: Sequence[str]) -> list[tuple[str, str]]:
        found = name_choices.offered(ctx, kind, typed=sought, chosen=chosen, most=name_choices.MOST)
        return [(each.value, each.label) for each in found]

    asking = Asking(
        schema=rest.schema,
        data=rest.data,
        evaluate=site().tools.evaluate,
        answers=typed,
        findings=findings,
        offer=offer,
    )
    applying = (each for each in controls(asking) if not each.is_off)
    return tuple(replace(each, condition="") for each in applying)


def _invalid(messages: Mapping[str, Any], verb: Verb) -> Invalid:
    labels = {"choice": _("结论"), "reason": _("理由"), "text": _("意见"), "held_on": _("会议日期")}
    findings = [
        Finding(
            code="VERB_VALUE",
            field=str(key),
            message=_("请填写“{label}”，或者改正填写的内容").format(
                label=labels.get(str(key), verb.title)
            ),
        )
        for key in messages
    ]
    return Invalid(_("填写的内容有{n}处问题").format(n=len(findings)), findings)
