"""The open work of a case that moves to another version: the same rows under its new names.

Whoever has a task keeps it, with what he typed. Where the form is another one, the old answers
stay beside it (``drafts``); what both forms ask alike stays filled in. What cannot be kept as it
is has a reason, and the case does not move.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import select, update

from server.domain.errors import EngineError
from server.domain.expressions import Json
from server.domain.groups import Duty
from server.domain.lifecycle import WorkState
from server.domain.migrations import Reason, rules_of
from server.domain.texts import _
from server.engine.port import OpenTask
from server.forms.fields import Field, flat, read
from server.models.decision import decision
from server.models.work import OPEN_STATES
from server.services.buffers import Row
from server.services.case import facts
from server.services.case.case_rows import CaseRow
from server.services.case.facts import Facts
from server.services.clocks import task_clocks, work_clocks
from server.services.clocks.adopted_clocks import Laws
from server.services.context import Context
from server.services.law import charts
from server.services.law.releases import Release
from server.services.verbs import advance_work, drafts
from server.services.verbs.advance_work import Candidates

_Changes = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """A case with the version it leaves and the one it moves to."""

    case: CaseRow
    source: Release
    target: Release
    #: old element -> new element, and old period -> new one (``migrations.rules_of``)
    mapping: Mapping[str, str]
    #: variables as they are after the move
    variables: Mapping[str, Json]

    @property
    def laws(self) -> Laws:
        """Both versions as clocks are counted by."""
        return Laws(old=self.source.pack, new=self.target.pack, rules=rules_of(self.mapping))

    def new(self, element: str) -> str:
        """What the element is called in the new version."""
        return self.mapping.get(element) or element


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """One item that goes on, with the columns that are others from now on."""

    item: Row
    changes: _Changes
    #: of the step in the old version, and in the new one
    labels: tuple[str, str]
    has_other_form: bool
    has_other_office: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """What a move means for the open work of a case."""

    reasons: tuple[Reason, ...]
    kept: tuple[Kept, ...]


def judged(ctx: Context, move: Move, stayed: tuple[OpenTask, ...]) -> Judged:
    """What becomes of every item that waits on; writes nothing."""
    known = {
        release.id: facts.collect(release, move.case.procedure, move.variables, {}, ctx.now)
        for release in (move.source, move.target)
    }
    tasks = {task.task_key: task for task in stayed}
    reading = _Reading(ctx=ctx, move=move, known=known, under_way=_decided(ctx, move.case.id))
    found, reasons = [], []
    for item in work_clocks.open_items(ctx, move.case.id):
        task = tasks.get(item["task_key"])
        if task is not None and item["state"] in OPEN_STATES:
            why = list(reading.reasons(item, task))
            reasons += why
            if not why:
                found.append(reading.kept(item, task))
    return Judged(reasons=tuple(dict.fromkeys(reasons)), kept=tuple(found))


def carry(ctx: Context, move: Move, kept: tuple[Kept, ...]) -> None:
    """Write what is other about these items from now on."""
    rows = work_clocks.open_items(ctx, move.case.id)
    groups = {}
    for each in kept:
        changes = dict(each.changes)
        if changes:
            rows.change(each.item, **changes, version=each.item["version"] + 1)
        if "node_key" in changes:
            groups[each.item["group_id"]] = changes["node_key"]
    for group_id, node in groups.items():
        ctx.session.execute(
            update(decision)
            .where(decision.c.group_id == group_id, decision.c.state == "open")
            .values(node_key=node)
        )
    ids = {each.item["id"] for each in kept}
    work_clocks.hang_again(ctx, move.case.id, ids, move.case.priority)


def _decided(ctx: Context, case_id: str) -> frozenset[str]:
    """Groups of work a body is deciding about."""
    wanted = select(decision.c.group_id).where(
        decision.c.case_id == case_id, decision.c.state == "open"
    )
    return frozenset(ctx.session.scalars(wanted))


#: what a seat stands for in the columns of an item
_SEAT: Final = ("candidate_role", "candidate_unit", "level", "head_only")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reading:
    """Reads the items of one case in the new version."""

    ctx: Context
    move: Move
    known: Mapping[str, Facts]
    under_way: frozenset[str]

    def reasons(self, item: Row, task: OpenTask) -> Iterator[Reason]:
        """Why the item cannot go on as it is."""
        for code, message in self._why(item, task):
            label = item["title"] or item["node_key"]
            yield Reason(code=code, element=item["node_key"], label=label, message=message)

    def kept(self, item: Row, task: OpenTask) -> Kept:
        """The item with what is other about it."""
        new = self._node(task)
        is_main = item["duty"] == Duty.MAIN
        form = new.form if is_main else item["form_key"]
        form_hash = self.move.target.form_hashes.get(form)
        rules = self.move.target.pack.deadlines
        evaluate = self.ctx.tools.evaluate
        wanted: dict[str, Any] = {
            "node_key": task.node_key,
            "title": new.label,
            "lane": new.lane or task.lane,
            "form_key": form,
            "form_hash": form_hash,
            "deadline_key": task_clocks.rule_key(
                evaluate, rules, new.deadline, self.known[self.move.target.id]
            ),
        }
        other_form = form_hash != item["form_hash"]
        if other_form and item["draft"] is not None:
            wanted["draft"] = self._draft(item, form)
        seat = self._other_seat(item, task)
        if seat is not None:
            wanted |= self._columns(task)
        return Kept(
            item=item,
            changes={name: value for name, value in wanted.items() if item[name] != value},
            labels=(item["title"], new.label),
            has_other_form=other_form,
            has_other_office=seat is not None,
        )

    def _why(self, item: Row, task: OpenTask) -> Iterator[tuple[str, str]]:
        source, target = self.move.source.pack, self.move.target.pack
        old, new = item["node_key"], task.node_key
        if source.together.get(old) != _same_node(target.together.get(new), old):
            yield "MIGRATION_SIGNING", _("会签、投票的规则在新版本中不同，请签署完毕后再迁移")
        is_deciding = item["group_id"] in self.under_way
        if is_deciding and source.decisions.get(old) != _same_node(target.decisions.get(new), old):
            yield "MIGRATION_DECISION", _("正在集体研究，决策规则在新版本中不同，请议决后再迁移")
        form = self._node(task).form if item["duty"] == Duty.MAIN else item["form_key"]
        form_hash = self.move.target.form_hashes.get(form)
        if item["form_hash"] is not None and form_hash is None:
            yield "MIGRATION_FORM", _("该环节的表单在新版本中不存在")
        elif item["answers"] is not None and form_hash != item["form_hash"]:
            yield "MIGRATION_FORM", _("已提交待签署，表单在新版本中不同，请签署完毕后再迁移")
        try:
            if not self._is_free(item) and self._other_seat(item, task) is not None:
                yield (
                    "MIGRATION_OFFICE",
                    _("该环节在新版本中由另一机构办理，而本待办已经签收或者移交"),
                )
            elif self._other_seat(item, task) is not None:
                self._columns(task)
        except EngineError as error:
            yield "MIGRATION_NO_OFFICE", error.message

    def _is_free(self, item: Row) -> bool:
        """Has nobody taken it, nor passed it on, nor is it signed by several."""
        return (
            item["state"] == WorkState.OFFERED
            and item["duty"] == Duty.MAIN
            and item["parent_id"] is None
            and item["handed_from"] is None
        )

    def _other_seat(self, item: Row, task: OpenTask) -> Candidates | None:
        """Whose the task is in the new version, None where that is as before."""
        source, target = self.move.source, self.move.target
        lane = self._node(task).lane or task.lane
        was = source.pack.lanes.get(item["lane"])
        if item["duty"] != Duty.MAIN or (
            was is not None and replace(was, key=lane) == target.pack.lanes.get(lane)
        ):
            return None
        before = self._seat(replace(task, lane=item["lane"]), source)
        after = self._seat(replace(task, lane=lane), target)
        return None if before == after else after

    def _seat(self, task: OpenTask, release: Release) -> Candidates:
        known, case = self.known[release.id], self.move.case
        return advance_work.seat(self.ctx, case, release.pack, task, known)

    def _columns(self, task: OpenTask) -> dict[str, Any]:
        pack, known = self.move.target.pack, self.known[self.move.target.id]
        there = replace(task, lane=self._node(task).lane or task.lane)
        held = advance_work.candidates(self.ctx, self.move.case, pack, there, known)
        unit = held.office.id if held.office else None
        return dict(zip(_SEAT, (held.role, unit, held.level, held.head_only), strict=True))

    def _node(self, task: OpenTask) -> Any:
        files = self.move.target.files[self.move.case.procedure]
        return charts.chart(files).nodes[task.node_key]

    def _draft(self, item: Row, form: str) -> dict[str, Json]:
        """What was typed: the same questions stay answered, all of it stays beside."""
        source, target = self.move.source, self.move.target
        old = _fields(source.forms.get(item["form_key"], {}))
        new = _fields(target.forms.get(form, {}))
        answers = item["draft"]["answers"]
        alike = {key: value for key, value in answers.items() if _alike(old.get(key), new.get(key))}
        before = {"law": source.id, "form": item["form_key"], "answers": answers}
        return {**item["draft"], "answers": alike, drafts.BEFORE: before}


def _fields(schema: Mapping[str, Any]) -> dict[str, Field]:
    return {field.key: field for field in flat(read(schema.get("components")))}


def _alike(old: Field | None, new: Field | None) -> bool:
    """May an answer to one question stand as an answer to the other."""
    if old is None or new is None or old.component != new.component or old.type != new.type:
        return False
    return not old.is_container or old.children == new.children


def _same_node(rule: Any, node: str) -> Any:
    """A rule as it would stand at this node."""
    return None if rule is None else replace(rule, node=node)
