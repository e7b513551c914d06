"""The ways in which a role may start a procedure, found by asking the pack.

A *way* is one of the choices under which the pack lets a role start (application, ex-ante filing,
study by the organ, assignment from above, on paper): the starter's condition is asked about each
choice of the start form that it reads, so that a new pack needs nothing here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from server.domain.access import APPLICANT
from server.domain.expressions import Json
from server.domain.packs import Procedure, Starter
from server.domain.roles import OF_THE_UNIT
from server.domain.texts import _
from server.forms import compiler
from server.forms.fields import Field
from server.services.case import facts
from server.services.context import Context
from server.services.identity.people import HeldPost, Office
from server.services.law.releases import Release

#: for whom somebody starts a procedure
SELF: Final = "self"
UNIT: Final = "unit"
OFFICE: Final = "office"

#: what start forms call the kind of applicant and the level of management (pack-format.md)
KIND: Final = "applicant_kind"
LEVEL: Final = "managed_by"


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
    #: the role in which he does it
    role: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Speaker:
    """Who starts: the posts he holds today and the unit he works in."""

    posts: tuple[HeldPost, ...]
    unit: Office | None

    @property
    def may_speak_for_unit(self) -> bool:
        """He holds a post in which a unit applies (DOMAIN section 8)."""
        return any(post.office.kind in OF_THE_UNIT for post in self.posts)


def ways(
    ctx: Context, release: Release, procedure: Procedure, starter: Starter, speaker: Speaker
) -> Iterator[Way]:
    """The ways in which he may start it in the role of this starter."""
    for name, title, preset in _choices(ctx, release, procedure, starter):
        if starter.role != APPLICANT:
            office = next(post.office for post in speaker.posts if _is(post, starter.role))
            key = f"{OFFICE}-{starter.role}{name}"
            yield Way(
                key=key,
                group=OFFICE,
                title=title,
                unit=office.name,
                preset=preset,
                role=starter.role,
            )
            continue
        kinds = values(release, procedure, KIND)
        person = {KIND: "person"} if "person" in kinds else {}
        yield Way(
            key=f"{SELF}{name}",
            group=SELF,
            title=title,
            preset={**preset, **person},
            role=starter.role,
        )
        if "unit" in kinds and speaker.may_speak_for_unit and speaker.unit:
            yield Way(
                key=f"{UNIT}{name}",
                group=UNIT,
                title=title,
                unit=speaker.unit.name,
                preset={**preset, KIND: "unit"},
                role=starter.role,
            )


def fixed(ctx: Context, release: Release, procedure: Procedure, way: Way) -> dict[str, Json]:
    """What the way settles: its own answers, and choices that his role leaves no other value."""
    found = dict(way.preset)
    starter = next(each for each in procedure.starters if each.role == way.role)
    if starter.when is None or not way.preset:
        return found
    names = ctx.tools.evaluate.parse(starter.when.text).names
    for each in _asked(release, procedure):
        if each.key not in names or each.key in found:
            continue
        plain = procedure.defaults.get(each.key)
        others = [value for value, _label in _options(each) if value != plain]
        given = {**procedure.defaults, **way.preset}
        if not any(_may(ctx, release, procedure, starter, {**given, each.key: v}) for v in others):
            found[each.key] = plain
    return found


def _may(
    ctx: Context,
    release: Release,
    procedure: Procedure,
    starter: Starter,
    given: Mapping[str, Json],
) -> bool:
    seen = facts.collect(release, procedure.key, {}, given, ctx.now)
    return facts.holds(ctx.tools.evaluate, starter.when, seen)


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
            if _may(ctx, release, procedure, starter, given):
                found.append((f"-{each.key}-{value}".lower(), label, {each.key: value}))
    if len(found) == 1:
        # where there is nothing to choose, the choice alone does not say what is begun
        name, label, preset = found[0]
        words = _("{procedure}（{way}）")
        return [(name, words.format(procedure=procedure.title, way=label), preset)]
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


def values(release: Release, procedure: Procedure, key: str) -> frozenset[Json]:
    """The values that the start form offers for this field, none when it does not ask for it."""
    for each in _asked(release, procedure):
        if each.key == key:
            return frozenset(value for value, _label in _options(each))
    return frozenset()
