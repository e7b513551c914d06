from collections.abc import Callable
from typing import TypeVar

import pytest

from server.domain.access import Actor
from server.domain.errors import Conflict, Invalid, NotFound
from server.services.context import Context, reading, transaction
from server.services.packs import pack_drafts, published_files, shipped_packs, workspace
from server.services.packs.workspace import NO_FILE, Overtaken
from tests.factories.packs import Draft
from tests.factories.tiny import NOW, PACK, Tiny

T = TypeVar("T")

DESIGNER = "p.designer.head"
OTHER = "p.designer.1"
MAIN = "processes/tiny/tiny.bpmn"
MANIFEST = "processes/tiny/pack.yaml"


def test_a_file_is_as_published_until_somebody_changes_it(tiny: Tiny) -> None:
    before = read(tiny, lambda ctx: workspace.file(ctx, "tiny", MANIFEST))
    assert (before.state, before.by) == ("published", "")
    changed = before.content.replace(b"title: ", "title: 新的".encode(), 1)
    store(tiny, MANIFEST, changed, before.revision)
    whole = read(tiny, lambda ctx: workspace.opened(ctx, "tiny"))
    after = next(file for file in whole.files if file.path == MANIFEST)
    assert (after.state, after.content, after.published) == ("changed", changed, before.content)
    assert whole.title.startswith("新的")
    assert [file.path for file in whole.drafts] == [MANIFEST]


def test_what_is_typed_is_kept_right_or_wrong(tiny: Tiny) -> None:
    begun = read(tiny, lambda ctx: workspace.file(ctx, "tiny", MANIFEST))
    kept = store(tiny, MANIFEST, b"title: [", begun.revision)
    assert kept.content == b"title: ["
    candidate = read(tiny, lambda ctx: pack_drafts.candidate(ctx, "tiny"))
    assert candidate.checked[0] is None


def test_two_designers_do_not_overwrite_each_other(tiny: Tiny) -> None:
    begun = read(tiny, lambda ctx: workspace.file(ctx, "tiny", MANIFEST))
    store(tiny, MANIFEST, b"a: 1", begun.revision)
    with pytest.raises(Overtaken) as refused:
        store(tiny, MANIFEST, b"b: 1", begun.revision)
    assert refused.value.file.content == b"a: 1"
    assert refused.value.file.by
    store(tiny, MANIFEST, b"b: 1", refused.value.file.revision)


def test_what_is_typed_back_is_no_draft_any_more(tiny: Tiny) -> None:
    begun = read(tiny, lambda ctx: workspace.file(ctx, "tiny", MANIFEST))
    changed = store(tiny, MANIFEST, b"a: 1", begun.revision)
    back = store(tiny, MANIFEST, begun.content, changed.revision)
    assert back.state == "published"
    assert not read(tiny, lambda ctx: pack_drafts.drafts(ctx, "tiny"))


def test_a_file_leaves_the_pack_and_comes_back(tiny: Tiny) -> None:
    path = read(tiny, lambda ctx: scenario(ctx).path)
    begun = read(tiny, lambda ctx: workspace.file(ctx, "tiny", path))
    act(tiny, lambda ctx: workspace.remove(ctx, "tiny", path, begun.revision))
    assert path not in read(tiny, lambda ctx: pack_drafts.whole(ctx, "tiny")).files
    gone = read(tiny, lambda ctx: workspace.file(ctx, "tiny", path))
    assert (gone.state, gone.content) == ("removed", b"")
    act(tiny, lambda ctx: workspace.discard(ctx, "tiny", path, gone.revision))
    assert path in read(tiny, lambda ctx: pack_drafts.whole(ctx, "tiny")).files


def test_a_new_file_joins_the_pack_and_is_dropped_again(tiny: Tiny) -> None:
    path = "processes/tiny/scenarios/another.yaml"
    new = store(tiny, path, "title: 另一个\n".encode(), NO_FILE)
    assert new.state == "new"
    with pytest.raises(Overtaken):
        store(tiny, path, b"title: x\n", NO_FILE)
    act(tiny, lambda ctx: workspace.remove(ctx, "tiny", path, new.revision))
    with pytest.raises(NotFound):
        read(tiny, lambda ctx: workspace.file(ctx, "tiny", path))


@pytest.mark.parametrize(
    "path",
    [
        "processes/other/pack.yaml",
        "processes/tiny/../x.bpmn",
        "processes/tiny/run.py",
        "forms/tiny/a/b.form.json",
        "processes/tiny/scenarios/x.txt",
    ],
)
def test_only_files_of_the_pack_itself_are_kept(tiny: Tiny, path: str) -> None:
    with pytest.raises(Invalid):
        store(tiny, path, b"x", NO_FILE)


def test_what_is_no_text_is_not_kept_as_text(tiny: Tiny) -> None:
    for content in (b"\xff\xfe", b"a\0b"):
        with pytest.raises(Invalid):
            store(tiny, "processes/tiny/CHANGELOG.md", content, NO_FILE)


def test_the_manifest_stays(tiny: Tiny) -> None:
    begun = read(tiny, lambda ctx: workspace.file(ctx, "tiny", MANIFEST))
    with pytest.raises(Invalid):
        act(tiny, lambda ctx: workspace.remove(ctx, "tiny", MANIFEST, begun.revision))


def test_a_pack_may_begin_as_drafts_alone_and_be_published(tiny: Tiny) -> None:
    with pytest.raises(NotFound):
        read(tiny, lambda ctx: workspace.opened(ctx, "small"))
    for path, content in Draft().files().files.items():
        store(tiny, path, content, NO_FILE, pack="small")
    begun = read(tiny, lambda ctx: workspace.opened(ctx, "small"))
    assert (begun.version, begun.title) == (0, "样例政策包")
    found = read(tiny, lambda ctx: pack_drafts.candidate(ctx, "small"))
    done = act(tiny, lambda ctx: pack_drafts.publish(ctx, found, accept_warnings="试用"))
    assert (done.version, done.is_new) == (1, True)
    after = read(tiny, lambda ctx: workspace.opened(ctx, "small"))
    assert (after.version, after.drafts) == (1, ())


def test_packs_with_drafts_come_first(tiny: Tiny) -> None:
    begun = read(tiny, lambda ctx: workspace.file(ctx, "tiny", MANIFEST))
    assert [each.key for each in read(tiny, workspace.packs)] == ["tiny"]
    store(tiny, "processes/aaa/pack.yaml", "title: 甲\n".encode(), NO_FILE, pack="aaa")
    store(tiny, MANIFEST, begun.content + b"\n", begun.revision)
    known = read(tiny, workspace.packs)
    assert {each.key: (each.version, len(each.files)) for each in known} == {
        "aaa": (0, 1),
        "tiny": (1, 1),
    }


def test_a_pack_has_no_more_drafts_than_files(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack_drafts, "MAX_FILES", 1)
    store(tiny, "processes/tiny/scenarios/a.yaml", b"x", NO_FILE)
    with pytest.raises(Conflict):
        store(tiny, "processes/tiny/scenarios/b.yaml", b"x", NO_FILE)


def test_what_a_designer_published_is_not_replaced_at_the_next_start(tiny: Tiny) -> None:
    root = PACK.parent.parent
    assert not shipped_packs.publish(tiny.tools, NOW, [root])
    begun = read(tiny, lambda ctx: workspace.file(ctx, "tiny", MANIFEST))
    store(tiny, MANIFEST, begun.content + b"# ours\n", begun.revision)
    found = read(tiny, lambda ctx: pack_drafts.candidate(ctx, "tiny"))
    act(tiny, lambda ctx: pack_drafts.publish(ctx, found, accept_warnings="试用"))
    assert not shipped_packs.publish(tiny.tools, NOW, [root])
    assert read(tiny, lambda ctx: published_files.newest_version(ctx, "tiny")) == 2


def scenario(ctx: Context) -> workspace.File:
    files = workspace.opened(ctx, "tiny").files
    return next(file for file in files if file.kind == "scenario")


def designer(tiny: Tiny) -> Actor:
    return tiny.actor(DESIGNER)


def read(tiny: Tiny, ask: Callable[[Context], T]) -> T:
    with reading(tiny.tools, designer(tiny), NOW) as ctx:
        return ask(ctx)


def act(tiny: Tiny, verb: Callable[[Context], T]) -> T:
    with transaction(tiny.tools, designer(tiny), NOW) as ctx:
        return verb(ctx)


def store(
    tiny: Tiny, path: str, content: bytes, revision: str, pack: str = "tiny"
) -> workspace.File:
    return act(tiny, lambda ctx: workspace.store_any(ctx, pack, path, content, revision))
