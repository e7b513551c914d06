"""What somebody may start today, and the start form with what is already known of him."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from server.domain.access import Actor, Permission, holds_role, permits
from server.domain.errors import Forbidden
from server.domain.expressions import Json
from server.domain.packs import PolicyPack, Procedure
from server.domain.texts import _
from server.forms import shown
from server.services.case import events, facts
from server.services.context import Context
from server.services.identity import people, posts
from server.services.identity.people import HeldPost, Office
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.starts import start_forms, start_ways
from server.services.starts.start_ways import LEVEL, SELF, UNIT, Speaker, Way
from server.services.verbs import offers, openings


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
    way: Way
    who: Starting
    schema: Mapping[str, Json]
    #: the schema without what the way has settled
    form: Mapping[str, Json]
    #: answers the way has settled
    fixed: Mapping[str, Json]
    #: what the form begins with
    values: Mapping[str, Json]
    #: fields that were filled from his record
    prefilled: tuple[str, ...]
    #: what the form reads besides its own answers: options of its lists, switches of the pack
    surroundings: Mapping[str, Json]


def startable(ctx: Context) -> tuple[Startable, ...]:
    """Every procedure offered here that this person may start today, with the ways, by title."""
    known = _known(ctx)
    if not permits(known.actor, Permission.CASE_READ):
        return ()
    closed = offers.closed(ctx)
    found = [
        _startable(ctx, release, release.pack.procedures[key], known)
        for key, release in definitions.all_in_force(ctx, ctx.today).items()
        if key not in closed
    ]
    able = [each for each in found if each.roles]
    return tuple(sorted(able, key=lambda each: (each.pack, each.title)))


def start_sheet(ctx: Context, key: str, way: str = "", *, is_typed: bool = False) -> StartSheet:
    """The start form of a procedure with everything in it that the system knows.

    ``is_typed``: it was filled in before, and is shown again with what was typed even where the
    procedure is no longer offered; handing it in is refused then.

    Raises:
        NotFound: there is no such procedure in force.
        Forbidden: this person may not start it.
        NotOffered: this installation does not let its people start it.
    """
    release = definitions.in_force(ctx, key, ctx.today)
    procedure = release.pack.procedures[key]
    if not is_typed:
        openings.may_start_at_all(ctx, procedure)
    known = _known(ctx)
    found = _startable(ctx, release, procedure, known)
    if not found.ways:
        raise Forbidden(_("您没有权限启动该程序"))
    chosen = next((each for each in found.ways if each.key == way), found.ways[0])
    recorded = dict(_recorded(release, procedure, chosen, known))
    node = openings.start_node(release, procedure)
    schema = release.at(node, procedure.start_form).forms[procedure.start_form]
    days, today = events.entered_in(release, key, procedure.start_form), ctx.today.isoformat()
    fixed = start_ways.fixed(ctx, release, procedure, chosen)
    return StartSheet(
        startable=found,
        way=chosen,
        who=known.card,
        schema=schema,
        form=start_forms.trimmed(ctx.tools.evaluate, schema, fixed),
        fixed={name: value for name, value in fixed.items() if value is not None},
        values={**dict.fromkeys(days, today), **procedure.defaults, **recorded, **chosen.preset},
        prefilled=tuple(recorded),
        surroundings={
            **shown.options(schema, release.pack.lists),
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
    def speaker(self) -> Speaker:
        """For whom he may speak."""
        return Speaker(posts=self.posts, unit=self.unit)


def _known(ctx: Context) -> _Known:
    person = people.person(ctx, ctx.actor.person_id)
    held = people.posts_on(ctx, person.id, ctx.today)
    unit = people.own_unit(ctx, person.id, ctx.today)
    return _Known(
        actor=posts.with_posts(ctx),
        card=Starting(
            name=person.name,
            post=f"{held[0].office.name} {held[0].title}" if held else "",
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
        ways=tuple(
            way
            for each in mine
            for way in start_ways.ways(ctx, release, procedure, each, known.speaker)
        ),
    )


def _sources(pack: PolicyPack) -> Iterator[str]:
    """The documents that set its periods, each once, in the order of the pack.

    Where none does, those it quotes for a rule, an office, a decision or a paper.
    """
    quoted = {rule.basis.source for rule in pack.deadlines.values() if rule.force == "statutory"}
    if not quoted - {""}:
        parts = (pack.rules, pack.lanes.values(), pack.decisions.values(), pack.papers.values())
        found = (each.basis for part in parts for each in part)
        quoted = {basis.source for basis in found if basis}
    yield from (source.title for key, source in pack.sources.items() if key in quoted)


def _recorded(
    release: Release, procedure: Procedure, way: Way, known: _Known
) -> Iterator[tuple[str, Json]]:
    """Answers that his record gives; nobody knows beforehand whom an office will name."""
    levels = {SELF: known.card.managed_by, UNIT: known.card.affiliation}
    level = levels.get(way.group, "")
    if level in start_ways.values(release, procedure, LEVEL):
        yield LEVEL, level
