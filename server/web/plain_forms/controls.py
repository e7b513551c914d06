"""A form schema with its data as controls that a template can draw, one after the other.

The name of a control is the place of its answer (``members[0].member``), as findings name it, so
that an error finds its control. Everything is shown: what a condition hides comes with its
condition in words, and says so when it does not apply to what is filled in now.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from server.domain.expressions import Json
from server.forms import words
from server.forms.components import MANY_OF, ONE_OF
from server.forms.computed import compute
from server.forms.fields import Field, flat, label_of, read, walk
from server.forms.visibility import Path, complete, hidden, places, written
from server.forms.words import Asked
from server.web.plain_forms.inputs import single
from server.web.plain_forms.parts import Asking, Control, Option, cell, identity, written_value

_TEMPLATE: Final = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


def controls(asking: Asking) -> tuple[Control, ...]:
    """The form as controls, in its order."""
    return _Form(asking).drawn()


def initial(fields: tuple[Field, ...], data: Mapping[str, Json]) -> dict[str, Json]:
    """The answers a form begins with: what is known, else defaults, else as many empty rows."""
    found: dict[str, Json] = {}
    for each in flat(fields):
        value = data.get(each.key)
        if each.is_rows and value is None:
            count = each.schema.get("defaultRepetitions", 1)
            count = max(count, 0) if isinstance(count, int) else 1
            found[each.key] = [initial(each.children, {}) for _ in range(min(count, 20))]
        elif each.component == "group":
            found[each.key] = initial(each.children, value if isinstance(value, Mapping) else {})
        else:
            found[each.key] = each.schema.get("defaultValue") if value is None else value
    return found


class _Form:
    """One form under way to the page."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._fields = read(asking.schema.get("components"))
        given = asking.answers
        answers = initial(self._fields, asking.data) if given is None else given
        self._answers = complete(self._fields, answers)
        compute(self._fields, self._answers, asking.data, asking.evaluate)
        placed = places(self._fields, self._answers, asking.data)
        out = hidden(placed, asking.evaluate)
        self._off = {each.path for each in out if each.path}
        # a group without a path has no place of its own
        self._off_groups = {id(each.field.schema) for each in out if not each.path}
        self._scopes = {each.path: each.scope.context for each in placed if each.path}
        self._by_schema = {id(each.schema): each for each in walk(self._fields)}
        self._root = {**asking.data, **self._answers}
        self._errors: dict[str, list[str]] = {}
        for finding in asking.findings:
            self._errors.setdefault(finding.field, []).append(finding.message)
        self._known = self._named()

    def drawn(self) -> tuple[Control, ...]:
        return tuple(self._level(self._asking.schema.get("components"), (), self._answers, {}))

    def _named(self) -> dict[str, Asked]:
        every = tuple(walk(self._fields))
        offered = {
            each.key: words.option_texts(self._options_of(each, self._root))
            for each in every
            if each.component in ONE_OF | MANY_OF
        }
        return words.asked(every, offered)

    def _level(
        self, components: Json, path: Path, own: Mapping[str, Json], scope: Mapping[str, Json]
    ) -> Iterator[Control]:
        for entry in components if isinstance(components, list) else []:
            found = self._by_schema.get(id(entry))
            if found is None:
                yield from self._shown(entry, {**self._root, **scope})
            elif found.component == "group" and not found.key:
                inner = tuple(self._level(entry.get("components"), path, own, scope))
                is_off = id(entry) in self._off_groups
                yield Control(kind="group", children=inner, **self._head(found, (), is_off=is_off))
            else:
                yield self._field(found, (*path, found.key), own.get(found.key))

    def _head(self, each: Field, path: Path, *, is_off: bool) -> dict[str, Any]:
        name = written(path)
        hint = each.schema.get("description")
        return {
            "name": name,
            "id": identity(name or str(each.schema.get("id", ""))),
            "label": each.label,
            "hint": self._text(hint, {}) if isinstance(hint, str) else "",
            "required": each.required,
            "is_locked": self._asking.is_locked or each.is_locked,
            "condition": words.shown_when(each.hide, self._known),
            "is_off": is_off,
            "errors": tuple(self._errors.get(name, ())),
        }

    def _field(self, each: Field, path: Path, value: Json) -> Control:
        head = self._head(each, path, is_off=path in self._off)
        scope = self._scopes.get(path, self._root)
        if each.is_rows:
            return self._rows(each, path, value, head)
        if each.component == "group":
            inner = self._level(each.schema.get("components"), path, value or {}, scope)
            return Control(kind="group", children=tuple(inner), **head)
        if each.kind is not None:
            return self._person(each, value, head)
        if each.component in ONE_OF | MANY_OF:
            return self._choice(each, value, head, scope)
        return single(each, value, head, self._asking.uploads)

    def _rows(self, each: Field, path: Path, value: Json, head: dict[str, Any]) -> Control:
        rows = value if isinstance(value, list) else []
        scopes = [
            {**self._root, "this": row, "parent": self._answers, "i": [number]}
            for number, row in enumerate(rows, 1)
        ]
        return Control(
            kind="rows",
            rows=tuple(
                tuple(self._level(each.schema.get("components"), (*path, number), row, scope))
                for number, (row, scope) in enumerate(zip(rows, scopes, strict=True))
            ),
            **head,
        )

    def _person(self, each: Field, value: Json, head: dict[str, Any]) -> Control:
        chosen = [str(one) for one in (value if isinstance(value, list) else [value]) if one]
        typed = self._asking.searches.get(head["name"], "")
        offered = self._asking.offer(each.kind or "", typed, chosen)
        is_many = each.type == "list"
        return Control(
            kind="named",
            options=tuple(
                Option(value=key, label=label, is_chosen=key in chosen) for key, label in offered
            ),
            typed=typed,
            names_case=each.kind == "case",
            is_multiple=is_many,
            value=chosen[0] if chosen and not is_many else "",
            **head,
        )

    def _choice(
        self, each: Field, value: Json, head: dict[str, Any], scope: Mapping[str, Json]
    ) -> Control:
        chosen = value if isinstance(value, list) else [value]
        options = tuple(
            Option(
                value=written_value(one.get("value")),
                label=str(one.get("label", one.get("value"))),
                is_chosen=any(_same(one.get("value"), other) for other in chosen),
            )
            for one in self._options_of(each, scope)
        )
        kinds = {"radio": "choice", "select": "list"}
        is_many = each.component in MANY_OF
        return Control(
            kind=kinds.get(each.component, "choices"),
            options=options,
            is_multiple=is_many,
            value="；".join(option.label for option in options if option.is_chosen),
            **head,
        )

    def _options_of(self, each: Field, scope: Mapping[str, Json]) -> list[dict[str, Json]]:
        schema = each.schema
        if "valuesKey" in schema:
            found = scope.get(str(schema["valuesKey"]))
        elif "valuesExpression" in schema:
            text = str(schema["valuesExpression"]).removeprefix("=")
            found = self._asking.evaluate.values([text], scope)[0].value
        else:
            found = schema.get("values")
        entries = found if isinstance(found, list) else []
        return [one if isinstance(one, dict) else {"value": one, "label": one} for one in entries]

    def _shown(self, entry: Mapping[str, Any], scope: Mapping[str, Json]) -> Iterator[Control]:
        kind = entry.get("type")
        if kind == "text":
            for line in self._text(str(entry.get("text", "")), scope).split("\n"):
                if line.strip():
                    is_title = line.startswith("#")
                    yield Control(
                        kind="title" if is_title else "words", value=line.lstrip("#").strip()
                    )
        elif kind == "separator":
            yield Control(kind="line")
        elif kind == "image":
            source = str(entry.get("source", ""))
            yield Control(kind="image", value=source, label=str(entry.get("alt", "")))
        elif kind == "table":
            yield self._table(entry, scope)

    def _table(self, entry: Mapping[str, Any], scope: Mapping[str, Json]) -> Control:
        source = str(entry.get("dataSource", ""))
        if source.startswith("="):
            rows = self._asking.evaluate.values([source[1:]], scope)[0].value
        else:
            rows = scope.get(source)
        columns = [one for one in entry.get("columns", []) if isinstance(one, Mapping)]
        return Control(
            kind="table",
            label=label_of(entry),
            head=tuple(str(one.get("label", "")) for one in columns),
            cells=tuple(
                tuple(cell(row.get(one.get("key"))) for one in columns)
                for row in (rows if isinstance(rows, list) else [])
                if isinstance(row, Mapping)
            ),
        )

    def _text(self, text: str, scope: Mapping[str, Json]) -> str:
        """The text with the values of its ``{{…}}``."""
        context = scope or self._root
        if text.startswith("="):
            return cell(self._asking.evaluate.values([text[1:]], context)[0].value)
        asked = [one.strip() for one in _TEMPLATE.findall(text)]
        if not asked:
            return text
        found = iter(self._asking.evaluate.values(asked, context))
        return _TEMPLATE.sub(lambda _match: cell(next(found).value), text)


def _same(one: Json, other: Json) -> bool:
    return isinstance(one, bool) is isinstance(other, bool) and one == other
