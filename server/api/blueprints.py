"""How a resource of the API reads what it is sent: strictly, with every problem at once.

What cannot be read is 400, what is no JSON where JSON is due 415, what does not fit is 422 with
one entry of ``problems`` per field, in Chinese. Unknown fields and query parameters are refused.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NoReturn, TypeVar, cast

import flask_smorest
import marshmallow as ma
from flask import Request
from webargs.core import missing
from webargs.flaskparser import FlaskParser, is_json_request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.texts import _

View = TypeVar("View", bound=Callable[..., Any])

#: levels of brackets a body may have
_MAX_DEPTH: Final = 60
#: texts no database takes: NUL, and halves of characters
_ODD: Final = re.compile("[\x00\ud800-\udfff]")

#: what marshmallow says, by the beginning of its sentence
_MESSAGES: Final = (
    ("Missing data", "REQUIRED", _("缺少该项")),
    ("Unknown field", "UNKNOWN", _("不认识该项")),
    ("Field may not be null", "REQUIRED", _("该项不能为空")),
    ("Not a valid", "TYPE", _("类型不正确")),
    ("Invalid input type", "TYPE", _("内容应为一个对象")),
    ("Must be one of", "OPTION", _("不是可用的值")),
    ("Must be", "RANGE", _("超出范围")),
    ("Length must", "LENGTH", _("长度不符合要求")),
    ("Shorter", "LENGTH", _("长度不符合要求")),
    ("Longer", "LENGTH", _("长度不符合要求")),
)


class Parser(FlaskParser):
    """Reads bodies and query strings of requests."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {  # noqa: RUF012  # as the library has it
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": ma.RAISE,
        "form": ma.RAISE,
        "files": ma.RAISE,
    }

    def load_json(self, req: Request, schema: ma.Schema) -> Any:
        """The body as JSON.

        Raises:
            BadRequest: it is no JSON.
            UnsupportedMediaType: it does not say that it is JSON.
        """
        body = req.get_data(cache=True)
        if not is_json_request(req):
            if body:
                raise UnsupportedMediaType
            return missing
        return parsed(body)

    def load_querystring(self, req: Request, schema: ma.Schema) -> Any:
        """The query parameters. Raises Invalid for a text that no database takes."""
        _refuse_odd(req.args)
        return super().load_querystring(req, schema)

    def load_form(self, req: Request, schema: ma.Schema) -> Any:
        """The fields of a form. Raises Invalid as for the query."""
        _refuse_odd(req.form)
        return super().load_form(req, schema)

    def handle_error(
        self,
        error: ma.ValidationError,
        req: Request,
        schema: ma.Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        """Refuse the request with every problem."""
        messages = error.messages
        inner = messages if isinstance(messages, Mapping) else {"": messages}
        found = [each for part in inner.values() for each in _findings(part, "")]
        raise Invalid(_("提交的内容有{n}处问题").format(n=len(found)), found)


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # the library has no types
    """A group of resources; the methods below only say what the library's own give back."""

    ARGUMENTS_PARSER = Parser()

    def route(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Answer an address with this view, and describe it."""
        return cast("Callable[[View], View]", super().route(rule, **options))

    def arguments(self, schema: type[ma.Schema], **options: Any) -> Callable[[View], View]:
        """Read what is sent into the view's next argument."""
        return cast("Callable[[View], View]", super().arguments(schema, **options))

    def response(
        self,
        status_code: int,
        schema: type[ma.Schema] | ma.Schema | dict[str, str],
        **options: Any,
    ) -> Callable[[View], View]:
        """Write what the view gives back."""
        found = super().response(status_code, schema, **options)
        return cast("Callable[[View], View]", found)

    def doc(self, **said: Any) -> Callable[[View], View]:
        """Say more about the view."""
        return cast("Callable[[View], View]", super().doc(**said))


def parsed(body: bytes) -> Json:
    """The JSON value of a body.

    Raises:
        BadRequest: it is none, nested too deeply, or has texts that cannot be stored.
    """
    try:
        value = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadRequest from error
    if not _is_storable(value, _MAX_DEPTH):
        raise BadRequest
    return value


def _refuse_odd(values: MultiDict[str, str]) -> None:
    odd = [key for key, value in values.items(multi=True) if _ODD.search(key + value)]
    if odd:
        found = [each for key in odd for each in _findings("", _ODD.sub("", key))]
        raise Invalid(_("提交的内容有{n}处问题").format(n=len(found)), found)


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")


def _is_storable(value: Json, depth: int) -> bool:
    if isinstance(value, str):
        return not _ODD.search(value)
    if isinstance(value, dict):
        inner = [*value, *value.values()]
    elif isinstance(value, list):
        inner = value
    else:
        return True
    return depth > 0 and all(_is_storable(each, depth - 1) for each in inner)


def _findings(messages: object, field: str) -> Iterator[Finding]:
    """One finding per message; ``field`` is the path to it."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            name = "" if key == "_schema" else str(key)
            yield from _findings(inner, ".".join(part for part in (field, name) if part))
    elif isinstance(messages, list):
        for message in messages:
            yield from _findings(message, field)
    else:
        code, text = _told(str(messages))
        fix = _("对照接口说明改正该项")
        yield Finding(code=f"REQUEST_{code}", field=field[:200], message=text, fix=fix)


def _told(message: str) -> tuple[str, str]:
    for begins, code, text in _MESSAGES:
        if message.startswith(begins):
            return code, text
    return "VALUE", _("该项的值不符合要求")
