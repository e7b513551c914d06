"""Papers of a case: what may be issued, how it would read, what was issued, and its files."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final
from uuid import UUID

import marshmallow as ma
from flask import Response
from marshmallow import validate

from server.api.blueprints import Blueprint
from server.api.schemas import Moment, word
from server.domain.access import Permission
from server.domain.expressions import Json
from server.domain.texts import _
from server.http.access import requires
from server.http.downloads import as_download, as_letter
from server.http.headers import page_class
from server.http.looks import looked
from server.http.site import reading
from server.queries.issued_papers import Issued
from server.services.files import paper_files
from server.services.papers import issued_papers
from server.services.verbs import paper_choices
from server.services.verbs.judged import Choice

papers = Blueprint("papers", __name__, description=_("文书"))

_FILE: Final = {"type": "string", "format": "binary"}
_BYTES: Final = "application/octet-stream"
_DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_KINDS: Final = ("docx", "pdf")


class OfferSchema(ma.Schema):
    """A paper that may be issued now."""

    paper = ma.fields.String(required=True)
    title = ma.fields.String(required=True)


class AddresseeSchema(ma.Schema):
    """Somebody a paper may be handed to."""

    to = ma.fields.String(required=True)
    name = ma.fields.String(required=True)


class ReplacesSchema(ma.Schema):
    """Which paper it would replace."""

    replaces = ma.fields.String(load_default="", validate=validate.Length(0, 36))


class ServiceSchema(ma.Schema):
    """One time a paper was handed over."""

    id = ma.fields.String(required=True)
    addressee = ma.fields.String(required=True)
    is_copy = ma.fields.Boolean(required=True)
    way = ma.fields.String(required=True)
    way_text = ma.fields.String(required=True)
    served_on = ma.fields.Date(required=True)
    received_by = ma.fields.String(required=True)
    note = ma.fields.String(required=True)
    receipt = ma.fields.String(required=True, allow_none=True, attribute="receipt_id")
    is_replaced = ma.fields.Boolean(required=True)


class PaperSchema(ma.Schema):
    """A paper that was issued."""

    id = ma.fields.String(required=True)
    key = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    number = ma.fields.String(required=True)
    issued_at = Moment(required=True, attribute="at")
    issued_by = ma.fields.String(required=True, attribute="by")
    unit = ma.fields.String(required=True)
    replaces = ma.fields.String(required=True, allow_none=True, attribute="replaces_id")
    reason = ma.fields.String(required=True)
    is_replaced = ma.fields.Boolean(required=True)
    files = ma.fields.Dict(
        keys=word(_KINDS), values=ma.fields.String(), metadata={"description": "种类与内容摘要"}
    )
    addressees = ma.fields.List(
        ma.fields.Nested(AddresseeSchema),
        required=True,
        metadata={"description": "可以登记送达的对象；不能由本人登记送达时为空"},
    )
    services = ma.fields.List(ma.fields.Nested(ServiceSchema), required=True)


class PapersSchema(ma.Schema):
    """The papers of a case, and what may be issued and handed over now."""

    items = ma.fields.List(ma.fields.Nested(PaperSchema), required=True)
    total = ma.fields.Integer(required=True)
    offers = ma.fields.List(ma.fields.Nested(OfferSchema), required=True)


class PaperDraftSchema(ma.Schema):
    """How a paper would read if it were issued now."""

    paper = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    number = ma.fields.String(required=True)
    text = ma.fields.String(required=True)
    data_hash = ma.fields.String(required=True)


@papers.route("/cases/<uuid:case>/papers")
@requires(Permission.CASE_READ)
@papers.response(HTTPStatus.OK, PapersSchema)
def index(case: UUID) -> dict[str, Json]:
    """该事项已经出具的文书，以及现在可以出具的文书"""
    with reading() as ctx:
        found = issued_papers.listed(ctx, str(case))
        serving = paper_choices.serving(ctx, str(case))
        to = {each.id: list(paper_choices.of_paper(ctx, each)) for each in serving}
        offers = [
            {"paper": each.value, "title": each.label}
            for each in paper_choices.issuable(ctx, str(case))
        ]
    looked("paper.read", str(case), str(case))
    return {
        "items": [_shown(each, to.get(each.id, [])) for each in found],
        "total": len(found),
        "offers": offers,
    }


@papers.route("/cases/<uuid:case>/drafts/<paper>")
@requires(Permission.CASE_READ)
@papers.arguments(ReplacesSchema, location="query")
@papers.response(HTTPStatus.OK, PaperDraftSchema)
def draft(given: dict[str, str], case: UUID, paper: str) -> dict[str, Json]:
    """草稿：出具前查看

    出具时（POST /cases/{id}/issue）须交回这里得到的data_hash，内容有变化的不能出具。
    """
    with reading() as ctx:
        drawn, text = paper_files.draft_text(ctx, str(case), paper, given["replaces"])
    looked("paper.draft", f"{case}:{paper[:80]}", str(case))
    return {
        "paper": drawn.offer.value,
        "title": drawn.offer.paper.title,
        "number": drawn.pattern,
        "text": text,
        "data_hash": drawn.data_hash,
    }


@papers.route("/papers/<uuid:paper>/<any(docx, pdf):kind>")
@requires(Permission.CASE_READ)
@page_class("file")
@papers.response(HTTPStatus.OK, _FILE, content_type=_BYTES)
def download(paper: UUID, kind: str) -> Response:
    """下载已出具的文书"""
    with reading() as ctx:
        found = paper_files.opened(ctx, str(paper), kind)
    looked("paper.take", found.id, found.case_id, {"hash": found.content.hash})
    return as_download(found)


@papers.route("/papers/<uuid:paper>/receipt")
@requires(Permission.CASE_READ)
@page_class("file")
@papers.response(HTTPStatus.OK, _FILE, content_type=_DOCX)
def receipt(paper: UUID) -> Response:
    """空白送达回证"""
    with reading() as ctx:
        case_id, name, content = paper_files.receipt(ctx, str(paper))
    looked("paper.take", str(paper), case_id)
    return as_letter(content, name)


def _shown(issued: Issued, to: Sequence[Choice]) -> dict[str, Json]:
    plain = ("id", "key", "title", "number", "at", "by", "unit", "replaces_id", "reason")
    return {
        **{name: getattr(issued, name) for name in (*plain, "is_replaced", "services")},
        "addressees": [{"to": each.value, "name": each.label} for each in to],
        "files": {kind: content_hash for kind, (content_hash, _size) in issued.files.items()},
    }
