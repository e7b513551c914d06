"""The start form of one way: without what that way has settled already.

Whoever chose to apply for himself is not asked how he applies, nor shown what only an office fills
in. The full form stays the measure: what is left out here is filled in from the way.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from server.domain.expressions import Evaluate, Json
from server.forms.fields import read, walk


def trimmed(
    evaluate: Evaluate, schema: Mapping[str, Json], fixed: Mapping[str, Json]
) -> dict[str, Json]:
    """The schema without settled fields, and without what their values hide.

    A settled field that a condition reads together with an open one stays, with its value as the
    only choice, since the browser needs it there.
    """
    fields = tuple(walk(read(schema.get("components"))))
    hidden = {each.hide for each in fields if each.hide}
    names = {text: evaluate.parse(text, unary=True).names for text in hidden}
    settled = [text for text in sorted(hidden) if names[text] <= set(fixed)]
    context = {**dict.fromkeys(each.key for each in fields if each.key), **fixed}
    answers = evaluate.unary_tests([(text, None) for text in settled], context) if settled else []
    hides = {text: answer.value is True for text, answer in zip(settled, answers, strict=True)}
    asked = {name for text in hidden - set(settled) for name in names[text]}
    cut = _Cut(hides, fixed, frozenset(asked))
    return {**schema, "components": list(cut.level(schema.get("components")))}


class _Cut:
    """One schema being cut, level by level."""

    def __init__(
        self, hides: Mapping[str, bool], fixed: Mapping[str, Json], asked: frozenset[str]
    ) -> None:
        self._hides = hides
        self._fixed = fixed
        self._asked = asked

    def level(self, components: Json) -> Iterator[dict[str, Any]]:
        for entry in components if isinstance(components, list) else []:
            found = self._one(dict(entry))
            if found is not None:
                yield found

    def _one(self, entry: dict[str, Any]) -> dict[str, Any] | None:
        text = str((entry.get("conditional") or {}).get("hide") or "").removeprefix("=").strip()
        if text in self._hides:
            if self._hides[text]:
                return None
            entry.pop("conditional")
        key = entry.get("key")
        if key in self._fixed:
            if key not in self._asked:
                return None
            values = entry.get("values")
            if isinstance(values, list):
                chosen = self._fixed[key]
                entry["values"] = [each for each in values if each.get("value") == chosen]
        if isinstance(entry.get("components"), list):
            entry["components"] = list(self.level(entry["components"]))
            return entry if entry["components"] else None
        return entry
