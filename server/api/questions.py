"""What one person asks and another answers: one route per answer, whatever it is that was asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol
from uuid import UUID

import marshmallow as ma
from flask import Response

from server.api import commands
from server.api.blueprints import Blueprint
from server.domain.access import Permission
from server.domain.expressions import Json
from server.http.access import requires
from server.services.case.idempotency import Answer
from server.services.context import Context


class NothingSchema(ma.Schema):
    """Nothing else is asked."""


class Row(Protocol):
    """The question as it is stored."""

    @property
    def version(self) -> int:
        """Counts its changes."""

    @property
    def case_id(self) -> str:
        """The case it is about."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Questions:
    """One kind of question."""

    blueprint: Blueprint
    #: of one question, with one converter
    path: str
    schema: type[ma.Schema]
    #: the question by its id, and as the actor is shown it; raises NotFound
    look: Callable[[Context, str], tuple[Row, Mapping[str, Json]]]

    def register(
        self, name: str, says: str, schema: type[ma.Schema], verb: Callable[..., None]
    ) -> None:
        """The route by which it is answered so."""

        def view(given: dict[str, Any], **place: UUID) -> Response:
            question_id = str(*place.values())

            def effect(ctx: Context) -> Answer:
                commands.refuse_stale(str(self.look(ctx, question_id)[0].version))
                verb(ctx, question_id, **given)
                return self.answer(ctx, question_id)

            return commands.once(effect)

        view.__name__, view.__doc__ = name, says
        described = self.blueprint.response(HTTPStatus.OK, self.schema)(view)
        described = self.blueprint.arguments(schema)(described)
        described = self.blueprint.doc(parameters=commands.HEADERS)(described)
        allowed = requires(Permission.CASE_READ)(described)
        self.blueprint.route(f"{self.path}/{name}", methods=["POST"])(allowed)

    def answer(
        self,
        ctx: Context,
        question_id: str,
        status: int = HTTPStatus.OK,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """The question as it stands after the act."""
        ctx.settle()
        row, shown = self.look(ctx, question_id)
        return Answer(
            status=status,
            body=self.schema().dump(shown),
            headers={**commands.tagged(str(row.version)), **(headers or {})},
            case_id=row.case_id,
        )
