"""What a workbook of units, people and posts comes to against what there is: a plan, or problems.

A row that says what is so already changes nothing; what no row names stays as it is. Units keep
their place and people their posts: a post that changes is ended in its row and given anew.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from server.adapters.spreadsheets import Row, at_cell
from server.domain.access import ADMINISTRATORS
from server.domain.findings import Finding
from server.domain.proposals import LOGIN as LOGIN_FORM
from server.domain.texts import _
from server.services.context import Context
from server.services.identity import people_plans
from server.services.identity import people_sheets as sheets
from server.services.identity.people_lines import Line
from server.services.identity.people_plans import PersonPlan, Plan, PostPlan, UnitPlan
from server.services.identity.people_sheets import Rows

_UNIT_KEY: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,119}")
_REGION: Final = re.compile(r"[a-z0-9]+(/[a-z0-9]+){0,7}")

#: most accounts one import may create: each gets a first password of its own
MOST_NEW: Final = 300

#: where a unit is and what it is
_FIXED: Final = {
    "parent": sheets.ABOVE,
    "kind": sheets.KIND,
    "level": sheets.LEVEL,
    "region": sheets.REGION,
}


def plan(ctx: Context, rows: Rows) -> tuple[Plan, list[Finding]]:
    """What the rows would change, and every problem of all of them by sheet, row and column."""
    reading = _Reading(ctx)
    units = reading.units(rows.units)
    people = reading.people(rows.people)
    posts = reading.posts(rows.posts)
    if len(people[0]) > MOST_NEW:
        message = _("新账号超过{n}个，请分几次导入").format(n=MOST_NEW)
        reading.findings.append(at_cell(sheets.PEOPLE, 0, "", "PEOPLE_MANY", message))
    found = Plan(
        new_units=units[0],
        changed_units=units[1],
        new_people=people[0],
        changed_people=people[1],
        new_posts=posts[0],
        ended_posts=posts[1],
    )
    return found, reading.findings


@dataclass(slots=True)
class _Reading:
    """The rows of all sheets against the state of the database."""

    ctx: Context
    findings: list[Finding] = field(default_factory=list)
    _units: dict[str, UnitPlan] = field(default_factory=dict)
    _people: dict[str, PersonPlan] = field(default_factory=dict)
    _held: dict[tuple[str, str, date], PostPlan] = field(default_factory=dict)

    def units(self, rows: Iterable[Row]) -> tuple[tuple[UnitPlan, ...], tuple[UnitPlan, ...]]:
        """New and changed units, parents first."""
        self._units = people_plans.known_units(self.ctx)
        known = dict(self._units)
        kinds = sheets.kinds(self.ctx)
        new: list[UnitPlan] = []
        changed: list[UnitPlan] = []
        waiting = [Line(sheets.UNITS, row, self.findings) for row in rows]
        self._refuse_twice(waiting, sheets.KEY)
        named = {str(line.row.cells.get(sheets.KEY) or "") for line in waiting}
        while waiting:
            ready = [line for line in waiting if self._has_parent(line, named)]
            for line in ready or waiting:
                found = self._unit(line, kinds, known)
                if found is not None and found != known.get(found.key):
                    (changed if found.key in known else new).append(found)
                    self._units[found.key] = found
                named.discard(str(line.row.cells.get(sheets.KEY) or ""))
            waiting = [line for line in waiting if line not in ready] if ready else []
        return tuple(new), tuple(changed)

    def _has_parent(self, line: Line, named: set[str]) -> bool:
        above = line.row.cells.get(sheets.ABOVE)
        return not above or str(above) not in named

    def _unit(
        self, line: Line, kinds: Mapping[str, str], known: Mapping[str, UnitPlan]
    ) -> UnitPlan | None:
        key, above = line.text(sheets.KEY), line.text(sheets.ABOVE, needed=False)
        if key and not _UNIT_KEY.fullmatch(key):
            line.wrong(sheets.KEY, _("标识只能用小写字母、数字、点、横线"))
        parent = self._units.get(above)
        if above and parent is None:
            line.wrong(sheets.ABOVE, _("没有标识为“{key}”的单位").format(key=above))
        kind = line.text(sheets.KIND)
        if kind and kind not in kinds:
            line.wrong(sheets.KIND, _("没有“{kind}”这一类别，可用的见“说明”").format(kind=kind))
        level = line.level(sheets.LEVEL, parent.level if parent else "")
        region = line.text(sheets.REGION, needed=parent is None) or (
            parent.region if parent else ""
        )
        if region and not _REGION.fullmatch(region):
            line.wrong(sheets.REGION, _("地区应写作p/c1/d1这样的路径"))
        found = UnitPlan(
            key=key,
            name=line.text(sheets.NAME),
            kind=kind,
            level=level,
            affiliation=line.level(sheets.AFFILIATION, level or "county"),
            region=region,
            parent=above,
            closed_on=line.day(sheets.CLOSED),
        )
        self._refuse_moved(line, found, known.get(key))
        return found if line.is_sound else None

    def _refuse_moved(self, line: Line, found: UnitPlan, before: UnitPlan | None) -> None:
        """Where a unit is and what it is decides about competence: that is no matter of a table."""
        if before is None:
            return
        for name, column in _FIXED.items():
            if line.is_sound and getattr(found, name) != getattr(before, name):
                line.wrong(column, _("已有单位的“{column}”不能用表格更改").format(column=column))
        if before.closed_on and found.closed_on != before.closed_on:
            line.wrong(sheets.CLOSED, _("该单位已经撤销"))

    def people(self, rows: Iterable[Row]) -> tuple[tuple[PersonPlan, ...], tuple[PersonPlan, ...]]:
        """New and changed people."""
        known = people_plans.known_people(self.ctx)
        self._people = dict(known)
        lines = [Line(sheets.PEOPLE, row, self.findings) for row in rows]
        self._refuse_twice(lines, sheets.LOGIN)
        new: list[PersonPlan] = []
        changed: list[PersonPlan] = []
        for line in lines:
            login = line.text(sheets.LOGIN)
            if login and login not in known and not LOGIN_FORM.fullmatch(login):
                line.wrong(sheets.LOGIN, _("账号由2至64个小写字母、数字、点、横线组成"))
            managed = line.text(sheets.MANAGED, needed=False)
            level = line.level(sheets.MANAGED) if managed else None
            found = PersonPlan(
                login=login,
                name=line.text(sheets.PERSON),
                managed_by=level,
                email=line.address(sheets.EMAIL) or _email_of(known.get(login)),
            )
            self._people[login] = found
            if line.is_sound and found != known.get(login):
                (changed if login in known else new).append(found)
        return tuple(new), tuple(changed)

    def posts(self, rows: Iterable[Row]) -> tuple[tuple[PostPlan, ...], tuple[PostPlan, ...]]:
        """Posts that begin and posts that end."""
        self._held = people_plans.known_posts(self.ctx)
        new: list[PostPlan] = []
        ended: list[PostPlan] = []
        seen: set[tuple[str, str, date]] = set()
        for row in rows:
            line = Line(sheets.POSTS, row, self.findings)
            found = self._post(line)
            if found is None:
                continue
            place = (found.login, found.unit, found.from_on)
            if place in seen:
                line.wrong(sheets.FROM, _("同一任职在表中出现两次"))
            seen.add(place)
            before = self._held.get(place)
            if before is None:
                self._refuse_second(line, found)
                new.append(found)
            elif before != found and self._ends(line, before, found):
                ended.append(found)
        self._refuse_joined(new, ended)
        return tuple(new), tuple(ended)

    def _post(self, line: Line) -> PostPlan | None:
        login, unit = line.text(sheets.LOGIN), line.text(sheets.UNIT)
        if login and login not in self._people:
            line.wrong(sheets.LOGIN, _("没有账号“{login}”").format(login=login))
        if unit and unit not in self._units:
            line.wrong(sheets.UNIT, _("没有标识为“{key}”的单位").format(key=unit))
        from_on, to_on = line.day(sheets.FROM, needed=True), line.day(sheets.TO)
        if from_on and to_on and to_on < from_on:
            line.wrong(sheets.TO, _("免职日期早于任职日期"))
        title, is_head = line.text(sheets.TITLE), line.flag(sheets.HEAD)
        is_main = not line.flag(sheets.MAIN)
        if not line.is_sound or from_on is None:
            return None
        return PostPlan(
            login=login,
            unit=unit,
            title=title,
            is_head=is_head,
            is_main=is_main,
            from_on=from_on,
            to_on=to_on,
        )

    def _refuse_second(self, line: Line, found: PostPlan) -> None:
        """Somebody holds one post of a unit at a time."""
        for (login, unit, _from), held in self._held.items():
            if (login, unit) == (found.login, found.unit) and held.to_on is None:
                line.wrong(sheets.FROM, _("此人已在该单位任职，请先在原任职一行填写免职日期"))

    def _ends(self, line: Line, before: PostPlan, found: PostPlan) -> bool:
        """Does the row end the post and change nothing else of it."""
        if before.to_on is not None:
            line.wrong(sheets.TO, _("该任职已经结束，不能更改"))
            return False
        kept = ("title", "is_head", "is_main")
        if found.to_on is None or any(getattr(found, n) != getattr(before, n) for n in kept):
            line.wrong(sheets.TITLE, _("已有任职不能更改，请填写免职日期，另起一行任新职"))
            return False
        return True

    def _refuse_joined(self, new: Iterable[PostPlan], ended: Iterable[PostPlan]) -> None:
        """An administrator holds no other post (SY-1)."""
        over = {(each.login, each.unit, each.from_on) for each in ended}
        standing = [
            *(post for place, post in self._held.items() if place not in over and not post.to_on),
            *new,
        ]
        held: dict[str, set[str]] = {}
        for post in standing:
            held.setdefault(post.login, set()).add(self._units[post.unit].kind)
        for login in sorted({post.login for post in new}):
            if len(held[login]) > 1 and held[login] & ADMINISTRATORS:
                message = _("“{login}”：系统、安全、审计管理员由三人分任，不得同时担任其他职务")
                text = message.format(login=login)
                self.findings.append(at_cell(sheets.POSTS, 0, sheets.LOGIN, "PEOPLE_DUTY", text))

    def _refuse_twice(self, lines: Iterable[Line], column: str) -> None:
        seen: set[str] = set()
        for line in lines:
            value = line.row.cells.get(column)
            if value and str(value) in seen:
                line.wrong(column, _("“{value}”在表中出现两次").format(value=value))
            seen.add(str(value))


def _email_of(before: PersonPlan | None) -> str | None:
    return before.email if before else None
