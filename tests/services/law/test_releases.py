from dataclasses import replace
from datetime import UTC, datetime

import pytest

from server.adapters.packs import read_folder
from server.config import SHIPPED
from server.domain.errors import StateUnreadable
from server.engine.feel import Feel
from server.engine.port import Start
from server.engine.runtime.spiff import SpiffEngine
from server.services.law import releases

TEMPLATE = read_folder(SHIPPED / "processes" / "_template")


def test_what_is_loaded_can_be_run() -> None:
    feel = Feel()
    release = releases.load(TEMPLATE, feel)
    start = Start(variables={"managed_by": "county"}, now=datetime(2026, 3, 2, tzinfo=UTC))
    advance = SpiffEngine(feel).advance(release.files["template_procedure"], None, start)
    assert [task.node_key for task in advance.opened] == ["review"]


def test_the_same_files_give_the_same_release() -> None:
    assert releases.load(TEMPLATE, Feel()) == releases.load(TEMPLATE, Feel())


@pytest.mark.parametrize("path", ["pack.yaml", "template_procedure.bpmn"])
def test_files_that_no_longer_read_are_not_run(path: str) -> None:
    broken = replace(TEMPLATE, files={**TEMPLATE.files, f"processes/_template/{path}": b"<"})
    with pytest.raises(StateUnreadable):
        releases.load(broken, Feel())
