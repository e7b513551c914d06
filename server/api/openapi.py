"""The description of the API: OpenAPI 3.1 for programs, a plain page of the same for people.

Both are made from what the routes declare; nothing is written twice and nothing is fetched from
elsewhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import flask
import marshmallow as ma
from flask import Flask, Response, current_app, render_template
from flask.json.provider import DefaultJSONProvider
from flask_smorest import Api

from server.api.schemas import word
from server.domain.access import Permission
from server.domain.expressions import Json
from server.domain.findings import Severity
from server.domain.texts import _
from server.http.access import requires

PREFIX: Final = "/api/v1"
_PROBLEM: Final = "application/problem+json"
_EXTENSION: Final = "rongcuo-api"


class FindingSchema(ma.Schema):
    """One problem of what was sent."""

    code = ma.fields.String(required=True)
    severity = word(Severity)
    file = ma.fields.String(required=True)
    element = ma.fields.String(required=True)
    field = ma.fields.String(required=True)
    message = ma.fields.String(required=True)
    fix = ma.fields.String(required=True)


class ProblemSchema(ma.Schema):
    """A refusal (RFC 9457)."""

    type = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    status = ma.fields.Integer(required=True)
    detail = ma.fields.String(required=True)
    problems = ma.fields.List(ma.fields.Nested(FindingSchema))


class Description(Api):  # type: ignore[misc]  # the library has no types
    """Collects the routes; errors are answered by ``http/problems`` like all others."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """Leave errors to the application."""

    def _register_responses(self) -> None:
        """Every refusal is a problem document, whatever its number."""
        names = [status.name for status in HTTPStatus if status >= HTTPStatus.BAD_REQUEST]
        for name in (*names, "DEFAULT_ERROR"):
            response = {
                "description": _("拒绝，并说明原因"),
                "content": {_PROBLEM: {"schema": ProblemSchema}},
            }
            self.spec.components.response(name, response, lazy=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One call, for the page."""

    method: str
    path: str
    summary: str
    description: str
    #: name, where it stands, and whether it must be given
    parameters: tuple[tuple[str, str, bool], ...]
    #: name of the schema of the body, empty for none
    body: str
    #: status and name of the schema of each answer
    answers: tuple[tuple[str, str], ...]


docs = flask.Blueprint("api_docs", __name__, url_prefix=PREFIX, template_folder="templates")


def describe(app: Flask) -> Description:
    """The description of the application's API, to which the resources are added."""
    app.config.update(API_TITLE=_("容错系统接口"), API_VERSION="v1", OPENAPI_VERSION="3.1.0")
    api = Description(
        app,
        spec_kwargs={
            "info": {"description": _("时间一律按东八区；错误一律为application/problem+json。")},
            "security": [{"bearer": []}, {"session": []}],
        },
    )
    schemes = api.spec.components
    schemes.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    cookie = {"type": "apiKey", "in": "cookie", "name": "session_token"}
    schemes.security_scheme("session", cookie)
    app.extensions[_EXTENSION] = api
    if isinstance(app.json, DefaultJSONProvider):
        app.json.ensure_ascii = False
    return api


@docs.get("/openapi.json")
@requires(Permission.ANYBODY)
def specification() -> Response:
    """The description for programs."""
    return flask.jsonify(_spec())


@docs.get("/docs")
@requires(Permission.ANYBODY)
def page() -> str:
    """The description for people."""
    found = _spec()
    titles = {tag["name"]: tag["description"] for tag in found.get("tags", ())}
    groups = {title: list[Operation]() for title in titles.values()}
    for tag, operation in _operations(found):
        groups[titles[tag]].append(operation)
    schemas = found.get("components", {}).get("schemas", {})
    return render_template("api/docs.html", groups=groups, schemas=dict(sorted(schemas.items())))


def _spec() -> dict[str, Any]:
    found: dict[str, Any] = current_app.extensions[_EXTENSION].spec.to_dict()
    return found


def _operations(spec: dict[str, Any]) -> Iterator[tuple[str, Operation]]:
    for path, methods in spec["paths"].items():
        shared = methods.get("parameters", [])
        for method, said in methods.items():
            if method == "parameters":
                continue
            given = [each for each in (*shared, *said.get("parameters", ())) if "name" in each]
            yield (
                said["tags"][0],
                Operation(
                    method=method.upper(),
                    path=path,
                    summary=said.get("summary", ""),
                    description=said.get("description", ""),
                    parameters=tuple(
                        (each["name"], each["in"], bool(each.get("required"))) for each in given
                    ),
                    body=_named(said.get("requestBody", {})),
                    answers=tuple(
                        (status, _named(answer))
                        for status, answer in sorted(said["responses"].items())
                    ),
                ),
            )


def _named(content: Json) -> str:
    """Name of the schema that a body or an answer has."""
    for kind in content.get("content", {}).values():
        schema = kind.get("schema", {})
        reference = schema.get("$ref") or schema.get("items", {}).get("$ref") or ""
        return str(reference).rsplit("/", 1)[-1]
    return ""
