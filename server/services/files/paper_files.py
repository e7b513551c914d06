"""The files of a paper that was issued, as downloads."""

from typing import Final

from server.adapters.letters import package, sheets
from server.adapters.storage import Stored
from server.domain.errors import Conflict, Forbidden, NotFound
from server.domain.texts import _
from server.services.context import Context
from server.services.files.attachments import Opened
from server.services.papers import issued_papers
from server.services.papers.issued_papers import Drawn
from server.services.verbs import papers

_MEDIA: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


def draft(ctx: Context, case_id: str, paper: str) -> tuple[str, bytes]:
    """The draft of a paper, marked as one, and the name of its file.

    Raises:
        NotFound: the case does not exist for the actor,
            or the paper is not his to issue.
    """
    drawn = _drawn(ctx, case_id, paper, "")
    blank = package.numbered(drawn.docx, issued_papers.BLANK)
    name = _("草稿_{title}").format(title=drawn.offer.paper.title)
    return f"{name}.docx", package.stamped(blank, _("草稿，未经出具，不作为文书使用"))


def receipt(ctx: Context, paper_id: str) -> tuple[str, str, bytes]:
    """The case, and a blank proof of service for a paper with the name of its file.

    Raises:
        NotFound: there is no such paper for the actor, or its pack has no letter for it.
    """
    one = issued_papers.found(ctx, paper_id)
    name, content = issued_papers.receipt(ctx, one)
    return one.case_id, f"{name}.docx", content


def opened(ctx: Context, paper_id: str, kind: str) -> Opened:
    """A file of an issued paper.

    Raises:
        NotFound: there is no such paper for the actor.
        Conflict: it has no print, or none yet.
    """
    one = issued_papers.found(ctx, paper_id)
    if kind not in one.files:
        raise Conflict(
            _("该文书还没有PDF：刚刚出具的稍后即成；一直没有的，请运行人员安装PDF所需的组件")
        )
    content_hash, size = one.files[kind]
    return Opened(
        id=one.id,
        name=f"{one.number}{one.title}.{kind}",
        media_type=_MEDIA[kind],
        case_id=one.case_id,
        content=Stored(content_hash, size),
    )


def draft_text(ctx: Context, case_id: str, paper: str, replaces: str) -> tuple[Drawn, str]:
    """The draft of a paper with its words alone. Raises as :func:`draft`."""
    drawn = _drawn(ctx, case_id, paper, replaces)
    return drawn, sheets.text(drawn.blocks).replace(package.MARK, issued_papers.BLANK)


def _drawn(ctx: Context, case_id: str, paper: str, replaces: str) -> Drawn:
    """The draft; what he may not issue does not exist for him as a draft either."""
    try:
        return papers.draft(ctx, case_id, paper, replaces)
    except Forbidden as error:
        raise NotFound from error
