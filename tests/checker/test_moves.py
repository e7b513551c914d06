"""Going back in a pack: what is right is let through, each slip is told at its place."""

import pytest

from server.adapters.packs import PackFiles, read_folder
from server.checker.check import check_here
from server.engine.feel import Feel
from tests.factories.tiny import PACK

FEEL = Feel()
BASIS = "basis: {default: 测试}"
LANES = "lanes:\n"
REOPEN = "{to: [decide, verify], by: case_supervision_office"


def withdrawal(procedure: str, until: str) -> str:
    return f"withdrawals: {{{procedure}: {{{until}{BASIS}}}}}\n{LANES}"


def told(before: str, after: str) -> list[str]:
    files = read_folder(PACK)
    path = "processes/tiny/pack.yaml"
    text = files.files[path].decode()
    assert before in text
    changed = {**files.files, path: text.replace(before, after, 1).encode()}
    found = check_here(PackFiles(key=files.key, files=changed), ("cn",), FEEL)
    places = ("returns", "reopen", "deadlines", "withdrawals")
    return [each.code for each in found if each.element.startswith(places)]


def test_rules_that_can_work_are_let_through() -> None:
    rules = f"returns:\n  - {{from: [verify], to: [earlier, supplement], {BASIS}}}\n"
    assert told("lanes:\n", f"{rules}\nlanes:\n") == []
    assert told("    again: new", "    again: new\n    after_return: restart") == []


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("lanes:\n", f"returns:\n  - {{to: [nowhere], {BASIS}}}\nlanes:\n", "MOVE_NODE"),
        ("lanes:\n", f"returns:\n  - {{from: [g_join], to: [], {BASIS}}}\nlanes:\n", "MOVE_NODE"),
        ("lanes:\n", "returns:\n  - {to: [earlier]}\nlanes:\n", "PACK_NO_BASIS"),
        ("lanes:\n", f"returns:\n  - {{from: [verify], {BASIS}}}\nlanes:\n", "PACK_VALUE"),
        (REOPEN, REOPEN.replace("case_supervision_office", "applicant"), "REOPEN_RULE"),
        (REOPEN, REOPEN.replace("decide, verify", "begin"), "MOVE_NODE"),
        (LANES, withdrawal("tiny_matter", "until: [g_join], "), "MOVE_NODE"),
        (LANES, withdrawal("other", "until: [decide], "), "WITHDRAWAL_PROCEDURE"),
        (LANES, withdrawal("tiny_matter", ""), "PACK_VALUE"),
        (
            "interval: {n: 3, unit: calendar}",
            "interval: {until: registered_on, unit: calendar}\n    after_return: restart",
            "RETURN_UNTIL",
        ),
    ],
)
def test_a_slip_is_told(before: str, after: str, code: str) -> None:
    assert told(before, after) == [code]
