"""What the pack says about a task: its office, what it is about, the articles behind it."""

from collections.abc import Iterator

from sqlalchemy import Row

from server.domain.expressions import Json
from server.domain.sources import Basis
from server.services.clocks import deadline_sheets
from server.services.clocks.deadline_sheets import Rule
from server.services.law.releases import Release


def item(release: Release, about: Json) -> str:
    """What one item of several is about: an office by its title, anything else as it is."""
    if not isinstance(about, str):
        return ""
    known = release.pack.roles.get(about)
    return known.title if known else about


def rules(release: Release, row: Row[tuple[object, ...]]) -> Iterator[Rule]:
    """The articles the step stands on: its lane, its papers, the rules of its form; each once."""
    pack = release.pack
    lane, clock = pack.lanes.get(row.lane), pack.deadlines.get(row.deadline_key)
    found = [(lane.basis, lane.title)] if lane and lane.basis else []
    found += [
        (paper.basis, paper.title)
        for paper in pack.papers.values()
        if paper.node == row.node_key and paper.basis
    ]
    found += [
        (rule.basis, rule.message)
        for rule in pack.rules
        if rule.form == row.form_key and rule.basis
    ]
    # that of the clock is told beside the clock
    seen = {_place(clock.basis)} if clock else set()
    for basis, about in found:
        if _place(basis) not in seen:
            seen.add(_place(basis))
            yield deadline_sheets.rule_of(pack, basis, about)


def _place(basis: Basis) -> tuple[str, str, str]:
    return basis.source, basis.article, basis.default
