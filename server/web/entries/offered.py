"""What an entry can name: other entries, forms and their fields, tasks and lanes of the diagrams.

Only offered, never decided: what of it is right the checker says. Diagrams are therefore looked
through as text and never parsed here, since drafts may hold anything.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from typing import Any, Final

import orjson

from server.domain.texts import _
from server.web.entries.book import Book
from server.web.entries.kinds_exchange import LEVELS
from server.web.entries.kinds_work import CAPACITIES
from server.web.entries.schemas import Offered

#: entries of a section can be named by its name
_SECTIONS: Final = (
    "sources", "roles", "lanes", "events", "deadlines", "lists", "procedures", "messages",
    "registers", "earlier",
)  # fmt: skip
_NODES: Final = (
    "userTask", "startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent",
    "boundaryEvent", "businessRuleTask", "callActivity", "exclusiveGateway", "parallelGateway",
    "inclusiveGateway", "receiveTask",
)  # fmt: skip
_TAG: Final = re.compile(
    r"<(?:[\w-]{1,20}:)?(lane|[a-z]+Event|[a-z]+[A-Z]\w{1,30})\s([^<>]{1,2000})>"
)
_ATTRIBUTE: Final = re.compile(r'\b(id|name)="([^"]{0,200})"')


def offered(book: Book) -> Offered:
    """Everything that can be chosen in the forms of this pack."""
    found: dict[str, Sequence[tuple[str, str]]] = {
        section: [(key, _told(key, title)) for key, title in book.keys(section).items()]
        for section in _SECTIONS
    }
    nodes = list(_nodes(book))
    tasks = [(key, _told(key, name)) for tag, key, name in nodes if tag == "userTask"]
    found["tasks"] = tasks
    found["earlier_tasks"] = [("earlier", _("以前的任何环节")), *tasks]
    found["nodes"] = [(key, _told(key, name)) for tag, key, name in nodes if tag in _NODES]
    found["lane_ids"] = [(key, _told(key, name)) for tag, key, name in nodes if tag == "lane"]
    forms = dict(_forms(book))
    found["forms"] = [(name, _told(name, _heading(form))) for name, form in sorted(forms.items())]
    fields = {key: label for form in forms.values() for key, label in _fields(form)}
    found["fields"] = [(key, _told(key, label)) for key, label in sorted(fields.items())]
    found["variables"] = [(each, each) for each in _variables(book)]
    found["letters"] = [(each, each) for each in sorted(book.files.letters())]
    found["diagrams"] = [(each, each) for each in sorted(book.files.of(".bpmn"))]
    found["capacities"] = CAPACITIES
    found["levels"] = LEVELS
    found["ladder"] = [
        ("assignee", _("经办人")),
        ("office.head", _("办公室负责人")),
        *found["roles"],
    ]
    return found


def fields_of(book: Book, form: str) -> list[tuple[str, str, bool]]:
    """Key, label, and must it be filled in, of every field of a form."""
    schema = dict(_forms(book)).get(form, {})
    return list(_with_need(schema.get("components")))


def form_of(book: Book, node: str) -> str:
    """The form of a node of the diagrams; of a start event that of its procedure."""
    for text in _diagrams(book):
        for match in _TAG.finditer(text):
            if f'id="{node}"' in match[2]:
                form = re.search(r'\b\w+:form="([\w-]{1,80})"', match[2])
                if form or match[1] != "startEvent":
                    return form[1] if form else ""
    starts = [
        entry.get("start", {}).get("form", "")
        for entry in (book.own.get("procedures") or {}).values()
        if isinstance(entry, Mapping) and isinstance(entry.get("start"), Mapping)
    ]
    return str(starts[0]) if starts else ""


def _told(key: str, title: str) -> str:
    return _("{title}（{key}）").format(title=title, key=key) if title else key


def _diagrams(book: Book) -> Iterator[str]:
    for content in book.files.of(".bpmn").values():
        yield content.decode("utf-8", "replace")


def _nodes(book: Book) -> Iterator[tuple[str, str, str]]:
    seen = set()
    for text in _diagrams(book):
        for match in _TAG.finditer(text):
            said = {name: unescape(value) for name, value in _ATTRIBUTE.findall(match[2])}
            key = said.get("id", "")
            if key and key not in seen and (match[1] == "lane" or match[1] in _NODES):
                seen.add(key)
                yield match[1], key, " ".join(said.get("name", "").split())


def _forms(book: Book) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, content in book.files.of(".form.json").items():
        try:
            schema = orjson.loads(content)
        except orjson.JSONDecodeError:
            schema = {}
        yield name.removesuffix(".form.json"), schema if isinstance(schema, Mapping) else {}


def _heading(schema: Mapping[str, Any]) -> str:
    components = schema.get("components")
    for each in components if isinstance(components, list) else ():
        text = each.get("text") if isinstance(each, Mapping) else None
        if isinstance(text, str) and text.startswith("#"):
            return text.split("\n")[0].strip("# ")[:40]
    return ""


def _fields(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, label, _is_needed in _with_need(schema.get("components")):
        yield key, label


def _with_need(components: Any, depth: int = 0) -> Iterator[tuple[str, str, bool]]:
    for each in components if isinstance(components, list) and depth < 8 else ():
        if not isinstance(each, Mapping):
            continue
        key = each.get("key") or (each.get("path") if each.get("type") == "dynamiclist" else None)
        limits = each.get("validate")
        if isinstance(key, str):
            label = str(each.get("label") or each.get("dateLabel") or "")
            is_needed = isinstance(limits, Mapping) and limits.get("required") is True
            yield key, label, is_needed
        if each.get("type") != "dynamiclist":
            yield from _with_need(each.get("components"), depth + 1)


def _variables(book: Book) -> list[str]:
    found: dict[str, None] = {}
    procedures = book.own.get("procedures")
    for entry in procedures.values() if isinstance(procedures, Mapping) else ():
        held = entry.get("variables") if isinstance(entry, Mapping) else None
        found |= dict.fromkeys(map(str, held)) if isinstance(held, Mapping) else {}
    return list(found)
