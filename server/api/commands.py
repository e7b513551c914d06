"""What every POST that changes something has in common: once per key, and only what was seen."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

from flask import Response, jsonify, request

from server.domain.errors import Stale
from server.domain.texts import _
from server.http import once as repeated
from server.http.site import acting
from server.services.case import idempotency
from server.services.case.idempotency import Answer
from server.services.context import Context

#: what the specification says about every command
HEADERS: Final = [
    {
        "in": "header",
        "name": "Idempotency-Key",
        "description": "同一个键和同样的内容只执行一次，重复提交得到同样的答复",
        "schema": {"type": "string", "minLength": 1, "maxLength": idempotency.MAX_KEY},
    },
    {
        "in": "header",
        "name": "If-Match",
        "description": "所看到的版本（ETag）；内容已被他人更改时答复412",
        "schema": {"type": "string"},
    },
]


def once(effect: Callable[[Context], Answer], *, is_secret: bool = False) -> Response:
    """Run the effect in one use case, or answer what was answered under this key before.

    Of what was sent nothing is kept where it ``is_secret``, not even a hash.
    """
    key = request.headers.get("Idempotency-Key")
    with acting() as ctx:
        answer = repeated.once(ctx, key, effect, is_secret=is_secret)
    response = jsonify(answer.body)
    response.status_code = answer.status
    response.headers.extend(dict(answer.headers))
    return response


def created(act: Callable[[Context], str], location: str, *, is_secret: bool = False) -> Response:
    """Make something once: the answer holds its id, and where it is found beside others."""

    def effect(ctx: Context) -> Answer:
        return Answer(
            status=HTTPStatus.CREATED, body={"id": act(ctx)}, headers={"Location": location}
        )

    return once(effect, is_secret=is_secret)


def refuse_stale(tag: str) -> None:
    """Return when the request names no version, any, or the one that stands.

    Raises:
        Stale: it names another one.
    """
    asked = request.if_match
    if "If-Match" in request.headers and not asked.contains_weak(tag):
        raise Stale(_("该内容已被他人更改，请重新读取后再试"))


def tagged(tag: str) -> Mapping[str, str]:
    """The header that names a version."""
    return {"ETag": f'"{tag}"'}
