"""Files named in answers become papers of the case, with the step they are handed in with.

An answer holds ids only, and may name none but the actor's own drafts and files that lie in the
case already (SECURITY AC-9).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Row, func, select, update

from server import config
from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.texts import _
from server.forms.fields import Field, flat
from server.forms.visibility import Path, written
from server.models.document import attachment
from server.services.case.case_state import Act
from server.services.context import Context
from server.services.law.releases import Release

_LONGEST: Final = 120


def bind(ctx: Context, case_id: str, seq: int | None, release: Release, act: Act) -> None:
    """Put the files that the answers of this step name into the case, for good.

    ``seq`` is None while others still have to sign before there is a step; it is given once there
    is one.

    Raises:
        Invalid: an id is neither a draft of the actor nor a file of this case, or the case holds
            too much already; each at its field.
    """
    named = _of_step(release, act)
    if not named:
        return
    wanted = {one for ids in named.values() for one in ids}
    rows = {
        row.id: row
        for row in ctx.session.execute(select(attachment).where(attachment.c.id.in_(wanted)))
    }
    strange = [
        _strange(place)
        for place, ids in named.items()
        if not all(one in rows and _may_name(ctx, rows[one], case_id) for one in ids)
    ]
    if strange:
        raise Invalid(_("填写的内容有{n}处问题").format(n=len(strange)), strange)
    drafts = [row for row in rows.values() if row.case_id is None]
    if drafts:
        _refuse_full(ctx, case_id, sum(row.size for row in drafts), next(iter(named)))
        _write(ctx, case_id, seq, named, act)
        hashes = {row.id: row.content_hash for row in drafts}
        ctx.record("attachment.bind", case_id, case_id, {"seq": seq, "files": hashes})
    waiting = [row.id for row in rows.values() if _has_waited(row, act)]
    if waiting:
        ctx.session.execute(
            update(attachment)
            .where(attachment.c.id.in_(waiting))
            .values(step_seq=seq, version=attachment.c.version + 1)
        )


def bind_evidence(ctx: Context, case_id: str, attachment_id: str, place: str) -> None:
    """Put a draft of the actor into the case, for good, as what an act besides the steps rests on.

    Raises:
        Invalid: it is no draft of his, or the case holds too much already; at its field.
    """
    row = (
        ctx.session.execute(
            select(attachment).where(attachment.c.id == attachment_id)
        ).one_or_none()
        if "\x00" not in attachment_id
        else None
    )
    if row is None or row.state != "draft" or row.uploaded_by != ctx.actor.person_id:
        raise Invalid(_("填写的内容有{n}处问题").format(n=1), [_strange(place)])
    _refuse_full(ctx, case_id, row.size, place)
    ctx.session.execute(
        update(attachment)
        .where(attachment.c.id == attachment_id)
        .values(
            case_id=case_id,
            field=place[:_LONGEST],
            state="bound",
            bound_at=ctx.now,
            version=attachment.c.version + 1,
        )
    )
    files = {row.id: row.content_hash}
    ctx.record("attachment.bind", case_id, case_id, {"files": files})


def _of_step(release: Release, act: Act) -> dict[str, list[str]]:
    """Place of each file field that was answered -> the ids."""
    form = next((key for key, one in release.form_hashes.items() if one == act.form_hash), None)
    if form is None:
        return {}
    return dict(_named(release.compiled[form].fields, act.answers, ()))


def _named(
    fields: tuple[Field, ...], answers: Mapping[str, Json], path: Path
) -> Iterator[tuple[str, list[str]]]:
    for each in flat(fields):
        value, here = answers.get(each.key), (*path, each.key)
        if each.is_rows and isinstance(value, list):
            for number, row in enumerate(value):
                yield from _named(each.children, row, (*here, number))
        elif each.is_container and isinstance(value, Mapping):
            yield from _named(each.children, value, here)
        elif each.component == "filepicker" and isinstance(value, list) and value:
            yield written(here), [str(one) for one in value]


def _may_name(ctx: Context, row: Row[Any], case_id: str) -> bool:
    if row.state == "bound":
        return bool(row.case_id == case_id)
    return bool(row.state == "draft" and row.uploaded_by == ctx.actor.person_id)


def _has_waited(row: Row[Any], act: Act) -> bool:
    """Was it handed in with this task before there was a step."""
    is_handed_in = row.state == "bound" and row.step_seq is None
    return bool(is_handed_in and row.work_item_id == act.work_item_id)


def _refuse_full(ctx: Context, case_id: str, size: int, place: str) -> None:
    held = ctx.session.scalar(
        select(func.coalesce(func.sum(attachment.c.size), 0)).where(
            attachment.c.case_id == case_id, attachment.c.state == "bound"
        )
    )
    if (held or 0) + size > config.ATTACHMENTS_PER_CASE:
        finding = Finding(
            code="ATTACHMENTS_FULL",
            field=place,
            message=_("本事项的附件已经超过上限"),
            fix=_("压缩文件后重新上传，或者只提交必要的材料"),
        )
        raise Invalid(_("填写的内容有1处问题"), [finding])


def _write(
    ctx: Context, case_id: str, seq: int | None, named: Mapping[str, list[str]], act: Act
) -> None:
    for place, ids in named.items():
        ctx.session.execute(
            update(attachment)
            .where(attachment.c.id.in_(ids), attachment.c.state == "draft")
            .values(
                case_id=case_id,
                work_item_id=act.work_item_id,
                step_seq=seq,
                field=place[:_LONGEST],
                state="bound",
                bound_at=ctx.now,
                version=attachment.c.version + 1,
            )
        )


def _strange(place: str) -> Finding:
    return Finding(
        code="ANSWER_ATTACHMENT",
        field=place,
        message=_("所附的文件不存在，或者不是您上传的"),
        fix=_("移除后重新上传"),
    )
