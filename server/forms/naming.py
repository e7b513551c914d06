"""Whether what a field says of the person, unit or case it names can be meant."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from server.domain.expressions import Json
from server.domain.findings import Finding
from server.domain.lifecycle import CaseStatus
from server.domain.texts import _
from server.forms.fields import KINDS
from server.forms.findings import Place, finding


def faults(place: Place, entry: Mapping[str, Any]) -> Iterator[Finding]:
    """What is wrong with ``properties``: what an answer names, and which cases it may."""
    properties = entry.get("properties")
    named = properties if isinstance(properties, Mapping) else {}
    kind = named.get("kind")
    if kind not in (None, *KINDS):
        message = _("“{label}”的properties.kind应为person、unit或者case").format(label=place.label)
        yield finding(place, "FORM_KIND", message, field="properties.kind")
        return
    if kind == "case" and entry.get("type") != "textfield":
        message = _("“{label}”填写事项的编号，应为textfield").format(label=place.label)
        yield finding(place, "FORM_KIND", message, field="properties.kind")
    for name, is_right in _WHICH.items():
        if name in named and (kind != "case" or not is_right(named[name])):
            message = _("“{label}”的properties.{name}不正确").format(label=place.label, name=name)
            fix = _("procedures和states为清单，same_party和elsewhere为true，只用于kind为case的字段")
            yield finding(place, "FORM_KIND", message, field=f"properties.{name}", fix=fix)


def _are_words(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) and each for each in value)


def _are_states(value: Json) -> bool:
    return _are_words(value) and set(value) <= set(CaseStatus)


#: which cases may be named: property -> is its value sound
_WHICH: Final[Mapping[str, Callable[[Json], bool]]] = {
    "procedures": _are_words,
    "states": _are_states,
    "same_party": lambda value: isinstance(value, bool),
    "elsewhere": lambda value: isinstance(value, bool),
}
