"""What a play shows at a moment, as plain data for the page: who could do what, and by when."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import select

from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME, ONE_DAY, weekday_word
from server.domain.case_words import outcome_title, status_word
from server.domain.errors import RongcuoError, YearUnpublished
from server.domain.expressions import Json
from server.domain.lifecycle import TimerState
from server.models.outbox import message_subscription
from server.models.time import timer
from server.queries.cases import CaseFacts, OpenWork
from server.services.calendar import calendars
from server.services.clocks import deadline_sheets
from server.services.context import Context, reading
from server.services.files import sheet_words
from server.services.files.work_lists import role_title
from server.services.identity import people
from server.services.law import charts
from server.services.rehearsing import casting, rarer_acts, recording
from server.services.rehearsing.casting import Part
from server.services.rehearsing.play import Play
from server.services.rehearsing.session import Session, Standing
from server.services.rehearsing.troubles import Trouble


def of(standing: Standing) -> dict[str, Json]:
    """Where the play stands."""
    play = standing.play
    with reading(play.tools, SYSTEM, play.now) as ctx:
        case = play.facts()
        return {
            "played": standing.played,
            "troubles": [trouble(each) for each in standing.troubles],
            "stopped": trouble(standing.stopped) if standing.stopped else None,
            "clock": _clock(ctx, case),
            "seen": recording.seen(case),
            "end": recording.end(case),
            "case": _case(ctx, play, case) if case else None,
        }


def trouble(found: Trouble) -> dict[str, Json]:
    """What went otherwise."""
    return {
        "step": found.step,
        "message": found.message,
        "refused": found.refused,
        "why": found.why,
        "problems": [
            {"field": each.field, "message": each.message, "fix": each.fix}
            for each in found.findings
        ],
    }


def told(moment: datetime) -> str:
    """A moment as people read it: 2026-02-12（周四）09:00."""
    local = moment.astimezone(CHINA_TIME)
    return f"{local:%Y-%m-%d}（{weekday_word(local.date())}）{local:%H:%M}"


def _clock(ctx: Context, case: CaseFacts | None) -> dict[str, Json]:
    """The clock, and the moments it can be moved to."""
    moves = {"day": _next_working_day(ctx)}
    if case:
        due = [clock.due_on for clock in case.clocks if clock.is_open and clock.due_on]
        after = [day for day in due if day >= ctx.today]
        if after:
            # the day after the last day: then it is over, and those who are told are told
            at = datetime.combine(min(after) + ONE_DAY, ctx.now.timetz())
            moves["due"] = at.replace(tzinfo=ctx.now.tzinfo)
        timed = _next_timer(ctx, case.id)
        if timed:
            moves["timer"] = timed
    return {
        "now": ctx.now.isoformat(timespec="minutes"),
        "words": told(ctx.now),
        "moves": {
            key: {"to": at.isoformat(timespec="minutes"), "words": told(at)}
            for key, at in moves.items()
        },
    }


def _next_working_day(ctx: Context) -> datetime:
    calendar = calendars.current(ctx)
    moment = ctx.now + timedelta(days=1)
    with suppress(YearUnpublished):
        while not calendar.is_working_day(moment.astimezone(CHINA_TIME).date()):
            moment += ONE_DAY
    return moment


def _next_timer(ctx: Context, case_id: str) -> datetime | None:
    rows = ctx.session.scalars(
        select(timer.c.due_at).where(
            timer.c.case_id == case_id,
            timer.c.state == TimerState.ARMED,
            timer.c.due_at.is_not(None),
        )
    ).all()
    return min((_minute(max(at, ctx.now)) for at in rows), default=None)


def _minute(moment: datetime) -> datetime:
    """The moment as a scenario writes it, to the minute: what is due within it has fired then."""
    local = moment.astimezone(CHINA_TIME)
    whole = local.replace(second=0, microsecond=0)
    return whole if whole == local else whole + timedelta(minutes=1)


def _case(ctx: Context, play: Play, case: CaseFacts) -> dict[str, Json]:
    pack = play.release.pack
    waiting = list(_waiting(ctx, play, case.id))
    done: dict[str, int] = {}
    for element in case.visited:
        done[element] = done.get(element, 0) + 1
    tokens = [work.node_key for work in case.work] + [each["element"] for each in waiting]
    titles = {key: message.title for key, message in pack.messages.items()}
    return {
        "reference": case.reference,
        "status": case.status,
        "state": status_word(case.status),
        "why": case.status_reason,
        "outcome": outcome_title(pack, case.procedure, case.outcome),
        "open": [_task(ctx, play, case, work) for work in case.work],
        "acts": list(rarer_acts.of_case(ctx, play, case)),
        "deadlines": [_deadline(each) for each in deadline_sheets.of_case(ctx, pack, case.id)],
        "waiting": waiting,
        "tokens": tokens,
        "done": done,
        "flows": sorted(set(case.flows)),
        "messages": [
            {"message": sent.message, "title": titles.get(sent.message, sent.message)}
            for sent in case.messages
        ],
        "opened": list(case.opened),
        "notices": [notice.label for notice in case.notices],
        "variables": dict(case.variables),
    }


def _task(ctx: Context, play: Play, case: CaseFacts, work: OpenWork) -> dict[str, Json]:
    pack = play.release.pack
    clock = work.deadline_key and deadline_sheets.newest(ctx, pack, case.id, work.deadline_key)
    unit = people.unit(ctx, work.unit_id).name if work.unit_id else ""
    return {
        "element": work.node_key,
        "title": work.title,
        "form": work.form_key,
        "office": work.office,
        "office_title": role_title(pack, work.office),
        "unit": unit,
        "item": work.item,
        "item_words": sheet_words.item(play.release, work.item) if work.item else "",
        "holder": people.person(ctx, work.assignee_id).name if work.assignee_id else "",
        "deadline": _deadline(clock) if clock else None,
        "players": list(_players(ctx, play, case, work)),
        "places": rarer_acts.places(ctx, play, work),
    }


def _players(
    ctx: Context, play: Play, case: CaseFacts, work: OpenWork
) -> Iterator[dict[str, Json]]:
    """Who may be said to act: the office first, then each of its people, then other roles."""
    pack = play.release.pack
    place = casting.place_of(ctx, case, work.level or "")
    with suppress(RongcuoError):
        found = casting.actor(ctx, pack, Part(by=work.office), case, work, place)
        yield {"as": work.office, "title": role_title(pack, work.office), "name": found.name}
    if work.unit_id:
        for each in people.holders(ctx, work.unit_id, ctx.today):
            yield {"as": each.login, "title": each.title, "name": each.name}


def _deadline(clock: deadline_sheets.DeadlineSheet) -> dict[str, Json]:
    return {
        "key": clock.key,
        "title": clock.title,
        "state": str(clock.state),
        "due_on": clock.due_on.isoformat() if clock.due_on else None,
        "provisional_on": clock.provisional_on.isoformat() if clock.provisional_on else None,
        "left": clock.left,
        "line": clock.line,
        "basis": asdict(clock.rule) | {"cited": clock.rule.cited},
    }


def _waiting(ctx: Context, play: Play, case_id: str) -> Iterator[dict[str, Json]]:
    """What the case waits for besides people: messages, and timers of the diagram."""
    chart = charts.chart(play.release.files[play.scenario.procedure])
    known = play.release.pack.messages
    open_ones = select(message_subscription).where(
        message_subscription.c.case_id == case_id, message_subscription.c.state == "open"
    )
    for row in ctx.session.execute(open_ones):
        message = known.get(row.message)
        yield {
            "kind": "message",
            "element": row.element,
            "label": chart.label(row.element),
            "message": row.message,
            "title": message.title if message else row.message,
            "carries": list(message.carries) if message else [],
        }
    timed = select(timer).where(
        timer.c.case_id == case_id, timer.c.state == TimerState.ARMED, timer.c.kind == "engine"
    )
    for row in ctx.session.execute(timed):
        yield {
            "kind": "timer",
            "element": row.element,
            "label": chart.label(row.element),
            "at": told(row.due_at) if row.due_at else "",
            "to": _minute(row.due_at).isoformat(timespec="minutes") if row.due_at else "",
        }


def recorded(session: Session, document: dict[str, Json]) -> dict[str, Json]:
    """The scenario with what is seen after each step, where it says nothing of it itself.

    Raises:
        Invalid: it cannot be played.
    """
    steps = [dict(document["start"]), *map(dict, document.get("steps") or ())]
    seen = []
    shown: Json = {}
    for upto in range(1, len(steps) + 1):
        shown = of(session.play(document, upto))
        seen.append(shown["seen"])
    for nth, (step, found) in enumerate(zip(steps, seen, strict=True)):
        is_same = nth > 0 and found == seen[nth - 1] and "until" in step
        if found and "expect" not in step and not step.get("refused") and not is_same:
            step["expect"] = found
    kept = {**document, "start": steps[0], "steps": steps[1:]}
    return {**kept, "expect": document.get("expect") or shown.get("end") or {}}
