"""An entry of a register in the words of its pack, as they were when it was made."""

from server.domain.expressions import Json
from server.domain.register_rules import OWN_FIELDS, RegisterRule
from server.forms import value_words as words
from server.forms.fields import Field, flat
from server.services.context import Context
from server.services.identity import people
from server.services.law.releases import Release


def shown(
    ctx: Context, release: Release, rule: RegisterRule, data: dict[str, Json]
) -> list[list[str]]:
    """Heading and text of each field that was filled in, in the order of the pack."""
    fields = {field.key: field for form in release.compiled.values() for field in flat(form.fields)}
    found = []
    for key, source in rule.fields.items():
        if key in OWN_FIELDS or data[key] in words.EMPTY:
            continue
        field = fields.get(source) if isinstance(source, str) else None
        found.append([_heading(rule, key, field), _text(ctx, release, rule, key, field, data[key])])
    return found


def _heading(rule: RegisterRule, key: str, field: Field | None) -> str:
    column = rule.columns.get(key)
    if column is not None and column.title:
        return column.title
    return field.label if field is not None else key


def _text(
    ctx: Context, release: Release, rule: RegisterRule, key: str, field: Field | None, value: Json
) -> str:
    column, lists = rule.columns.get(key), release.pack.lists
    known = lists.get(column.list_key) if column is not None else None
    if known is not None:
        return words.of_list(value, known)
    if field is None or field.is_rows:
        return words.plain(value)
    values = value if isinstance(value, list) else [value]
    named = _names(ctx, field, values)
    return "；".join(words.one(field, each, lists, named) for each in values)


def _names(ctx: Context, field: Field, ids: list[Json]) -> dict[str, str]:
    if field.kind == "person":
        return {str(each): people.person(ctx, str(each)).name for each in ids}
    if field.kind == "unit":
        return {str(each): people.unit(ctx, str(each)).name for each in ids}
    return {}
