"""A start that is only half filled in: what can be prepared of it, and what is still needed.

Answers that nothing of the procedure reads are set aside until they are right; those that decide
who may start, where the matter goes and what begins are asked for as the form asks.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.services.context import Context
from server.services.law.releases import Release
from server.services.starts.start_ways import KIND
from server.services.verbs import openings
from server.services.verbs.openings import Prepared

_KEY: Final = re.compile(r"[^.\[]+")
#: most times that an answer nothing reads is set aside because it is not yet right
_MOST_TRIES: Final = 3


def prepare(ctx: Context, release: Release, key: str, given: Mapping[str, Json]) -> Prepared:
    """The start with the answers that matter; others are set aside until they are right.

    Raises:
        Invalid: an answer that something reads is missing or wrong.
        Forbidden, NotOffered: as ``openings.prepare``.
    """
    wanted = _read_by_something(ctx, release, key)
    relaxed = _relaxed(release, key, wanted)
    answers = dict(given)
    for _try in range(_MOST_TRIES):
        try:
            return openings.prepare(ctx, relaxed, key, answers)
        except Invalid as error:
            wrong = {_top(each.field) for each in error.findings}
            aside = wrong - wanted
            if wrong & wanted or not aside & set(answers):
                kept = [each for each in error.findings if _top(each.field) not in aside]
                raise Invalid(error.message, kept or error.findings) from error
            answers = {name: value for name, value in answers.items() if name not in aside}
    return openings.prepare(ctx, relaxed, key, answers)


def _top(path: str) -> str:
    found = _KEY.match(path)
    return found.group() if found else ""


def _read_by_something(ctx: Context, release: Release, key: str) -> frozenset[str]:
    """Answers of the start that decide who may start, where it goes and what begins."""
    procedure = release.pack.procedures[key]
    node = openings.start_node(release, procedure)
    naming = {each.field for each in release.pack.appointments if each.node == node}
    conditions = [each.when.text for each in procedure.starters if each.when]
    names = {name for text in conditions for name in ctx.tools.evaluate.parse(text).names}
    return frozenset({*release.routing[key], *naming, *names, KIND})


def _relaxed(release: Release, key: str, wanted: frozenset[str]) -> Release:
    """The release with a start form that insists only on what is wanted."""
    form = release.pack.procedures[key].start_form
    schema = dict(release.forms[form])
    schema["components"] = [_loose(each, wanted) for each in schema["components"]]
    rules = tuple(
        rule for rule in release.pack.rules if rule.form != form or _top(rule.field) in wanted
    )
    pack = replace(release.pack, rules=rules)
    return replace(release, forms={**release.forms, form: schema}, pack=pack)


def _loose(component: dict[str, Any], wanted: frozenset[str]) -> dict[str, Any]:
    found = dict(component)
    if found.get("key") not in wanted and found.get("path") not in wanted:
        found.pop("validate", None)
    if isinstance(found.get("components"), list):
        found["components"] = [_loose(each, wanted) for each in found["components"]]
    return found
