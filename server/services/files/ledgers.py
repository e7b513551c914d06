"""台账: every case that one's offices handle as one row, with the days and results officials ask.

The days are those of the events the pack names (``date:`` of an event), else the day of the act.
Which act is the acceptance, the approval, the investigation, the decision and the filing follows
from the capacity it was done in (``domain/perspectives``), so that no procedure is named here.
What stands in papers the reader may not open is left out of his ledger too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from server.domain.calendar import CHINA_TIME
from server.domain.case_words import level_word, outcome_title, status_word
from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.lifecycle import DeadlineState
from server.domain.packs import PolicyPack
from server.domain.perspectives import Sight
from server.domain.roles import Capacity, capacity_of
from server.domain.texts import _
from server.forms.fields import flat, read
from server.queries import ledger, perspectives
from server.queries.ledger import Asked, Block, Done, Entered, Named, Period, Person
from server.services.calendar.calendars import CN
from server.services.clocks import deadline_rows
from server.services.context import Context
from server.services.files import case_diagrams, outcome_choices
from server.services.identity import posts
from server.services.law.releases import Release
from server.services.packs import definitions

#: most rows of one export
MOST_ROWS: Final = 5000
#: cases read at once
_BLOCK: Final = 200
#: lists of situations begin so in every pack
_SITUATIONS: Final = "situations"


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerRow:
    """One case as the ledger tells it."""

    case_id: str
    reference: str
    #: taken over at a later step on this day, None: begun here
    taken_over_on: date | None
    procedure: str
    applicants: str
    subjects: str
    unit: str
    #: level of the organ that handles it, and of the authority over those it is about
    level: str
    managed_by: str
    situations: str
    opened_on: date
    accepted_on: date | None
    approved_on: date | None
    investigated_from: date | None
    investigated_to: date | None
    decided_on: date | None
    outcome: str
    fed_back_on: date | None
    filed_on: date | None
    status: str
    is_open: bool
    #: periods set by law with their days and states
    periods: str
    #: titles of the periods that are or were overdue, empty for none
    overdue: str
    office: str
    #: working days from filing to the end, or until today
    age: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerPage:
    """One page of the ledger with what its filters offer."""

    rows: tuple[LedgerRow, ...]
    total: int | None
    page: int
    page_size: int
    procedures: Mapping[str, str]
    #: results it may be narrowed to, with all that they are called
    outcomes: Mapping[str, str]
    units: tuple[Named, ...]


def page(ctx: Context, asked: Asked, *, page: int = 1, page_size: int = 50) -> LedgerPage:
    """One page of the ledger, in the order of filing."""
    actor, number = posts.with_posts(ctx), max(page, 1)
    found = ledger.entered(
        ctx.session, actor, asked, offset=(number - 1) * page_size, limit=page_size
    )
    packs = outcome_choices.packs(ctx)
    return LedgerPage(
        rows=tuple(_rows(ctx, found)),
        total=ledger.total(ctx.session, actor, asked),
        page=number,
        page_size=page_size,
        procedures={key: pack.procedures[key].title for key, pack in packs.items()},
        outcomes=outcome_choices.words(packs, asked.procedure),
        units=ledger.units(ctx.session, actor),
    )


def rows(ctx: Context, asked: Asked) -> Iterator[LedgerRow]:
    """Every row of the ledger, read a block at a time while they are taken.

    Raises:
        Invalid: there are more than one export may hold; nothing was read.
    """
    actor = posts.with_posts(ctx)
    counted = ledger.total(ctx.session, actor, asked)
    if counted is None or counted > MOST_ROWS:
        finding = Finding(
            code="LEDGER_TOO_LONG",
            field="from_on",
            message=_("符合条件的事项超过{n}件，不能一次导出").format(n=MOST_ROWS),
            fix=_("缩短期间，或者按程序、单位分次导出"),
        )
        raise Invalid(finding.message, [finding])
    return _all(ctx, asked)


def _all(ctx: Context, asked: Asked) -> Iterator[LedgerRow]:
    actor, offset = posts.with_posts(ctx), 0
    while found := ledger.entered(ctx.session, actor, asked, offset=offset, limit=_BLOCK):
        yield from _rows(ctx, found)
        offset += len(found)


def _rows(ctx: Context, found: Sequence[Entered]) -> Iterator[LedgerRow]:
    ids = [entry.id for entry in found]
    block = ledger.block(ctx.session, ids)
    sights = perspectives.of_each(ctx.session, posts.with_posts(ctx), ids)
    for entry in found:
        yield _row(ctx, entry, block, sights[entry.id])


def _row(ctx: Context, entry: Entered, block: Block, sight: Sight) -> LedgerRow:
    release = definitions.release(ctx, entry.pack_version_id)
    pack = release.pack
    days = _days(pack, block.done[entry.id])
    people, periods = block.people[entry.id], block.periods[entry.id]
    done = block.done[entry.id]
    calendar = deadline_rows.calendar_of(ctx, CN)
    return LedgerRow(
        case_id=entry.id,
        reference=entry.reference,
        taken_over_on=entry.taken_over_on,
        procedure=pack.procedures[entry.procedure].title,
        applicants=_names(people, "applicant"),
        subjects=_names(people, "subject"),
        unit=entry.unit,
        level=level_word(entry.level),
        managed_by=_("、").join(
            dict.fromkeys(level_word(one.managed_by) for one in people if one.managed_by)
        ),
        situations=_situations(release, entry, done, sight),
        opened_on=entry.opened_on,
        accepted_on=days.first(Capacity.DESK),
        approved_on=days.first(Capacity.LEADER),
        investigated_from=days.first(Capacity.TEAM),
        investigated_to=days.last(Capacity.TEAM),
        decided_on=days.last(Capacity.BODY),
        outcome=outcome_title(pack, entry.procedure, entry.outcome),
        fed_back_on=days.after(Capacity.DESK, Capacity.BODY),
        filed_on=days.last(Capacity.ARCHIVE) or _day_of(entry),
        status=status_word(entry.status),
        is_open=entry.closed_at is None,
        periods=_("；").join(_period(pack, period) for period in periods),
        overdue=_("、").join(
            dict.fromkeys(_title(pack, one) for one in periods if one.state in _LATE)
        ),
        office=next(
            (act.unit for act in reversed(done) if _capacity(pack, act) is Capacity.DESK), ""
        ),
        age=case_diagrams.working_days(entry.opened_at, entry.closed_at or ctx.now, calendar),
    )


_LATE: Final = (DeadlineState.OVERDUE, DeadlineState.MET_LATE)
_STATES: Final = {
    DeadlineState.RUNNING: _("计算中"),
    DeadlineState.STOPPED: _("停计"),
    DeadlineState.UNDETERMINED: _("待定"),
    DeadlineState.OVERDUE: _("逾期"),
    DeadlineState.MET: _("按期"),
    DeadlineState.MET_LATE: _("逾期办结"),
    DeadlineState.CANCELLED: _("不再计算"),
}


@dataclass(frozen=True, slots=True)
class _Days:
    """The days of the acts of one case with the capacity each was done in, in order."""

    acts: tuple[tuple[Capacity, date], ...]

    def first(self, capacity: Capacity) -> date | None:
        return next((day for one, day in self.acts if one is capacity), None)

    def last(self, capacity: Capacity) -> date | None:
        return next((day for one, day in reversed(self.acts) if one is capacity), None)

    def after(self, capacity: Capacity, other: Capacity) -> date | None:
        """The first act of the one after the last act of the other."""
        places = [at for at, (one, _day) in enumerate(self.acts) if one is other]
        later = self.acts[places[-1] + 1 :] if places else ()
        return next((day for one, day in later if one is capacity), None)


def _days(pack: PolicyPack, done: Sequence[Done]) -> _Days:
    return _Days(
        tuple((_capacity(pack, act), _day(pack, act)) for act in done if act.command == "complete")
    )


def _capacity(pack: PolicyPack, act: Done) -> Capacity:
    return capacity_of(pack.capacities, act.role)


def _day(pack: PolicyPack, act: Done) -> date:
    """The day an event of this step names in its answers, else the day of the act."""
    for event in pack.events.values():
        if event.node == act.node_key and isinstance(event.date, str):
            named = _as_date(act.answers.get(event.date))
            if named is not None:
                return named
    return act.at.astimezone(CHINA_TIME).date()


def _as_date(value: Json) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _day_of(entry: Entered) -> date | None:
    return entry.closed_at.astimezone(CHINA_TIME).date() if entry.closed_at else None


def _names(people: Sequence[Person], kind: str) -> str:
    """The names of one kind; whoever applies for himself is also whom it is about."""
    named = [one.name for one in people if one.kind == kind]
    return _("、").join(dict.fromkeys(named or [one.name for one in people]))


def _situations(release: Release, entry: Entered, done: Sequence[Done], sight: Sight) -> str:
    """The situations of the latest paper that names any and that the reader may open."""
    addressed = {paper.node for paper in release.pack.papers.values() if paper.to}
    for act in reversed(done):
        role = act.role or "applicant"
        if sight.reads(
            role, act.actor_id, act.unit_id, is_addressed=act.node_key in addressed
        ) and (texts := _named(release, entry, act)):
            return _("；").join(texts)
    return ""


def _named(release: Release, entry: Entered, act: Done) -> list[str]:
    form = act.form_key or release.pack.procedures[entry.procedure].start_form
    found: list[str] = []
    for field in flat(read(release.forms.get(form, {}).get("components"))):
        if field.list_name and field.list_name.startswith(_SITUATIONS):
            value = act.answers.get(field.key)
            codes = value if isinstance(value, list) else [value]
            known = release.pack.lists[field.list_name].items
            found += [item.text for item in known if item.code in codes]
    return found


def _title(pack: PolicyPack, period: Period) -> str:
    rule = pack.deadlines.get(period.rule_key)
    return rule.title if rule else period.rule_key


def _period(pack: PolicyPack, period: Period) -> str:
    state = _STATES[DeadlineState(period.state)]
    due = period.due_on.isoformat() if period.due_on else _("待定")
    return _("{title} {due} {state}").format(title=_title(pack, period), due=due, state=state)
