"""Fills a form as people do: by what they read on it, whether it was drawn or is plain HTML.

The schema only says in which order and by which kind of control; everything is found by its
visible label, so that a label that names nothing fails the test.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

from server.domain.expressions import Json

Component = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Form:
    """The form on a page: its schema, what there is to choose from, who is meant by a login."""

    page: Page
    schema: Component
    data: Mapping[str, Json]
    #: login of a person, or role of an office -> the name people know
    named: Callable[[str], str]

    def fill(self, answers: Mapping[str, Json]) -> None:
        """Fill the fields that have an answer, in the order of the form."""
        root = self.page.locator(".fjs-form, [data-fields]:visible").first
        seen: Counter[str] = Counter()  # a label may stand under several questions
        for component in _flat(self.schema["components"]):
            if component.get("key") in answers:
                label = _label(component).pattern
                self._one(root, component, answers[component["key"]], seen[label])
                seen[label] += 1
            elif component["type"] == "dynamiclist" and component.get("path") in answers:
                seen += self._rows(root, component, answers[component["path"]])

    def _one(self, root: Locator, component: Component, value: Json, nth: int = 0) -> None:
        label = _label(component)
        kind = component["type"]
        if kind in ("radio", "checklist"):
            self._choose(root.get_by_role("group", name=label).nth(nth), component, value)
        elif kind == "checkbox":
            root.get_by_role("checkbox", name=label).nth(nth).set_checked(bool(value))
        elif kind == "select":
            control = _control(root, label).nth(nth)
            control.focus()  # people leave the field before, and with that it is taken in
            control.select_option(label=self._option(component, value))
        elif component.get("properties", {}).get("kind") in ("person", "unit"):
            self._find(_control(root, label).nth(nth), str(value))
        else:
            _control(root, label).nth(nth).fill(str(value))

    def _choose(self, group: Locator, component: Component, value: Json) -> None:
        for each in value if isinstance(value, list) else [value]:
            role = "radio" if component["type"] == "radio" else "checkbox"
            if "valuesExpression" in component:  # what is offered begins with its value
                begins = re.compile(rf"^\s*{re.escape(str(each))}\s")
                group.get_by_role(role, name=begins).check()  # type: ignore[arg-type]
                continue
            text = self._option(component, each)
            group.get_by_role(role, name=text, exact=True).check()  # type: ignore[arg-type]

    def _find(self, control: Locator, who: str) -> None:
        name = self.named(who)
        control.fill(name)
        option = self.page.get_by_role("option", name=re.compile(f"^{re.escape(name)}")).first
        option.click()
        expect(control).to_have_value(re.compile(re.escape(name)))

    def _rows(self, root: Locator, component: Component, rows: Json) -> Counter[str]:
        """Fill the rows of a list; which labels stand in them, and how often."""
        assert isinstance(rows, list)
        seen: Counter[str] = Counter()
        within = root.get_by_role("group", name=_label(component)).first
        for number, row in enumerate(rows):
            inner = [each for each in _flat(component["components"]) if each.get("key") in row]
            if not self._has_row(within, inner, number):
                within.get_by_role("button", name=re.compile("^增加一项")).last.click()
            for each in inner:
                self._one(within, each, row[each["key"]], number)
                seen[_label(each).pattern] += 1
        return seen

    def _has_row(self, within: Locator, inner: list[Component], number: int) -> bool:
        first, label = inner[0], _label(inner[0])
        if first["type"] in ("radio", "checklist"):
            return within.get_by_role("group", name=label).count() > number
        return _control(within, label).count() > number

    def _option(self, component: Component, value: Json) -> str:
        options = component.get("values") or self.data[component["valuesKey"]]
        assert isinstance(options, list)
        return next(
            str(option["label"])
            for option in options
            if isinstance(option, Mapping) and option["value"] == value
        )


def _flat(components: list[Component]) -> Iterator[Component]:
    """The components one after the other; a group is its members."""
    for component in components:
        if component["type"] == "group":
            yield from _flat(component["components"])
        else:
            yield component


def _control(root: Locator, label: re.Pattern[str]) -> Locator:
    """What is typed into or chosen from; a list that belongs to it has the same label."""
    return root.get_by_label(label).and_(root.page.locator("input, select, textarea"))


def _label(component: Component) -> re.Pattern[str]:
    text = component.get("label") or component.get("dateLabel") or component.get("timeLabel") or ""
    return re.compile(f"^\\s*{re.escape(text)}\\s*(必填)?\\s*$")
