"""The clocks of a case with what people and new calendars changed about them, in words."""

from dataclasses import dataclass, replace
from datetime import date

from server.domain import deadline_changes
from server.domain.deadline_changes import (
    Adopt,
    Change,
    Correct,
    CorrectMet,
    Extend,
    Recompute,
    Reopen,
    Restart,
    Stop,
    Undo,
)
from server.domain.deadline_lines import units
from server.domain.deadline_rules import AfterReturn, DeadlineRule
from server.domain.lifecycle import OPEN_DEADLINES
from server.domain.packs import PolicyPack
from server.domain.texts import _
from server.queries import timeline
from server.services.case import laws
from server.services.case.laws import Laws
from server.services.clocks import deadline_rows, deadline_sheets
from server.services.clocks.deadline_rows import DeadlineRow
from server.services.clocks.deadline_sheets import DeadlineSheet
from server.services.context import Context
from server.services.packs import definitions


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """One change of a clock, in words."""

    on: date
    text: str
    reason: str
    by: str
    #: who approved it, where that was somebody else
    approved_by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockView:
    """One clock with what was changed about it."""

    sheet: DeadlineSheet
    changes: tuple[Changed, ...]

    @property
    def is_open(self) -> bool:
        """Does it still need watching."""
        return self.sheet.state in OPEN_DEADLINES


def of_case(ctx: Context, pack: PolicyPack, case_id: str) -> list[ClockView]:
    """Every clock of the case, the oldest occurrence of a rule first."""
    rows = deadline_rows.of_case(ctx, case_id)
    changes = [list(map(deadline_changes.from_json, row.changes)) for row in rows]
    acted = ("by", "approved_by")
    ids = {getattr(change, name, "") for made in changes for change in made for name in acted}
    names = {key: who.name for key, who in timeline.people(ctx.session, sorted(ids - {""})).items()}
    found = laws.of_case(ctx, case_id)
    packs = [_pack_of(ctx, found, row) or pack for row in rows]
    rows = [_as_then(found, row) for row in rows]
    return [
        ClockView(
            sheet=deadline_sheets.sheet(ctx, law, row),
            changes=tuple(_changed(law, row, change, names) for change in made),
        )
        for row, made, law in zip(rows, changes, packs, strict=True)
    ]


def _pack_of(ctx: Context, found: Laws, row: DeadlineRow) -> PolicyPack | None:
    """The law a clock was over under, None where that is the one of today."""
    version = None if row.is_open else found.at(row.ended_version)
    return None if version is None else definitions.release(ctx, version).pack


def _as_then(found: Laws, row: DeadlineRow) -> DeadlineRow:
    """A clock that is over, under the key its rule had then."""
    if row.is_open:
        return row
    return replace(row, rule_key=found.rule_at(row.rule_key, row.ended_version))


def _changed(pack: PolicyPack, row: DeadlineRow, change: Change, names: dict[str, str]) -> Changed:
    by, approved_by = (names.get(getattr(change, name, ""), "") for name in ("by", "approved_by"))
    return Changed(
        on=change.on,
        text=_words(pack, row, change),
        reason=getattr(change, "note", ""),
        by=by,
        approved_by=approved_by if approved_by != by else "",
    )


def _words(pack: PolicyPack, row: DeadlineRow, change: Change) -> str:
    if isinstance(change, Reopen | Undo):
        return _of_return(change)
    if isinstance(change, Stop | Restart | Extend):
        return _of_people(pack.deadlines[row.rule_key], change)
    match change:
        case Correct(origin_on=day, was_on=was):
            return _("起算日期由{was}更正为{day}").format(was=was or row.origin_on, day=day)
        case CorrectMet(met_on=day, was_on=was):
            return _("办结日期由{was}更正为{day}").format(was=was, day=day)
        case Adopt(version=version, was_on=was, due_on=now):
            text = _("迁移到第{n}版，按该版规定计算：{was}改为{now}")
            none = _("未定")
            return text.format(n=version, was=was or none, now=now or none)
        case Recompute(was_on=was, due_on=now):
            return _("放假安排公布后重算：{was}改为{now}").format(was=was, now=now)


def _of_people(rule: DeadlineRule, change: Stop | Restart | Extend) -> str:
    match change:
        case Stop(reason=key):
            title = next((reason.title for reason in rule.stops if reason.key == key), key)
            return _("中止（{reason}）").format(reason=title)
        case Restart():
            return _("恢复")
        case Extend(n=n):
            return _("延长{n}").format(n=units(n, rule.unit))


def _of_return(change: Reopen | Undo) -> str:
    if isinstance(change, Undo):
        return _("退回，起算事由须重新发生")
    texts = {
        AfterReturn.CONTINUE: _("退回，原期限继续计算"),
        AfterReturn.PAUSE: _("退回，办结以后的日子不计"),
        AfterReturn.RESTART: _("退回，重新起算"),
    }
    return texts[change.how]
