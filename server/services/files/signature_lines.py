"""会签、加签意见 as one reader may know them: who was asked, by whom and why, who said what.

Those who handle the case see who was asked. What somebody said is read by whoever may read his
papers, and by everybody who has a part in the same group: he asked, or signs with him. A vote by
tickets is nobody's but the voter's until it is over. A party learns nothing of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from server.domain.calendar import CHINA_TIME
from server.domain.groups import Duty
from server.domain.lifecycle import WorkState
from server.domain.packs import PolicyPack
from server.domain.perspectives import Sight
from server.domain.tallies import Choice, Tally, tally
from server.domain.texts import _
from server.domain.together import Kind, Share, Together
from server.forms import signing
from server.queries import signatures, timeline
from server.queries.signatures import Note, Signature
from server.queries.timeline import Who
from server.services.context import Context

_DUTIES: Final[Mapping[Duty, str]] = {
    Duty.BEFORE: _("前加签"),
    Duty.BESIDE: _("并加签"),
    Duty.AFTER: _("后加签"),
}
_KINDS: Final[Mapping[Kind, str]] = {
    Kind.COUNTERSIGN: _("会签"),
    Kind.OR_SIGN: _("或签"),
    Kind.SEQUENCE: _("依次会签"),
    Kind.VOTE: _("票签"),
}
_OPEN: Final = (WorkState.OFFERED, WorkState.CLAIMED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One who was asked."""

    item_id: str
    name: str
    #: of whoever has it, else the office that is asked
    post: str
    #: in which way he signs, in words
    kind: str
    weight: int
    #: done, active or back: how it is marked
    mark: str
    #: what he said, or why he has not
    words: str
    #: empty where the reader may not know it
    opinion: str
    at: datetime | None
    asked_by: str
    reason: str
    asked_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """The signatures of one task."""

    group_id: str
    #: title of the task
    title: str
    #: by which rule those sign who sign together, empty for signers that were added
    rule: str
    #: what it came to, empty while it is open or where there is no rule
    result: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Who reads, and by which pack the case goes."""

    sight: Sight
    pack: PolicyPack

    @property
    def addressed(self) -> frozenset[str]:
        """Steps whose papers go to an office."""
        return frozenset(paper.node for paper in self.pack.papers.values() if paper.to)


def of_case(ctx: Context, case_id: str, reader: Reader) -> tuple[Block, ...]:
    """The blocks of a case, the oldest first; a constant number of statements."""
    if reader.sight.is_party:
        return ()
    groups = {
        group: items
        for group, items in signatures.of_case(ctx.session, case_id).items()
        if reader.sight.is_office or _has_part(reader.sight, items)
    }
    all_items = [item for items in groups.values() for item in items]
    ids = {item.person_id for item in all_items if item.person_id}
    ids |= {note.by for item in all_items for note in item.notes}
    known = timeline.people(ctx.session, sorted(ids))
    return tuple(_block(ctx.today, reader, items, known) for items in groups.values())


def may_read(reader: Reader, items: tuple[Signature, ...], item: Signature) -> bool:
    """May he read what was said at this item."""
    if reader.sight.is_party:
        return False
    if item.person_id == reader.sight.person_id:
        return True
    rule = reader.pack.together.get(item.node_key)
    if item.duty == Duty.MEMBER and rule and rule.kind is Kind.VOTE and _is_open(items):
        return False
    is_addressed = item.node_key in reader.addressed
    return _has_part(reader.sight, items) or reader.sight.reads(
        item.role, item.person_id, item.unit_id, is_addressed=is_addressed
    )


def unread(ctx: Context, case_id: str, reader: Reader) -> frozenset[str]:
    """Ids of the items whose signatures this reader of the timeline may not read."""
    return frozenset(
        item.id
        for items in signatures.of_case(ctx.session, case_id).values()
        for item in items
        if item.duty != Duty.MAIN and not may_read(reader, items, item)
    )


def _has_part(sight: Sight, items: tuple[Signature, ...]) -> bool:
    return any(sight.wrote(item.person_id, item.unit_id) for item in items)


def _is_open(items: tuple[Signature, ...]) -> bool:
    return any(item.duty == Duty.MEMBER and item.state in _OPEN for item in items)


def _block(
    today: date, reader: Reader, items: tuple[Signature, ...], known: Mapping[str, Who]
) -> Block:
    rule = reader.pack.together.get(items[0].node_key)
    is_over = not _is_open(items)
    signed = any(item.duty == Duty.MEMBER for item in items)
    return Block(
        group_id=items[0].group_id,
        title=items[0].title,
        rule=_rule(rule) if rule and signed else "",
        result=_result(tally(rule, _said(items))) if rule and signed and is_over else "",
        lines=tuple(
            _line(today, reader, items, item, known) for item in items if item.duty != Duty.MAIN
        ),
    )


def _said(items: tuple[Signature, ...]) -> Iterator[tuple[int, Choice | None]]:
    for item in items:
        note = item.last("sign") if item.state == WorkState.DONE else None
        if item.duty == Duty.MEMBER and item.state != WorkState.ENDED:
            yield item.weight, Choice(note.choice) if note else None


def _rule(rule: Together) -> str:
    """The rule in one sentence."""
    kind = _KINDS[rule.kind]
    if rule.kind is Kind.OR_SIGN:
        return _("{kind}，一人签署即可").format(kind=kind)
    base = _("全体") if rule.of is Share.ALL else _("已签署者")
    if rule.share == 1:
        return _("{kind}，{base}均同意为通过").format(kind=kind, base=base)
    words = _("{kind}，{base}中同意的超过{share}为通过")
    if not rule.is_more:
        words = _("{kind}，{base}中同意的不少于{share}为通过")
    return words.format(kind=kind, base=base, share=rule.share)


def _result(said: Tally) -> str:
    words = _("通过") if said.is_agreed else _("未通过")
    return _("{result}：同意{agree}，不同意{disagree}，弃权{abstain}").format(
        result=words, agree=said.agree, disagree=said.disagree, abstain=said.abstain
    )


def _line(
    today: date,
    reader: Reader,
    items: tuple[Signature, ...],
    item: Signature,
    known: Mapping[str, Who],
) -> Line:
    asked, signed = _asked(items, item), item.last("sign")
    is_readable = may_read(reader, items, item)
    who, by = known.get(item.person_id or ""), known.get(asked.by) if asked else None
    day = (signed.at if signed else item.opened_at).astimezone(CHINA_TIME).date()
    mark, words = _state(item, is_readable=is_readable)
    rule = reader.pack.together.get(item.node_key)
    kind = _KINDS[rule.kind] if item.duty == Duty.MEMBER and rule else ""
    return Line(
        item_id=item.id,
        name=who.name if who else _("待签收"),
        post=who.post_on(min(day, today), item.unit_id) if who else item.office,
        kind=kind or _DUTIES.get(Duty(item.duty), ""),
        weight=item.weight,
        mark=mark,
        words=words,
        opinion=signed.text if signed and is_readable and item.state == WorkState.DONE else "",
        at=signed.at if signed and item.state == WorkState.DONE else None,
        asked_by=by.name if by else "",
        reason=asked.text if asked else "",
        asked_at=item.opened_at,
    )


def _asked(items: tuple[Signature, ...], item: Signature) -> Note | None:
    """How he was asked; who signs anew was asked before."""
    notes = [each.last("add_signers") for each in items if each.person_id == item.person_id]
    return item.last("add_signers") or next((note for note in reversed(notes) if note), None)


def _state(item: Signature, *, is_readable: bool) -> tuple[str, str]:
    """How a line is marked, and what it says."""
    if item.state == WorkState.DONE:
        note = item.last("sign")
        word = signing.word(note.choice) if note and is_readable else _("已签署")
        return ("back" if word == signing.word(Choice.DISAGREE) else "done"), word
    if item.state == WorkState.ENDED:
        return "back", _("已撤销") if item.last("remove_signers") else _("不再需要签署")
    return "active", _("等待签署")
