"""Which pages people come to, found without a browser, and which of them show something new.

A page shows something new when it is the first of its kind (its address without ids and
questions), or the first with an element of some class. Whoever looks at those has seen every kind
of page in every state that looks different, and of each person the page he begins on.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from tests.factories.site import signed_in

#: what is looked at by a program, is a file, ends the visit, or is for who is not signed in
LEFT_OUT = re.compile(
    r"^/(api/|static/|healthz|readyz|metrics|attachments/|sign-in|forgotten)|\.json$|\.xlsx$"
    r"|^/studio/.*/download\b"
)

#: pages of one address but for its ids that are followed: cases and tasks in different states
OF_A_KIND = 3

_ID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=[/=])\d+|(?<=/studio/)(?!new)[^/?]+|(?<=/packs/)(?!offers)[^/?]+"
    r"|(?<=file=)[^&]+|(?<=/entries/)[^?]+"
)


@dataclass(frozen=True, kw_only=True)
class Found:
    """A page somebody comes to."""

    path: str
    #: what stands on it, by tag and class
    marks: frozenset[str]


def kind_of(path: str) -> str:
    """The address without ids: pages of one kind."""
    return _ID.sub("*", path)


def beginnings(app: Flask) -> list[str]:
    """The addresses that need no case, task or person."""
    return sorted(
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and "<" not in rule.rule and not LEFT_OUT.search(rule.rule)
    )


def chosen(app: Flask, people: tuple[str, ...]) -> dict[str, list[str]]:
    """Login -> the addresses that show something nobody before him was shown."""
    shown: set[str] = set()
    found: dict[str, list[str]] = {}
    for login in people:
        mine = [Found(path="/", marks=frozenset({f"begins {login}"})), *crawled(app, login)]
        found[login] = []
        for page in mine:
            if not page.marks <= shown and page.path not in found[login]:
                found[login].append(page.path)
            shown |= page.marks
    return found


def crawled(app: Flask, login: str) -> Iterator[Found]:
    """Every page there is a way to for this person, some of each kind."""
    client = signed_in(app, login)
    begun = beginnings(app)
    ways = Ways(begun)
    for path in ways:
        page = _read(client, path)
        if page is None:
            assert path in begun, f"a link leads nowhere: {path}"
            continue
        yield Found(path=path, marks=_marks(client, path, page))
        for address in page.xpath("//main//a/@href | //nav//a/@href"):
            ways.lead_to(address)


class Ways:
    """The addresses that are still to be gone to, each once, some of each kind."""

    def __init__(self, begun: Iterable[str]) -> None:
        self._waiting = list(begun)
        self._known = set(self._waiting)
        self._kinds = Counter[str]()

    def __iter__(self) -> Iterator[str]:
        while self._waiting:
            yield self._waiting.pop(0)

    def lead_to(self, address: str) -> None:
        """A page has a link to this address of the site."""
        link = address.partition("#")[0]
        if link.startswith("/") and link not in self._known and not LEFT_OUT.search(link):
            self._known.add(link)
            kind = kind_of(link)
            self._kinds[kind] += 1
            if self._kinds[kind] <= OF_A_KIND:
                self._waiting.append(link)


def _read(client: FlaskClient, path: str) -> html.HtmlElement | None:
    answer = client.get(path, follow_redirects=True)
    if answer.status_code in (403, 404):
        return None
    assert answer.status_code == 200, f"{answer.status} {path}"
    return html.document_fromstring(answer.get_data(as_text=True))


def _marks(client: FlaskClient, path: str, page: html.HtmlElement) -> frozenset[str]:
    """The kind of page, its elements by class, and the parts of the form it draws."""
    of_elements = {
        f"{each.tag}.{name}" for each in page.iter("*") for name in each.get("class", "").split()
    }
    forms = page.xpath("//*[@data-island='form']/@data-src")
    of_forms = {f"form.{part}" for source in forms for part in _parts(client, source)}
    return frozenset({kind_of(path).partition("?")[0], *of_elements, *of_forms})


def _parts(client: FlaskClient, source: str) -> Iterator[str]:
    answer = client.get(source)
    assert answer.status_code == 200, f"{answer.status} {source}"
    return iter(re.findall(r'"type":\s*"(\w+)"', json.dumps(answer.get_json()["schema"])))
