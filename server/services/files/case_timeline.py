"""What happened in a case, in words, as one reader may know it.

Offices that handle the case see every act; a party its own acts and the turns of its matter;
whoever was asked its own acts, the beginning, the end and the clocks. Acts of others come to the
last two without a name.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Final

from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME
from server.domain.perspectives import Sight
from server.domain.texts import _
from server.queries import timeline as rows
from server.queries.timeline import Act, Item, Who
from server.services.case import laws
from server.services.case.laws import Laws
from server.services.context import Context
from server.services.files import act_details, case_reasons
from server.services.files.case_papers import Paper
from server.services.files.case_reasons import Reasons
from server.services.files.requests import View
from server.services.files.signature_lines import Reader
from server.services.files.timeline_words import WORDS, Word
from server.services.law.charts import Chart
from server.services.law.releases import Release


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One line of the timeline."""

    at: datetime
    #: empty where the reader may not know who it was
    actor: str
    post: str
    on_behalf_of: str
    #: the word in the path of the API, with ``_``
    verb: str
    #: the verb as people say it
    words: str
    #: the task, deadline or message it was about
    task: str
    #: what it came to
    detail: str
    #: number of the paper that was handed in, None for none
    paper: int | None
    #: done, active, overdue, back: how it is marked
    kind: str
    #: one of the acts that move the case; the others are shown on demand
    is_main: bool
    is_own: bool


#: acts on a task or on the whole case
_OF_PEOPLE: Final = ("work.", "case.", "decision.")
#: acts of the program that come in bundles
_FOLDED: Final = frozenset({"remind", "overdue", "met_late", "cancelled", "recompute"})
#: turns of the matter that whoever knows of the case may know
_TURNS: Final = frozenset(
    f"case.{verb}"
    for verb in (
        *("open", "take_over", "close", "reopen", "incident", "resolve"),
        *("suspend", "resume", "cancel", "migrate"),
    )
)
#: what clocks do that a party may know, of periods set by law
_OF_CLOCKS: Final = frozenset(
    f"deadline.{verb}"
    for verb in (
        *("start", "overdue", "met", "met_late", "stop", "restart", "extend", "correct"),
        "adopt",
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What the sentences of one case's timeline are made from."""

    release: Release
    chart: Chart
    sight: Sight
    #: the result in words, empty where the reader may not know it
    outcome: str
    procedure: str
    #: papers the reader may know of, by the task they were handed in at
    papers: Mapping[str, Paper]
    items: Mapping[str, Item]
    #: the paper the case began with
    first: Paper | None
    #: requests the reader may know of, by their ids
    requests: Mapping[str, View] = field(default_factory=dict)


def entries(ctx: Context, case_id: str, told: Told) -> tuple[Entry, ...]:
    """The timeline, the latest act first, in a constant number of statements."""
    found = laws.of_case(ctx, case_id)
    every = (_of_today(found, act) for act in rows.acts(ctx.session, case_id))
    acts = [act for act in every if _may_know(told, act)]
    ids = {act.actor_id for act in acts}
    ids |= {str(act.detail["on_behalf_of"]) for act in acts if act.detail.get("on_behalf_of")}
    ids |= {_actor(act) for act in acts}
    ids |= {act.target for act in acts if act.verb.startswith("participant.")}
    reasons = case_reasons.of_case(ctx, case_id, Reader(sight=told.sight, pack=told.release.pack))
    known = rows.people(ctx.session, sorted((ids | reasons.people) - {SYSTEM.person_id}))
    return tuple(_folded(_entry(told, act, known, reasons) for act in reversed(acts)))


def _of_today(found: Laws, act: Act) -> Act:
    """An act on a clock, under the key its rule has today."""
    key = act.detail.get("rule")
    now = found.rule_now(key, act.at) if isinstance(key, str) else key
    return act if now == key else replace(act, detail={**act.detail, "rule": now})


def _folded(found: Iterable[Entry]) -> Iterator[Entry]:
    """What the program did about several periods at one moment is told once."""
    of_program = attrgetter("at", "verb", "actor", "post")
    for (_at, verb, _actor, _post), same in groupby(found, of_program):
        entries = list(same)
        if verb not in _FOLDED:
            yield from entries
            continue
        tasks = dict.fromkeys(entry.task for entry in entries)
        details = dict.fromkeys(entry.detail for entry in entries if entry.detail)
        yield replace(entries[0], task=_("、").join(tasks), detail=_("、").join(details))


def _may_know(told: Told, act: Act) -> bool:
    """The table of the module's first lines; what an act brings about is no act of its own."""
    sight = told.sight
    if act.verb not in WORDS and not act.verb.startswith(_OF_PEOPLE):
        return False
    if sight.is_office or act.verb in _TURNS:
        return True
    if act.verb.startswith(("work.", "case.")):
        return _is_own(told, act, told.items.get(act.target))
    rule = told.release.pack.deadlines.get(str(act.detail.get("rule")))
    if rule is None or act.verb not in _OF_CLOCKS:
        return False
    return not sight.is_party or rule.force == "statutory"


def _is_own(told: Told, act: Act, item: Item | None) -> bool:
    if item is None:
        return act.actor_id == told.sight.person_id
    return told.sight.wrote(act.actor_id, item.unit_id, item.role)


def _entry(told: Told, act: Act, known: Mapping[str, Who], reasons: Reasons) -> Entry:
    item = told.items.get(act.target)
    is_own = _is_own(told, act, item)
    who = known.get(_actor(act)) if is_own or told.sight.is_office else None
    absent = known.get(str(act.detail.get("on_behalf_of"))) if who else None
    word = WORDS.get(act.verb, Word(_("办理")))
    paper = told.first if act.verb == "case.open" else None
    if act.verb == "work.complete":
        paper = told.papers.get(act.target)
    asked = _request(told, act)
    day = act.at.astimezone(CHINA_TIME).date()
    return Entry(
        at=act.at,
        actor=who.name if who else _nobody(told, act),
        post=who.post_on(day, item.unit_id if item else None) if who else "",
        on_behalf_of=absent.name if absent else "",
        verb=act.verb.partition(".")[2].replace("-", "_"),
        words=word.text,
        task=asked.title if asked else _task(told, act, item, known),
        detail=_detail(told, act, paper, reasons.beside(act, known) if who else ""),
        paper=paper.seq if paper and paper.is_readable else None,
        kind=word.kind,
        is_main=word.is_main,
        is_own=is_own,
    )


def _request(told: Told, act: Act) -> View | None:
    """The request an act is about, or was done for."""
    return told.requests.get(str(act.detail.get("request", act.target)))


def _actor(act: Act) -> str:
    """Whoever answers for the act: a workbook is opened by the program for somebody, and the
    answers of one let the case go on when the last of those after him has signed."""
    is_for_another = act.verb in ("case.take_over", "work.complete") and "by" in act.detail
    return str(act.detail["by"]) if is_for_another else act.actor_id


def _nobody(told: Told, act: Act) -> str:
    """Who acts where no person is named."""
    return _("系统") if act.actor_id == SYSTEM.person_id else _("承办机关")


def _task(told: Told, act: Act, item: Item | None, known: Mapping[str, Who]) -> str:
    pack = told.release.pack
    if item is not None:
        return item.title or told.chart.label(item.node_key)
    if "rule" in act.detail:
        rule = pack.deadlines.get(str(act.detail["rule"]))
        return rule.title if rule else ""
    named = {
        "message": pack.messages.get(act.target),
        "correction": pack.events.get(str(act.detail.get("event"))),
    }.get(act.verb.partition(".")[0])
    if named is not None:
        return named.title
    if act.verb == "timer.fire":
        return told.chart.label(act.target)
    if act.verb.startswith("participant."):
        return _part(told, act, known)
    return pack.procedures[told.procedure].title if act.verb == "case.open" else ""


def _part(told: Told, act: Act, known: Mapping[str, Who]) -> str:
    role = told.release.pack.roles.get(str(act.detail.get("role")))
    who = known.get(act.target)
    return _("{name}（{role}）").format(
        name=who.name if who else _("单位"), role=role.title if role else _("本案人员")
    )


def _detail(told: Told, act: Act, paper: Paper | None, reason: str) -> str:
    """What it came to, else why it was done; of a move to another version both."""
    if act.verb == "case.migrate":
        return _("：").join(part for part in (act_details.moved(act), reason) if part)
    return _came_to(told, act, paper) or reason


def _came_to(told: Told, act: Act, paper: Paper | None) -> str:
    asked = _request(told, act)
    if asked is not None:
        return asked.said(act.verb)
    if paper is not None:
        return paper.came_to
    if act.verb == "case.close":
        return told.outcome
    if act.verb == "case.take_over":
        return act_details.taken_over(told.chart, act) if told.sight.is_office else ""
    if act.verb == "deadline.remind":
        return _("、").join(
            dict.fromkeys(
                act_details.told(told.release.pack, str(to)) for to in act.detail.get("to", [])
            )
        )
    return act_details.days(act)
