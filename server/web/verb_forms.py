"""The form of a verb: what was typed into it as arguments of its service call, and once only."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from server.domain.errors import Invalid, RongcuoError
from server.domain.findings import Finding
from server.domain.texts import _
from server.http import once as repeated
from server.http.site import acting, site
from server.http.verbs.saying import LONGEST, Ask, Verb
from server.services.case.idempotency import Answer
from server.services.context import Context
from server.services.files import attachments


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What came of a form: where the person goes from it, and what he is told there."""

    to: str
    said: str


def given(verb: Verb) -> dict[str, Any]:
    """The arguments the form gives.

    Raises:
        Invalid: a field is empty that must not be, or holds no day or number; all at once.
    """
    values: dict[str, Any] = {}
    problems: list[Finding] = []
    for ask in verb.asks:
        try:
            value = _value(ask)
        except Invalid as refused:
            problems += refused.findings
            continue
        except ValueError:
            message = _("“{label}”填写的内容不能识别").format(label=ask.label)
            problems.append(Finding(code="VERB_VALUE", field=ask.key, message=message))
            continue
        if ask.required and value in ("", None, []):
            message = _("请填写“{label}”").format(label=ask.label)
            problems.append(Finding(code="VERB_REQUIRED", field=ask.key, message=message))
        elif ask.required or value not in ("", None, []):
            values[ask.key] = value
    if problems:
        raise Invalid(_("填写的内容有{n}处问题").format(n=len(problems)), problems)
    return values


def typed(verb: Verb) -> dict[str, list[str]]:
    """What was typed, to be shown again."""
    return {ask.key: request.values.getlist(ask.key) for ask in verb.asks}


def once(
    act: Callable[[Context], object], case_id: str | None = None, *, is_secret: bool = False
) -> None:
    """Do it in one use case; the same form sent twice is done once.

    Of what was sent nothing is kept where it ``is_secret``, not even a hash.
    """

    def effect(ctx: Context) -> Answer:
        act(ctx)
        return Answer(status=303, body="", case_id=case_id)

    answered(effect, is_secret=is_secret)


def answered(effect: Callable[[Context], Answer], *, is_secret: bool = False) -> Answer:
    """The same with an answer of its own, which the same form sent twice gets again."""
    key = request.form.get("once", "")[:64] or request.headers.get("Idempotency-Key")
    with acting() as ctx:
        return repeated.once(ctx, key or None, effect, is_secret=is_secret)


def followed(act: Callable[[Context], Done]) -> Response:
    """Do it once, say what came of it and go there; the same form sent twice is answered alike."""

    def effect(ctx: Context) -> Answer:
        done = act(ctx)
        return Answer(status=303, body={"to": done.to, "said": done.said})

    body = cast("dict[str, str]", answered(effect).body)
    flash(body["said"], "green")
    return redirect(body["to"], 303)


def refusal(refused: RongcuoError | None) -> dict[str, Any]:
    """What the page says of it: in all, and at each field."""
    findings = refused.findings if isinstance(refused, Invalid) else ()
    problems = [(each.field, each.message) for each in findings]
    return {
        "message": refused.message if refused else "",
        "problems": problems,
        "errors": dict(problems),
    }


def seen() -> int | None:
    """The version the person looked at."""
    text = request.form.get("version", "") or request.args.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _taken_in(key: str) -> str:
    """The id of the file that came, or of the one that came before and was kept; else empty."""
    file = request.files.get(key)
    if file is None or not file.filename:
        return request.form.get(key, "").strip()[:36]
    try:
        received = attachments.receive(site().tools, file.stream, file.filename)
        with acting() as ctx:
            return attachments.add(ctx, received)
    except Invalid as refused:
        at_field = [replace(each, field=key) for each in refused.findings]
        raise Invalid(refused.message, at_field) from refused


def _value(ask: Ask) -> Any:
    if ask.kind == "file":
        return _taken_in(ask.key)
    text = request.form.get(ask.key, "").strip()[:LONGEST]
    if ask.kind == "several":
        return [each[:120] for each in request.form.getlist(ask.key)]
    if ask.kind == "day":
        return date.fromisoformat(text) if text else None
    if ask.kind == "number":
        return int(text) if text else None
    return text
