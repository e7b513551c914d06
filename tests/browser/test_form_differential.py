"""form-js in the browser and the server judge the same answers alike (FRONTEND section 6).

For the forms of the shipped packs answers are generated; what is hidden, what is wrong and why
has to be the same on both sides. What may differ is written down in :data:`ALLOWED`.
"""

import json
import random
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, Route

from server.adapters.packs import parse, read_folder
from server.domain.errors import Invalid
from server.domain.expressions import Json
from server.domain.packs import CodeList
from server.engine.feel import Feel
from server.forms import compiler, shown
from server.forms.components import MANY_OF, ONE_OF
from server.forms.fields import Field, read, walk
from server.forms.visibility import complete, written
from server.web.assets import BUILT, Assets
from tests.browser.conftest import SCREEN

ROOT = Path(__file__).parent.parent.parent
FORMS = sorted((ROOT / "forms").glob("*/*.form.json"))
FEEL = Feel()
TODAY = date(2026, 3, 2)

#: sets of answers generated for each form
SETS = 8

#: what only the server judges: (what it says, why form-js does not)
ALLOWED: Final = (
    (r"“.*”至少\d+项", "form-js does not count the rows of a list"),
    (r"“.*”最多\d+项", "form-js does not count the rows of a list"),
    (r"“.*”不能修改", "form-js lets nobody type there: only what is sent could be another"),
)

_TEXTS: Final = ("", "调查属实", "𠮷野 · 阿卜杜", "同意。\n另附说明", " ", "甲" * 40)
_SAMPLES: Final[Mapping[str, list[Json]]] = {
    "checkbox": [True, False],
    "number": [None, 0, 1, -1, 12],
    "datetime": [None, "2026-02-26", "2026-03-02"],
    "filepicker": [[], ["5f0c7a52-0000-4000-8000-000000000001"]],
}
_LITERAL: Final = re.compile(r'"([^"]*)"')

_JUDGE = """async ([schema, sets]) => {
    const form = window.drawn;
    // a turn that follows a message is not one of those that browsers slow down
    const { port1, port2 } = new MessageChannel();
    const turn = () => new Promise((done) => {
        port1.onmessage = () => setTimeout(done);
        port2.postMessage(null);
    });
    const settled = async () => {
        let before = -1;
        // effects run two turns after a drawing, and may draw again: quiet is four equal turns
        for (let round = 0, quiet = 0; round < 40 && quiet < 4; round += 1) {
            await turn();
            const now = form.get("formFieldInstanceRegistry").getAllKeyed().length;
            quiet = now === before ? quiet + 1 : 0;
            before = now;
        }
    };
    const found = [];
    for (const data of sets) {
        await form.importSchema({ type: "default", components: [] });
        await settled();
        await form.importSchema(schema, data);
        await settled();
        const errors = form.validate();
        await settled();
        const fields = form.get("formFieldInstanceRegistry").getAllKeyed().map((each) => ({
            path: each.valuePath,
            errors: [each.id, ...Object.values(each.indexes ?? {})]
                .reduce((node, part) => node?.[part], errors) ?? [],
        }));
        found.push(fields);
    }
    return found;
}"""


@dataclass(frozen=True)
class Judged:
    """What one side says about one set of answers."""

    visible: frozenset[str]
    wrong: frozenset[tuple[str, str]]


def _in_turn() -> Iterator[Any]:
    """Every form; in each run the three largest of a pack, the others in ``make soak``."""
    for pack, found in groupby(FORMS, key=lambda path: path.parent.name):
        forms = list(found)
        largest = sorted(forms, key=lambda path: path.stat().st_size)[-3:]
        for path in forms:
            marks = () if path in largest else (pytest.mark.slow,)
            yield pytest.param(path, id=f"{pack}/{path.stem[:-5]}", marks=marks)


@pytest.mark.parametrize("path", list(_in_turn()))
def test_browser_and_server_judge_alike(drawn: Page, aside: Executor, path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    lists = _lists(path.parent.name)
    sets = aside.submit(_sets, schema, lists, path.stem).result()
    offered = shown.options(schema, lists)

    there = drawn.evaluate(
        _JUDGE, [schema, [{**known, **offered, **given} for known, given in sets]]
    )
    here = aside.submit(lambda: [_server(schema, lists, *each) for each in sets]).result()

    for (known, given), fields, server in zip(sets, there, here, strict=True):
        assert _seen(fields) == server.visible, (known, given)
        judged = _compared(server.wrong)
        assert _as_missing(_wrong(fields), judged) == judged, (known, given)


def test_every_form_of_the_packs_is_compared() -> None:
    assert len(FORMS) > 50
    assert {path.parent.name for path in FORMS} >= {"nanyang", "chuzhou", "_template"}


def _seen(fields: list[Any]) -> frozenset[str]:
    return frozenset(written(tuple(each["path"])) for each in fields)


def _wrong(fields: list[Any]) -> frozenset[tuple[str, str]]:
    return frozenset(
        (written(tuple(each["path"])), text) for each in fields for text in each["errors"]
    )


def _as_missing(
    there: frozenset[tuple[str, str]], here: frozenset[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    """An empty number is less than the least to form-js; the server says that it is missing."""
    missing = {path: text for path, text in here if text.startswith("请填写")}
    return frozenset(
        (path, missing[path] if "”不得小于" in text and path in missing else text)
        for path, text in there
    )


# -- the server ------------------------------------------------------------------------------------


def _server(
    schema: Mapping[str, Json], lists: Mapping[str, CodeList], known: Any, given: Any
) -> Judged:
    form = compiler.compiled(schema)
    sent, _problems = compiler._load(form, given)
    placed, _gone = compiler._shown(form, complete(form.fields, sent), known, FEEL)
    visible = frozenset(
        written(each.path) for each in placed if each.path and not each.field.is_container
    )
    try:
        compiler.validate(form, given, variables=known, lists=lists, evaluate=FEEL, on=TODAY)
    except Invalid as refused:
        return Judged(visible, frozenset((it.field or "", it.message) for it in refused.findings))
    return Judged(visible, frozenset())


def _compared(wrong: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """The server's problems without those that only the server may tell."""
    return frozenset(
        (field, text)
        for field, text in wrong
        if not any(re.fullmatch(pattern, text) for pattern, _why in ALLOWED)
    )


# -- generated answers -----------------------------------------------------------------------------


def _sets(
    schema: Mapping[str, Json], lists: Mapping[str, CodeList], name: str
) -> list[tuple[dict[str, Json], dict[str, Json]]]:
    return [_answers(schema, lists, random.Random(f"{name} {n}")) for n in range(SETS)]


def _answers(
    schema: Mapping[str, Json], lists: Mapping[str, CodeList], chance: random.Random
) -> tuple[dict[str, Json], dict[str, Json]]:
    """What the case knows, and what is answered; locked fields come back as they were shown."""
    fields = read(schema["components"])
    given = _level(fields, lists, chance)
    literals = sorted(
        set(_LITERAL.findall(json.dumps(schema, ensure_ascii=False).replace('\\"', '"')))
    )
    literals = [each for each in literals if re.fullmatch(r"[a-z_]+", each)]
    reads = sorted(shown.names(schema, FEEL) - shown.keys(schema) - {"settings"})
    known: dict[str, Json] = {
        name: chance.choice([None, True, False, *literals])
        for name in reads
        # a case does not know every variable from its beginning
        if not name.startswith("list_") and chance.random() < 0.8
    }
    locked = {each.key for each in walk(fields) if each.schema.get("readonly")}
    known |= {key: given[key] for key in locked if key in given}
    return {**known, "settings": {}}, given


def _level(
    fields: tuple[Field, ...], lists: Mapping[str, CodeList], chance: random.Random
) -> dict[str, Json]:
    given: dict[str, Json] = {}
    for each in fields:
        if each.is_rows:
            given[each.key] = [
                _level(each.children, lists, chance) for _n in range(chance.randrange(3))
            ]
        elif each.is_container and each.key:
            given[each.key] = _level(each.children, lists, chance)
        elif each.is_container:
            given |= _level(each.children, lists, chance)
        elif each.key:
            given[each.key] = _value(each, lists, chance)
    return given


def _value(each: Field, lists: Mapping[str, CodeList], chance: random.Random) -> Json:
    if each.component in MANY_OF:
        options = _options(each, lists)
        return chance.sample(options, chance.randrange(len(options) + 1))
    if each.component in ONE_OF:
        return chance.choice([None, *_options(each, lists)])
    return chance.choice(_SAMPLES.get(each.component) or _texts(each))


def _texts(each: Field) -> list[Json]:
    most = each.limits.get("maxLength")
    long = ["甲" * (most + 1), "𠮷" * (most // 2)] if isinstance(most, int) and most < 5000 else []
    short = [text for text in _TEXTS if each.component == "textarea" or "\n" not in text]
    return [None, *short, *long]


def _options(each: Field, lists: Mapping[str, CodeList]) -> list[Json]:
    if each.list_name is not None:
        found = lists.get(each.list_name)
        return [item.code for item in found.items if not item.text_missing] if found else []
    values = each.schema.get("values") or []
    return [option["value"] for option in values]


@cache
def _lists(pack: str) -> Mapping[str, CodeList]:
    parsed, findings = parse(read_folder(ROOT / "processes" / pack))
    assert parsed is not None, findings
    return parsed.lists


# -- the browser -----------------------------------------------------------------------------------

_PAGE: Final = """<!doctype html><html lang="zh-CN"><head><title>表单</title>
<meta name="htmx-config" content='{{"includeIndicatorStyles":false}}'>
<script type="module" src="/{form}"></script></head><body><main>
<div data-island="form" data-src="/form.json"><form method="post" action="/done">
<div data-fields></div></form></div></main></body></html>"""


@pytest.fixture(scope="module")
def drawn(browser: Browser) -> Iterator[Page]:
    """A page on which the form island stands, its form in ``window.drawn``."""
    names = Assets.read().names

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix("http://forms.test/")
        if path == "":
            route.fulfill(body=_PAGE.format(form=names["form.js"]), content_type="text/html")
        elif path == "form.json":
            route.fulfill(json={"schema": {"type": "default", "components": []}, "data": {}})
        elif path.endswith(".js"):
            route.fulfill(path=BUILT / path, content_type="text/javascript")
        else:
            route.fulfill(status=404)

    page = browser.new_page(**SCREEN)
    page.route("**/*", answer)
    page.add_init_script("addEventListener('drawn', (event) => { window.drawn = event.detail; })")
    # whatever is put off (a frame, a number that is still typed) comes in the next turn: else it
    # would be written into the answers that come after
    page.add_init_script(
        "const soon = setTimeout;"
        "window.setTimeout = (then, _ms, ...given) => soon(then, 0, ...given);"
        "window.requestAnimationFrame = (then) => soon(then, 0);"
    )
    page.goto("http://forms.test/")
    page.wait_for_function("() => window.drawn")
    yield page
    page.close()


@pytest.fixture(scope="module")
def aside() -> Iterator[Executor]:
    """A thread for the server's side: Playwright and V8 both keep an event loop in theirs."""
    with ThreadPoolExecutor(1) as threads:
        yield threads
