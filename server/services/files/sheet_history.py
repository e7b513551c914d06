"""What was done in a case before a task: the opinions its holder may read, and who did what.

Long texts of earlier steps are opinions. Who reads them is decided by ``domain/perspectives``;
what is answered in lists (votes of members) never leaves its step here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Select, and_, case, or_, select
from sqlalchemy.orm import aliased

from server.domain.expressions import Json
from server.domain.perspectives import Sight
from server.domain.texts import _
from server.forms.fields import Field, flat, read
from server.models.case import case_step
from server.models.identity import Person, Post, Unit
from server.models.work import work_item
from server.queries.steps import stands
from server.services.case import laws, sights
from server.services.case.laws import Laws
from server.services.context import Context
from server.services.law.charts import Chart
from server.services.law.releases import Release

#: acts that lead back, told with the step
_BACK: Final[Mapping[str, str]] = {
    "return": _("{step}（退回）"),
    "withdraw": _("{step}（撤回）"),
    "reopen": _("{step}（办结后重新办理）"),
    "migrate": _("迁移到新版本"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Opinion:
    """One long text somebody gave in an earlier step."""

    #: title of the step, label of the field
    step: str
    label: str
    text: str
    by: str
    #: organ, office and post he gave it in
    post: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Touch:
    """One step that was done."""

    title: str
    by: str
    post: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """The steps before a task, as far as its reader may know of them."""

    opinions: tuple[Opinion, ...] = ()
    #: the latest last
    touched: tuple[Touch, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf:
    """What it takes to read the steps of a case in words, for one reader."""

    release: Release
    procedure: str
    chart: Chart
    sight: Sight


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step with answers, or one that a person did."""

    seq: int
    command: str
    node_key: str
    form_key: str
    role: str
    unit_id: str | None
    actor_id: str | None
    answers: Mapping[str, Json] | None
    #: of a move to another version: id of the one the case left
    left: str | None
    at: datetime
    by: str
    organ: str
    #: office he did it in, with his post there
    post: str


def steps(ctx: Context, case_id: str) -> list[Step]:
    """Every act of a person in the case, the oldest first; one statement."""
    found = {
        row.seq: Step(
            seq=row.seq,
            command=row.command,
            node_key=row.node_key,
            form_key=row.form_key or "",
            role=row.candidate_role or "",
            unit_id=row.candidate_unit,
            actor_id=row.actor_id,
            answers=row.answers,
            left=row.given["values"]["source"] if row.given else None,
            at=row.at,
            by=row.by,
            organ=row.organ or "",
            post=" ".join(part for part in (row.office, row.post) if part),
        )
        for row in ctx.session.execute(_acts(case_id, ctx.today))
    }
    return list(found.values())


def _acts(case_id: str, today: date) -> Select[Any]:
    """What people did in the case, with the office and the post they did it in."""
    office, organ, post = aliased(Unit), aliased(Unit), aliased(Post)
    return (
        select(
            case_step.c.seq,
            case_step.c.command,
            case_step.c.node_key,
            case_step.c.actor_id,
            case_step.c.answers,
            case((case_step.c.command == "migrate", case_step.c.given)).label("given"),
            case_step.c.at,
            work_item.c.form_key,
            work_item.c.candidate_role,
            work_item.c.candidate_unit,
            Person.name.label("by"),
            office.name.label("office"),
            organ.name.label("organ"),
            post.title.label("post"),
        )
        .join(Person, Person.id == case_step.c.actor_id)
        .outerjoin(work_item, work_item.c.id == case_step.c.work_item_id)
        .outerjoin(office, office.id == work_item.c.candidate_unit)
        .outerjoin(organ, organ.id == office.parent_id)
        .outerjoin(
            post,
            and_(
                post.person_id == case_step.c.actor_id,
                post.unit_id == work_item.c.candidate_unit,
                or_(post.to_on.is_(None), post.to_on >= today),
            ),
        )
        .where(case_step.c.case_id == case_id, stands())
        .order_by(case_step.c.seq)
    )


def of(ctx: Context, case_id: str, done: list[Step], shelf: Shelf) -> History:
    """What of these steps this reader may know."""
    sight = shelf.sight
    readable = sights.readable(ctx, case_id, shelf.release.pack)
    moves = [step for step in done if step.left is not None]
    found = Laws(moved=[step.seq for step in moves], before=[step.left or "" for step in moves])
    opinions = tuple(
        opinion
        for step in done
        if step.answers is not None and (case_id, step.seq) in readable and not sight.is_party
        for opinion in _opinions(step, shelf, laws.release_at(ctx, found, step.seq, shelf.release))
    )
    return History(
        opinions=opinions,
        touched=tuple(
            Touch(
                title=_BACK.get(step.command, "{step}").format(
                    step=shelf.chart.label(step.node_key)
                ),
                by=step.by,
                post=_post(step, shelf),
                at=step.at,
            )
            for step in done
            if sight.is_office or sight.wrote(step.actor_id, step.unit_id)
        ),
    )


def earlier_answers(done: list[Step], node_key: str) -> Mapping[str, Json]:
    """What was answered at this node the last time, empty for none."""
    found = [step.answers for step in done if step.node_key == node_key and step.answers]
    return found[-1] if found else {}


def _opinions(step: Step, shelf: Shelf, law: Release) -> Iterator[Opinion]:
    form_key = step.form_key or law.pack.procedures[shelf.procedure].start_form
    schema = law.forms.get(form_key, {})
    for label, text in _texts(tuple(flat(read(schema.get("components")))), step.answers or {}):
        yield Opinion(
            step=shelf.chart.label(step.node_key),
            label=label,
            text=text,
            by=step.by,
            post=" ".join(part for part in (step.organ, _post(step, shelf)) if part),
            at=step.at,
        )


def _post(step: Step, shelf: Shelf) -> str:
    """Office and post, or the part in the case where the case itself names people."""
    role = shelf.release.pack.roles.get(step.role)
    return step.post or (role.title if role else "")


def _texts(fields: tuple[Field, ...], answers: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Label and text of every answered text area outside lists."""
    for each in fields:
        value = answers.get(each.key)
        if each.component == "textarea" and isinstance(value, str) and value:
            yield each.label, value
        elif each.component == "group" and isinstance(value, Mapping):
            yield from _texts(tuple(flat(each.children)), value)
