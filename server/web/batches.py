"""批量签收、批量提交: several tasks of a list at once, with what became of each line by line."""

from collections.abc import Callable, Mapping
from uuid import uuid4

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.errors import Conflict, NotFound
from server.domain.expressions import Json
from server.domain.recusal import declares
from server.domain.texts import _
from server.http import batching
from server.http.access import requires
from server.http.batching import Result
from server.http.headers import page_class
from server.http.site import reading
from server.services.context import Context
from server.services.files import sheets
from server.services.verbs import batches, work
from server.web import task_pages
from server.web.fragments import render
from server.web.plain_forms.posted import posted
from server.web.task_pages import Typed

pages = Blueprint("batches", __name__, url_prefix="/inbox")

_Page = Response | str | tuple[str, int]


@pages.post("/claim")
@requires(Permission.CASE_READ)
def claim() -> _Page:
    """What is declared with it; then what became of each."""
    with reading() as ctx:
        known = batches.known(ctx, _ids())
        asked = [each for each in known.values() if declares(each.role)]
        if asked and request.form.get("step") != "do":
            return render(
                "inbox/claims.html",
                known=tuple(known.values()),
                asked=asked,
                grounds=batches.declared_grounds(ctx, asked),
                once=uuid4().hex,
            )
    return _results(_("批量签收"), _each(work.claim), view="queue")


@pages.post("/complete")
@requires(Permission.CASE_READ)
@page_class("view")
def complete() -> _Page:
    """The form they have in common; with answers, what became of each."""
    with reading() as ctx:
        known = batches.known(ctx, _ids())
        kinds = {(each.node_key, each.pack_version_id) for each in known.values()}
        if not known:
            raise NotFound
        if len(kinds) > 1:
            raise Conflict(_("批量提交的待办应是同一环节、同一版规则，请重新选择"))
        sheet = sheets.sheet(ctx, next(iter(known)))
        schema = sheet.form.schema if sheet.form else {}
        if request.form.get("step") != "do":
            form = sheet.form
            fields = task_pages.fields(ctx, form, Typed(answers={})) if form else ()
            return render(
                "inbox/batch.html",
                known=tuple(known.values()),
                title=sheet.title,
                controls=fields,
                once=uuid4().hex,
            )
    given: Mapping[str, Json] = posted(schema, request.form, {}).answers

    def act(ctx: Context, item_id: str) -> None:
        batches.complete(ctx, item_id, given)

    return _results(_("批量提交"), _each(act), view="mine")


def _ids() -> list[str]:
    return [one[:36] for one in request.form.getlist("task")][: batches.MOST]


def _each(act: Callable[[Context, str], None]) -> tuple[Result, ...]:
    return batching.each(_ids(), act, request.form.get("once", "")[:64])


def _results(title: str, results: tuple[Result, ...], view: str) -> str:
    with reading() as ctx:
        known = batches.known(ctx, [each.id for each in results])
    return render(
        "inbox/results.html",
        title=title,
        results=results,
        known=known,
        back=url_for("inbox.index", view=view),
    )
