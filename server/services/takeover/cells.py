"""Cells of a row as values: words as the codes of the pack, names as ids, days as dates."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from re import split
from typing import Final

from server.adapters.spreadsheets import Cell, Row, at_cell
from server.domain.errors import NotFound
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.texts import _
from server.services.context import Context
from server.services.identity import people
from server.services.takeover.columns import Asked

#: name of the sheet
SHEET: Final = _("接续办理")

_YES: Final[Mapping[str, bool]] = {
    **dict.fromkeys((_("是"), "true", "1"), True),
    **dict.fromkeys((_("否"), "false", "0"), False),
}


@dataclass(slots=True)
class Cells:
    """One row being read; what is wrong with it gathers in ``problems``."""

    ctx: Context
    row: Row
    problems: list[Finding] = field(default_factory=list)

    def wrong(self, column: str, message: str, fix: str = "", code: str = "TAKEOVER_CELL") -> None:
        """Note a problem at a column of this row."""
        self.problems.append(at_cell(SHEET, self.row.number, column, code, message, fix))

    def text(self, column: str) -> str:
        """The cell as text, empty where nothing stands."""
        found = self.row.cells.get(column)
        return found.isoformat() if isinstance(found, date) else (found or "")

    def day(self, column: str) -> date | None:
        """The cell as a day: a date, or a text like 2026-03-02; never in the future."""
        found = self.row.cells.get(column)
        if found is None:
            return None
        if not isinstance(found, date):
            try:
                found = date.fromisoformat(found.replace("/", "-").replace(".", "-"))
            except ValueError:
                message = _("“{text}”不是日期").format(text=self.text(column)[:40])
                self.wrong(column, message, _("写成2026-03-02"))
                return None
        if found > self.ctx.today:
            self.wrong(column, _("日期不能晚于今天"), _("填写实际发生的日期"))
            return None
        return found

    def answer(self, asked: Asked) -> Json:
        """The cell as the answer of a form, None where nothing stands or it is wrong."""
        cell = self.row.cells.get(asked.heading)
        if cell is None:
            return None
        if asked.field.is_container:
            return self._people(asked) if asked.is_part else self._rows(asked)
        if asked.field.kind == "person":
            return self.person(asked.heading, self.text(asked.heading))
        if asked.field.kind == "unit":
            return self.unit(asked.heading)
        if asked.field.type == "list":
            words = [word for word in split(r"[、，,；;\s]+", self.text(asked.heading)) if word]
            return [self._option(asked, word) for word in words]
        return self._plain(asked, cell)

    def person(self, column: str, login: str) -> str | None:
        """The id of the person with this login."""
        try:
            return people.person_by_login(self.ctx, login).id
        except NotFound:
            message = _("没有账号“{login}”").format(login=login[:40])
            self.wrong(column, message, _("填写登录用的账号"))
            return None

    def unit(self, column: str) -> str | None:
        """The id of the unit with this key, or this name where only one has it."""
        found = people.unit_named(self.ctx, self.text(column))
        if found is None:
            message = _("没有单位“{name}”，或者有几个同名").format(name=self.text(column)[:40])
            self.wrong(column, message, _("填写单位标识，例如county1.housing"))
        return found

    def _people(self, asked: Asked) -> Json:
        """Several people by their logins, as the rows of the list that names them."""
        child = next((each for each in asked.field.children if each.kind == "person"), None)
        if child is None:
            return None
        logins = [each for each in split(r"[、，,；;\s]+", self.text(asked.heading)) if each]
        ids = [self.person(asked.heading, login) for login in logins]
        return [{child.key: one} for one in ids if one]

    def _rows(self, asked: Asked) -> Json:
        """Rows of a list: parted by ``；``, what stands in them by ``／``, in their order."""
        rows, children = [], asked.field.children
        for line in filter(None, split(r"[；;]", self.text(asked.heading))):
            parts = split(r"[／/]", line, maxsplit=len(children) - 1)
            given = [each.strip() for each in parts]
            words = dict(zip((each.key for each in children), given, strict=False))
            rows.append({name: self._inner(asked, name, word) for name, word in words.items()})
        return rows

    def _inner(self, asked: Asked, name: str, word: str) -> Json:
        options = asked.inner.get(name, {})
        if not options or word in options.values() or not word:
            return word or None
        if word not in options:
            message = _("“{word}”不是可用的值").format(word=word[:40])
            self.wrong(asked.heading, message, allowed(asked))
        return options.get(word)

    def _plain(self, asked: Asked, cell: Cell) -> Json:
        text = self.text(asked.heading)
        kinds: Mapping[str, Callable[[], Json]] = {
            "boolean": lambda: self._yes(asked, text),
            "number": lambda: self._number(asked, text),
            "date": lambda: self._any_day(asked, cell),
        }
        if asked.field.type in kinds:
            return kinds[asked.field.type]()
        return self._option(asked, text) if asked.options else text

    def _yes(self, asked: Asked, text: str) -> Json:
        if text.lower() not in _YES:
            message = _("“{text}”不是可用的值").format(text=text[:40])
            self.wrong(asked.heading, message, _("填写是或者否"))
            return None
        return _YES[text.lower()]

    def _number(self, asked: Asked, text: str) -> Json:
        try:
            return int(text) if text.lstrip("-").isdecimal() else float(text)
        except ValueError:
            self.wrong(asked.heading, _("“{text}”不是数字").format(text=text[:40]))
            return None

    def _any_day(self, asked: Asked, cell: Cell) -> Json:
        """A day that is no event's: a deadline that was ordered may well lie ahead."""
        if isinstance(cell, date):
            return cell.isoformat()
        try:
            return date.fromisoformat(str(cell)).isoformat()
        except ValueError:
            message = _("“{text}”不是日期").format(text=str(cell)[:40])
            self.wrong(asked.heading, message, _("写成2026-03-02"))
            return None

    def _option(self, asked: Asked, word: str) -> Json:
        if not asked.options:
            return word
        if word in asked.options:
            return asked.options[word]
        if word in asked.options.values():
            return word
        message = _("“{word}”不是可用的值").format(word=word[:40])
        self.wrong(asked.heading, message, allowed(asked))
        return None


def allowed(asked: Asked) -> str:
    """What may be filled in, in words."""
    if asked.options:
        return _("可用的值：{words}").format(words=_("、").join(asked.options))
    if asked.field.is_rows and not asked.is_part:
        parts = _("／").join(each.label for each in asked.field.children)
        text = _("每项写“{parts}”，几项之间用分号分开；{words}")
        words = _("、").join(word for inner in asked.inner.values() for word in inner)
        return text.format(parts=parts, words=words)
    kinds = {
        "boolean": _("填写是或者否"),
        "date": _("填写日期，例如2026-03-02"),
        "number": _("填写数字"),
    }
    if asked.field.kind == "person" or asked.is_part:
        return _("填写账号，几个人的用顿号分开") if asked.field.is_container else _("填写账号")
    return kinds.get(asked.field.type, _("按原记录填写"))
