"""Who of the made-up region plays a part of a scenario: a role, or a person by login.

Nothing is decided here: the verbs ask each person for his right as they ask anybody. Among the
holders of an office the first by login plays who is no party of the case and not its head, so
that a play is the same each time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Select, and_, select

from server.domain.access import APPLICANT, Actor
from server.domain.errors import Invalid, NotFound
from server.domain.expressions import Json
from server.domain.jurisdiction import Level, level_of, region_at
from server.domain.packs import PolicyPack
from server.domain.roles import OF_THE_UNIT, PARTIES
from server.domain.texts import _
from server.forms import compiler
from server.forms.fields import Field, flat
from server.models.identity import Person, Post, Unit
from server.queries.cases import CaseFacts, OpenWork
from server.services.context import Context
from server.services.identity import people
from server.services.verbs import parties
from server.services.verbs.advance_work import case_roles

#: the county in which a play is set unless its people say otherwise
HOME = "p/c1/d1"
_HEAD = ".head"


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What a scenario says about who acts: ``as`` and ``level``."""

    by: str
    level: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where roles are looked up: a locality, the level of the matter, the unit it concerns."""

    region: str
    level: Level
    unit_id: str | None = None
    #: people who are not asked to act in an office: whose matter it is, and who keeps away
    parties: frozenset[str] = frozenset()
    #: what stands for a case played before -> its reference
    cases: Mapping[str, str] = field(default_factory=dict)


def starter(ctx: Context, pack: PolicyPack, part: Part, given: Mapping[str, Json]) -> Actor:
    """Who opens the case: an applicant made up to fit the start, an office, or a login.

    Raises:
        Invalid: nobody of the region plays this part.
    """
    if part.by == APPLICANT:
        return _actor(ctx, _made_up(ctx, pack, given))
    return _cast(ctx, pack, part, start_place(given, part.level))


def start_place(given: Mapping[str, Json], level: str = "") -> Place:
    """Where the play is set before there is a case: the home county and the level of the matter."""
    named = level or str(given.get("managed_by") or "")
    found = Level(named) if named in tuple(Level) else Level.COUNTY
    return Place(region=region_at(HOME, found) or HOME, level=found)


def actor(
    ctx: Context, pack: PolicyPack, part: Part, case: CaseFacts, item: OpenWork | None, place: Place
) -> Actor:
    """Who acts in a case: for a role the office that holds the task, else that of the place.

    Raises:
        Invalid: nobody plays this part.
    """
    role = part.by.removesuffix(_HEAD)
    if item is not None and item.office == role and not part.level:
        return _of_item(ctx, part, item, case, place)
    if role in case_roles(pack):
        return _first(ctx, part, parties.members(ctx, case.id, role))
    return _cast(ctx, pack, part, place)


def place_of(ctx: Context, case: CaseFacts, level: str = "") -> Place:
    """Where the roles of a case are looked up."""
    region = people.unit(ctx, case.unit_id).region if case.unit_id else HOME
    concerned = parties.of_case(ctx, case.id)
    return Place(
        region=region,
        level=level_of(level, Level(case.level)),
        unit_id=case.unit_id,
        parties=concerned.subjects | concerned.applicants | concerned.recused,
    )


def named(
    ctx: Context,
    pack: PolicyPack,
    schema: Mapping[str, Json],
    given: Mapping[str, Json],
    place: Place,
) -> dict[str, Json]:
    """The answers with roles and logins turned into ids where a field names people or units.

    ``applicant`` before the case exists is the applicant made up to fit the start. A role that
    stands several times in one list means several of its people. What means nobody stays as it
    is: the verb refuses it.
    """
    naming = _Naming(ctx, pack, place, given)
    return naming.level(compiler.fields(schema), given)


class _Naming:
    """Turns names of a scenario into ids, one form at a time."""

    def __init__(
        self, ctx: Context, pack: PolicyPack, place: Place, given: Mapping[str, Json]
    ) -> None:
        self._ctx = ctx
        self._pack = pack
        self._place = place
        self._given = given
        self._used: dict[str, int] = {}

    def level(self, fields: Iterable[Field], given: Mapping[str, Json]) -> dict[str, Json]:
        known = {field.key: field for field in flat(tuple(fields))}
        return {
            key: self._value(known[key], value) if key in known else value
            for key, value in given.items()
        }

    def _value(self, field: Field, value: Json) -> Json:
        if isinstance(value, list):
            return [self._value(field, entry) for entry in value]
        if field.children and isinstance(value, Mapping):
            return self.level(field.children, value)
        if field.kind is None or not isinstance(value, str):
            return value
        return self._id(field.kind, value) or value

    def _id(self, kind: str, name: str) -> str | None:
        if kind == "case":
            return self._place.cases.get(name)
        if name in PARTIES:
            person = people.person(self._ctx, _made_up(self._ctx, self._pack, self._given))
            if kind == "person":
                return person.id
            unit = people.own_unit(self._ctx, person.id, self._ctx.today)
            return unit.id if unit else None
        try:
            if kind == "unit":
                return self._unit(name)
            return self._person(name)
        except NotFound:
            return None

    def _unit(self, name: str) -> str | None:
        if name in self._pack.roles:
            return _office(self._ctx, name, self._place)
        return people.unit_by_key(self._ctx, name).id

    def _person(self, name: str) -> str | None:
        role = name.removesuffix(_HEAD)
        if role not in self._pack.roles:
            return people.person_by_login(self._ctx, name).id
        holders = _holders(self._ctx, name, _office(self._ctx, role, self._place), self._place)
        nth = self._used.get(name, 0)
        self._used[name] = nth + 1
        return holders[nth % len(holders)] if holders else None


def _cast(ctx: Context, pack: PolicyPack, part: Part, place: Place) -> Actor:
    role = part.by.removesuffix(_HEAD)
    if role in pack.roles:
        return _first(ctx, part, _holders(ctx, part.by, _office(ctx, role, place), place))
    try:
        return people.actor(ctx, part.by)
    except NotFound:
        raise _nobody(part) from None


def _of_item(ctx: Context, part: Part, item: OpenWork, case: CaseFacts, place: Place) -> Actor:
    if item.assignee_id:
        return _actor(ctx, item.assignee_id)
    if item.unit_id is None:
        return _first(ctx, part, parties.members(ctx, case.id, item.office))
    label = part.by if not item.head_only else f"{item.office}{_HEAD}"
    return _first(ctx, part, _holders(ctx, label, item.unit_id, place))


def _office(ctx: Context, role: str, place: Place) -> str | None:
    if role in OF_THE_UNIT:
        unit_id = place.unit_id
        found = people.office_of_unit(ctx, role, unit_id) if unit_id else None
    else:
        found = people.office(ctx, role, level=place.level, region=place.region)
    return found.id if found else None


def _holders(ctx: Context, label: str, unit_id: str | None, place: Place) -> list[str]:
    """Who holds the office, those who are no party and not the head first; ``.head``: him only."""
    if unit_id is None:
        return []
    found = people.holders(ctx, unit_id, ctx.today, head_only=label.endswith(_HEAD))
    ranked = sorted(
        found, key=lambda each: (each.person_id in place.parties, each.is_head, each.login)
    )
    return [each.person_id for each in ranked]


def _made_up(ctx: Context, pack: PolicyPack, given: Mapping[str, Json]) -> str:
    """Id of an applicant who fits: a unit's personnel office, or an official without such a post,
    under the management authority the start names; at home and at that level where possible."""
    level = str(given.get("managed_by") or Level.COUNTY)
    if given.get("applicant_kind") == "unit":
        fits = and_(Unit.kind == "unit_hr", Unit.affiliation == level)
    else:
        # nor in a second post: a meeting that another pack knows has holders whom this one knows
        fits = and_(
            Person.managed_by == level,
            Unit.kind.not_in(pack.roles),
            Person.id.not_in(_officials(ctx, pack)),
        )
    home = [region_at(HOME, each) for each in Level]
    found = ctx.session.scalar(
        select(Person.id)
        .join(Post, Post.person_id == Person.id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(fits, Post.from_on <= ctx.today, Post.to_on.is_(None), Person.state == "active")
        .order_by(Unit.region.in_(home).desc(), (Unit.level == level).desc(), Person.login)
        .limit(1)
    )
    if found is None:
        raise _nobody(Part(by=APPLICANT, level=level))
    return found


def _officials(ctx: Context, pack: PolicyPack) -> Select[tuple[str]]:
    """Whoever holds a post in an office the pack knows as a role."""
    return (
        select(Post.person_id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(Unit.kind.in_(pack.roles), Post.from_on <= ctx.today, Post.to_on.is_(None))
    )


def _first(ctx: Context, part: Part, found: Iterable[str]) -> Actor:
    ids = found if isinstance(found, list) else _by_login(ctx, found)
    if not ids:
        raise _nobody(part)
    return _actor(ctx, ids[0])


def _by_login(ctx: Context, ids: Iterable[str]) -> list[str]:
    return sorted(ids, key=lambda person_id: people.person(ctx, person_id).login)


def _actor(ctx: Context, person_id: str) -> Actor:
    return people.actor(ctx, people.person(ctx, person_id).login)


def _nobody(part: Part) -> Invalid:
    where = f"（{part.level}）" if part.level else ""
    return Invalid(_("演练地区中没有人担任“{role}”{where}").format(role=part.by, where=where))
