"""Values -> HTML -> what a browser sends -> the same values, for every shipped form."""

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.adapters import packs
from server.domain.expressions import Json
from server.domain.packs import PolicyPack
from server.engine.feel import Feel
from server.forms import shown
from server.forms.components import MANY_OF, ONE_OF
from server.forms.fields import Field, flat, read
from server.web.plain_forms.parts import Asking
from server.web.plain_forms.posted import posted
from tests.web.plain_forms.browser import drawn, sent

ROOT = Path(__file__).parents[3]
FORMS = sorted(ROOT.glob("forms/*/*.form.json"))

#: what a person may type: one line, and with line breaks; trimmed as the server keeps it
LINE = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=12
).map(str.strip)
TEXT = st.lists(LINE, max_size=3).map("\n".join).map(str.strip)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: f"{path.parent.name}-{path.name[:-10]}")
@given(data=st.data())
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_was_filled_in_comes_back_as_it_was(
    path: Path, data: st.DataObject, evaluate: Feel
) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    known = shown.options(schema, lists_of(path.parent.name))
    fields = read(schema["components"])
    answers = data.draw(level(fields, known))

    asking = Asking(schema=schema, data=known, evaluate=evaluate, answers=answers, offer=everybody)

    assert posted(schema, sent(drawn(asking))).answers == answers


def level(fields: tuple[Field, ...], known: Mapping[str, Json]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {
            each.key: value(each, known)
            for each in flat(fields)
            if not each.is_locked and each.component != "expression"
        }
    )


def value(each: Field, known: Mapping[str, Json]) -> st.SearchStrategy[Any]:
    if each.is_rows:
        return st.lists(level(each.children, known), max_size=3)
    if each.is_container:
        return level(each.children, known)
    if each.kind:
        return st.none() | st.sampled_from(["p1", "p2"])
    if each.component in ONE_OF | MANY_OF:
        options = [one["value"] for one in options_of(each, known)]
        if each.component in ONE_OF:
            return st.none() | st.sampled_from(options) if options else st.none()
        picked = st.sets(st.sampled_from(options)) if options else st.just(set())
        return picked.map(lambda chosen: [one for one in options if one in chosen])
    return KINDS[each.component] if each.component != "datetime" else DAYS[each.type]


def options_of(each: Field, known: Mapping[str, Json]) -> list[dict[str, Json]]:
    found = known.get(str(each.schema.get("valuesKey")), each.schema.get("values", []))
    return list(found)


def answered(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return strategy.map(lambda found: found or None)


KINDS: dict[str, st.SearchStrategy[Any]] = {
    "textfield": answered(LINE),
    "textarea": answered(TEXT),
    "number": st.none() | st.integers(-(10**9), 10**9) | st.sampled_from([0.5, 12.25]),
    "checkbox": st.booleans(),
    "filepicker": st.lists(st.uuids().map(str), max_size=2, unique=True),
}
DAYS: dict[str, st.SearchStrategy[Any]] = {
    "date": st.none() | st.dates(date(1900, 1, 1)).map(date.isoformat),
    "time": st.none() | st.times(time()).map(lambda found: found.isoformat("minutes")),
    "dateTime": st.none()
    | st.datetimes(datetime(1900, 1, 1)).map(  # noqa: DTZ001  # forms have no zone
        lambda found: found.isoformat("T", "minutes")
    ),
}


def everybody(_kind: str, _typed: str, _chosen: Any) -> list[tuple[str, str]]:
    return [("p1", "张某（办公室主任）"), ("p2", "李某<b>&")]


@lru_cache
def lists_of(name: str) -> Any:
    pack: PolicyPack | None = packs.parse(packs.read_folder(ROOT / "processes" / name))[0]
    assert pack is not None
    return pack.lists


@pytest.fixture(scope="module")
def evaluate() -> Feel:
    return Feel()
