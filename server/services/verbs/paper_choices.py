"""What can be chosen when a paper is issued or handed over."""

from collections.abc import Iterator
from typing import Any

from server.domain.texts import _
from server.queries.issued_papers import Issued
from server.services.case import case_rows, sights
from server.services.context import Context
from server.services.packs import definitions
from server.services.papers import issued_papers
from server.services.verbs.judged import Choice

#: list of the pack with the ways of service
WAYS = "service_ways"
_COPY = "copy"


def issuable(ctx: Context, case_id: str) -> list[Choice]:
    """The papers the actor may issue now. Raises NotFound."""
    found = []
    for each in issued_papers.offers(ctx, case_id):
        label = each.paper.title
        if ":" in each.value:
            label = _("{title}（{by}）").format(title=label, by=each.step.by)
        hint = _("已出具{number}").format(number=called(each.before)) if each.before else ""
        found.append(Choice(value=each.value, label=label, hint=hint))
    return found


def replaceable(ctx: Context, case_id: str, paper: str = "") -> list[Choice]:
    """The papers in force that a new one of this kind may replace. Raises NotFound."""
    key = paper.partition(":")[0]
    return [
        Choice(value=each.id, label=called(each), hint=each.title if each.number else "")
        for each in issued_papers.listed(ctx, case_id)
        if not each.is_replaced and key in ("", each.key)
    ]


def servable(ctx: Context, case_id: str) -> list[Choice]:
    """The papers the actor may hand over: those his office issued. Raises NotFound."""
    return [
        Choice(value=each.id, label=called(each), hint=each.title if each.number else "")
        for each in serving(ctx, case_id)
    ]


def serving(ctx: Context, case_id: str) -> list[Issued]:
    """The papers in force of the actor's own office, or that he may issue for a party."""
    sight = sights.of(ctx, case_id)
    if sight.is_party:
        return []
    return [
        each
        for each in issued_papers.listed(ctx, case_id)
        if not each.is_replaced and sight.wrote(each.written_by, each.unit_id, each.role)
    ]


def addressees(ctx: Context, case_id: str, paper: str = "") -> list[Choice]:
    """To whom a paper may be handed, or any of them where none is chosen. Raises NotFound."""
    found: dict[str, Choice] = {}
    for each in serving(ctx, case_id):
        if paper in ("", each.id):
            found |= {one.value: one for one in of_paper(ctx, each)}
    return list(found.values())


def of_paper(ctx: Context, issued: Issued) -> Iterator[Choice]:
    """Whom the paper goes to: ``role:holder`` as the case names them, and ``copy:n`` for copies."""
    known = issued_papers.matters(ctx, issued.case_id)
    pack = known.release.pack
    for role in issued.to_roles:
        holders = [each for each in known.parts if each.role == role]
        title = pack.roles[role].title if role in pack.roles else role
        for each in holders:
            holder = each.person_id or each.unit_id
            yield Choice(value=f"{role}:{holder}", label=each.name, hint=title)
        if not holders:
            yield Choice(value=f"{role}:", label=title)
    paper = pack.papers.get(issued.key)
    for at, text in enumerate(paper.copies if paper else (), 1):
        yield Choice(value=f"{_COPY}:{at}", label=text, hint=_("副本"))


def ways(ctx: Context, case_id: str) -> list[Choice]:
    """The ways of service the pack knows. Raises NotFound."""
    sights.of(ctx, case_id)
    pack = definitions.release(ctx, case_rows.found(ctx, case_id).pack_version_id).pack
    known = pack.lists.get(WAYS)
    items = known.items if known else ()
    return [Choice(value=item.code, label=item.text) for item in items if not item.text_missing]


def records(ctx: Context, case_id: str, paper: str = "") -> list[Choice]:
    """The records of service that stand and may be corrected. Raises NotFound."""
    return [
        Choice(value=one.id, label=one.addressee, hint=f"{one.way_text} {one.served_on}")
        for each in serving(ctx, case_id)
        if paper in ("", each.id)
        for one in each.services
        if not one.is_replaced
    ]


def called(issued: Issued) -> str:
    """What people call a paper: its number, else its title."""
    return issued.number or issued.title


def addressee(ctx: Context, case_id: str, chosen: Choice) -> dict[str, Any]:
    """Columns of a service: whoever of the case it went to, or a copy for somebody else."""
    role, _colon, holder = chosen.value.partition(":")
    is_copy = role == "copy"
    units = {each.unit_id for each in issued_papers.matters(ctx, case_id).parts}
    return {
        "role": "" if is_copy else role,
        "person_id": None if is_copy or holder in units else holder or None,
        "unit_id": holder if holder in units and not is_copy else None,
        "addressee": chosen.label,
        "is_copy": is_copy,
    }
