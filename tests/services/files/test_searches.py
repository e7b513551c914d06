"""What a search finds for whom: never a word of a paper somebody may not open."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

import pytest
from sqlalchemy import event, select, update

from server.domain.access import Actor
from server.domain.calendar import CHINA_TIME
from server.models.case import case
from server.models.identity import Person
from server.queries.case_filters import Wanted
from server.services.case import search as index
from server.services.context import Context, Tools, reading, transaction
from server.services.files import searches
from server.services.files.searches import Answer
from tests.factories.filed import (
    APPLICANT,
    CONSULTED,
    DESK,
    LEADER,
    STRANGER,
    TEAM,
    Filed,
)

NOW = datetime(2026, 3, 3, 9, 0, tzinfo=CHINA_TIME)

#: a word of the team's notes, of a consulted organ's reply, of the report, of the proposal
NOTES, REPLY, REPORT, PROPOSAL = "防汛抢险", "未发现损失", "经查", "拟启动容错"


@pytest.mark.parametrize(
    ("word", "by"),
    [
        (NOTES, {TEAM, LEADER}),
        (REPLY, {TEAM, LEADER, CONSULTED}),
        (PROPOSAL, {TEAM, LEADER, DESK}),
        ("当时汛情紧急", {TEAM, LEADER, DESK, APPLICANT}),
    ],
)
def test_a_word_is_found_by_those_who_may_open_its_paper(
    word: str, by: set[str], filed_tools: Tools, filed: Filed
) -> None:
    for part in (APPLICANT, DESK, TEAM, LEADER, CONSULTED, STRANGER):
        assert (filed.closed in found(filed_tools, filed, part, word)) is (part in by), part


def test_every_word_has_to_be_readable(filed_tools: Tools, filed: Filed) -> None:
    both = f"{PROPOSAL} {NOTES}"
    assert filed.closed in found(filed_tools, filed, TEAM, both)
    assert filed.closed not in found(filed_tools, filed, DESK, both)
    assert filed.closed not in found(filed_tools, filed, TEAM, f"{PROPOSAL} 火星")


def test_whoever_learns_no_names_finds_none(filed_tools: Tools, filed: Filed) -> None:
    assert filed.closed in found(filed_tools, filed, DESK, filed.name)
    assert filed.closed in found(filed_tools, filed, APPLICANT, filed.name)
    assert filed.closed not in found(filed_tools, filed, CONSULTED, filed.name)
    assert filed.closed not in found(filed_tools, filed, CONSULTED, filed.unit)
    assert filed.closed in found(filed_tools, filed, CONSULTED, "五步程序")


def test_one_character_two_characters_numbers_and_references_are_found(
    filed_tools: Tools, filed: Filed
) -> None:
    with filed_tools.readers() as session:
        reference = session.scalars(select(case.c.reference).where(case.c.id == filed.closed)).one()
    for query in ("汛", "防汛", "调〔2026〕3号", reference, reference[:4], reference[2:]):
        assert filed.closed in found(filed_tools, filed, TEAM, query), query
    assert not found(filed_tools, filed, TEAM, "汛防")
    assert not found(filed_tools, filed, TEAM, "")
    assert not found(filed_tools, filed, TEAM, "（）% _ ' \" * OR")


def test_a_result_names_the_paper_and_shows_the_word_in_it(
    filed_tools: Tools, filed: Filed
) -> None:
    answer = search(filed_tools, filed, TEAM, "汛情紧急")
    result = next(one for one in answer.results if one.titled.line.id == filed.closed)
    assert "五步程序" in result.titled.procedure
    assert result.titled.line.subjects[0].name == filed.name
    assert result.place is not None
    assert result.place.snippet is not None
    assert result.place.snippet.word == "汛情紧急"
    assert result.place.snippet.before == "当时"
    assert result.place.snippet.after.startswith("，先行组织抢修")
    named = search(filed_tools, filed, TEAM, filed.name)
    assert named.results[0].place is None


def test_at_most_so_many_are_shown_the_newest_first(
    filed_tools: Tools, filed: Filed, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction(filed_tools, person(filed_tools, filed, TEAM), NOW) as ctx:
        for case_id, on in ((filed.closed, 5), (filed.open, 1)):
            opened = datetime(2026, 1, on, tzinfo=CHINA_TIME)
            ctx.session.execute(update(case).where(case.c.id == case_id).values(opened_at=opened))
    both = search(filed_tools, filed, TEAM, "汛情")
    assert [one.titled.line.id for one in both.results] == [filed.closed, filed.open]
    assert both.is_all
    monkeypatch.setattr(searches, "MOST", 1)
    one = search(filed_tools, filed, TEAM, "汛情")
    assert [one.titled.line.id for one in one.results] == [filed.closed]
    assert not one.is_all


def test_the_statements_do_not_depend_on_what_is_found(filed_tools: Tools, filed: Filed) -> None:
    search(filed_tools, filed, TEAM, "汛")
    counts = set()
    for word in ("汛", "火星", filed.name, "手续"):
        with counting(filed_tools) as statements:
            search(filed_tools, filed, TEAM, word)
        counts.add(len(statements))
    assert len(counts) == 1
    assert max(counts) <= 26


def test_an_index_made_anew_finds_the_same(filed_tools: Tools, filed: Filed) -> None:
    before = [found(filed_tools, filed, TEAM, word) for word in (NOTES, REPORT, filed.name)]
    with transaction(filed_tools, person(filed_tools, filed, TEAM), NOW) as ctx:
        assert index.rebuild(ctx) == 2
    after = [found(filed_tools, filed, TEAM, word) for word in (NOTES, REPORT, filed.name)]
    assert after == before


def test_a_list_narrowed_by_words_is_narrowed_to_what_is_found(
    filed_tools: Tools, filed: Filed
) -> None:
    with asking(filed_tools, filed, DESK) as ctx:
        assert searches.narrowed(ctx, Wanted(q=NOTES)) == Wanted(ids=())
        assert searches.narrowed(ctx, Wanted(status="open")) == Wanted(status="open")
        narrowed = searches.narrowed(ctx, Wanted(status="open", q=filed.name))
    assert narrowed.status == "open"
    assert filed.closed in (narrowed.ids or ())


def search(tools: Tools, filed: Filed, part: str, text: str) -> Answer:
    with asking(tools, filed, part) as ctx:
        return searches.find(ctx, text)


def found(tools: Tools, filed: Filed, part: str, text: str) -> set[str]:
    return {one.titled.line.id for one in search(tools, filed, part, text).results}


def asking(tools: Tools, filed: Filed, part: str) -> AbstractContextManager[Context]:
    return reading(tools, person(tools, filed, part), NOW)


@contextmanager
def counting(tools: Tools) -> Iterator[list[str]]:
    """The statements of what is done within."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(tools.database, "before_cursor_execute", note)
    yield said
    event.remove(tools.database, "before_cursor_execute", note)


def person(tools: Tools, filed: Filed, part: str) -> Actor:
    with tools.readers() as session:
        login = filed.people[part]
        one = session.scalars(select(Person).where(Person.login == login)).one()
        return Actor(person_id=one.id, name=one.name)
