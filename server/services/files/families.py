"""有关联的事项: the family of a case as a tree, and what became of the messages it has sent."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from server.domain.case_words import status_word
from server.domain.errors import NotFound
from server.domain.expressions import Json
from server.domain.links import Fault, LinkKind
from server.domain.packs import PolicyPack
from server.domain.texts import _
from server.forms.fields import flat
from server.queries import links as queries
from server.queries.links import Link, Linked, Sending
from server.services.case import case_rows, sights
from server.services.context import Context
from server.services.identity import posts
from server.services.packs import definitions

_STATES: Final[Mapping[str, str]] = {
    "pending": _("待送达"),
    "sent": _("已送达"),
    "recorded": _("已记录在案"),
    "failed": _("没有送达，待处理"),
}
_FAULTS: Final[Mapping[str, str]] = {
    Fault.NO_PROCEDURE: _("所要启动的程序尚未发布"),
    Fault.NO_SUCH_CASE: _("没有与本事项有关联的该编号事项"),
    Fault.NO_RECEIVER: _("没有接收的事项"),
    Fault.RECEIVER_OVER: _("接收的事项已经办结"),
    Fault.NOT_AWAITED: _("接收的事项还没有办到这一步，到时自动送达"),
    Fault.START_REFUSED: _("所填内容不符合对方登记表单的要求"),
}
_KINDS: Final[Mapping[str, str]] = {
    LinkKind.OPENED: _("启动"),
    LinkKind.ANSWERED: _("答复"),
    LinkKind.NAMED: _("关联"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A case of the tree; below it stand those it began, and those it is linked with otherwise."""

    id: str
    reference: str
    title: str
    status: str
    status_word: str
    opened_on: date
    #: the one somebody looks at
    is_this: bool
    #: how it came here, in words; empty at the top
    how: str
    below: tuple["Node", ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Tie:
    """One link in words."""

    from_id: str
    to_id: str
    kind: str
    kind_word: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A message the case has sent, in words."""

    id: str
    title: str
    state: str
    state_word: str
    #: why it has not arrived
    why: str
    #: what the start form does not take: field and what is wrong there
    problems: tuple[Mapping[str, Json], ...]
    at: datetime

    @property
    def may_be_tried(self) -> bool:
        """Could another attempt change anything."""
        return self.state in ("failed", "recorded")


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """What the page shows; empty where the case stands alone."""

    trees: tuple[Node, ...] = ()
    #: id -> case, and every link between them
    cases: tuple[Node, ...] = ()
    ties: tuple[Tie, ...] = ()
    #: False: more cases are linked than are shown
    is_all: bool = True
    messages: tuple[Message, ...] = ()


def of_case(ctx: Context, case_id: str) -> Family:
    """The family of the case as the actor may see it; what it sent, for whoever handles it.

    Raises:
        NotFound: there is no such case, or it does not exist for him.
    """
    sight = sights.of(ctx, case_id)
    actor = posts.with_posts(ctx)
    found, links, is_all = queries.family(ctx.session, actor, case_id)
    nodes = {each.id: _node(ctx, each, case_id) for each in found}
    return Family(
        trees=_trees(nodes, links),
        cases=tuple(nodes.values()),
        ties=tuple(_tie(each) for each in links),
        is_all=is_all,
        messages=_messages(ctx, case_id) if sight.is_office else (),
    )


def _node(ctx: Context, found: Linked, case_id: str) -> Node:
    pack = definitions.release(ctx, found.pack_version_id).pack
    return Node(
        id=found.id,
        reference=found.reference,
        title=pack.procedures[found.procedure].title,
        status=found.status,
        status_word=status_word(found.status),
        opened_on=found.opened_on,
        is_this=found.id == case_id,
        how="",
    )


def _trees(nodes: Mapping[str, Node], links: tuple[Link, ...]) -> tuple[Node, ...]:
    """Each case once: below the one that began it, else below one it was linked with first."""
    below: dict[str, list[tuple[str, str]]] = {}
    placed: set[str] = set()
    for link in sorted(links, key=lambda each: each.kind != LinkKind.OPENED):
        if link.to_id in placed or _is_above(below, link.to_id, link.from_id):
            continue
        below.setdefault(link.from_id, []).append((link.to_id, _KINDS[link.kind]))
        placed.add(link.to_id)

    def grown(case_id: str, how: str) -> Node:
        inner = tuple(grown(each, kind) for each, kind in below.get(case_id, ()))
        return replace(nodes[case_id], how=how, below=inner)

    return tuple(grown(each, "") for each in nodes if each not in placed)


def _is_above(below: Mapping[str, list[tuple[str, str]]], upper: str, lower: str) -> bool:
    """Does the lower one hang below the upper one already: then it cannot be put above it."""
    todo = [upper]
    while todo:
        current = todo.pop()
        if current == lower:
            return True
        todo += [each for each, _kind in below.get(current, ())]
    return False


def _tie(link: Link) -> Tie:
    return Tie(
        from_id=link.from_id,
        to_id=link.to_id,
        kind=link.kind,
        kind_word=_KINDS[link.kind],
        at=link.at,
    )


def _messages(ctx: Context, case_id: str) -> tuple[Message, ...]:
    sent = queries.sendings(ctx.session, case_id)
    if not sent:
        return ()
    row = case_rows.found(ctx, case_id)
    pack = definitions.release(ctx, row.pack_version_id).pack
    return tuple(_message(ctx, pack, each) for each in sent)


def _message(ctx: Context, pack: PolicyPack, sent: Sending) -> Message:
    declared = pack.messages.get(sent.message)
    title = declared.title if declared else sent.message
    if sent.part is not None:
        title = _("{title}（第{n}项）").format(title=title, n=sent.part + 1)
    labels = _labels(ctx, declared.opens) if declared and sent.problems else {}
    return Message(
        id=sent.id,
        title=title,
        state=sent.state,
        state_word=_STATES[sent.state],
        why=_why(sent),
        problems=tuple(
            {**each, "label": labels.get(str(each["field"]), each["field"])}
            for each in sent.problems
        ),
        at=sent.at,
    )


def _why(sent: Sending) -> str:
    if not sent.error or sent.state == "sent":
        return ""
    broken = (
        _("程序出错，请告知运行人员") if sent.state == "failed" else _("程序出错，稍后自动重试")
    )
    return _FAULTS.get(sent.error, broken)


def _labels(ctx: Context, procedure: str) -> Mapping[str, str]:
    """What the start form calls its fields, as long as a pack in force has the procedure."""
    try:
        release = definitions.in_force(ctx, procedure, ctx.today)
    except NotFound:
        return {}
    form = release.compiled[release.pack.procedures[procedure].start_form]
    return {field.key: field.label for field in flat(form.fields)}
