"""The count of a period as the sentence officials check it by.

``2月12日受理，次日起算；2月14日（周六）为调休工作日；15日至23日放假；第5个工作日为2月26日``

A year is written where it changes, a month is left out where the note before has the same one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from server.domain.calendar import ONE_DAY, WorkingCalendar
from server.domain.counting import Terms
from server.domain.deadline_changes import Change, Reopen, Undo, begun_again
from server.domain.deadline_rules import AfterReturn, Unit
from server.domain.deadline_stops import StopSpan
from server.domain.texts import _

_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """What there is to tell of a clock besides its count."""

    #: what happened on the day of the origin, e.g. 受理
    title: str = ""
    #: the day the origin was first entered with, where it was corrected since
    entered_on: date | None = None
    acts: tuple[Change, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What there is to tell of a count."""

    terms: Terms
    head: Head
    stops: tuple[StopSpan, ...]
    counted: tuple[date, ...]
    #: the last day before it rolled
    raw: date | None
    on: date | None
    is_capped: bool
    provisional_on: date | None
    needs_year: int | None


def units(n: int, unit: Unit) -> str:
    """A number with its unit: 5个工作日, 30日, 2个月."""
    texts = {Unit.WORKING: _("{n}个工作日"), Unit.CALENDAR: _("{n}日"), Unit.MONTH: _("{n}个月")}
    return texts[unit].format(n=n)


def worked_line(told: Told, calendar: WorkingCalendar) -> str:
    """The whole sentence, without a full stop."""
    days = _Days(told.terms.start)
    return "；".join([_head(told, days), *_notes(told, calendar, days), _end(told, days)])


class _Days:
    """Writes dates in their order, leaving out what the one before already said."""

    def __init__(self, start: date) -> None:
        self._last = start
        self._in_notes = False

    def full(self, day: date) -> str:
        """Month and day, with the year where it changes."""
        text = _("{month}月{day}日").format(month=day.month, day=day.day)
        if day.year != self._last.year:
            text = _("{year}年").format(year=day.year) + text
        self._last = day
        return text

    def next(self, day: date) -> str:
        """Like ``full``; the bare day where the note before is of the same month."""
        same = (day.year, day.month) == (self._last.year, self._last.month)
        if self._in_notes and same:
            self._last = day
            return _("{day}日").format(day=day.day)
        self._in_notes = True
        return self.full(day)


def _head(told: Told, days: _Days) -> str:
    text = (
        _("{day}{title}，当日起算") if told.terms.count_first_day else _("{day}{title}，次日起算")
    )
    title = _("退回") if begun_again(told.head.acts) else told.head.title or _("起算事由发生")
    head = text.format(day=days.full(told.terms.start), title=title)
    if told.head.entered_on is None:
        return head
    entered = _Days(told.terms.start).full(told.head.entered_on)
    return head + _("（原记{day}，已更正）").format(day=entered)


@dataclass(frozen=True, slots=True)
class _Note:
    """One remark: a text with ``{first}``, and ``{last}`` where it spans days."""

    first: date
    text: str
    last: date | None = None

    def write(self, days: _Days) -> str:
        first = days.next(self.first)
        last = days.next(self.last) if self.last else ""
        return self.text.format(first=first, last=last)


def _notes(told: Told, calendar: WorkingCalendar, days: _Days) -> Iterator[str]:
    """Make-up days, days off and stops in the order of their dates."""
    notes = [*_stops(told), *_returns(told.head.acts)]
    if told.counted and told.terms.unit is Unit.WORKING:
        span = (told.terms.start + ONE_DAY, told.on or told.counted[-1])
        notes += [*_makeup_days(*span, calendar), *_days_off(*span, calendar)]
    for note in sorted(notes, key=lambda note: note.first):
        yield note.write(days)


def _makeup_days(first: date, last: date, calendar: WorkingCalendar) -> Iterator[_Note]:
    for year in calendar.years.values():
        for day in year.makeup_workdays:
            if first <= day <= last:
                weekday = _WEEKDAYS[day.weekday()]
                yield _Note(day, _("{{first}}（周{weekday}）为调休工作日").format(weekday=weekday))


def _days_off(first: date, last: date, calendar: WorkingCalendar) -> Iterator[_Note]:
    """The days off of the notices between the two days, neighbours as one range."""
    off = sorted(
        day for year in calendar.years.values() for day in year.days_off if first <= day <= last
    )
    ends = [day for day in off if day + ONE_DAY not in off]
    starts = [day for day in off if day - ONE_DAY not in off]
    for start, end in zip(starts, ends, strict=True):
        if start == end:
            yield _Note(start, _("{first}放假"))
        else:
            yield _Note(start, _("{first}至{last}放假"), end)


def _stops(told: Told) -> Iterator[_Note]:
    for stop in told.stops:
        if stop.is_over and stop.restarted_on is not None:
            text = _("{first}办结，至{last}退回，其间不计")
            yield _Note(stop.stopped_on, text, stop.restarted_on)
            continue
        yield _Note(stop.stopped_on, _("{{first}}起中止（{why}）").format(why=stop.reason))
        if stop.restarted_on is not None and stop.restarted_on <= stop.gap.last + ONE_DAY:
            yield _Note(stop.restarted_on, _("{first}恢复计算"))
        elif stop.gap.last != date.max:
            yield _Note(stop.gap.last, _("{first}中止期满，此后继续计算"))


def _returns(acts: tuple[Change, ...]) -> Iterator[_Note]:
    for act in acts:
        if isinstance(act, Undo):
            yield _Note(act.on, _("{first}退回，起算事由须重新发生"))
        elif isinstance(act, Reopen) and act.how is AfterReturn.CONTINUE:
            yield _Note(act.on, _("{first}退回，原期限继续计算"))


def _end(told: Told, days: _Days) -> str:
    terms = told.terms
    if told.needs_year is not None:
        text = _("需要{year}年的节假日安排，尚未公布，期限待定").format(year=told.needs_year)
        if told.provisional_on is not None:
            text += _("，暂计至{day}").format(day=days.full(told.provisional_on))
        return text
    if told.on is None:
        text = _("尚未恢复，恢复后继续计算")
        if terms.unit is not Unit.MONTH and terms.until is None:
            left = units(terms.n - len(told.counted), terms.unit)
            text = _("尚未恢复，剩余{left}").format(left=left)
        return text
    if told.is_capped or told.raw is None:
        return _("以最长期限为限，至{day}止").format(day=days.full(told.on))
    text = _reached(terms, days.full(told.raw))
    if told.raw != told.on:
        text += _("，该日休息，顺延至{day}").format(day=days.full(told.on))
    return text


def _reached(terms: Terms, day: str) -> str:
    if terms.until is not None:
        return _("限期至{day}").format(day=day)
    texts = {
        Unit.WORKING: _("第{n}个工作日为{day}"),
        Unit.CALENDAR: _("第{n}日为{day}"),
        Unit.MONTH: _("满{n}个月，末日为{day}"),
    }
    return texts[terms.unit].format(n=terms.n, day=day)
