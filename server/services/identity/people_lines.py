"""One row of a workbook of people, read cell by cell; every problem is noted at its column."""

from dataclasses import dataclass
from datetime import date

from server.adapters.spreadsheets import Row, at_cell
from server.domain.findings import Finding
from server.domain.outbound import is_mail_address
from server.domain.texts import _
from server.services.identity import people_sheets as sheets


@dataclass(slots=True)
class Line:
    """A row being read; what is wrong goes to the list of all problems."""

    sheet: str
    row: Row
    findings: list[Finding]
    is_sound: bool = True

    def wrong(self, column: str, message: str) -> None:
        """Note a problem at this column."""
        self.is_sound = False
        code = "PEOPLE_ROW"
        self.findings.append(at_cell(self.sheet, self.row.number, column, code, message))

    def text(self, column: str, *, needed: bool = True) -> str:
        """The text of the column, empty for none."""
        value = self.row.cells.get(column)
        text = "" if value is None else str(value).strip()
        if needed and not text:
            self.wrong(column, _("没有填写“{column}”").format(column=column))
        return text

    def level(self, column: str, default: str = "") -> str:
        """The level the column names, as a code."""
        text = self.text(column, needed=not default) or default
        code = sheets.LEVELS.get(text, text)
        if text and code not in sheets.LEVELS.values():
            self.wrong(column, _("“{text}”不是层级，应为省、市、县、乡").format(text=text))
        return code

    def address(self, column: str) -> str:
        """The mail address of the column, empty for none."""
        text = self.text(column, needed=False)
        if text and not is_mail_address(text):
            self.wrong(column, _("邮箱地址不正确"))
        return text

    def day(self, column: str, *, needed: bool = False) -> date | None:
        """The day of the column, None for none."""
        value = self.row.cells.get(column)
        if isinstance(value, date):
            return value
        text = self.text(column, needed=needed)
        if not text:
            return None
        try:
            return date.fromisoformat(text.replace("/", "-").replace(".", "-"))
        except ValueError:
            self.wrong(column, _("“{text}”不是日期，应如2026-03-02").format(text=text))
            return None

    def flag(self, column: str) -> bool:
        """True for 是."""
        text = self.text(column, needed=False)
        if text not in ("", sheets.YES, sheets.NO):
            self.wrong(column, _("应为是或者否"))
        return text == sheets.YES
