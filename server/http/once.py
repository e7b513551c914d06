"""What a request asks for twice under one key is done once: pages and programs are alike in it."""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import IO

from flask import request

from server.services.case import idempotency
from server.services.case.idempotency import Answer
from server.services.context import Context

#: a field of every form that says nothing about what is asked
_NO_ANSWER = "csrf_token"
_CHUNK = 256 * 1024


def once(
    ctx: Context, key: str | None, effect: Callable[[Context], Answer], *, is_secret: bool = False
) -> Answer:
    """Run the effect, or give what was answered under this key before; None: there is no key.

    Of what was sent nothing is kept where it ``is_secret``, not even a hash.
    """
    if key is None:
        return effect(ctx)
    content = sha256(key.encode()).hexdigest() if is_secret else fingerprint()
    route = f"{request.method} {request.path}"[:200]
    return idempotency.once(ctx, route, key, content, effect)


def fingerprint() -> str:
    """SHA-256 of what was sent: the same content written otherwise is the same."""
    if request.is_json:
        content = json.dumps(request.get_json(silent=True), sort_keys=True).encode()
    elif request.files or request.form:
        fields = request.form.items(multi=True)
        parts = [[key, value] for key, value in fields if key != _NO_ANSWER]
        parts += [
            [key, file.filename or "", _hash(file.stream)]
            for key, file in request.files.items(multi=True)
        ]
        content = json.dumps(sorted(parts)).encode()
    else:
        content = request.get_data(cache=True)
    return sha256(content).hexdigest()


def _hash(stream: IO[bytes]) -> str:
    """Of the whole file, however much of it was read; it is at its beginning again."""
    found = sha256()
    stream.seek(0)
    while chunk := stream.read(_CHUNK):
        found.update(chunk)
    stream.seek(0)
    return found.hexdigest()
