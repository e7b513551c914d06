"""A scenario for a way nobody took: found from those there are, or from nothing, and it passes."""

import pytest

from server.domain.expressions import Json
from server.services.rehearsing import recording
from server.services.rehearsing.proposals import Search
from tests.factories.rehearsed import document, small


@pytest.mark.parametrize(
    ("flow", "known"),
    [
        # another answer at the task before the gateway
        ("f_g_registered__end_refused", "01_through"),
        # the same, a field that is then asked for filled in, and one task more
        ("f_supplement__register", "01_through"),
        # a clock that runs out
        ("f_supplement_over__register", "01_through"),
        # every branch done, a message received
        ("f_g_join__decide", "02_supplement"),
        # from nothing at all
        ("f_g_registered__g_split", ""),
    ],
)
def test_a_way_that_no_scenario_takes_is_found_and_the_scenario_passes(
    flow: str, known: str
) -> None:
    search = looked(flow, {known: document(known)} if known else {})
    assert search.found is not None
    assert search.found["title"].startswith("建议的场景：走到“")
    result = small().perform("proposed.yaml", recording.text(search.found))
    assert result.troubles == ()
    assert flow in result.flows


def test_what_is_not_found_is_given_up_and_it_is_told_where_it_came_to_an_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("server.services.rehearsing.proposals._DEPTH", 1)
    monkeypatch.setattr("server.services.rehearsing.proposals._TRIES", 8)
    monkeypatch.setattr("server.services.rehearsing.guided._ON", 0)
    monkeypatch.setattr("server.services.rehearsing.guided._ROUNDS", 1)
    search = looked("f_result_sent__end_decided", {"x": document("02_supplement")})
    assert (search.is_over, search.found) == (True, None)
    assert search.tried > 0
    assert search.missed[0] == "最近走到“征求意见”，到这里还隔着3步"


def test_a_way_found_is_missed_nowhere() -> None:
    assert looked("f_supplement_over__register", {"x": document("01_through")}).missed == []


def test_a_flow_that_is_not_there_is_given_up_at_once() -> None:
    search = looked("nowhere", {})
    assert (search.is_over, search.missed) == (True, [])


def looked(flow: str, documents: dict[str, Json]) -> Search:
    search = Search(small(), documents, flow)
    while not search.is_over:
        search.go_on(0.5)
    return search
