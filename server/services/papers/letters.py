"""What a letter is filled with: facts of a case as words, under the names of ``domain/letters``.

Only what whoever issues the paper may read himself goes into it: what another office kept to
itself is left blank, for a letter must not be a way round the table of ``domain/perspectives``.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Final

from sqlalchemy import select

from server.domain.calendar import CHINA_TIME
from server.domain.case_words import level_word, outcome_title
from server.domain.expressions import Json
from server.domain.letters import FIGURE, YEAR, matter_of_paper, on_paper
from server.domain.packs import Paper
from server.domain.perspectives import Matter, Sight
from server.domain.roles import capacity_of
from server.domain.texts import _
from server.models.decision import decision, decision_member, meeting
from server.models.identity import Person
from server.queries import case_files, issued_papers
from server.queries import papers as rows
from server.queries.issued_papers import Part
from server.queries.papers import Written
from server.services.case import laws
from server.services.case.case_rows import CaseRow
from server.services.context import Context
from server.services.law.releases import Release
from server.services.papers import paper_sheets
from server.services.papers.paper_sheets import Answer, Names

#: what stands for the figure of the number until it is known
BLANK: Final = "\u3000\u3000"
_ADDRESSED: Final = frozenset({Matter.VOTES, Matter.DECISION})


@dataclass(frozen=True, kw_only=True, slots=True)
class Matters:
    """One case as a letter of it is filled, read once for all its papers."""

    case: CaseRow
    release: Release
    sight: Sight
    head: case_files.Head
    parts: tuple[Part, ...]
    written: tuple[Written, ...]
    names: Names
    #: step -> the version it was done by, where that is not the one of today
    laws: Mapping[int, Release]

    def step(self, node: str, seq: int | None = None) -> Written | None:
        """The step that stands at this node: this one, or the newest."""
        found = [each for each in self.written if each.node_key == node]
        if seq is not None:
            found = [each for each in found if each.seq == seq]
        return found[-1] if found else None

    def answers(self, step: Written) -> tuple[Answer, ...]:
        """What was answered, in words."""
        law = self.laws.get(step.seq, self.release)
        form = paper_sheets.schema(law, self.case.procedure, step)
        return paper_sheets.lines(form, step.answers, self.names)

    def matter(self, paper: Paper, step: Written) -> Matter:
        """What kind of paper it is."""
        writer = capacity_of(self.release.pack.capacities, step.role) if step.role else None
        return matter_of_paper(writer, is_addressed=bool(paper.to))


@dataclass(frozen=True, kw_only=True, slots=True)
class Issuer:
    """Who issues a paper."""

    #: the organ or office that counts its papers, None: a person, who counts none
    id: str | None
    name: str


def matters(ctx: Context, case: CaseRow, release: Release, sight: Sight) -> Matters:
    """Everything letters of the case are filled with, in a constant number of statements."""
    written = rows.written(ctx.session, case.id)
    kept = laws.others(ctx, case.id, [each.seq for each in written], release)
    schemas = [
        (paper_sheets.schema(kept.get(each.seq, release), case.procedure, each), each.answers)
        for each in written
    ]
    return Matters(
        case=case,
        release=release,
        sight=sight,
        head=case_files.head(ctx.session, case.id),
        parts=issued_papers.parts(ctx.session, case.id),
        written=written,
        names=paper_sheets.names(ctx, release.pack, schemas),
        laws=kept,
    )


def data(ctx: Context, found: Matters, paper: Paper, step: Written, replaces: str) -> Json:
    """What the letter of this paper is filled with; its number without the figure."""
    matter = found.matter(paper, step)
    answers = [
        each for each in found.answers(step) if each.key not in _withheld(found, paper, matter)
    ]
    source = found.release.pack.sources.get(paper.basis.source) if paper.basis else None
    return {
        "number": paper.number.replace(YEAR, str(ctx.today.year)).replace(FIGURE, BLANK),
        "title": paper.title,
        "to": addressees(found, paper),
        "copies": list(paper.copies),
        "basis": source.title if source else "",
        "issuer": issuer(ctx, found, step).name,
        "issued_on": on_paper(ctx.today),
        "replaces": replaces,
        "case": _case(found),
        "subjects": _subjects(ctx, found),
        "answers": _texts(answers),
        "lines": [
            {"label": each.label, "text": _text(each)} for each in answers if each.kind != "rows"
        ],
        "tables": [
            {"label": each.label, "columns": list(each.columns), "rows": [*map(list, each.rows)]}
            for each in answers
            if each.kind == "rows"
        ],
        "steps": _steps(found),
        "decision": _decision(ctx, found, paper, step),
        "served": {},
    }


def fingerprint(filled: Json) -> str:
    """One hash over everything a letter was filled with."""
    text = json.dumps(filled, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def addressees(found: Matters, paper: Paper) -> list[str]:
    """Whom the paper goes to, by name where the case knows one, else by office."""
    names: list[str] = []
    for role in paper.to:
        holders = [each.name for each in found.parts if each.role == role]
        known = found.release.pack.roles.get(role)
        names += holders or ([known.title] if known else [])
    return list(dict.fromkeys(names))


def _case(found: Matters) -> Json:
    head, pack = found.head, found.release.pack
    return {
        "reference": head.reference,
        "procedure": pack.procedures[head.procedure].title,
        "title": head.matter,
        "opened_on": on_paper(head.opened_on),
        "level": level_word(head.level),
        "unit": head.unit,
        "office": head.office,
        "rules": pack.title,
        "outcome": _outcome(found, head.outcome),
    }


def _subjects(ctx: Context, found: Matters) -> list[Json]:
    return [
        {
            "name": each.name,
            "is_applicant": each.kind == "applicant",
            "level": level_word(each.managed_by) if each.managed_by else "",
            "outcome": _outcome(found, each.outcome),
        }
        for each in case_files.concerned(ctx.session, found.sight, found.case.id)
    ]


def _outcome(found: Matters, outcome: str | None) -> str:
    if not outcome or not (found.sight.sees(Matter.DECISION) or found.sight.is_party):
        return ""
    return outcome_title(found.release.pack, found.head.procedure, outcome)


def issuer(ctx: Context, found: Matters, step: Written) -> Issuer:
    """The organ of the office that wrote the step, else the office, else the person."""
    if step.unit_id is None:
        return Issuer(id=None, name=step.on_behalf_of or step.by)
    role = found.release.pack.roles.get(step.role)
    above = issued_papers.units_above(ctx.session, step.unit_id)
    organ = next((each for each in above if role and each.kind == role.organ), None)
    if organ is None:
        return Issuer(id=step.unit_id, name=step.unit)
    return Issuer(id=organ.id, name=organ.name)


def _withheld(found: Matters, paper: Paper, matter: Matter) -> frozenset[str]:
    """Fields that say how a body came to what it decided: they are for its minutes alone."""
    rule = found.release.pack.decisions.get(paper.node)
    if matter is not Matter.DECISION or rule is None:
        return frozenset()
    into = rule.writes
    kept = {into.minutes, into.votes_for, into.votes_against, into.abstentions, into.chair}
    return frozenset(kept | ({into.members.list} if into.members else set()))


def _texts(answers: Sequence[Answer]) -> Mapping[str, Json]:
    return {each.key: _text(each) for each in answers}


def _text(answer: Answer) -> str:
    if answer.day is not None:
        return on_paper(answer.day)
    if answer.moment is not None:
        return f"{on_paper(answer.moment.date())}{answer.moment:%H:%M}"
    if answer.kind == "rows":
        return _("；").join(_("，").join(filter(None, row)) for row in answer.rows)
    if answer.kind == "files":
        return _("见附件（{n}件）").format(n=len(answer.files))
    return answer.text


def _steps(found: Matters) -> Mapping[str, Json]:
    """Of every node the newest step he may read, as words."""
    addressed = {paper.node for paper in found.release.pack.papers.values() if paper.to}
    return {
        each.node_key: {
            **_texts(found.answers(each)),
            "done_on": on_paper(_day(each)),
            "done_by": each.by,
            "office": each.unit,
        }
        for each in found.written
        if found.sight.reads(
            each.role, each.actor_id, each.unit_id, is_addressed=each.node_key in addressed
        )
    }


def _day(step: Written) -> date:
    return step.at.astimezone(CHINA_TIME).date()


def _decision(ctx: Context, found: Matters, paper: Paper, step: Written) -> Json:
    """What a body decided at the step; who was there and how it was voted only in its minutes."""
    matter = found.matter(paper, step)
    if matter not in _ADDRESSED or step.work_item_id is None:
        return {}
    row = ctx.session.execute(
        select(decision, meeting.c.held_on, meeting.c.place, meeting.c.secretary_id)
        .outerjoin(meeting, meeting.c.id == decision.c.meeting_id)
        .where(decision.c.work_item_id == step.work_item_id, decision.c.state == "closed")
    ).first()
    if row is None:
        return {}
    day = row.held_on or row.decided_on
    told: dict[str, Json] = {"held_on": on_paper(day) if day else ""}
    if matter is Matter.DECISION or not found.sight.sees(Matter.VOTES):
        return told
    members = ctx.session.execute(
        select(decision_member, Person.name)
        .join(Person, Person.id == decision_member.c.person_id)
        .where(decision_member.c.decision_id == row.id)
        .order_by(decision_member.c.is_chair.desc(), Person.name)
    ).all()
    secretary = select(Person.name).where(Person.id == row.secretary_id)
    return {
        **told,
        "place": row.place or "",
        "chair": next((each.name for each in members if each.is_chair), ""),
        "secretary": ctx.session.scalar(secretary) or "",
        "present": [each.name for each in members if each.attends and not each.recusal],
        "absent": [each.name for each in members if not each.attends and not each.recusal],
        "recused": [each.name for each in members if each.recusal],
        "question": row.question,
        "minutes": row.minutes,
        "dissents": [
            {"name": each.name, "text": each.opinion} for each in members if each.is_dissent
        ],
    }


def hash_of(content: bytes) -> str:
    """The hash of a letter."""
    return sha256(content).hexdigest()
