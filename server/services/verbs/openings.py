"""What the start of a case comes to, before anything is written: right, answers, people, level.

``cases.open_case`` writes what stands here; ``guides.guide`` tells it beforehand. Both therefore
say the same, and nothing in this module changes a row.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from server.domain import titles
from server.domain.access import APPLICANT, Opening, Permission, holds_role, permits
from server.domain.errors import Forbidden, Invalid
from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.jurisdiction import Level
from server.domain.packs import Message, Procedure
from server.domain.texts import _
from server.engine.port import Start
from server.forms.fields import flat
from server.services.case import answers, facts
from server.services.case.answers import Asked, Checked
from server.services.case.case_rows import CaseRow
from server.services.case.case_state import Act
from server.services.case.facts import Facts
from server.services.case.naming import Place
from server.services.context import Context
from server.services.identity import posts
from server.services.identity.people import Office
from server.services.law import charts
from server.services.law.releases import Release
from server.services.verbs import advance, offers, opening_parties
from server.services.verbs.appointed import Named


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """A start that was checked and may be made."""

    release: Release
    procedure: Procedure
    #: what is kept of the start form
    answers: Mapping[str, Json]
    #: ids of the cases they name
    cases: tuple[str, ...]
    known: Facts
    #: the office in whose role it is opened, None: by the applicant himself
    office_id: str | None
    named: tuple[Named, ...]
    #: the unit the case concerns, whose region its offices are looked up in
    unit: Office | None
    level: Level

    @property
    def title(self) -> str:
        """What the matter is, in a line of the answers; empty where they do not say."""
        form = self.release.compiled[self.procedure.start_form]
        labels = {field.key: field.label for field in flat(form.fields)}
        return titles.first(
            (labels.get(key, ""), self.answers.get(key)) for key in self.procedure.title_fields
        )

    def act(self) -> Act:
        """The act that goes into the history of the case."""
        return Act(
            command="open",
            node_key=start_node(self.release, self.procedure),
            answers=self.answers,
            form_hash=self.release.form_hashes.get(self.procedure.start_form),
            message=self.procedure.start_message or "",
        )

    def command(self) -> Start:
        """What the engine is asked to do."""
        variables = advance.routing(self.release, self.procedure.key, self.answers)
        return Start(
            variables={**variables, "settings": facts.settings_of(self.release)},
            now=self.known.now,
            message=self.procedure.start_message,
        )


def prepare(ctx: Context, release: Release, key: str, given: Mapping[str, Json]) -> Prepared:
    """The start of a case as it would be made now; nothing is written.

    Raises:
        Forbidden: the actor holds none of the roles that may start it, or not in this case.
        NotOffered: this installation does not let its people start it.
        Invalid: the start form is not filled in as it asks; all problems at once.
    """
    procedure = release.pack.procedures[key]
    may_start_at_all(ctx, procedure)
    filled = _filled(ctx, release, procedure, given)
    office_id = _opening_office(ctx, procedure, filled.known)
    named = opening_parties.whom(ctx, release, procedure, filled.checked.values, office_id)
    return _prepared(ctx, filled, named, office_id)


def prepare_begun(
    ctx: Context,
    release: Release,
    message: Message,
    given: Mapping[str, Json],
    sender: CaseRow,
) -> Prepared:
    """The start of the case a message of ``sender`` begins: by the program, at its event.

    A matter that names nobody is that of the unit of the sender.

    Raises:
        Invalid: the start form is not filled in as it asks; all problems at once.
    """
    procedure = release.pack.procedures[message.opens]
    begun = replace(procedure, start_message=message.key)
    if start_node(release, begun):
        procedure = begun
    filled = _filled(ctx, release, procedure, given, sender.id)
    unit = opening_parties.unit_of(ctx, sender)
    return _prepared(ctx, filled, _appointed(filled), None, unit)


def prepare_for_office(
    ctx: Context,
    release: Release,
    key: str,
    given: Mapping[str, Json],
    office: Office,
    source_id: str = "",
) -> Prepared:
    """The start of a case by the program for an office whose head has decided on it before.

    ``source_id``: the case whose entry in a register it is about; the form may name it.

    Raises:
        Invalid: the start form is not filled in as it asks; all problems at once.
    """
    filled = _filled(ctx, release, release.pack.procedures[key], given, source_id)
    return _prepared(ctx, filled, _appointed(filled), office.id, office)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Filled:
    """A start form that is filled in as it asks, and what can be known of the case by it."""

    release: Release
    procedure: Procedure
    checked: Checked
    known: Facts


def _filled(
    ctx: Context,
    release: Release,
    procedure: Procedure,
    given: Mapping[str, Json],
    sender_id: str = "",
) -> _Filled:
    checked = _checked(ctx, release, procedure, {**procedure.defaults, **given}, sender_id)
    known = facts.collect(release, procedure.key, {}, checked.values, ctx.now)
    return _Filled(release=release, procedure=procedure, checked=checked, known=known)


def _appointed(filled: _Filled) -> list[Named]:
    return opening_parties.appointed(filled.release, filled.procedure, filled.checked.values)


def _prepared(
    ctx: Context,
    filled: _Filled,
    named: list[Named],
    office_id: str | None,
    unit: Office | None = None,
) -> Prepared:
    """The start of whoever is named; ``unit``: whom it concerns where that is nobody's of them."""
    opening_parties.refuse_others(ctx, filled.checked, named)
    return Prepared(
        release=filled.release,
        procedure=filled.procedure,
        answers=filled.checked.values,
        cases=tuple(each.id for each in filled.checked.cases),
        known=filled.known,
        office_id=office_id,
        named=tuple(named),
        unit=opening_parties.unit(ctx, named, filled.checked.cases) or unit,
        level=_level(ctx, filled.procedure, filled.known),
    )


def _checked(
    ctx: Context,
    release: Release,
    procedure: Procedure,
    filled: Mapping[str, Json],
    sender_id: str,
) -> Checked:
    """What is kept of the start form; what it only shows is what the procedure begins with."""
    node, form = start_node(release, procedure), procedure.start_form
    rights = release.pack.fields.get(node)
    read = rights.read if rights else ()
    shown = {name: value for name, value in procedure.defaults.items() if name in read}
    at = release.at(node, form)
    asked = Asked(
        release=at,
        procedure=procedure.key,
        form_key=form,
        variables=shown,
        place=Place(sender_id=sender_id),
    )
    return answers.check(ctx, asked, filled)


def may_start_at_all(ctx: Context, procedure: Procedure) -> None:
    """Return when a role of the actor may start the procedure in some case.

    Raises:
        Forbidden: none of his roles may.
        NotOffered: this installation does not let its people start it.
    """
    roles = frozenset(starter.role for starter in procedure.starters)
    if not permits(posts.with_posts(ctx), Permission.CASE_OPEN, Opening(roles=roles)):
        raise Forbidden(_("您没有权限启动该程序"))
    offers.refuse_closed(ctx, procedure.key)


def start_node(release: Release, procedure: Procedure) -> str:
    """Id of the start event the procedure begins at."""
    wanted = procedure.start_message or ""
    nodes = charts.chart(release.files[procedure.key]).nodes.values()
    return next(
        (
            node.id
            for node in nodes
            if node.kind == "startEvent"
            and node.scope == procedure.key
            and (node.event.name if node.event else "") == wanted
        ),
        "",
    )


def _opening_office(ctx: Context, procedure: Procedure, known: Facts) -> str | None:
    """The office in whose role the actor opens the case, None when he does as applicant."""
    actor = posts.with_posts(ctx)
    roles = frozenset(
        starter.role
        for starter in procedure.starters
        if facts.holds(ctx.tools.evaluate, starter.when, known)
    )
    if not permits(actor, Permission.CASE_OPEN, Opening(roles=roles)):
        raise Forbidden(_("您没有权限以这种方式启动该程序"))
    for post in actor.posts:
        if any(holds_role(replace(actor, posts=(post,)), role) for role in roles - {APPLICANT}):
            return post.unit_id
    return None


def _level(ctx: Context, procedure: Procedure, known: Facts) -> Level:
    level = facts.given(ctx.tools.evaluate, procedure.level, known)
    if level not in tuple(Level):
        finding = Finding(
            code="CASE_LEVEL",
            message=_("不能确定由哪一级机关办理"),
            fix=_("检查干部管理权限或者隶属关系的填写"),
        )
        raise Invalid(_("填写的内容有误"), [finding])
    return Level(level)
