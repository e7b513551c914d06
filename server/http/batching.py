"""Several tasks in one request: each in a use case of its own, with its own result."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from server.domain.errors import RongcuoError
from server.http.once import once
from server.http.problems import status_of
from server.http.site import acting
from server.services.case.idempotency import Answer
from server.services.context import Context


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What became of one task."""

    id: str
    status: int
    #: why it was refused, empty where it was done
    detail: str = ""

    @property
    def is_done(self) -> bool:
        """Was it done."""
        return self.status == HTTPStatus.OK


def each(ids: Sequence[str], act: Callable[[Context, str], None], key: str) -> tuple[Result, ...]:
    """Do it to each of them, in this order; with a key, to each at most once."""
    return tuple(_one(one, act, key) for one in dict.fromkeys(ids))


def _one(item_id: str, act: Callable[[Context, str], None], key: str) -> Result:
    def effect(ctx: Context) -> Answer:
        act(ctx, item_id)
        return Answer(status=HTTPStatus.OK, body="")

    try:
        with acting() as ctx:
            once(ctx, f"{key[:100]}:{item_id}" if key else None, effect)
    except RongcuoError as refused:
        return Result(id=item_id, status=status_of(refused), detail=refused.message)
    return Result(id=item_id, status=HTTPStatus.OK)
