from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import func, select, text, update

from server.adapters.packs import PackFiles, read_folder
from server.config import SHIPPED
from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Invalid, NotFound, StateUnreadable
from server.models.audit import AuditEvent
from server.models.definition import PackVersion, ProcessDefinition
from server.services.context import Tools, reading, transaction
from server.services.packs import definitions
from server.services.packs.definitions import Published

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=CHINA_TIME)
PACK = "processes/_template/pack.yaml"
PROCEDURE = "template_procedure"


def test_a_published_pack_is_loaded_with_everything_its_cases_need(empty_tools: Tools) -> None:
    published = publish(empty_tools, TEMPLATE)

    with reading(empty_tools, SYSTEM, NOW) as ctx:
        release = definitions.release(ctx, published.id)
    assert (release.id, release.version, release.pack.key) == (published.id, 1, "_template")
    assert set(release.files) == {PROCEDURE}
    assert release.files[PROCEDURE].variables == frozenset(release.routing[PROCEDURE])
    assert release.files[PROCEDURE].types == {"decided_on": "date", "feedback_on": "date"}
    own = {"application", "review", "decision", "feedback"}
    assert set(release.forms) == own | {"sign:abstain", "sign:plain"}
    assert set(release.form_hashes) == set(release.forms)


def test_every_file_is_stored_by_content_the_inherited_ones_too(empty_tools: Tools) -> None:
    publish(empty_tools, TEMPLATE)
    with reading(empty_tools, SYSTEM, NOW) as ctx:
        row = ctx.session.scalars(select(PackVersion)).one()
        rows = ctx.session.execute(select(ProcessDefinition.key, ProcessDefinition.kind))
        kinds = {each.key: each.kind for each in rows}
    assert set(row.files) == set(TEMPLATE.files)
    assert kinds["processes/_national/pack.yaml"] == "pack"
    assert kinds["forms/_template/review.form.json"] == "form"
    assert set(kinds.values()) >= {"bpmn", "dmn", "form", "pack", "text"}


def test_the_same_content_again_is_the_same_version(empty_tools: Tools) -> None:
    first = publish(empty_tools, TEMPLATE)
    again = publish(empty_tools, TEMPLATE)
    assert again == replace(first, is_new=False)
    assert counts(empty_tools) == (1, 1)


def test_a_change_is_the_next_version_and_stores_the_changed_file_only(
    empty_tools: Tools,
) -> None:
    publish(empty_tools, TEMPLATE)
    files_before = stored(empty_tools)
    second = publish(empty_tools, changed({PACK: ("容错纠错示例\n", "容错纠错示例二\n")}))
    assert (second.version, second.is_new) == (2, True)
    assert stored(empty_tools) == files_before + 1


def test_publishing_is_recorded_with_all_hashes(empty_tools: Tools) -> None:
    published = publish(empty_tools, TEMPLATE)
    with reading(empty_tools, SYSTEM, NOW) as ctx:
        event = ctx.session.scalars(select(AuditEvent)).one()
        row = ctx.session.get_one(PackVersion, published.id)
        assert (event.verb, event.target) == ("pack.publish", f"pack:{published.id}")
        assert all(one in event.text for one in row.files.values())


def test_a_pack_with_errors_is_refused_with_all_of_them_and_leaves_no_trace(
    empty_tools: Tools,
) -> None:
    broken = changed({PACK: ("valid_from: 2024-01-01 ", "valid_form: 2024-01-01 ")})
    with pytest.raises(Invalid) as refused:
        publish(empty_tools, broken)
    codes = {finding.code for finding in refused.value.findings}
    assert codes >= {"PACK_UNKNOWN_KEY", "PACK_MISSING"}
    assert counts(empty_tools) == (0, 0)
    assert stored(empty_tools) == 0


def test_no_other_pack_may_take_the_place_of_a_procedure(empty_tools: Tools) -> None:
    publish(empty_tools, TEMPLATE)
    other = {
        path.replace("/_template/", "/other/"): content.replace(b"key: _template ", b"key: other ")
        for path, content in TEMPLATE.files.items()
    }
    with pytest.raises(Invalid) as refused:
        publish(empty_tools, PackFiles(key="other", files=other))
    assert [finding.code for finding in refused.value.findings] == ["PACK_PROCEDURE_TAKEN"]


def test_warnings_need_a_reason_that_is_kept(empty_tools: Tools) -> None:
    warned = replace(TEMPLATE, files={**TEMPLATE.files, "processes/_template/a.txt": b"x"})
    with pytest.raises(Invalid):
        publish(empty_tools, warned)
    publish(empty_tools, warned, accept_warnings="附件说明")
    with reading(empty_tools, SYSTEM, NOW) as ctx:
        assert ctx.session.scalars(select(PackVersion.accepted)).all() == ["附件说明"]


def test_a_release_is_loaded_once(empty_tools: Tools) -> None:
    published = publish(empty_tools, TEMPLATE)
    with reading(empty_tools, SYSTEM, NOW) as ctx:
        first = definitions.release(ctx, published.id)
        assert definitions.release(ctx, published.id) is first


def test_a_version_that_does_not_exist_is_not_found(empty_tools: Tools) -> None:
    with reading(empty_tools, SYSTEM, NOW) as ctx, pytest.raises(NotFound):
        definitions.release(ctx, "nothing")


def test_the_version_in_force_is_the_newest_of_the_latest_validity(empty_tools: Tools) -> None:
    old = publish(empty_tools, TEMPLATE)
    coming = publish(empty_tools, changed({PACK: ("from: 2024-01-01", "from: 2026-07-01")}))
    mended = publish(empty_tools, changed({PACK: ("容错纠错示例\n", "容错纠错示例二\n")}))

    with reading(empty_tools, SYSTEM, NOW) as ctx:
        found = {
            day: definitions.in_force(ctx, PROCEDURE, date.fromisoformat(day)).id
            for day in ("2024-01-01", "2026-06-30", "2026-07-01")
        }
        with pytest.raises(NotFound):
            definitions.in_force(ctx, PROCEDURE, date(2023, 12, 31))
        with pytest.raises(NotFound):
            definitions.in_force(ctx, "other", date(2026, 7, 1))
    assert found == {"2024-01-01": mended.id, "2026-06-30": mended.id, "2026-07-01": coming.id}
    assert old.id not in found.values()


def test_a_retired_version_is_no_longer_in_force(empty_tools: Tools) -> None:
    first = publish(empty_tools, TEMPLATE)
    second = publish(empty_tools, changed({PACK: ("容错纠错示例\n", "容错纠错示例二\n")}))
    with transaction(empty_tools, SYSTEM, NOW) as ctx:
        ctx.session.execute(
            update(PackVersion).where(PackVersion.id == second.id).values(state="retired")
        )
    with reading(empty_tools, SYSTEM, NOW) as ctx:
        assert definitions.in_force(ctx, PROCEDURE, NOW.date()).id == first.id


def test_a_stored_file_that_was_changed_is_not_run(empty_tools: Tools) -> None:
    published = publish(empty_tools, TEMPLATE)
    off = {
        "sqlite": "DROP TRIGGER process_definition_update",
        "postgresql": "ALTER TABLE process_definition DISABLE TRIGGER ALL",
    }
    with transaction(empty_tools, SYSTEM, NOW) as ctx:
        ctx.session.execute(text(off[empty_tools.database.dialect.name]))
        ctx.session.execute(update(ProcessDefinition).values(content=b"<other/>"))

    with reading(empty_tools, SYSTEM, NOW) as ctx, pytest.raises(StateUnreadable):
        definitions.release(ctx, published.id)


def publish(tools: Tools, files: PackFiles, *, accept_warnings: str = "") -> Published:
    """Publish in a transaction of its own."""
    with transaction(tools, SYSTEM, NOW) as ctx:
        return definitions.publish(ctx, files, accept_warnings=accept_warnings)


def changed(edits: Mapping[str, tuple[str, str]]) -> PackFiles:
    """The template with one text of some files replaced."""
    files = dict(TEMPLATE.files)
    for path, (old, new) in edits.items():
        assert old.encode() in files[path]
        files[path] = files[path].replace(old.encode(), new.encode(), 1)
    return replace(TEMPLATE, files=files)


def counts(tools: Tools) -> tuple[int, int]:
    """How many versions and how many audit events there are."""
    with reading(tools, SYSTEM, NOW) as ctx:
        versions = ctx.session.scalar(select(func.count()).select_from(PackVersion)) or 0
        return versions, ctx.session.scalar(select(func.count()).select_from(AuditEvent)) or 0


def stored(tools: Tools) -> int:
    """How many files are stored."""
    with reading(tools, SYSTEM, NOW) as ctx:
        return ctx.session.scalar(select(func.count()).select_from(ProcessDefinition)) or 0


TEMPLATE = read_folder(SHIPPED / "processes" / "_template")
