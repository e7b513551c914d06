"""What comes from elsewhere is looked at first and kept as a draft; nothing is lost on the way."""

from collections.abc import Callable
from typing import TypeVar

import pytest

from server.adapters.archives import read_archive
from server.adapters.packs import PackFiles
from server.domain.access import Actor
from server.domain.errors import Invalid
from server.domain.findings import Severity
from server.services.context import Context, reading, transaction
from server.services.packs import importing, workspace
from server.services.packs.workspace import NO_FILE, Overtaken
from tests.factories.tiny import NOW, Tiny

T = TypeVar("T")

DESIGNER = "p.designer.head"
MAIN = "processes/tiny/tiny.bpmn"
MANIFEST = "processes/tiny/pack.yaml"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("C:\\图\\澄清 流程.bpmn", "processes/tiny/澄清_流程.bpmn"),
        ("order.bpmn20.xml", "processes/tiny/order.bpmn"),
        ("a/../../b.DMN", "processes/tiny/b.dmn"),
        ("apply.form", "forms/tiny/apply.form.json"),
        ("apply.form.json", "forms/tiny/apply.form.json"),
        ("notice.docx", "processes/tiny/letters/notice.docx"),
        (".bpmn", "processes/tiny/imported.bpmn"),
    ],
)
def test_a_file_lies_where_its_kind_belongs(name: str, path: str) -> None:
    assert importing.place_of("tiny", name) == path


def test_a_kind_of_file_that_no_pack_has_is_refused() -> None:
    with pytest.raises(Invalid):
        importing.place_of("tiny", "evil.exe")


def test_a_diagram_is_judged_inside_its_pack_and_nothing_is_stored(tiny: Tiny) -> None:
    raw = own(tiny)[MAIN]
    found = read(tiny, lambda ctx: importing.preview(ctx, "tiny", MAIN, raw))
    assert found.of(Severity.ERROR) == ()
    assert found.replaces is not None
    assert found.elsewhere == 0
    assert read(tiny, lambda ctx: workspace.opened(ctx, "tiny")).drafts == ()


def test_what_is_refused_may_be_kept_to_be_mended(tiny: Tiny) -> None:
    raw = own(tiny)[MAIN].replace(b"userTask", b"scriptTask")
    found = read(tiny, lambda ctx: importing.preview(ctx, "tiny", MAIN, raw))
    assert "SCRIPT_TASK" in {each.code for each in found.of(Severity.ERROR)}
    kept = act(tiny, lambda ctx: importing.keep(ctx, "tiny", found, found.revision))
    assert kept.state == "changed"


def test_what_somebody_else_stored_meanwhile_is_not_overwritten(tiny: Tiny) -> None:
    raw = own(tiny)[MAIN]
    found = read(tiny, lambda ctx: importing.preview(ctx, "tiny", MAIN, raw))
    act(
        tiny,
        lambda ctx: workspace.store_any(ctx, "tiny", MAIN, raw + b"<!-- his -->", found.revision),
    )
    with pytest.raises(Overtaken):
        act(tiny, lambda ctx: importing.keep(ctx, "tiny", found, found.revision))


def test_what_is_no_diagram_is_never_kept(tiny: Tiny) -> None:
    path = "processes/tiny/new.bpmn"
    found = read(tiny, lambda ctx: importing.preview(ctx, "tiny", path, b"<svg/>"))
    assert found.content is None
    with pytest.raises(Invalid):
        act(tiny, lambda ctx: importing.keep(ctx, "tiny", found, NO_FILE))


def test_a_pack_that_was_taken_away_comes_back_the_same(tiny: Tiny) -> None:
    files = read_archive(read(tiny, lambda ctx: importing.archive(ctx, "tiny")))
    assert dict(files.files) == own(tiny)
    changes = read(tiny, lambda ctx: importing.compared(ctx, "tiny", files))
    assert set(changes.values()) == {"same"}
    assert act(tiny, lambda ctx: importing.keep_all(ctx, "tiny", files, changes)) == 0


def test_an_archive_makes_the_drafts_what_it_holds(tiny: Tiny) -> None:
    before = own(tiny)
    gone = next(path for path in before if path.endswith(".form.json"))
    held = {path: data for path, data in before.items() if path != gone}
    held[MANIFEST] = before[MANIFEST] + b"\n# changed\n"
    held["processes/tiny/new.dmn"] = b"<definitions/>"
    files = PackFiles(key="tiny", files=held)
    changes = read(tiny, lambda ctx: importing.compared(ctx, "tiny", files))
    touched = {path: change for path, change in changes.items() if change != "same"}
    assert touched == {MANIFEST: "changed", "processes/tiny/new.dmn": "new", gone: "gone"}
    assert act(tiny, lambda ctx: importing.keep_all(ctx, "tiny", files, changes)) == 3
    assert own(tiny) == held
    with pytest.raises(Invalid):
        act(tiny, lambda ctx: importing.keep_all(ctx, "tiny", files, changes))


@pytest.mark.parametrize(
    "files",
    [
        PackFiles(key="other", files={"processes/other/pack.yaml": b""}),
        PackFiles(key="tiny", files={MANIFEST: b"", "processes/tiny/deep/x.bpmn": b""}),
        PackFiles(key="tiny", files={MAIN: b""}),
    ],
)
def test_an_archive_that_is_no_archive_of_the_pack_is_refused(tiny: Tiny, files: PackFiles) -> None:
    with pytest.raises(Invalid):
        read(tiny, lambda ctx: importing.compared(ctx, "tiny", files))


def test_procedures_are_offered_by_their_titles(tiny: Tiny) -> None:
    found = read(tiny, lambda ctx: importing.procedures(ctx, "tiny"))
    assert found
    assert all(found.values())


def designer(tiny: Tiny) -> Actor:
    return tiny.actor(DESIGNER)


def own(tiny: Tiny) -> dict[str, bytes]:
    files = read(tiny, lambda ctx: workspace.opened(ctx, "tiny")).files
    return {file.path: file.content for file in files if file.state not in ("inherited", "removed")}


def read(tiny: Tiny, ask: Callable[[Context], T]) -> T:
    with reading(tiny.tools, designer(tiny), NOW) as ctx:
        return ask(ctx)


def act(tiny: Tiny, do: Callable[[Context], T]) -> T:
    with transaction(tiny.tools, designer(tiny), NOW) as ctx:
        return do(ctx)
