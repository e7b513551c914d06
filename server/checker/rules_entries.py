"""What expressions read of entries, parties and campaigns exists, and can have the value asked for.

These are no variables of a case: registers and campaigns lend them to their own expressions.
"""

from collections.abc import Mapping
from typing import Final

from server.checker.candidate import Candidate
from server.checker.rules_names import Names, Place
from server.checker.rules_values import Said, hold
from server.checker.shapes import Shapes
from server.domain.campaign_rules import OF_CAMPAIGNS
from server.domain.expressions import Feel
from server.domain.jurisdiction import Level
from server.domain.notes import Notes
from server.domain.register_rules import OF_CASES, OF_ENTRIES, OF_PARTIES
from server.domain.texts import _

#: property -> the texts it may be, None: anything
Properties = Mapping[str, frozenset[str] | None]

_FIXED: Final[Properties] = {
    "kind": frozenset({"person", "unit", "case"}),
    "managed_by": frozenset(Level),
    "level": frozenset(Level),
}


def party() -> Properties:
    """Whom an entry is about."""
    return {name: _FIXED.get(name) for name in OF_PARTIES}


def case() -> Properties:
    """The case that enters something, or looks it up."""
    return {name: _FIXED.get(name) for name in OF_CASES}


def campaign() -> Properties:
    """The campaign that selects, opens or counts."""
    return {name: _FIXED.get(name) for name in OF_CAMPAIGNS}


def entry(candidate: Candidate, register: str) -> Properties:
    """An entry of this register, with its fields."""
    found: dict[str, frozenset[str] | None] = {name: _FIXED.get(name) for name in OF_ENTRIES}
    rule = candidate.pack.registers.get(register)
    for key in {*rule.fields, *rule.columns} - OF_ENTRIES if rule else ():
        found[key] = codes(candidate, register, key)
    return found


def codes(candidate: Candidate, register: str, key: str) -> frozenset[str] | None:
    """The codes a field of a register may hold, None where it may hold anything."""
    rule = candidate.pack.registers[register]
    column, source = rule.columns.get(key), rule.fields.get(key)
    if column and column.list_key in candidate.pack.lists:
        return frozenset(item.code for item in candidate.pack.lists[column.list_key].items)
    if not isinstance(source, str):
        return None
    sheets = [form.fields[source] for form in candidate.forms.values() if source in form.fields]
    if not sheets or any(sheet.choices is None for sheet in sheets):
        return None
    return frozenset(str(each) for sheet in sheets for each in sheet.choices or ())


def ask(
    candidate: Candidate,
    feel: Feel,
    own: frozenset[str],
    lent: Mapping[str, Properties],
    place: Place,
    notes: Notes,
) -> None:
    """Note what is wrong with an expression that reads ``own`` names and what is lent to it."""
    Names(candidate).ask(feel.text, own | frozenset(lent), place, notes)
    said = Said(
        notes=notes, title=place.title, element=place.element, field=place.field, text=feel.text
    )
    hold(candidate, Shapes(candidate), said)
    parsed = candidate.evaluate.parse(feel.text)
    for path in sorted(parsed.paths):
        holder, _dot, name = path.partition(".")
        if holder in lent and name.split(".")[0] not in {"", *lent[holder]}:
            notes.error(
                "PROPERTY_UNKNOWN",
                _("“{title}”读取的“{path}”不存在：“{holder}”中没有“{property}”").format(
                    title=place.title, path=path[:60], holder=holder, property=name[:60]
                ),
                _("改正名称：须是决策结果的一项、设置中的开关或者表格的一列"),
                element=place.element,
                field=place.field,
            )
    for path, text in sorted(parsed.compared):
        holder, _dot, name = path.partition(".")
        possible = lent.get(holder, {}).get(name)
        if possible is not None and text not in possible:
            notes.error(
                "VALUE_NEVER",
                _("“{title}”把“{path}”与“{text}”比较，但它不可能是这个值").format(
                    title=place.title, path=path[:60], text=text[:60]
                ),
                _("改为其中之一：{values}").format(values="、".join(sorted(possible)[:8])),
                element=place.element,
                field=place.field,
            )
