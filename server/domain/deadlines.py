"""When a period ends and what its clock says: a pure function of rule, origin, changes, calendar.

The day of the origin is day 0 unless the rule counts the first day. A count that needs an
unpublished year has no due date: ``on`` is None and ``provisional_on``, shown as such, never
enforces anything. How days are counted stands in ``counting``, the sentence that explains it in
``deadline_lines``, what may be done to a clock in ``deadline_verbs``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from server.domain.calendar import CHINA_TIME, ONE_DAY, WorkingCalendar
from server.domain.counting import Count, Terms, Worked, run
from server.domain.deadline_changes import Change, Correct, Extend
from server.domain.deadline_lines import Head, Told, worked_line
from server.domain.deadline_rules import DeadlineRule, Unit
from server.domain.deadline_stops import StopSpan, running, spans
from server.domain.errors import Invalid, YearUnpublished
from server.domain.lifecycle import DeadlineState
from server.domain.texts import _

#: longest period that can be asked for, in its own unit
MAX_UNITS = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """Where a period ends, as far as that can be known."""

    #: last day of the period; None while a stop has no end or an unpublished year is needed
    on: date | None
    #: with Mon-Fri in unpublished years; only where ``on`` is None for that reason, never enforced
    provisional_on: date | None = None
    #: the days counted, as far as the count came; empty for months and ordered days
    counted: tuple[date, ...] = ()
    #: the count in one Chinese sentence
    line: str = ""
    #: the clock stands through this day; ``date.max`` until somebody restarts it
    stopped_through: date | None = None
    #: the unpublished year the count needs
    needs_year: int | None = None


def due(
    rule: DeadlineRule,
    origin_on: date,
    changes: Sequence[Change],
    calendar: WorkingCalendar,
    *,
    origin_title: str = "",
    until: date | None = None,
) -> Due:
    """The end of the period after all changes, never past ``rule.max`` units from the origin.

    ``until`` is the ordered last day of a rule that has one; ``origin_title`` names the origin in
    the line. A stop with a longest duration ends by itself: while it runs, ``on`` is the date
    that holds if nobody restarts the clock earlier.

    Raises:
        Invalid: the period leads past the last possible date.
    """
    plain = Terms(
        start=origin_of(origin_on, changes),
        n=rule.n,
        unit=rule.unit,
        count_first_day=rule.count_first_day,
        roll=rule.roll == "next_working_day",
    )
    more = sum(act.n for act in changes if isinstance(act, Extend))
    terms = replace(plain, n=more if until else plain.n + more, until=until)
    reached = _reach(terms, calendar, lambda worked: spans(rule, changes, worked))
    if rule.max is not None:
        reached = reached.at_most(_reach(replace(plain, n=rule.max), calendar))
    entered_on = origin_on if origin_on != terms.start else None
    head = Head(title=origin_title, entered_on=entered_on, acts=tuple(changes))
    return _as_due(reached, terms, calendar, head)


def plain(start: date, n: int, unit: Unit, calendar: WorkingCalendar) -> Due:
    """The end of a bare period: first day not counted, a rest day leads to the next working day.

    Raises:
        Invalid: ``n`` is not between 1 and 10 000, or the period leads past the last date.
    """
    if not 1 <= n <= MAX_UNITS:
        raise Invalid(_("期限的数目应在1至{most}之间").format(most=MAX_UNITS))
    terms = Terms(start=start, n=n, unit=unit)
    return _as_due(_reach(terms, calendar), terms, calendar, Head())


def origin_of(origin_on: date, changes: Sequence[Change]) -> date:
    """The day of the origin after its last correction."""
    corrected = [act.origin_on for act in changes if isinstance(act, Correct)]
    return corrected[-1] if corrected else origin_on


def expires_at(rule: DeadlineRule, on: date) -> datetime:
    """The first moment at which the period is over: 24:00 of its last day, or ``end_of_day``."""
    if rule.end_of_day is None:
        return datetime.combine(on + ONE_DAY, time.min, CHINA_TIME)
    return datetime.combine(on, rule.end_of_day, CHINA_TIME)


def state_at(
    rule: DeadlineRule,
    end: Due,
    now: datetime,
    *,
    met: date | datetime | None = None,
    cancelled: bool = False,
) -> DeadlineState:
    """What the clock says at ``now``.

    ``met`` is the moment of the act that met it, or only its day where the event's day was
    entered. A period whose end is not known cannot be met late, nor be overdue.
    """
    if cancelled:
        return DeadlineState.CANCELLED
    if met is not None:
        return DeadlineState.MET_LATE if _is_late(rule, end, met) else DeadlineState.MET
    if end.stopped_through is not None and now.astimezone(CHINA_TIME).date() <= end.stopped_through:
        return DeadlineState.STOPPED
    if end.on is None:
        return DeadlineState.UNDETERMINED
    return DeadlineState.OVERDUE if now >= expires_at(rule, end.on) else DeadlineState.RUNNING


def _is_late(rule: DeadlineRule, end: Due, met: date | datetime) -> bool:
    if end.on is None:
        return False
    if isinstance(met, datetime):
        return met >= expires_at(rule, end.on)
    return met > end.on


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reached:
    """Where a count came to, with the published calendar and, if that was short, with a guess."""

    count: Count
    stops: tuple[StopSpan, ...] = ()
    on: date | None = None
    provisional_on: date | None = None
    needs_year: int | None = None
    is_capped: bool = False

    def at_most(self, ceiling: "_Reached") -> "_Reached":
        """The earlier of the two; an end that is not known lies after every one that is."""
        if ceiling.on is None:
            known = [day for day in (self.provisional_on, ceiling.provisional_on) if day]
            return replace(self, provisional_on=min(known)) if self.needs_year else self
        if self.on is not None and self.on <= ceiling.on:
            return self
        return replace(self, on=ceiling.on, provisional_on=None, needs_year=None, is_capped=True)


def _no_stops(_worked: Worked) -> tuple[StopSpan, ...]:
    return ()


def _reach(
    terms: Terms,
    calendar: WorkingCalendar,
    stops: Callable[[Worked], tuple[StopSpan, ...]] = _no_stops,
) -> _Reached:
    count = Count()
    try:
        try:
            found = stops(calendar.is_working_day)
            run(_with(terms, found), calendar.is_working_day, count)
        except YearUnpublished as unpublished:
            found, guess = stops(calendar.guess), Count()
            run(_with(terms, found), calendar.guess, guess)
            return _Reached(
                count=count,
                stops=found,
                provisional_on=guess.last,
                needs_year=unpublished.year,
            )
    except OverflowError as error:
        raise Invalid(_("期限超出可以计算的范围")) from error
    return _Reached(count=count, stops=found, on=count.last)


def _with(terms: Terms, stops: tuple[StopSpan, ...]) -> Terms:
    return replace(terms, gaps=tuple(stop.gap for stop in stops))


def _as_due(
    reached: _Reached,
    terms: Terms,
    calendar: WorkingCalendar,
    head: Head,
) -> Due:
    standing = running(reached.stops)
    counted = tuple(day for day in reached.count.counted if not reached.on or day <= reached.on)
    told = Told(
        terms=terms,
        head=head,
        stops=reached.stops,
        counted=counted,
        raw=reached.count.raw,
        on=reached.on,
        is_capped=reached.is_capped,
        provisional_on=reached.provisional_on,
        needs_year=reached.needs_year,
    )
    return Due(
        on=reached.on,
        provisional_on=reached.provisional_on,
        counted=counted,
        line=worked_line(told, calendar),
        stopped_through=standing.gap.last if standing else None,
        needs_year=reached.needs_year,
    )
