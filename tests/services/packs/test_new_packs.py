from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TypeVar

import pytest

from server.adapters import pack_copies
from server.adapters.pack_copies import TEMPLATE, Wanted
from server.domain.errors import Conflict, Invalid, NotFound
from server.services.context import Context, reading, transaction
from server.services.packs import definitions, new_packs, pack_drafts, workspace
from server.services.packs.new_packs import Begun
from tests.factories.tiny import NOW, Tiny

T = TypeVar("T")

DESIGNER = "p.designer.head"
WANTED = Wanted(
    key="linhai",
    title="临海县容错纠错办法",
    valid_from=date(2026, 1, 1),
    mark="临容",
    locality="临海县",
    history="# 变更记录\n",
)


def test_a_new_pack_is_drafts_that_can_be_published_as_they_stand(tiny: Tiny) -> None:
    base = read(tiny, lambda ctx: new_packs.source(ctx, TEMPLATE))
    begun = new_packs.begin(tiny.tools, base, WANTED)
    act(tiny, lambda ctx: new_packs.store(ctx, begun))
    space = read(tiny, lambda ctx: workspace.opened(ctx, "linhai"))
    assert (space.title, space.version) == (WANTED.title, 0)
    assert {file.state for file in space.files} == {"new", "inherited"}
    found = read(tiny, lambda ctx: pack_drafts.candidate(ctx, "linhai"))
    assert found.checked[1] == begun.findings == ()
    done = act(tiny, lambda ctx: pack_drafts.publish(ctx, found))
    assert (done.version, done.is_new) == (1, True)
    bound = read(tiny, lambda ctx: definitions.in_force(ctx, "linhai_procedure", NOW.date()))
    assert bound.pack.title == WANTED.title


def test_a_copy_of_a_published_pack_has_procedures_of_its_own(tiny: Tiny) -> None:
    base = read(tiny, lambda ctx: new_packs.source(ctx, "tiny"))
    begun = copied(tiny, base.files)
    act(tiny, lambda ctx: new_packs.store(ctx, begun))
    files = read(tiny, lambda ctx: pack_drafts.whole(ctx, "linhai")).files
    assert b"linhai_matter" in files["processes/linhai/pack.yaml"]
    assert b"tiny_matter" not in files["processes/linhai/pack.yaml"]
    assert [each[0] for each in read(tiny, new_packs.bases)] == [TEMPLATE, "tiny"]


def test_a_key_is_given_once(tiny: Tiny) -> None:
    for taken in ("tiny", "nanyang"):
        assert refused(tiny, replace(WANTED, key=taken)) == ["key"]
    read(tiny, lambda ctx: new_packs.refuse(ctx, WANTED))
    begun = copied(tiny, read(tiny, lambda ctx: new_packs.source(ctx, "tiny")).files)
    act(tiny, lambda ctx: new_packs.store(ctx, begun))
    assert refused(tiny, WANTED) == ["key"]
    with pytest.raises(Conflict):
        act(tiny, lambda ctx: new_packs.store(ctx, begun))


def test_a_procedure_of_another_pack_is_not_taken(tiny: Tiny) -> None:
    base = read(tiny, lambda ctx: new_packs.source(ctx, "tiny"))
    files = {path.replace("/tiny/", "/linhai/"): content for path, content in base.files.items()}
    begun = Begun(files=replace(base, key="linhai", files=files), findings=())
    with pytest.raises(Conflict):
        act(tiny, lambda ctx: new_packs.store(ctx, begun))


def test_what_cannot_stand_in_files_is_refused_at_its_field(tiny: Tiny) -> None:
    for key in ("", "Linhai", "_linhai", "临海", "a" * 31):
        assert refused(tiny, replace(WANTED, key=key)) == ["key"]
    for title in ("", 'a"b', "长" * 61):
        assert refused(tiny, replace(WANTED, title=title)) == ["title"]
    assert refused(tiny, replace(WANTED, mark="临容{year}")) == ["mark"]
    assert refused(tiny, replace(WANTED, locality="<临海>", mark="")) == ["mark", "locality"]


def test_there_is_no_copy_of_what_is_not_there(tiny: Tiny) -> None:
    with pytest.raises(NotFound):
        read(tiny, lambda ctx: new_packs.source(ctx, "no_such"))


def copied(tiny: Tiny, files: object) -> Begun:
    base = read(tiny, lambda ctx: new_packs.source(ctx, "tiny"))
    assert base.files == files
    made = pack_copies.copied(base, WANTED)
    return Begun(files=replace(base, key="linhai", files=made), findings=())


def refused(tiny: Tiny, wanted: Wanted) -> list[str]:
    with pytest.raises(Invalid) as raised:
        read(tiny, lambda ctx: new_packs.refuse(ctx, wanted))
    return [each.field for each in raised.value.findings]


def read(tiny: Tiny, ask: Callable[[Context], T]) -> T:
    with reading(tiny.tools, tiny.actor(DESIGNER), NOW) as ctx:
        return ask(ctx)


def act(tiny: Tiny, verb: Callable[[Context], T]) -> T:
    with transaction(tiny.tools, tiny.actor(DESIGNER), NOW) as ctx:
        return verb(ctx)
