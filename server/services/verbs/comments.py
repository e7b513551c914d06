"""讨论: remarks among those who handle a case, with the names of whom they call.

A remark is no paper: it stands in no file that is printed, and no decision rests on it. Nobody
reads it but those who handle the case on the day; its author takes it back, the rest can not.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import insert, select, update

from server.domain import mentions, talking
from server.domain.access import Actor
from server.domain.errors import Invalid, NotFound
from server.domain.findings import Finding
from server.domain.lifecycle import CaseStatus
from server.domain.mentions import Called
from server.domain.rung_texts import RungKind
from server.domain.texts import _
from server.models.base import new_id
from server.models.desk import comment
from server.queries import comments as rows
from server.queries import perspectives
from server.queries.circles import Member
from server.queries.comments import Comment
from server.services.case import case_rows, sights
from server.services.case.case_rows import CaseRow
from server.services.context import Context
from server.services.identity import posts
from server.services.notices import between
from server.services.verbs import parties, work_rows
from server.services.verbs.judged import Choice


def add(
    ctx: Context,
    item_id: str,
    *,
    text: str,
    persons: Sequence[str] = (),
    seen: int | None = None,
) -> None:
    """Add a remark at a task; whoever it calls (``@`` and a name, or chosen) is told.

    Raises:
        NotFound: there is no such item, or the actor may not see it.
        Forbidden: he does not handle the case.
        Conflict: the case is over, or the item changed since he looked.
        Invalid: no text; a name nobody has who handles the case, or that several have.
    """
    actor = posts.with_posts(ctx)
    item, case, _work = work_rows.held(ctx, actor, item_id, seen)
    _add(ctx, actor, case, item.id, text, persons)


def add_to_case(ctx: Context, case_id: str, *, text: str, persons: Sequence[str] = ()) -> None:
    """Add a remark to the case as a whole. Raises as :func:`add`."""
    actor = posts.with_posts(ctx)
    perspectives.of(ctx.session, actor, case_id)
    _add(ctx, actor, case_rows.lock(ctx, case_id), None, text, persons)


def withdraw(ctx: Context, comment_id: str) -> None:
    """Take one's remark back: that it was there stays, what it said is shown no more.

    Again is a no-op.

    Raises:
        NotFound: it is none of the actor's, or he does not handle the case any more.
    """
    case_rows.refuse_odd(comment_id)
    own = (comment.c.id == comment_id, comment.c.author_id == ctx.actor.person_id)
    case_id = ctx.session.scalar(select(comment.c.case_id).where(*own))
    if case_id is None:
        raise NotFound
    if not perspectives.of(ctx.session, posts.with_posts(ctx), case_id).is_office:
        raise NotFound
    done = ctx.session.execute(
        update(comment)
        .where(*own, comment.c.withdrawn_at.is_(None))
        .values(withdrawn_at=ctx.now)
        .returning(comment.c.id)
    )
    if done.one_or_none() is not None:
        ctx.record("comment.withdraw", comment_id, case_id)


def of_case(ctx: Context, case_id: str) -> tuple[Comment, ...]:
    """The remarks of the case, the oldest first.

    Raises:
        NotFound: there is no such case, or it does not exist for the actor.
        Forbidden: he does not handle it.
    """
    sight = sights.of(ctx, case_id)
    talking.refuse_others(sight)
    return rows.of_case(ctx.session, sight, case_id)


def callable_people(ctx: Context, item_id: str) -> list[Choice]:
    """Who may be called in a remark at this task. Raises NotFound."""
    _item, case, _work = work_rows.looked_at(ctx, posts.with_posts(ctx), item_id)
    return [
        Choice(value=each.id, label=each.name, hint=each.where) for each in others(ctx, case.id)
    ]


def others(ctx: Context, case_id: str) -> tuple[Member, ...]:
    """Who handles the case beside the actor."""
    found = parties.circle(ctx, case_id).handling
    return tuple(each for each in found if each.id != ctx.actor.person_id)


def _add(
    ctx: Context,
    actor: Actor,
    case: CaseRow,
    item_id: str | None,
    text: str,
    persons: Collection[str],
) -> None:
    sight = perspectives.of(ctx.session, actor, case.id)
    talking.may_comment(CaseStatus(case.status), sight)
    said = text.strip()
    if not said:
        message = _("请填写讨论内容")
        raise Invalid(message, [Finding(code="COMMENT_TEXT", field="text", message=message)])
    handling = parties.circle(ctx, case.id).handling
    people = [Called(id=each.id, name=each.name, where=each.where) for each in handling]
    called = mentions.found(said, people, persons)
    if called.problems:
        raise Invalid(called.problems[0].message, called.problems)
    comment_id = new_id()
    row = {
        "id": comment_id,
        "case_id": case.id,
        "work_item_id": item_id,
        "author_id": actor.person_id,
        "unit_id": _unit(actor, handling),
        "text": said,
        "mentions": list(called.ids),
        "at": ctx.now,
    }
    ctx.session.execute(insert(comment).values(**row))
    ctx.record("comment.add", comment_id, case.id, {"item": item_id, "to": list(called.ids)})
    text = _("{name}在讨论中提到您").format(name=actor.name)
    cause = (case.id, item_id or "", comment_id)
    told = [(person, text) for person in called.ids if person != actor.person_id]
    between.tell(ctx, RungKind.MENTIONED, cause, told)


def _unit(actor: Actor, handling: Sequence[Member]) -> str | None:
    """The office he writes in: the first of his that has to do with the case."""
    own = next((each for each in handling if each.id == actor.person_id), None)
    return own.posts[0].unit_id if own and own.posts else None
