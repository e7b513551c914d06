"""The rehearsal of a pack with its drafts: found by content, set up once, played for one person."""

from dataclasses import replace

import pytest

from server.domain.access import SYSTEM
from server.domain.errors import Invalid, NotFound
from server.domain.expressions import Json
from server.services.context import Tools, reading
from server.services.packs import pack_drafts
from server.services.rehearsing import rooms
from server.services.rehearsing.rooms import Rehearsed
from tests.databases import Databases
from tests.factories.rehearsed import SameProcess, document
from tests.factories.tiny import DESK, NOW, Tiny

PLAY = {"act": "play", "document": document("02_supplement"), "upto": 2}


def test_what_is_played_on_is_told_with_the_scenarios(tools: Tools) -> None:
    found = pack(tools)
    told = rooms.overview(tools, SYSTEM, found)
    assert told is not None
    assert [each["key"] for each in told["procedures"]] == ["tiny_matter"]
    assert list(told["diagrams"]) == ["tiny.bpmn"]
    assert [each["file"] for each in told["scenarios"]] == ["01_through.yaml", "02_supplement.yaml"]
    assert len(told["ways"]) == 19
    assert told["nodes"]["register"] == "登记"
    assert told["now"] == "2026-03-02T09:00+08:00"


def test_a_process_that_is_gone_is_not_missed(tools: Tools) -> None:
    found = pack(tools)
    before = rooms.ask(tools, SYSTEM, found, PLAY)
    house(tools).lose()
    after = rooms.ask(tools, SYSTEM, found, PLAY)
    assert [each["element"] for each in after["case"]["open"]] == ["supplement"]
    assert before["case"]["open"] == after["case"]["open"]
    assert house(tools).begun == 2


def test_each_person_plays_in_a_process_of_his_own(tools: Tools) -> None:
    found = pack(tools)
    rooms.ask(tools, SYSTEM, found, PLAY)
    rooms.ask(tools, replace(SYSTEM, person_id="somebody else"), found, PLAY)
    rooms.ask(tools, SYSTEM, found, PLAY)
    assert house(tools).begun == 2


def test_a_scenario_more_changes_nothing_that_was_set_up_or_played(tools: Tools) -> None:
    known = pack(tools)
    done: Json = {"left": 2}
    while done["left"]:
        done = rooms.performed(tools, SYSTEM, known)
    assert (sorted(done["results"]), done["left"]) == (["01_through.yaml", "02_supplement.yaml"], 0)
    text = known.scenarios["01_through.yaml"].replace(b"due_on: 2026-02-26", b"due_on: 2026-02-25")
    store(tools, "processes/tiny/scenarios/03_more.yaml", text)
    more = pack(tools)
    assert more.content == known.content
    assert rooms.known(more)["left"] == 1
    failed = rooms.performed(tools, SYSTEM, more)["results"]["03_more.yaml"]
    assert failed["troubles"][0]["message"] == "due_on应为2026-02-25，实际为2026-02-26"
    assert house(tools).begun == 1


def test_a_pack_with_an_error_is_not_played_and_all_its_problems_are_told(tools: Tools) -> None:
    store(tools, "forms/tiny/decision.form.json", b"{}")
    with pytest.raises(Invalid) as refused:
        rooms.overview(tools, SYSTEM, pack(tools))
    assert refused.value.findings


def test_what_the_play_refuses_reaches_whoever_asked(tools: Tools) -> None:
    form = {"act": "form", "document": document("01_through"), "upto": 1}
    with pytest.raises(Invalid) as refused:
        rooms.ask(tools, SYSTEM, pack(tools), {**form, "step": {"do": "decide", "as": "x"}})
    assert "没有待办" in refused.value.message


def test_where_nothing_is_rehearsed_there_is_no_room(tools: Tools) -> None:
    with pytest.raises(NotFound):
        rooms.overview(replace(tools, rooms=None), SYSTEM, pack(tools))


def pack(tools: Tools) -> Rehearsed:
    with reading(tools, SYSTEM, NOW) as ctx:
        return rooms.pack(ctx, "tiny")


def store(tools: Tools, path: str, content: bytes) -> None:
    Tiny(tools).act(DESK, lambda ctx: pack_drafts.put(ctx, "tiny", path, content))


def house(tools: Tools) -> SameProcess:
    assert isinstance(tools.rooms, SameProcess)
    return tools.rooms


@pytest.fixture(autouse=True)
def _forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is known from another test."""
    for name in ("_PACKS", "_STAGES", "_RESULTS"):
        monkeypatch.setattr(rooms, name, type(getattr(rooms, name))(100))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def databases(request: pytest.FixtureRequest) -> Databases:
    """What is read of the database has its tests on both kinds; here it is played."""
    found: Databases = request.getfixturevalue(f"{request.param}_databases")
    return found


@pytest.fixture
def tools(tiny: Tiny) -> Tools:
    """The small pack, rehearsed in the process of the test."""
    return replace(tiny.tools, rooms=SameProcess())
