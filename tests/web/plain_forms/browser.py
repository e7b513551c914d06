"""A plain form as a browser without JavaScript holds it: drawn, filled in as drawn, sent."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from lxml import html
from werkzeug.datastructures import MultiDict

import server.web
from server.domain.texts import _
from server.web.plain_forms.controls import controls
from server.web.plain_forms.parts import Asking

_TEMPLATES = Path(server.web.__file__).parent / "templates"
_PAGE = (
    "{% import 'macros/plain_form.html' as plain %}"
    "<!doctype html><html><body><form>{{ plain.plain(controls) }}</form></body></html>"
)


def drawn(asking: Asking) -> html.HtmlElement:
    """The page with the form."""
    return html.document_fromstring(_page().render(controls=controls(asking)))


@cache
def _page() -> Template:
    pages = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.globals["_"] = _
    return pages.from_string(_PAGE)


def sent(page: html.HtmlElement, press: Mapping[str, str] | None = None) -> MultiDict[str, str]:
    """What the browser sends of the form as it stands; ``press``: the button."""
    found: list[tuple[str, Any]] = []
    for control in page.xpath("//form//*[self::input or self::select or self::textarea][@name]"):
        found += [(control.get("name"), value) for value in _values(control)]
    return MultiDict([*found, *(press or {}).items()])


def _values(control: html.HtmlElement) -> list[str]:
    if control.tag == "textarea":
        # a browser drops the first line break, and sends every other one as CR LF
        return [(control.text or "").removeprefix("\n").replace("\n", "\r\n")]
    if control.tag == "select":
        chosen = [each.get("value", "") for each in control.xpath(".//option[@selected]")]
        return chosen or ([] if control.get("multiple") is not None else [""])
    if control.get("type") == "file":
        return []
    if control.get("type") in ("checkbox", "radio"):
        return [control.get("value", "on")] if control.get("checked") is not None else []
    return [control.get("value", "")]
