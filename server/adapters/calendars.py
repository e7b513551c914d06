"""A year's holiday notice as YAML: strict, all problems at once, nothing guessed.

The shape is that of ``rongcuo calendar import``: one mapping per year, or a list of them.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from server.adapters import yaml_files
from server.domain.calendar import CalendarYear, WorkingCalendar, is_weekday
from server.domain.findings import Finding
from server.domain.texts import _

_KEYS = ("year", "source", "published_on", "days_off", "makeup_workdays")
_YEARS = range(1949, 2201)


def read_years(file: str, content: bytes) -> tuple[tuple[CalendarYear, ...], list[Finding]]:
    """The years of a notice file; no year at all as soon as there is one problem."""
    value, findings = yaml_files.load(file, content)
    if findings:
        return (), findings
    entries = value if isinstance(value, list) else [value]
    notices = [_Notice(file, entry) for entry in entries]
    years = [notice.read() for notice in notices]
    findings = [finding for notice in notices for finding in notice.findings]
    findings += _repeated(file, years)
    if not entries:
        findings.append(_finding(file, "CALENDAR_EMPTY", "", _("文件中没有任何年份")))
    if findings:
        return (), findings
    return tuple(year for year in years if year is not None), []


def keys_in(folder: Path) -> frozenset[str]:
    """The keys of the calendars of a folder, unread."""
    return frozenset(path.stem for path in folder.glob("*.yaml"))


def read_folder(folder: Path) -> tuple[dict[str, WorkingCalendar], list[Finding]]:
    """Every calendar of a folder by its key, the file's name without ``.yaml``."""
    calendars: dict[str, WorkingCalendar] = {}
    findings: list[Finding] = []
    for path in sorted(folder.glob("*.yaml")):
        years, problems = read_years(path.name, path.read_bytes())
        findings += problems
        calendars[path.stem] = WorkingCalendar(
            key=path.stem, years={year.year: year for year in years}
        )
    return calendars, findings


def _repeated(file: str, years: list[CalendarYear | None]) -> Iterator[Finding]:
    seen: set[int] = set()
    for year in years:
        if year is not None and year.year in seen:
            message = _("{year}年在文件中出现两次").format(year=year.year)
            yield _finding(file, "CALENDAR_YEAR_TWICE", "year", message)
        if year is not None:
            seen.add(year.year)


def _finding(file: str, code: str, field: str, message: str, fix: str = "") -> Finding:
    fix = fix or _("对照通知原文改正后重新导入")
    return Finding(code=code, file=file, field=field, message=message, fix=fix)


class _Notice:
    """Reads one year's mapping; reports and goes on, so that one reading finds everything."""

    def __init__(self, file: str, value: object) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.value: Mapping[Any, Any] = {}
        if isinstance(value, Mapping):
            self.value = value
        else:
            self._add("CALENDAR_SHAPE", "", _("每个年份应为若干“键：值”"))

    def read(self) -> CalendarYear | None:
        """The year, or None when something is missing that no day can be judged without."""
        if not isinstance(self.value, Mapping) or self.findings:
            return None
        self._unknown_keys()
        year = self._year()
        source = self._source()
        published_on = self._published_on()
        off = self._days("days_off", year)
        makeup = self._days("makeup_workdays", year)
        if "days_off" in self.value and not off and not self.findings:
            self._add("CALENDAR_DAYS_OFF", "days_off", _("没有列出任何放假日"))
        self._clashes(off, makeup)
        if year is None or published_on is None:
            return None
        return CalendarYear(
            year=year,
            days_off=frozenset(off),
            makeup_workdays=frozenset(makeup),
            source=source,
            published_on=published_on,
        )

    def _add(self, code: str, field: str, message: str, fix: str = "") -> None:
        self.findings.append(_finding(self.file, code, field, message, fix))

    def _unknown_keys(self) -> None:
        for key in self.value:
            if key is False:
                self._add(
                    "CALENDAR_OFF_KEY",
                    "off",
                    _("键“off”会被YAML读作“假”，其下的日期不会被当作放假日"),
                    _("把“off”改写为“days_off”"),
                )
            elif key not in _KEYS:
                message = _("不认识的项“{key}”").format(key=key)
                fix = _("可用的项：{keys}").format(keys="、".join(_KEYS))
                self._add("CALENDAR_UNKNOWN_KEY", str(key), message, fix)
        for key in _KEYS:
            if key not in self.value:
                self._add("CALENDAR_MISSING", key, _("缺少“{key}”").format(key=key))

    def _year(self) -> int | None:
        year = self.value.get("year")
        if isinstance(year, int) and not isinstance(year, bool) and year in _YEARS:
            return year
        if "year" in self.value:
            self._add("CALENDAR_YEAR", "year", _("“year”应为年份，例如2026"))
        return None

    def _source(self) -> str:
        source = self.value.get("source")
        if isinstance(source, str) and source.strip():
            return source.strip()
        if "source" in self.value:
            self._add("CALENDAR_SOURCE", "source", _("“source”应为通知的标题"))
        return ""

    def _published_on(self) -> date | None:
        day = _day(self.value.get("published_on"))
        if day is None and "published_on" in self.value:
            self._add(
                "CALENDAR_PUBLISHED_ON",
                "published_on",
                _("“published_on”应为通知的印发日期，例如2025-11-04"),
            )
        return day

    def _days(self, key: str, year: int | None) -> list[date]:
        entries = self.value.get(key, [])
        if not isinstance(entries, list):
            self._add("CALENDAR_LIST", key, _("“{key}”应为日期的列表").format(key=key))
            return []
        days: list[date] = []
        for index, entry in enumerate(entries):
            place = f"{key}[{index}]"
            for day in self._range(place, entry):
                if day in days:
                    message = _("{day}重复列出").format(day=day)
                    self._add("CALENDAR_DAY_TWICE", place, message)
                else:
                    days.append(day)
        for day in days:
            if year is not None and day.year != year:
                self._add(
                    "CALENDAR_WRONG_YEAR",
                    key,
                    _("{day}不在{year}年").format(day=day, year=year),
                    _("属于其他年份的日子，请作为该年份的更正版本另行导入"),
                )
        return days

    def _range(self, place: str, entry: object) -> list[date]:
        """The days of ``2026-01-01`` or ``2026-01-01..2026-01-03``, both ends included."""
        first = last = _day(entry)
        if isinstance(entry, str) and ".." in entry:
            start, _dots, end = entry.partition("..")
            first, last = _day(start), _day(end)
        if first is None or last is None:
            message = _("“{entry}”不是日期，也不是日期范围").format(entry=entry)
            fix = _("写作2026-01-01，或者2026-01-01..2026-01-03")
            self._add("CALENDAR_DATE", place, message, fix)
            return []
        if last < first:
            message = _("范围“{entry}”的起止日期颠倒").format(entry=entry)
            self._add("CALENDAR_RANGE_REVERSED", place, message)
            return []
        if (last - first).days > 366:
            message = _("范围“{entry}”超过一年").format(entry=entry)
            self._add("CALENDAR_RANGE_TOO_LONG", place, message)
            return []
        return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]

    def _clashes(self, off: list[date], makeup: list[date]) -> None:
        for day in makeup:
            if day in off:
                message = _("{day}既是放假日又是调休上班日").format(day=day)
                self._add("CALENDAR_OVERLAP", "makeup_workdays", message)
            elif is_weekday(day):
                message = _("{day}是周一至周五，不可能是调休上班日").format(day=day)
                self._add("CALENDAR_MAKEUP_WEEKDAY", "makeup_workdays", message)


def _day(value: object) -> date | None:
    """A date given as YAML date or as quoted text; a moment of a day is none."""
    if isinstance(value, datetime):
        return None
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        return None
    text = value.strip()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    # other spellings of ISO 8601 (weeks, no hyphens) are more likely a slip than meant
    return day if day.isoformat() == text else None
