from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest

from server.adapters import yaml_files
from server.domain.errors import Invalid, NotFound
from server.services.context import Context, reading, transaction
from server.services.packs import pack_drafts, pack_entries_edit, workspace
from server.services.packs.pack_entries_edit import Edit
from server.services.packs.workspace import File, Overtaken
from tests.factories.tiny import NOW, Tiny

T = TypeVar("T")

DESIGNER = "p.designer.head"
MANIFEST = "processes/tiny/pack.yaml"


def test_several_changes_are_one_draft_and_leave_the_rest_as_written(tiny: Tiny) -> None:
    before = manifest(tiny)
    after = change(
        tiny,
        [
            Edit(verb="set", path=("sources", "order"), value={"title": "办法"}),
            Edit(verb="rename", path=("sources", "order"), value="measures"),
            Edit(verb="set", path=("title",), value="改过的"),
        ],
        before.revision,
    )
    read, _findings = yaml_files.load("", after.content)
    assert (read["title"], read["sources"]["measures"]) == ("改过的", {"title": "办法"})
    assert after.state == "changed"
    kept = [line for line in before.content.split(b"\n") if not line.startswith(b"title:")]
    assert set(kept) <= set(after.content.split(b"\n"))


def test_all_changes_happen_or_none(tiny: Tiny) -> None:
    before = manifest(tiny)
    wrong = [
        Edit(verb="set", path=("title",), value="改过的"),
        Edit(verb="remove", path=("sources", "no_such")),
    ]
    with pytest.raises(NotFound):
        change(tiny, wrong, before.revision)
    with pytest.raises(Invalid):
        change(tiny, [Edit(verb="insert", path=("title",), value="a")], before.revision)
    with pytest.raises(NotFound):
        change(tiny, [Edit(verb="remove", path=())], before.revision)
    assert manifest(tiny) == before


def test_a_change_of_an_older_revision_is_refused(tiny: Tiny) -> None:
    before = manifest(tiny)
    change(tiny, [Edit(verb="set", path=("title",), value="一")], before.revision)
    with pytest.raises(Overtaken):
        change(tiny, [Edit(verb="set", path=("title",), value="二")], before.revision)


def test_what_changes_nothing_makes_no_draft(tiny: Tiny) -> None:
    before = manifest(tiny)
    title = yaml_files.load("", before.content)[0]["title"]
    change(tiny, [Edit(verb="set", path=("title",), value=title)], before.revision)
    with reading(tiny.tools, tiny.actor(DESIGNER), NOW) as ctx:
        assert not pack_drafts.drafts(ctx, "tiny")


def test_items_are_put_in_and_moved(tiny: Tiny) -> None:
    before = manifest(tiny)
    edits = [
        Edit(verb="set", path=("rules",), value=[{"form": "a"}]),
        Edit(verb="insert", path=("rules",), index=1, value={"form": "b"}),
        Edit(verb="move", path=("rules",), index=1, to=0),
        Edit(verb="remove", path=("rules", 1)),
    ]
    after = change(tiny, edits, before.revision)
    assert yaml_files.load("", after.content)[0]["rules"] == [{"form": "b"}]


def manifest(tiny: Tiny) -> File:
    return _read(tiny, lambda ctx: workspace.file(ctx, "tiny", MANIFEST))


def change(tiny: Tiny, edits: Sequence[Edit], revision: str) -> File:
    with transaction(tiny.tools, tiny.actor(DESIGNER), NOW) as ctx:
        return pack_entries_edit.change(ctx, "tiny", edits, revision)


def _read(tiny: Tiny, ask: Callable[[Context], T]) -> T:
    with reading(tiny.tools, tiny.actor(DESIGNER), NOW) as ctx:
        return ask(ctx)
