"""What somebody may start today, in which ways, and with what is already known of him.

A *way* is one of the choices under which the pack lets a role of his start the procedure
(application, ex-ante filing, study by the organ, assignment from above, on paper): it is found by
asking the starter's condition about each choice of the start form that it reads, so that a new
pack needs nothing here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from server.domain.access import APPLICANT, Actor, Permission, holds_role, permits
from server.domain.errors import Forbidden
from server.domain.expressions import Json
from server.domain.packs import PolicyPack, Procedure, Starter
from server.domain.texts import _
from server.forms import compiler, shown
from server.forms.fields import Field
from server.services import definitions, facts, openings, people, posts
from server.services.advance_work import OF_THE_UNIT
from server.services.context import Context
from server.services.people import HeldPost, Office
from server.services.releases import Release

#: for whom somebody starts a procedure
SELF, UNIT, OFFICE = "self", "unit", "office"

#: what start forms call the kind of applicant and the level of management (pack-format.md)
KIND, LEVEL = "applicant_kind", "managed_by"


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """One way in which somebody may start a procedure."""

    #: stable name within the procedure, e.g. ``self-origin-ex_ante``
    key: str
    #: self, unit or office
    group: str
    title: str
    #: the unit or office he does it for; empty for himself
    unit: str = ""
    #: answers of the start form that make it this way
    preset: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Startable:
    """A procedure somebody may start today."""

    key: str
    pack: str
    #: number of the published version
    version: int
    #: the version as the pack calls itself
    label: str
    title: str
    start_form: str
    #: the locality's own name for the whole
    summary: str
    #: titles of the documents that set its periods
    basis: tuple[str, ...]
    #: his roles that may start it
    roles: tuple[str, ...]
    ways: tuple[Way, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Starting:
    """Who starts, as the system knows him: nobody types this."""

    name: str
    post: str
    unit: str
    #: level of the authority over him, and of the organ his unit belongs to
    managed_by: str
    affiliation: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StartSheet:
    """The start form as it is shown."""

    startable: Startable
    #: the way that was chosen, the first when none was
    way: Way | None
    who: Starting
    schema: Mapping[str, Json]
    #: what the form begins with
    values: Mapping[str, Json]
    #: fields that were filled from his record
    prefilled: tuple[str, ...]
    #: what the form reads besides its own answers: options of its lists, switches of the pack
    surroundings: Mapping[str, Json]


def startable(ctx: Context) -> tuple[Startable, ...]:
    """Every procedure that this person may start today, with the ways he may, by title."""
    known = _known(ctx)
    if not permits(known.actor, Permission.CASE_READ):
        return ()
    found = [
        _startable(ctx, release, release.pack.procedures[key], known)
        for key, release in definitions.all_in_force(ctx, ctx.today).items()
    ]
    able = [each for each in found if each.roles]
    return tuple(sorted(able, key=lambda each: (each.pack, each.title)))


def start_sheet(ctx: Context, key: str, way: str = "") -> StartSheet:
    """The start form of a procedure with everything in it that the system knows.

    Raises:
        NotFound: there is no such procedure in force.
        Forbidden: this person may not start it.
    """
    release = definitions.in_force(ctx, key, ctx.today)
    procedure = release.pack.procedures[key]
    openings.may_start_at_all(ctx, procedure)
    known = _known(ctx)
    found = _startable(ctx, release, procedure, known)
    if not found.ways:
        raise Forbidden(_("您没有权限启动该程序"))
    chosen = next((each for each in found.ways if each.key == way), found.ways[0])
    recorded = dict(_recorded(release, procedure, chosen, known))
    return StartSheet(
        startable=found,
        way=chosen,
        who=known.card,
        schema=release.forms[procedure.start_form],
        values={**procedure.defaults, **recorded, **chosen.preset},
        prefilled=tuple(recorded),
        surroundings={
            **shown.options(release.forms[procedure.start_form], release.pack.lists),
            "settings": facts.settings_of(release),
        },
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """What the records say of the actor."""

    actor: Actor
    card: Starting
    posts: tuple[HeldPost, ...]
    unit: Office | None

    @property
    def may_speak_for_unit(self) -> bool:
        """He holds a post in which a unit applies (DOMAIN section 8)."""
        return any(post.office.kind in OF_THE_UNIT for post in self.posts)


def _known(ctx: Context) -> _Known:
    person = people.person(ctx, ctx.actor.person_id)
    held = people.posts_on(ctx, person.id, ctx.today)
    unit = people.own_unit(ctx, person.id, ctx.today)
    return _Known(
        actor=posts.with_posts(ctx),
        card=Starting(
            name=person.name,
            post=f"{held[0].office.name}{held[0].title}" if held else "",
            unit=unit.name if unit else "",
            managed_by=person.managed_by or "",
            affiliation=unit.affiliation if unit else "",
        ),
        posts=held,
        unit=unit,
    )


def _startable(ctx: Context, release: Release, procedure: Procedure, known: _Known) -> Startable:
    mine = [each for each in procedure.starters if holds_role(known.actor, each.role)]
    return Startable(
        key=procedure.key,
        pack=release.pack.key,
        version=release.version,
        label=release.pack.version,
        title=procedure.title,
        start_form=procedure.start_form,
        summary=release.pack.title,
        basis=tuple(_sources(release.pack)),
        roles=tuple(dict.fromkeys(each.role for each in mine)),
        ways=tuple(way for each in mine for way in _ways(ctx, release, procedure, each, known)),
    )


def _sources(pack: PolicyPack) -> Iterator[str]:
    """The documents that set its periods, each once, in the order of the pack."""
    quoted = {rule.basis.source for rule in pack.deadlines.values() if rule.force == "statutory"}
    yield from (source.title for key, source in pack.sources.items() if key in quoted)


def _ways(
    ctx: Context, release: Release, procedure: Procedure, starter: Starter, known: _Known
) -> Iterator[Way]:
    for name, title, preset in _choices(ctx, release, procedure, starter):
        if starter.role != APPLICANT:
            office = next(post.office for post in known.posts if _is(post, starter.role))
            key = f"{OFFICE}-{starter.role}{name}"
            yield Way(key=key, group=OFFICE, title=title, unit=office.name, preset=preset)
            continue
        kinds = _values(release, procedure, KIND)
        person = {KIND: "person"} if "person" in kinds else {}
        yield Way(key=f"{SELF}{name}", group=SELF, title=title, preset={**preset, **person})
        if "unit" in kinds and known.may_speak_for_unit and known.unit:
            yield Way(
                key=f"{UNIT}{name}",
                group=UNIT,
                title=title,
                unit=known.unit.name,
                preset={**preset, KIND: "unit"},
            )


def _is(post: HeldPost, role: str) -> bool:
    kind, _dot, head = role.partition(".")
    return post.office.kind == kind and (post.is_head or not head)


def _choices(
    ctx: Context, release: Release, procedure: Procedure, starter: Starter
) -> list[tuple[str, str, dict[str, Json]]]:
    """Name, title and answers of each choice under which the starter's condition holds."""
    plain = [("", procedure.title, dict[str, Json]())]
    if starter.when is None:
        return plain
    names = ctx.tools.evaluate.parse(starter.when.text).names
    asked = [each for each in _asked(release, procedure) if each.key in names]
    found = []
    for each in asked:
        for value, label in _options(each):
            given = {**procedure.defaults, each.key: value}
            seen = facts.collect(release, procedure.key, {}, given, ctx.now)
            if facts.holds(ctx.tools.evaluate, starter.when, seen):
                found.append((f"-{each.key}-{value}".lower(), label, {each.key: value}))
    return found or plain


def _asked(release: Release, procedure: Procedure) -> tuple[Field, ...]:
    return compiler.fields(release.forms[procedure.start_form])


def _options(asked: Field) -> list[tuple[Json, str]]:
    """The values of a choice with what people read; a box that can be ticked has one."""
    if asked.component == "checkbox":
        return [(True, asked.label)]
    values = asked.schema.get("values")
    return [
        (each.get("value"), str(each.get("label")))
        for each in (values if isinstance(values, list) else [])
    ]


def _values(release: Release, procedure: Procedure, key: str) -> frozenset[Json]:
    """The values that the start form offers for this field, none when it does not ask for it."""
    for each in _asked(release, procedure):
        if each.key == key:
            return frozenset(value for value, _label in _options(each))
    return frozenset()


def _recorded(
    release: Release, procedure: Procedure, way: Way, known: _Known
) -> Iterator[tuple[str, Json]]:
    """Answers that his record gives; nobody knows beforehand whom an office will name."""
    levels = {SELF: known.card.managed_by, UNIT: known.card.affiliation}
    level = levels.get(way.group, "")
    if level in _values(release, procedure, LEVEL):
        yield LEVEL, level
