"""Signing in for programs."""

from http import HTTPStatus
from typing import Any

import marshmallow as ma
from flask import request
from marshmallow import validate

from server.api.blueprints import Blueprint
from server.api.schemas import Moment
from server.domain.access import Permission
from server.domain.texts import _
from server.http.access import requires
from server.http.site import now, site
from server.services.identity import sessions
from server.services.identity.sessions import Granted

tokens = Blueprint("tokens", __name__, description=_("登录"))


class CredentialsSchema(ma.Schema):
    """Account and password."""

    username = ma.fields.String(required=True, validate=validate.Length(1, 200))
    password = ma.fields.String(required=True, validate=validate.Length(1, 1000))


class TokenSchema(ma.Schema):
    """A token; it is told once."""

    token = ma.fields.String(required=True)
    expires_at = Moment(required=True)


@tokens.route("/tokens", methods=["POST"])
@requires(Permission.ANYBODY)
@tokens.doc(security=[])
@tokens.arguments(CredentialsSchema)
@tokens.response(HTTPStatus.CREATED, TokenSchema)
def create(given: dict[str, Any]) -> Granted:
    """以账号和口令换取令牌

    之后的请求带上 Authorization: Bearer 令牌；令牌至多八小时有效，权限与本人相同。
    """
    return sessions.sign_in(
        site().tools,
        now(),
        login=given["username"],
        secret=given["password"],
        address=request.remote_addr or "",
        kind="token",
    )
