"""What a head may take over himself: matters that his own offices have in hand, and no others."""

from dataclasses import replace

from server.adapters.spreadsheets import at_cell
from server.domain.access import Actor
from server.domain.texts import _
from server.services.context import Context
from server.services.identity import people, posts
from server.services.takeover import columns as headings
from server.services.takeover.books import Book, Checked
from server.services.takeover.cells import SHEET


def of_head(ctx: Context, book: Book) -> Book:
    """The workbook with a problem at each row that is not the business of the actor's offices.

    A matter he is party to himself is not his to open either.
    """
    actor = posts.with_posts(ctx)
    return replace(book, rows=tuple(_judged(ctx, row, actor) for row in book.rows))


def _judged(ctx: Context, row: Checked, actor: Actor) -> Checked:
    plan = row.plan
    if plan is None:
        return row
    if plan.concerned.person_id == actor.person_id:
        message = _("当事人是您本人，应当回避")
        return _refused(row, headings.LOGIN, message, _("由其他负责人接续"))
    if plan.keeper_id in actor.headed:
        return row
    keeper = people.unit(ctx, plan.keeper_id).name if plan.keeper_id else _("其他机构")
    message = _("该事项由“{office}”承办，不属于您负责的机构").format(office=keeper)
    return _refused(row, headings.UNIT, message, _("由该机构的负责人接续"))


def _refused(row: Checked, column: str, message: str, fix: str) -> Checked:
    found = at_cell(SHEET, row.number, column, "TAKEOVER_OFFICE", message, fix)
    return replace(row, plan=None, problems=(*row.problems, found))
