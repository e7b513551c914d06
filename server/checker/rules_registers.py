"""Pass 5, ``registers`` and ``finds``: what they name exists, what they ask can be read."""

from collections.abc import Mapping
from typing import Final

from server.checker import rules_entries
from server.checker.candidate import Candidate
from server.checker.rules_entries import Properties
from server.checker.rules_names import Place
from server.domain.expressions import Feel, Given
from server.domain.notes import Notes
from server.domain.packs import Procedure
from server.domain.register_rules import OF_ENTRIES, OWN_FIELDS, UNTIL, Find, RegisterRule
from server.domain.texts import _

_DAYS: Final = frozenset({"date", "dateTime", "any"})


def check(candidate: Candidate, notes: dict[str, Notes]) -> None:
    """Note what enters registers, or is looked up in them, and cannot be."""
    own = notes["pack.yaml"]
    for rule in candidate.pack.registers.values():
        _events(candidate, rule, own)
        _columns(candidate, rule, own)
        _fields(candidate, rule, own)
    for procedure in candidate.pack.procedures.values():
        for find in procedure.finds:
            _find(candidate, procedure, find, own)


def known(candidate: Candidate) -> frozenset[str]:
    """Every name an expression about a case of the pack may read."""
    found = [candidate.names_of(each) for each in candidate.pack.procedures.values()]
    return frozenset({"settings"}).union(*found)


def _events(candidate: Candidate, rule: RegisterRule, notes: Notes) -> None:
    for field, keys in (("event", rule.events), ("ends", rule.ends)):
        for key in sorted(set(keys) - set(candidate.pack.events)):
            notes.error(
                "REGISTER_EVENT_UNKNOWN",
                _("登记簿“{title}”的{field}“{event}”不在events中").format(
                    title=rule.title, field=field, event=key[:60]
                ),
                _("在events中登记该事件，或者改正名称"),
                element="registers",
                field=f"{rule.key}.{field}",
            )


def _columns(candidate: Candidate, rule: RegisterRule, notes: Notes) -> None:
    """Columns are of fields; what an expression gives has no heading of its own."""
    problems = [key for key in rule.columns if rule.events and key not in rule.fields]
    problems += {*rule.fields, *rule.columns} & (OF_ENTRIES - OWN_FIELDS)
    problems += [
        key
        for key, value in rule.fields.items()
        if isinstance(value, Feel) and not (key in rule.columns and rule.columns[key].title)
    ]
    problems += [
        key
        for key, column in rule.columns.items()
        if column.list_key and column.list_key not in candidate.pack.lists
    ]
    for key in sorted({*problems} - OWN_FIELDS):
        notes.error(
            "REGISTER_COLUMN",
            _("登记簿“{title}”的栏目“{key}”没有名称，或者所指的字段、清单不存在").format(
                title=rule.title, key=key[:60]
            ),
            _("在columns中写明title；list写lists中的键；键与fields一致"),
            element="registers",
            field=f"{rule.key}.columns.{key[:60]}",
        )


def _fields(candidate: Candidate, rule: RegisterRule, notes: Notes) -> None:
    readable = known(candidate)
    lent: Mapping[str, Properties] = {
        "party": rules_entries.party(),
        "case": rules_entries.case(),
    }
    names = readable | {"item"} if rule.each else readable
    given: list[tuple[str, Given | None]] = [("when", rule.when), ("each", rule.each)]
    given += [(f"fields.{key}", value) for key, value in rule.fields.items()]
    for field, value in given:
        if isinstance(value, Feel):
            place = Place(title=rule.title, element="registers", field=f"{rule.key}.{field}")
            rules_entries.ask(candidate, value, names, lent, place, notes)
        elif value is not None and value not in readable:
            _unknown_field(rule.title, value, "registers", f"{rule.key}.{field}", notes)
    until = rule.fields.get(UNTIL)
    if isinstance(until, str) and until in readable and _types(candidate, until).isdisjoint(_DAYS):
        _no_day(rule.title, until, "registers", f"{rule.key}.fields.{UNTIL}", notes)


def _find(candidate: Candidate, procedure: Procedure, find: Find, notes: Notes) -> None:
    field = f"{procedure.key}.finds.{find.register[:60]}"
    readable = candidate.names_of(procedure)
    if find.register not in candidate.pack.registers:
        notes.error(
            "REGISTER_UNKNOWN",
            _("“{title}”要查的登记簿“{register}”在registers中没有").format(
                title=procedure.title, register=find.register[:60]
            ),
            _("在registers中写明该登记簿的名称，或者改正键"),
            element="procedures",
            field=field,
        )
    lent: Mapping[str, Properties] = {
        "entry": rules_entries.entry(candidate, find.register),
        "case": rules_entries.case(),
    }
    for value in find.given():
        if isinstance(value, Feel):
            place = Place(title=procedure.title, element="procedures", field=field)
            rules_entries.ask(candidate, value, readable, lent, place, notes)
    if isinstance(find.before, str) and find.before not in readable:
        _unknown_field(procedure.title, find.before, "procedures", f"{field}.before", notes)
    elif isinstance(find.before, str) and _types(candidate, find.before).isdisjoint(_DAYS):
        _no_day(procedure.title, find.before, "procedures", f"{field}.before", notes)
    if find.into and procedure.variables.get(find.into) != "list":
        notes.error(
            "FIND_VARIABLE",
            _("“{title}”查到的登记要写入的变量“{name}”没有声明为list").format(
                title=procedure.title, name=find.into[:60]
            ),
            _("在procedures的variables中把它声明为list"),
            element="procedures",
            field=f"{field}.into",
        )


def _unknown_field(title: str, name: str, element: str, field: str, notes: Notes) -> None:
    notes.error(
        "REGISTER_FIELD_UNKNOWN",
        _("“{title}”取自的“{field}”不是任何表单字段或者变量").format(title=title, field=name[:60]),
        _("改正名称；表达式以“=”开头"),
        element=element,
        field=field,
    )


def _no_day(title: str, name: str, element: str, field: str, notes: Notes) -> None:
    notes.error(
        "REGISTER_DAY",
        _("“{title}”的日期取自“{field}”，它不是日期").format(title=title, field=name[:60]),
        _("改用日期字段，或者写得出日期的表达式"),
        element=element,
        field=field,
    )


def _types(candidate: Candidate, name: str) -> set[str]:
    """The types a field or a declared variable of this name has in the pack."""
    sheets = [form.fields[name] for form in candidate.forms.values() if name in form.fields]
    declared = [each.variables.get(name, "") for each in candidate.pack.procedures.values()]
    return {*(sheet.type for sheet in sheets), *declared}
