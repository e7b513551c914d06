"""Answers on record that the draft would not accept: what must be filled in now, what fits no more.

The draft's form is asked by what judges every submission (``forms/compiler``), with the conditions
of its fields, and so is the form of then: what that one would say as well is nothing new. Nothing
of an answer is told, and no limit that may be counted from one; only which field it is.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from server.domain.errors import ExpressionFailed, Invalid
from server.domain.expressions import Feel, Json
from server.domain.replays import Difference, Kind
from server.domain.texts import _
from server.forms import compiler, drafts
from server.forms.fields import Field
from server.forms.permitted import FORGED
from server.services.case import facts
from server.services.law.releases import Release
from server.services.replaying.logs import Step
from server.services.replaying.sides import Played, Sides

_REQUIRED: Final = "FORM_REQUIRED"
_ROW: Final = re.compile(r"\[\d+\]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """What was answered in one step, and what was known before it."""

    step: Step
    done: Played
    #: variables of the case on the draft
    known: Mapping[str, Json]
    #: names that were answered in this step or earlier
    asked: Collection[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asking:
    """A form of one of both versions at the step."""

    #: with the form as the step may use it
    release: Release
    form: str
    variables: Mapping[str, Json]

    def is_like(self, other: "_Asking") -> bool:
        """Would both judge any answers alike."""
        mine, its = self.release, other.release
        return (
            mine.compiled.get(self.form) == its.compiled.get(other.form)
            and mine.pack.lists == its.pack.lists
            and mine.pack.settings == its.pack.settings
        )


def refused(sides: Sides, given: Given) -> Iterator[Difference]:
    """What the draft would not accept of the answers of this step, each field once."""
    places = _places(sides, given)
    if places is None:
        return
    node, was, now = places
    if now.form in now.release.compiled and not now.is_like(was):
        yield from _by_form(sides, given, node, was, now)
    yield from _by_rules(sides, given, node, now)


def _by_form(
    sides: Sides, given: Given, node: str, was: _Asking, now: _Asking
) -> Iterator[Difference]:
    try:
        new = _problems(sides, given, now)
    except ExpressionFailed:
        yield sides.made(Kind.UNFIT, node, _("表单的一项条件或者格式要求无法计算"))
        return
    try:
        old = _problems(sides, given, was) if was.form in was.release.compiled else set()
    except ExpressionFailed:
        old = set()
    open_ = set(_undecided(sides, given, now))
    for label in sorted(open_):
        text = _("是否须填写“{field}”，要看旧案没有问过的内容")
        yield sides.made(Kind.ASKS, node, text.format(field=label))
    for path, code in sorted(new - old):
        label = _label(now.release.compiled[now.form].fields, path)
        if code != _REQUIRED:
            text = _("“{field}”当时填写的内容，草稿的表单不接受")
            yield sides.made(Kind.UNFIT, node, text.format(field=label))
        elif label not in open_:
            text = _("须填写“{field}”，记录中没有")
            yield sides.made(Kind.ASKS, node, text.format(field=label))


def _undecided(sides: Sides, given: Given, now: _Asking) -> Iterator[str]:
    """Labels of required fields that a condition shows or hides by what nobody was ever asked."""
    never = _never_asked(sides, given)
    if not never:
        return
    for trail in _trails(now.release.compiled[now.form].fields, ()):
        hides = {name for each in trail if each.hide for name in _conditions(sides, each)}
        if trail[-1].required and hides & never:
            yield trail[-1].label


def _problems(sides: Sides, given: Given, at: _Asking) -> set[tuple[str, str]]:
    """Fields, without numbers of rows, and what is wrong with each. Raises ExpressionFailed."""
    form, schema = at.release.compiled[at.form], at.release.forms[at.form]
    try:
        compiler.validate(
            form,
            drafts.kept(schema, given.step.answers),
            variables={**at.variables, "settings": facts.settings_of(at.release)},
            lists=at.release.pack.lists,
            evaluate=sides.evaluate,
            on=given.step.at.date(),
        )
    except Invalid as error:
        found = {(_ROW.sub("", each.field), each.code) for each in error.findings}
        return {each for each in found if each[1] not in FORGED}
    return set()


def _by_rules(sides: Sides, given: Given, node: str, now: _Asking) -> Iterator[Difference]:
    """Rules between fields that are new in the draft; one that reads other cases is left out."""
    pack = now.release.pack
    step, never = given.step, _never_asked(sides, given)
    for rule in pack.rules:
        reads = _names(sides, rule.check.text)
        if rule.form != now.form or rule in sides.was.pack.rules or reads & pack.earlier.keys():
            continue
        known = facts.collect(sides.draft, sides.procedure, given.known, step.answers, step.at)
        if reads & never:
            text = _("是否符合新的填写规则，要看旧案没有问过的内容：{rule}")
        elif _fails(sides, rule.check, known):
            text = _("不符合新的填写规则：{rule}")
        else:
            continue
        yield sides.made(Kind.UNFIT, node, text.format(rule=rule.message))


def _fails(sides: Sides, check: Feel, known: facts.Facts) -> bool:
    try:
        return facts.value(sides.evaluate, check, known) is not True
    except ExpressionFailed:
        return True


def _places(sides: Sides, given: Given) -> tuple[str, _Asking, _Asking] | None:
    """The step, its form then and its form in the draft; None where nothing was filled in."""
    step, done = given.step, given.done
    if step.command == "open":
        node = done["visited"][0] if done["visited"] else ""
        keys = [
            each.pack.procedures[sides.procedure].start_form for each in (sides.was, sides.draft)
        ]
    elif step.command == "complete":
        node = step.node_key
        nodes = [chart.nodes.get(node) for chart in (sides.old, sides.new)]
        keys = [each.form if each else "" for each in nodes]
    else:
        return None
    known = given.known
    if step.command == "open":
        known = sides.draft.pack.procedures[sides.procedure].defaults
    was, now = (
        _Asking(release=each.at(node, key), form=key, variables=known)
        for each, key in zip((sides.was, sides.draft), keys, strict=True)
    )
    return node, was, now


def _never_asked(sides: Sides, given: Given) -> set[str]:
    """Names only the draft knows, and nothing of the record says anything about."""
    new = {*sides.draft.fields, *sides.draft.routing[sides.procedure]}
    old = {*sides.was.fields, *sides.was.routing[sides.procedure], *given.asked}
    return {name for name in new - old if given.known.get(name) is None}


def _conditions(sides: Sides, field: Field) -> frozenset[str]:
    return frozenset(sides.evaluate.parse(field.hide, unary=True).names)


def _names(sides: Sides, expression: str) -> frozenset[str]:
    return frozenset(sides.evaluate.parse(expression).names)


def _trails(fields: tuple[Field, ...], around: tuple[Field, ...]) -> Iterator[tuple[Field, ...]]:
    """Every field, after the containers around it."""
    for each in fields:
        yield (*around, each)
        yield from _trails(each.children, (*around, each))


def _label(fields: tuple[Field, ...], path: str) -> str:
    """What people call the field at this path."""
    for trail in _trails(fields, ()):
        if ".".join(each.key for each in trail if each.key) == path and trail[-1].key:
            return trail[-1].label
    return path
