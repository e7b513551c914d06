"""Workbooks of units, people and posts for tests."""

from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO

from openpyxl import Workbook, load_workbook

from server.services.identity.people_sheets import COLUMNS, PEOPLE, POSTS, UNITS

#: column name -> cell
Line = Mapping[str, str | date | bool | None]

OFFICE: Line = {
    "标识": "county1.water",
    "名称": "县水利局",
    "类别": "bureau",
    "层级": "县",
    "地区": "p/c1/d1",
}
SECTION: Line = {
    "标识": "county1.water_hr",
    "名称": "人事股",
    "上级标识": "county1.water",
    "类别": "unit_hr",
}
PERSON: Line = {"账号": "county1.water_hr.1", "姓名": "钱水清", "干部管理权限": "县"}
POST: Line = {
    "账号": "county1.water_hr.1",
    "单位标识": "county1.water_hr",
    "职务": "股长",
    "负责人": "是",
    "任职日期": date(2026, 3, 1),
}


def book(
    units: Sequence[Line] = (), people: Sequence[Line] = (), posts: Sequence[Line] = ()
) -> bytes:
    """A workbook with these rows."""
    made = Workbook()
    made.remove(made.worksheets[0])
    for name, lines in ((UNITS, units), (PEOPLE, people), (POSTS, posts)):
        sheet = made.create_sheet(name)
        sheet.append(list(COLUMNS[name]))
        for line in lines:
            sheet.append([line.get(column) for column in COLUMNS[name]])
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def newcomers() -> bytes:
    """A bureau with an office, and somebody in it."""
    return book([SECTION, OFFICE], [PERSON], [POST])


def lines(content: bytes, name: str) -> list[dict[str, object]]:
    """The rows of a sheet by column name."""
    rows = load_workbook(BytesIO(content))[name].iter_rows(values_only=True)
    head = [str(title) for title in next(rows)]
    return [dict(zip(head, row, strict=True)) for row in rows]


def without(content: bytes, name: str, column: str) -> bytes:
    """The workbook with one column less."""
    made = load_workbook(BytesIO(content))
    sheet = made[name]
    head = [cell.value for cell in sheet[1]]
    sheet.delete_cols(head.index(column) + 1)
    out = BytesIO()
    made.save(out)
    return out.getvalue()
