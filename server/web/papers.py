"""Papers as files: the draft of one, one that was issued, and the blank proof of its service."""

from flask import Blueprint, Response

from server.domain.access import Permission
from server.http.access import requires
from server.http.downloads import as_download, as_letter
from server.http.headers import page_class
from server.http.looks import looked
from server.http.site import reading
from server.services.files import paper_files

pages = Blueprint("papers", __name__)


@pages.get("/cases/<case_id>/drafts/<paper>")
@requires(Permission.CASE_READ)
@page_class("file")
def draft(case_id: str, paper: str) -> Response:
    with reading() as ctx:
        name, content = paper_files.draft(ctx, case_id, paper)
    looked("paper.draft", f"{case_id}:{paper[:80]}", case_id)
    return as_letter(content, name)


@pages.get("/papers/<paper_id>/<any(docx, pdf):kind>")
@requires(Permission.CASE_READ)
@page_class("file")
def download(paper_id: str, kind: str) -> Response:
    with reading() as ctx:
        opened = paper_files.opened(ctx, paper_id, kind)
    looked("paper.take", paper_id, opened.case_id, {"hash": opened.content.hash})
    return as_download(opened)


@pages.get("/papers/<paper_id>/receipt")
@requires(Permission.CASE_READ)
@page_class("file")
def receipt(paper_id: str) -> Response:
    with reading() as ctx:
        case_id, name, content = paper_files.receipt(ctx, paper_id)
    looked("paper.take", paper_id, case_id)
    return as_letter(content, name)
