"""The form an official would be shown, with the made-up region to choose from."""

import pytest

from server.domain.errors import Forbidden, NotFound
from server.domain.expressions import Json
from server.services.rehearsing import acted_forms
from server.services.rehearsing.play import Play
from server.services.rehearsing.scenario import Step
from server.services.rehearsing.session import Session
from tests.factories.rehearsed import document, small

DESK = "case_supervision_office"
CASE = {"type": "textfield", "key": "c", "properties": {"kind": "case", "procedures": ["x"]}}


def test_the_start_form_comes_with_what_it_reads(session: Session) -> None:
    play = session.play(document("01_through"), 0).play
    found = acted_forms.of_start(play)
    assert keys(found) == ["applicant_kind", "managed_by", "facts"]
    assert found["data"]["applicant_kind"] == "person"


def test_whoever_acts_is_shown_what_an_official_is_and_chooses_from_the_region(
    session: Session,
) -> None:
    play = session.play(document("01_through"), 1).play
    found = acted_forms.of_task(play, step("register", DESK))
    assert found["data"]["registered_on"] == "2026-02-12"
    (maker,) = (
        each for each in found["schema"]["components"] if each.get("key") == "decision_maker"
    )
    assert (maker["type"], maker["valuesKey"]) == ("select", "made_up_person")
    people = found["data"]["made_up_person"]
    assert {"value": DESK, "label": "案件监督管理室的人员"} in people
    assert any(each["value"] == "county1.case_supervision.1" for each in people)


def test_nobody_is_shown_a_form_he_would_not_get(session: Session) -> None:
    play = session.play(document("01_through"), 1).play
    with pytest.raises((Forbidden, NotFound)):
        acted_forms.of_task(play, step("register", "audit_office"))
    with pytest.raises(NotFound):
        acted_forms.of_task(play, step("decide", DESK))


def test_looking_at_a_form_leaves_no_trace(session: Session) -> None:
    said = document("01_through")
    play: Play = session.play(said, 1).play
    acted_forms.of_task(play, step("register", DESK))
    facts = session.play(said, 1).play.facts()
    assert facts is not None
    assert [work.assignee_id for work in facts.work] == [None]


@pytest.mark.parametrize(
    ("component", "shown"),
    [
        (
            {"type": "filepicker", "key": "f", "label": "材料"},
            {"type": "text", "text": "演练中不交文件：材料"},
        ),
        (
            {"type": "textfield", "key": "u", "label": "单位", "properties": {"kind": "unit"}},
            {"type": "select", "key": "u", "label": "单位", "valuesKey": "made_up_unit"}
            | {"validate": {"required": False}},
        ),
        (
            {"type": "group", "components": [CASE]},
            {
                "type": "group",
                "components": [
                    CASE
                    | {"properties": {"procedures": ["x"]}}
                    | {"description": "演练前先办的事项写作before.1、before.2"}
                ],
            },
        ),
        ({"type": "textfield", "key": "t"}, {"type": "textfield", "key": "t"}),
    ],
)
def test_what_needs_the_real_world_is_asked_for_otherwise(component: Json, shown: Json) -> None:
    assert acted_forms.shown_as(component) == shown


def step(node: str, by: str) -> Step:
    return Step(number=1, act="do", target=node, by=by)


def keys(found: Json) -> list[str]:
    return [each.get("key") for each in found["schema"]["components"]]


@pytest.fixture
def session() -> Session:
    """Nothing played yet."""
    return Session(stage=small())
