"""演练 in the studio: the page, and what it asks for; nothing of any case is in it."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace

import pytest
from flask.testing import FlaskClient

from server.domain.expressions import Json
from tests.factories import site
from tests.factories.rehearsed import SameProcess, document
from tests.factories.tiny import DESK, Tiny

DESIGNER = "p.designer.head"
BASE = "/studio/tiny/rehearse"


def test_the_page_has_a_place_for_the_drawing_the_session_and_the_coverage(
    client: FlaskClient,
) -> None:
    answer = client.get(BASE)
    page = answer.get_data(as_text=True)
    for part in (f'data-base="{BASE}"', 'id="session"', 'id="coverage"', "只用虚构的地区"):
        assert part in page
    assert "unsafe-eval" not in answer.headers["Content-Security-Policy"]
    assert client.get("/studio/nowhere/rehearse").status_code == 404


def test_a_play_goes_on_by_hand_and_is_kept_as_a_scenario_that_passes(client: FlaskClient) -> None:
    assert [each["key"] for each in stage(client)["procedures"]] == ["tiny_matter"]
    said = {"title": "照手工演练", **begun("01_through")}
    form = post(client, "form", document=said, upto=1, step={"do": "register", "as": OFFICE})
    assert form.json["data"]["registered_on"] == "2026-02-12"
    refused = post(client, "play", document=with_step(said, {"registered": "refuse"}), upto=2).json
    assert refused["stopped"]["problems"][0]["field"] == "reason"
    done = with_step(said, {"registered": "refuse", "reason": "与容错无关"})
    assert post(client, "play", document=done, upto=2).json["case"]["status"] == "closed"
    stored = post(client, "store", document=done, name="03_refused")
    assert stored.json["file"] == "03_refused.yaml"
    assert "expect: {status: closed, outcome: refused}" in stored.json["text"]
    coverage: Json = {"left": 3}
    while coverage["left"]:
        coverage = post(client, "coverage").json
    assert coverage["results"]["03_refused.yaml"]["troubles"] == []
    assert "03_refused" in client.get(BASE).get_data(as_text=True)


def test_a_scenario_there_is_is_only_replaced_by_whoever_says_so(client: FlaskClient) -> None:
    said = document("02_supplement")
    for more, status in (({}, 422), ({"replace": True}, 200), ({"name": "../pack"}, 422)):
        given = {"document": said, "name": "02_supplement", **more}
        assert post(client, "store", **given).status_code == status


def test_a_way_nobody_took_gets_a_proposal(client: FlaskClient) -> None:
    flow = "f_g_registered__end_refused"
    found = post(client, "propose", flow=flow, anew=True).json
    while not found["over"]:
        found = post(client, "propose", flow=flow).json
    assert found["found"]["title"].startswith("建议的场景")
    assert "steps:" in found["text"]
    assert post(client, "coverage", known=True).json["left"] >= 0


@pytest.mark.parametrize(
    ("act", "given"),
    [
        ("play", {}),
        ("play", {"document": [], "upto": 1}),
        ("play", {"document": {"start": {}, "steps": ["x"]}, "upto": 1}),
        ("play", {"document": {"start": {}}, "upto": "1"}),
        ("play", {"document": {"start": {}}, "upto": 100_000}),
        ("form", {"document": {"start": {}}, "upto": 1, "step": {"do": 1}}),
        ("propose", {"flow": 1}),
        ("store", {"document": {"start": {"as": "x"}}, "name": "x"}),
    ],
)
def test_what_no_page_of_ours_sends_is_refused_in_words(
    client: FlaskClient, act: str, given: Mapping[str, Json]
) -> None:
    answer = post(client, act, **given)
    assert answer.status_code == 422
    assert answer.json["detail"]


def test_only_designers_rehearse(tiny: Tiny) -> None:
    client = site.signed_in(site.served(tiny.tools, site.Clock()), DESK)
    assert client.get(BASE).status_code == 403
    assert client.get(f"{BASE}/stage").status_code == 403


def begun(name: str) -> dict[str, Json]:
    return {key: it for key, it in document(name).items() if key in ("procedure", "now", "start")}


def with_step(said: Json, answers: Json) -> Json:
    return {**said, "steps": [{"do": "register", "as": OFFICE, "with": answers}]}


def stage(client: FlaskClient) -> Json:
    answer = client.get(f"{BASE}/stage")
    assert answer.status_code == 200
    return answer.get_json()


def post(client: FlaskClient, act: str, **given: Json) -> "Answer":
    token = site.token(client, "/studio")
    headers = {"X-CSRFToken": token, "Accept": "application/json"}
    answer = client.post(f"{BASE}/{act}", json=given, headers=headers)
    return Answer(status_code=answer.status_code, json=answer.get_json())


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status_code: int
    json: Json


OFFICE = "case_supervision_office"


@pytest.fixture
def client(tiny: Tiny) -> Iterator[FlaskClient]:
    """A designer who rehearses in the process of the test."""
    with closing(SameProcess()) as rooms:
        app = site.served(replace(tiny.tools, rooms=rooms), site.Clock())
        yield site.signed_in(app, DESIGNER)
