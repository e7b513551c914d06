"""The rule of a decision: read from the pack when it is convened, and kept with it as it was."""

from collections.abc import Mapping, Sequence
from typing import Any

from server.domain import recusal
from server.domain.decision_rules import Base, DecisionRule, Equal, Fraction, Option
from server.domain.errors import ExpressionFailed
from server.domain.expressions import Json
from server.domain.packs import Given
from server.domain.texts import _
from server.domain.votes import Rule, Share
from server.forms import fields as tree
from server.services.case import case_state, facts
from server.services.case.case_rows import CaseRow
from server.services.case.facts import Facts
from server.services.context import Context
from server.services.law.releases import Release

Terms = Mapping[str, Any]


def known(ctx: Context, release: Release, case: CaseRow) -> Facts:
    """What the expressions of an entry may name."""
    variables = case_state.load(ctx, case.id).variables
    return facts.collect(release, case.procedure, variables, {}, ctx.now)


def text(ctx: Context, given: Given | None, of: Facts) -> str:
    """What a literal or an expression says, empty for nothing."""
    value = facts.given(ctx.tools.evaluate, given, of) if given else None
    return "" if value is None else str(value)


def fixed(
    ctx: Context, release: Release, entry: DecisionRule, form_key: str, of: Facts
) -> dict[str, Json]:
    """The entry as plain values, to be kept with the decision."""
    return {
        "title": entry.title,
        "options": [[one.code, one.text] for one in options(release, entry, form_key)],
        "quorum": _share(ctx, entry.quorum, of),
        "majority": _share(ctx, entry.majority, of),
        "base": entry.base.value,
        "equal": entry.equal.value,
        "not_adopted": entry.not_adopted,
        "chair_last": entry.chair_last,
    }


def stored(terms: Terms) -> Rule:
    """The numbers of a decision that was convened."""
    return Rule(
        quorum=Share(**terms["quorum"]),
        majority=Share(**terms["majority"]),
        base=Base(terms["base"]),
        equal=Equal(terms["equal"]),
        chair_last=terms["chair_last"],
        options=tuple(code for code, _text in terms["options"]),
    )


def options(release: Release, entry: DecisionRule, form_key: str) -> Sequence[Option]:
    """What can be decided: the choices of the field, else those the entry names."""
    schema = release.forms.get(form_key, {})
    for field in tree.walk(tree.read(schema.get("components"))):
        if field.key == entry.field:
            return choices(release, field)
    return entry.options


def choices(release: Release, field: tree.Field) -> Sequence[Option]:
    """The choices of a field of a form, as far as they have a text."""
    if field.list_name is not None:
        listed = release.pack.lists.get(field.list_name)
        items = listed.items if listed else ()
        return [Option(code=one.code, text=one.text) for one in items if not one.text_missing]
    values = field.schema.get("values") or ()
    return [Option(code=str(one["value"]), text=str(one["label"])) for one in values]


def _share(ctx: Context, given: Fraction, of: Facts) -> dict[str, Json]:
    try:
        numerator, denominator = (
            int(text(ctx, part, of)) for part in (given.numerator, given.denominator)
        )
        share = Share(numerator=numerator, denominator=denominator, at_least=given.at_least)
    except ValueError as error:
        raise ExpressionFailed(
            _("政策包中到会或者通过的比例不是分数"), detail=str(error)
        ) from error
    return {
        "numerator": share.numerator,
        "denominator": share.denominator,
        "at_least": share.at_least,
    }


def grounds(release: Release, entry: DecisionRule, form_key: str) -> list[tuple[str, str]]:
    """Grounds of recusal somebody may name at the meeting: those of the pack, else of the form."""
    listed = [(one.code, one.text) for one in recusal.grounds(release.pack)]
    return listed or form_grounds(release, entry, form_key)


def form_grounds(release: Release, entry: DecisionRule, form_key: str) -> list[tuple[str, str]]:
    """Grounds that the form knows, with their texts; the code for none left out."""
    into = entry.writes.members
    if into is None or not into.ground:
        return []
    schema = release.forms.get(form_key, {})
    for field in tree.walk(tree.read(schema.get("components"))):
        if field.key == into.ground:
            offered = choices(release, field)
            return [(one.code, one.text) for one in offered if one.code != into.no_ground]
    return []
