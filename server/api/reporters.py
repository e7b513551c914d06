"""检举人: recorded and opened by the petition office; nothing that is sent is kept as an answer."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Response
from marshmallow import validate

from server.api import commands
from server.api.blueprints import Blueprint
from server.api.openapi import PREFIX
from server.api.schemas import Moment, word
from server.domain.access import Permission
from server.domain.expressions import Json
from server.domain.reporting import LONGEST_NAME, LONGEST_TEXT, FeedbackForm, ReporterKind
from server.domain.texts import _
from server.http.access import requires
from server.http.looks import looked
from server.http.site import acting, reading
from server.services.context import Context
from server.services.files import reporters as files
from server.services.files.reporters import Entry, Sheet
from server.services.verbs import reporter_deeds as deeds
from server.services.verbs import reporters as verbs

reporters = Blueprint("reporters", __name__, description=_("检举人"))

_WHY = validate.Length(1, LONGEST_TEXT)


class ReporterSchema(ma.Schema):
    """A record from outside: nothing of who reported."""

    id = ma.fields.String(required=True)
    kind = word(ReporterKind)
    references = ma.fields.List(ma.fields.String(), required=True)
    office = ma.fields.String(required=True)
    recorded_at = Moment(required=True)
    views = ma.fields.Integer(required=True)
    actions = ma.fields.List(ma.fields.String(), required=True)


class ReportersSchema(ma.Schema):
    """What the caller may open."""

    items = ma.fields.List(ma.fields.Nested(ReporterSchema), required=True)


class ReporterEntrySchema(ma.Schema):
    """Somebody who may read it, or did."""

    id = ma.fields.String(required=True)
    person = ma.fields.String(required=True)
    at = Moment(required=True)
    reason = ma.fields.String(required=True)


class ReporterFeedbackShownSchema(ma.Schema):
    """What the reporter was told."""

    given_on = ma.fields.Date(required=True)
    form = ma.fields.String(required=True)
    acknowledged = ma.fields.Boolean(required=True)
    content = ma.fields.String(required=True)
    answer = ma.fields.String(required=True)


class OpenedReporterSchema(ReporterSchema):
    """A record that was opened."""

    name = ma.fields.String(required=True)
    contact = ma.fields.String(required=True)
    note = ma.fields.String(required=True)
    person = ma.fields.String(required=True)
    named = ma.fields.List(ma.fields.Nested(ReporterEntrySchema), required=True)
    seen_by = ma.fields.List(ma.fields.Nested(ReporterEntrySchema), required=True)
    feedback = ma.fields.List(ma.fields.Nested(ReporterFeedbackShownSchema), required=True)
    others = ma.fields.List(ma.fields.String(), required=True)


class NewReporterSchema(ma.Schema):
    """Who reported what came to which case."""

    reference = ma.fields.String(required=True, validate=validate.Length(1, 120))
    kind = word(ReporterKind)
    name = ma.fields.String(load_default="", validate=validate.Length(0, LONGEST_NAME))
    contact = ma.fields.String(load_default="", validate=validate.Length(0, LONGEST_NAME))
    note = ma.fields.String(load_default="", validate=validate.Length(0, LONGEST_TEXT))
    person = ma.fields.UUID(load_default=None, allow_none=True)


class OpenReporterSchema(ma.Schema):
    """Why it is opened."""

    reason = ma.fields.String(required=True, validate=_WHY)


class NameReaderSchema(ma.Schema):
    """Who else may read it, and why."""

    person = ma.fields.UUID(required=True)
    reason = ma.fields.String(required=True, validate=_WHY)


class ReporterFeedbackSchema(ma.Schema):
    """What the reporter was told, and what he said to it."""

    form = word(FeedbackForm)
    given_on = ma.fields.Date(required=True)
    content = ma.fields.String(required=True, validate=_WHY)
    acknowledged = ma.fields.Boolean(required=True)
    answer = ma.fields.String(load_default="", validate=validate.Length(0, LONGEST_TEXT))


class ReporterNothingSchema(ma.Schema):
    """Nothing is asked."""


class ReporterDoneSchema(ma.Schema):
    """What was made."""

    id = ma.fields.String(required=True)


@reporters.route("/reporters")
@requires(Permission.CASE_READ)
@reporters.response(HTTPStatus.OK, ReportersSchema)
def index() -> dict[str, Json]:
    """可以查看的检举登记，不含检举人的任何信息"""
    with reading() as ctx:
        found = [_shown(sheet) for sheet in files.listed(ctx)]
    looked("reporter.list", "list")
    return {"items": found}


@reporters.route("/reporters", methods=["POST"])
@requires(Permission.REPORTER_KEEP)
@reporters.doc(parameters=commands.HEADERS[:1])
@reporters.arguments(NewReporterSchema)
@reporters.response(HTTPStatus.CREATED, ReporterDoneSchema)
def create(given: dict[str, Any]) -> Response:
    """登记检举人；公职人员写person，其本人和近亲属自动回避该事项"""
    said = {name: str(value or "") for name, value in given.items()}
    return _created(lambda ctx: verbs.record(ctx, **said))


@reporters.route("/reporters/<uuid:reporter>/open", methods=["POST"])
@requires(Permission.CASE_READ)
@reporters.arguments(OpenReporterSchema)
@reporters.response(HTTPStatus.OK, OpenedReporterSchema)
def open_(given: dict[str, str], reporter: UUID) -> dict[str, Json]:
    """写明理由后查看检举人；每次查看都有登记"""
    with acting() as ctx:  # without a key of its own: the answer is kept nowhere
        found = files.opened(ctx, str(reporter), **given)
    return {
        **_shown(found.sheet),
        **found.fields,
        "named": [_entry(one) for one in found.named],
        "seen_by": [_entry(one) for one in found.views],
        "feedback": found.feedback,
        "others": list(found.others),
    }


@reporters.route("/reporters/<uuid:reporter>/names", methods=["POST"])
@requires(Permission.CASE_READ)
@reporters.doc(parameters=commands.HEADERS[:1])
@reporters.arguments(NameReaderSchema)
@reporters.response(HTTPStatus.CREATED, ReporterDoneSchema)
def name(given: dict[str, Any], reporter: UUID) -> Response:
    """指定另一人也可以查看"""
    said = {name: str(value) for name, value in given.items()}
    return _created(lambda ctx: deeds.name(ctx, str(reporter), **said))


@reporters.route("/reporters/<uuid:reporter>/names/<uuid:entry>/end", methods=["POST"])
@requires(Permission.CASE_READ)
@reporters.doc(parameters=commands.HEADERS[:1])
@reporters.arguments(ReporterNothingSchema)
@reporters.response(HTTPStatus.CREATED, ReporterDoneSchema)
def unname(_given: dict[str, Any], reporter: UUID, entry: UUID) -> Response:
    """取消指定"""

    def act(ctx: Context) -> str:
        deeds.unname(ctx, str(reporter), str(entry))
        return str(entry)

    return _created(act)


@reporters.route("/reporters/<uuid:reporter>/feedback", methods=["POST"])
@requires(Permission.CASE_READ)
@reporters.doc(parameters=commands.HEADERS[:1])
@reporters.arguments(ReporterFeedbackSchema)
@reporters.response(HTTPStatus.CREATED, ReporterDoneSchema)
def feed_back(given: dict[str, Any], reporter: UUID) -> Response:
    """登记向实名检举人的反馈和其是否认可；匿名检举不反馈"""
    return _created(lambda ctx: deeds.feed_back(ctx, str(reporter), **given))


def _created(act: Callable[[Context], str]) -> Response:
    return commands.created(act, f"{PREFIX}/reporters", is_secret=True)


def _shown(sheet: Sheet) -> dict[str, Json]:
    line = sheet.line
    may = {"open": True, "names": sheet.is_kept, "feedback": sheet.is_answered}
    return {
        "id": line.id,
        "kind": line.kind,
        "references": list(line.references),
        "office": line.office,
        "recorded_at": line.recorded_at,
        "views": line.views,
        "actions": [name for name, is_open in may.items() if is_open],
    }


def _entry(one: Entry) -> dict[str, Json]:
    return {"id": one.id, "person": one.person, "at": one.at, "reason": one.reason}
