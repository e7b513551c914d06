"""The papers of a case: which could be issued, how one would read, and those that were issued.

A draft is never stored. It is filled anew each time it is looked at, in a child that can be killed;
whoever issues it names the fingerprint of what he looked at.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, cast

from server.adapters.letters import package
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Forbidden, Invalid, NotFound
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.packs import Paper
from server.domain.perspectives import Matter, Sight
from server.domain.texts import _
from server.engine import child
from server.engine.child import Limits
from server.queries import issued_papers as rows
from server.queries.issued_papers import Issued
from server.queries.papers import Written
from server.services.case import case_rows, case_state, facts, sights
from server.services.context import Context
from server.services.law import charts
from server.services.packs import definitions
from server.services.papers import letters, paper_sights
from server.services.papers.letters import Matters

#: what stands for the figure of the number in a draft
BLANK: Final = letters.BLANK
_RENDER: Final = "server.adapters.letters.rendering:render"
#: a letter is small; what takes longer is no letter
_LIMITS: Final = Limits(cpu_seconds=5, wall_seconds=30.0, memory_bytes=768 << 20)


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """A paper that could be issued now."""

    #: key, with the step behind a colon where several steps have such a paper
    value: str
    paper: Paper
    step: Written
    #: the paper of the same step that is in force, None: it would be the first
    before: Issued | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """A paper as it would be issued now."""

    offer: Offer
    #: the letter, with the mark where the figure of its number goes
    docx: bytes
    blocks: list[Json]
    template_hash: str
    data_hash: str
    #: number without its figure
    pattern: str


def matters(ctx: Context, case_id: str) -> Matters:
    """The case as the actor may fill letters of it. Raises NotFound."""
    sight = sights.of(ctx, case_id)
    case = case_rows.found(ctx, case_id)
    release = definitions.release(ctx, case.pack_version_id)
    return ctx.once(
        ("letters", ctx.actor.person_id, case_id),
        lambda: letters.matters(ctx, case, release, sight),
    )


def offers(ctx: Context, case_id: str) -> list[Offer]:
    """What the actor may issue in the case now, in the order of the pack."""
    sight = sights.of(ctx, case_id)
    case = case_rows.found(ctx, case_id)
    pack = definitions.release(ctx, case.pack_version_id).pack
    if sight.is_party or not any(each.is_issued for each in pack.papers.values()):
        return []
    found = matters(ctx, case_id)
    issued = rows.of_case(ctx.session, case_id)
    return [
        Offer(value=value, paper=paper, step=step, before=_in_force(issued, paper.key, step.seq))
        for paper in pack.papers.values()
        if paper.is_issued
        for value, step in _steps(found, paper)
        if may_issue(sight, found.matter(paper, step), step) and _holds(ctx, found, paper, step)
    ]


def may_issue(sight: Sight, matter: Matter, step: Written) -> bool:
    """May he issue the paper of this step: whoever did the step, himself or by his office.

    What a party handed in is put on paper by an office that handles the case and reads it.
    """
    if sight.is_party:
        return False
    is_own = sight.wrote(step.actor_id, step.unit_id, step.role)
    return is_own or (matter is Matter.OWN and sight.is_office and sight.sees(matter))


def drawn(ctx: Context, case_id: str, paper: str, replaces: str = "") -> Drawn:
    """The paper as it would be issued now; nothing is kept.

    Raises:
        NotFound: the case does not exist for the actor.
        Forbidden: it is not his to issue.
        Invalid: the letter cannot be filled.
    """
    offer = chosen(ctx, case_id, paper)
    found = matters(ctx, case_id)
    filled = _data(ctx, found, offer, replaces)
    letter = found.release.letters[offer.paper.template]
    return Drawn(
        offer=offer,
        **_rendered(letter, filled),
        data_hash=letters.fingerprint(filled),
        pattern=filled["number"],
    )


def receipt(ctx: Context, one: Issued) -> tuple[str, bytes]:
    """A blank proof of service for a paper, to be signed by whom it is handed to; with its name.

    Raises:
        NotFound: its pack brings no letter for it.
    """
    known = matters(ctx, one.case_id)
    letter = known.release.letters.get("proof_of_service")
    step = next((each for each in known.written if each.seq == one.step_seq), None)
    paper = known.release.pack.papers.get(one.key)
    if letter is None or step is None or paper is None:
        raise NotFound
    filled = letters.data(ctx, known, paper, step, "")
    filled["served"] = {"title": one.title, "number": one.number}
    filled["title"], filled["number"] = _("送达回证"), ""
    name = _("送达回证（{title}）").format(title=one.number or one.title)
    return name, cast("bytes", _rendered(letter, filled)["docx"])


def fingerprint(ctx: Context, case_id: str, offer: Offer, replaces: str = "") -> str:
    """The hash of what the paper would be filled with now."""
    return letters.fingerprint(_data(ctx, matters(ctx, case_id), offer, replaces))


def chosen(ctx: Context, case_id: str, paper: str) -> Offer:
    """The paper somebody names, if he may issue it.

    Raises:
        NotFound: the case does not exist for the actor.
        Forbidden: there is no such paper for him to issue now.
    """
    for each in offers(ctx, case_id):
        if paper in (each.value, f"{each.paper.key}:{each.step.seq}"):
            return each
    raise Forbidden(_("现在不能由您出具该文书：没有到相应环节，或者不由您所在的机构出具"))


def listed(ctx: Context, case_id: str) -> tuple[Issued, ...]:
    """The issued papers of the case that the actor may read, the oldest first. Raises NotFound."""
    sight = sights.of(ctx, case_id)
    return paper_sights.readable(ctx, {case_id: sight}).get(case_id, ())


def found(ctx: Context, paper_id: str) -> Issued:
    """One issued paper.

    Raises:
        NotFound: there is none, or it does not exist for the actor.
    """
    case_rows.refuse_odd(paper_id)
    case_id = rows.case_of(ctx.session, paper_id)
    if case_id is None:
        raise NotFound
    for each in listed(ctx, case_id):
        if each.id == paper_id:
            return each
    raise NotFound


def is_receipt(ctx: Context, attachment_id: str) -> bool:
    """Does this file prove the service of a paper that the actor may read."""
    paper_id = rows.of_receipt(ctx.session, attachment_id)
    if paper_id is None:
        return False
    try:
        found(ctx, paper_id)
    except NotFound:
        return False
    return True


def _steps(found: Matters, paper: Paper) -> Iterator[tuple[str, Written]]:
    """The steps the paper can be issued for; the newest alone where it is done once at a time."""
    steps = [each for each in found.written if each.node_key == paper.node]
    drawing = charts.chart(found.release.files[found.case.procedure])
    node = drawing.nodes.get(paper.node)
    if node is None or node.multi_instance is None:
        yield from ((paper.key, each) for each in steps[-1:])
    else:
        yield from ((f"{paper.key}:{each.seq}", each) for each in steps)


def _holds(ctx: Context, found: Matters, paper: Paper, step: Written) -> bool:
    if paper.when is None:
        return True
    case = found.case
    variables = case_state.load(ctx, case.id).variables
    known = facts.collect(found.release, case.procedure, variables, step.answers, ctx.now)
    return facts.holds(ctx.tools.evaluate, paper.when, known)


def _in_force(issued: tuple[Issued, ...], key: str, seq: int) -> Issued | None:
    for each in issued:
        if (each.key, each.step_seq) == (key, seq) and not each.is_replaced:
            return each
    return None


def _data(ctx: Context, found: Matters, offer: Offer, replaces: str) -> Json:
    issued = rows.of_case(ctx.session, found.case.id) if replaces else ()
    named = next((each.number or each.title for each in issued if each.id == replaces), "")
    return letters.data(ctx, found, offer.paper, offer.step, named)


def _rendered(letter: bytes, filled: Json) -> Json:
    marked = {**filled, "number": filled["number"].replace(letters.BLANK, package.MARK)}
    asked = {"template": base64.b64encode(letter).decode(), "data": marked}
    answer = child.run(_RENDER, asked, _LIMITS)
    if isinstance(answer, Finding) or "problem" in answer:
        why = answer.message if isinstance(answer, Finding) else answer["problem"]
        raise Invalid(
            _("该文书的模板无法使用"),
            [Finding(code="PAPER_TEMPLATE_BROKEN", message=why, fix=_("请联系政策包的维护人员"))],
        )
    return {
        "docx": base64.b64decode(answer["docx"]),
        "blocks": answer["blocks"],
        "template_hash": letters.hash_of(letter),
    }


def day_of(issued: Issued) -> date:
    """The day the paper was issued, in the time of the country."""
    return issued.at.astimezone(CHINA_TIME).date()
