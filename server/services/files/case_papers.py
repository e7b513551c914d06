"""The papers of a case as one reader sees them: all that exist, and the ones he may open.

What is handed in at a step is a paper. Which of them somebody may read is the table of
``domain/perspectives``; a decision is shown without who voted how to whoever may not see votes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from server.domain.errors import Forbidden, NotFound
from server.domain.perspectives import Matter, Sight
from server.domain.texts import _
from server.queries import papers as rows
from server.queries.case_files import Head
from server.queries.papers import Attached, Written
from server.services.case import laws
from server.services.context import Context
from server.services.law import charts
from server.services.law.charts import Chart
from server.services.law.releases import Release
from server.services.papers import paper_sheets
from server.services.papers.paper_sheets import Answer, Names


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """One paper of the file."""

    seq: int
    title: str
    node_key: str
    #: office or part it was written in, in words
    unit: str
    by: str
    on_behalf_of: str
    at: datetime
    #: may the reader open it
    is_readable: bool
    #: he sees what was decided, not who voted how
    is_extract: bool
    #: a later paper of the same step took its place
    is_replaced: bool
    #: one of the reader's own
    is_own: bool
    files: tuple[Attached, ...]
    #: what it came to, in a few words; empty where he may not read it
    came_to: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PaperSheet:
    """One paper as it reads."""

    paper: Paper
    answers: tuple[Answer, ...]
    form_hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf:
    """Everything needed to show the papers of one case to one reader."""

    release: Release
    head: Head
    chart: Chart
    sight: Sight
    written: tuple[Written, ...]
    attached: tuple[Attached, ...]
    names: Names
    #: step -> the version it was done by, where that is not the one of today
    laws: Mapping[int, Release]

    def law(self, written: Written) -> Release:
        """The version a paper was written under."""
        return self.laws.get(written.seq, self.release)


def shelf(ctx: Context, release: Release, head: Head, chart: Chart, sight: Sight) -> Shelf:
    """The papers of a case, read in a constant number of statements."""
    written = rows.written(ctx.session, head.id)
    kept = laws.others(ctx, head.id, [each.seq for each in written], release)
    schemas = [
        (paper_sheets.schema(kept.get(each.seq, release), head.procedure, each), each.answers)
        for each in written
    ]
    return Shelf(
        release=release,
        head=head,
        chart=chart,
        sight=sight,
        written=written,
        attached=rows.attached(ctx.session, head.id),
        names=paper_sheets.names(ctx, release.pack, schemas),
        laws=kept,
    )


def listed(kept: Shelf) -> tuple[Paper, ...]:
    """The papers the reader may know of: all for offices, his own for everybody else."""
    found = (_paper(kept, each) for each in kept.written)
    return tuple(
        paper for paper in found if kept.sight.is_office or paper.is_own or paper.is_readable
    )


def opened(kept: Shelf, seq: int) -> PaperSheet:
    """One paper as it reads.

    Raises:
        NotFound: there is no such paper, or it does not exist for the reader.
        Forbidden: he may know that there is one, not what it says.
    """
    paper = next((each for each in listed(kept) if each.seq == seq), None)
    if paper is None:
        raise NotFound
    if not paper.is_readable:
        raise Forbidden(_("该文书存在于卷中，但您的职责不能查看其内容"))
    written = next(each for each in kept.written if each.seq == seq)
    return PaperSheet(
        paper=paper,
        answers=_answers(kept, written, is_extract=paper.is_extract),
        form_hash=written.form_hash,
    )


def title(release: Release, chart: Chart, written: Written) -> str:
    """The paper the pack names for the step, if it is one; else the step itself."""
    named = [each.title for each in release.pack.papers.values() if each.node == written.node_key]
    if len(named) == 1:
        return named[0]
    return written.title or chart.label(written.node_key)


def _paper(kept: Shelf, written: Written) -> Paper:
    law = kept.law(written)
    pack, sight = law.pack, kept.sight
    chart = charts.chart(law.files[kept.head.procedure])
    addressed = any(each.node == written.node_key and each.to for each in pack.papers.values())
    matter = sight.matter_of(written.role, is_addressed=addressed)
    is_own = sight.wrote(written.actor_id, written.unit_id, written.role)
    is_whole = sight.reads(written.role, written.actor_id, written.unit_id, is_addressed=addressed)
    is_extract = not is_whole and matter is Matter.VOTES and sight.sees(Matter.DECISION)
    later = (each.seq for each in kept.written if each.node_key == written.node_key)
    is_one_of_many = written.node_key in _repeated(chart)
    return Paper(
        seq=written.seq,
        title=title(law, chart, written),
        node_key=written.node_key,
        unit=written.unit or _role(law, written.role),
        by=written.by,
        on_behalf_of=written.on_behalf_of,
        at=written.at,
        is_readable=is_whole or is_extract,
        is_extract=is_extract,
        is_replaced=not is_one_of_many and max(later) > written.seq,
        is_own=is_own,
        files=tuple(file for file in kept.attached if file.step_seq == written.seq)
        if is_whole
        else (),
        came_to=_came_to(kept, written, is_extract=is_extract) if is_whole or is_extract else "",
    )


def _repeated(chart: Chart) -> frozenset[str]:
    """Steps that several people do beside or after one another."""
    return frozenset(key for key, node in chart.nodes.items() if node.multi_instance is not None)


def _role(release: Release, role: str) -> str:
    known = release.pack.roles.get(role)
    return known.title if known else ""


def _answers(kept: Shelf, written: Written, *, is_extract: bool) -> tuple[Answer, ...]:
    law = kept.law(written)
    form = paper_sheets.schema(law, kept.head.procedure, written)
    known = replace(kept.names, pack=law.pack)
    found = paper_sheets.lines(form, written.answers, known)
    if not is_extract:
        return found
    routing = law.routing.get(kept.head.procedure, {})
    return tuple(
        each for each in found if each.key in routing and each.kind not in ("rows", "long", "files")
    )


def _came_to(kept: Shelf, written: Written, *, is_extract: bool) -> str:
    """The first two choices that were made, in words."""
    made = [each for each in _answers(kept, written, is_extract=is_extract) if each.is_choice]
    return _("；").join(_("{label}：{text}").format(label=e.label, text=e.text) for e in made[:2])
